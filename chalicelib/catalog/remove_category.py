"""Staff delete an empty category (P1)."""

from chalicelib.catalog import store
from chalicelib.kernel.dynamo import commit


def remove_category(category_id: str) -> None:
    """Take it away. Raises ``CategoryUnknown``, ``CategoryInUse``."""
    commit(store.remove_category(store.load_category(category_id)))
