"""Ask WeChat about an order whose notice never came; close it once its time is over (O2)."""

from dataclasses import replace

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, Write, commit
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.rules import STUCK_AFTER, Payment, next_check
from chalicelib.wechat import pay
from chalicelib.wechat.pay import PaidNotice, PayUnknown


def ask_again(payment: Payment) -> PaidNotice | None:
    """The payment that WeChat holds for this order and we have not booked, for ``settle``.

    Else the order is looked at again later; past its expiry, or when it was cancelled here, it is
    closed at WeChat first and only then here, so that nobody pays for stock given away
    (wechat.md §6.7). Raises ``PayUnknown``, ``PayBusy`` or ``PayRefused``: then nothing has changed.
    """
    at = now()
    if at >= payment.expires_at + STUCK_AFTER:
        log.error("payment_stuck", order_id=payment.order_id)
        log.count("payment_stuck")
    trade = pay.query(payment.order_id)
    if trade is not None and trade.paid is not None:
        return trade.paid
    order = orders.load(payment.order_id)
    if order.status == "UNPAID" and at < order.expires_at:
        looked = replace(payment, checks=payment.checks + 1)
        _kept(store.postponed(payment, next_check(looked, at)))
        return None
    if pay.close(payment.order_id) == "PAID":
        return _paid_meanwhile(payment.order_id)
    if order.status == "UNPAID":
        close(order.order_id)
    _kept(store.closed(payment.order_id))
    return None


def _paid_meanwhile(order_id: str) -> PaidNotice:
    """The buyer was quicker than our closing (wechat.md §6.7)."""
    trade = pay.query(order_id)
    if trade is None or trade.paid is None:
        raise PayUnknown("closed_as_paid")
    return trade.paid


def _kept(write: Write) -> None:
    try:
        commit(write)
    except ConditionFailed:
        return  # its notice came meanwhile
