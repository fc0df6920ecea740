"""Staff make a product; it waits off the shelf (P1)."""

from dataclasses import replace

from chalicelib.catalog import store
from chalicelib.catalog.check_product import check_product, picture_keys
from chalicelib.catalog.rules import Product, picture_urls_of, with_sku_ids
from chalicelib.kernel import ids
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.uploads import demand_pictures


def add_product(draft: Product) -> Product:
    """The new product, with ids of its own for its articles and, unless the draft has one, for itself.

    Raises ``Invalid`` on content that no product may have, ``CategoryUnknown``, ``TemplateUnknown``,
    ``SkuForeign``.
    """
    category = store.load_category(draft.category_id)
    product = replace(
        draft,
        product_id=draft.product_id or ids.new_id("PR"),
        skus=with_sku_ids(draft.skus, (), lambda: ids.new_id("SK")),
        is_on_shelf=False,
        listed_at=now(),
        version=1,
    )
    check_product(product, public_url=config().public_url)
    demand_pictures(
        picture_keys(picture_urls_of(product), public_url=config().public_url), field="picture_urls"
    )
    commit(store.add_product(product, category))
    return product
