"""Put a SKU into the cart, or change how many (O1)."""

from chalicelib.catalog import store as catalog
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.price import Wanted
from chalicelib.orders.rules import MAX_CART_LINES, CartFull, GoodsGone


def fill_cart(member_id: str, wanted: Wanted) -> None:
    """Set the SKU's quantity. Raises ``GoodsGone`` for what is not sold, ``CartFull``."""
    product = catalog.load_many([wanted.product_id]).get(wanted.product_id)
    if product is None or not product.is_on_shelf:
        raise GoodsGone()
    if all(one.sku_id != wanted.sku_id for one in product.skus):
        raise GoodsGone()
    lying = {one.sku_id for one in store.cart(member_id)}
    if wanted.sku_id not in lying and len(lying) >= MAX_CART_LINES:
        raise CartFull()
    commit(store.put_in_cart(member_id, wanted, at=now()))
