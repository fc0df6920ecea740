"""Staff edit a product; orders placed before keep what they froze (P1, P2)."""

from dataclasses import replace

from chalicelib.catalog import store
from chalicelib.catalog.check_product import check_product, picture_keys
from chalicelib.catalog.rules import Product, ProductEdited, picture_urls_of, with_sku_ids
from chalicelib.kernel import ids
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.uploads import demand_pictures


def change_product(draft: Product) -> Product:
    """Put the draft over the product of its id, which must still be at the draft's ``version``.

    Whether it is on the shelf does not change here. Raises ``ProductUnknown``, ``ProductEdited``,
    ``Invalid``, ``CategoryUnknown``, ``TemplateUnknown``, ``SkuForeign``.
    """
    before = store.load(draft.product_id)
    if before.version != draft.version:
        raise ProductEdited()
    category = store.load_category(draft.category_id)
    after = replace(
        draft,
        skus=with_sku_ids(draft.skus, {sku.sku_id for sku in before.skus}, lambda: ids.new_id("SK")),
        is_on_shelf=before.is_on_shelf,
        listed_at=before.listed_at,
    )
    check_product(after, public_url=config().public_url)
    added = [url for url in picture_urls_of(after) if url not in picture_urls_of(before)]
    demand_pictures(picture_keys(added, public_url=config().public_url), field="picture_urls")
    commit(store.replace_product(before, after, category))
    return replace(after, version=before.version + 1)
