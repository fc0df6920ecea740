"""Staff delete a freight template that no product uses (O1)."""

from chalicelib.catalog import store
from chalicelib.kernel.dynamo import commit


def remove_template(template_id: str) -> None:
    """Take it away. Raises ``TemplateUnknown``, ``TemplateInUse``."""
    store.load_freight_template(template_id)
    commit(store.remove_freight_template(template_id))
