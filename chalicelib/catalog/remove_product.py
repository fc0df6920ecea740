"""Staff delete a product that was a mistake; orders keep their own copy of what was bought (P1)."""

from chalicelib.catalog import store
from chalicelib.catalog.rules import ProductOnShelf
from chalicelib.kernel.dynamo import commit


def remove_product(product_id: str) -> None:
    """Take an off-shelf product away, with its search words.

    Raises ``ProductUnknown``, ``ProductOnShelf``, ``ProductEdited``.
    """
    product = store.load(product_id)
    if product.is_on_shelf:
        raise ProductOnShelf()
    commit(store.remove_product(product))
