"""Let WeChat be told of a shipping again, after staff put right what it refused (O3)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order


def tell_again(order_id: str) -> Order:
    """The order, waiting to be told again; unless WeChat refused it, it stays as it is."""
    order = store.load(order_id)
    if order.upload is None or order.upload.state != "REFUSED":
        return order
    upload = replace(order.upload, state="WAITING", due_at=now(), tries=0, reason=None)
    after = replace(order, upload=upload, version=order.version + 1)
    commit(store.replace_order(order, after))
    return after
