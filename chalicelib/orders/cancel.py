"""Give an unpaid order up: close it at WeChat first, then here (O2, wechat.md §6.7)."""

from chalicelib.orders.close import close
from chalicelib.orders.rules import CloseReason, Order, OrderAlreadyPaid
from chalicelib.wechat import pay


def cancel(order: Order, *, reason: CloseReason) -> Order:
    """The cancelled order; once cancelled, again is the same.

    WeChat is asked to take no money for it any more; an order it never knew counts as closed. A
    payment that slips in between goes back by itself. Raises ``OrderAlreadyPaid``, or the gateway's
    ``PayUnknown``, ``PayBusy``: then nothing has changed here.
    """
    if order.status not in ("UNPAID", "CLOSED") or order.paid_at is not None:
        raise OrderAlreadyPaid()
    if order.status == "CLOSED":
        return order
    if order.payer_openid is not None and pay.close(order.order_id) == "PAID":
        raise OrderAlreadyPaid()
    return close(order.order_id, reason=reason)
