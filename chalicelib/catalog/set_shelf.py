"""Staff put a product on the shelf or take it off (上架, 下架; P1)."""

from dataclasses import replace

from chalicelib.catalog import store
from chalicelib.catalog.check_product import check_product
from chalicelib.catalog.rules import Product, ProductEdited
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit


def set_shelf(product_id: str, *, is_on_shelf: bool, version: int) -> Product:
    """The product on the asked shelf; where it is there already, nothing changes.

    Raises ``ProductUnknown``, ``ProductEdited``, and ``Invalid`` when shoppers may not see it yet.
    """
    before = store.load(product_id)
    if before.is_on_shelf == is_on_shelf:
        return before
    if before.version != version:
        raise ProductEdited()
    after = replace(before, is_on_shelf=is_on_shelf, listed_at=now() if is_on_shelf else before.listed_at)
    check_product(after, public_url=config().public_url)
    commit(store.replace_product(before, after, store.load_category(before.category_id)))
    return replace(after, version=version + 1)
