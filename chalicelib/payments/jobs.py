"""What was never notified is found, what is over is closed, what must go back is sent (O2, O4).

The sweepers call the same verbs as the doors; one order's trouble is no other's.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.content.notify import notify
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.kernel.money import yuan
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import RefundMoved
from chalicelib.payments import store
from chalicelib.payments.ask_again import ask_again
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.rules import REFUND_ASK_AFTER, REFUND_STUCK_AFTER, RETRY_AFTER
from chalicelib.payments.send_late_refund import send_late_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle import settle
from chalicelib.payments.settle_free import settle_free
from chalicelib.wallet import store as wallet
from chalicelib.wechat import pay

jobs = Jobs("payments")

PER_SHARD = 25
"""Of each of the eight shards a run takes so many; what is left comes a minute later."""
GIVE_UP_AFTER = 3
_TROUBLED_FOR = timedelta(minutes=10)


@jobs.every(minutes=1)
def find_unnotified() -> int:
    """Settle what WeChat holds and never told us of; close announced orders whose time is over."""
    return _each(list(store.due(now(), PER_SHARD)), look_at_payment, _put_off_payment)


@jobs.every(minutes=1)
def close_unpaid() -> int:
    """Close expired orders that WeChat was never told of; the others are closed at WeChat first."""
    return _each(list(orders.due("UNPAID", now(), PER_SHARD)), _close_unannounced)


@jobs.every(minutes=1)
def send_refunds() -> int:
    """Send reserved refunds, and ask about those whose end was never notified."""
    at = now()
    due = [*orders.due_refunds("RESERVED", at, PER_SHARD), *orders.due_refunds("SENT", at, PER_SHARD)]
    return _each(due, look_at_refund, _put_off_refund)


@jobs.follow("orders")
def settle_what_is_free(change: Change) -> None:
    """An order that coupon and points have paid whole needs no WeChat: it is paid at once (O1)."""
    if change.new is not None and change.old is None:
        placed = orders.order_of_image(change.new)
        if placed.total_fen == 0:
            settle_free(placed.order_id)


@jobs.follow("journal")
def tell_late_payer(change: Change) -> None:
    """Tell the buyer that money which came too late is back (N2); other refunds are told by orders."""
    entry = wallet.entry_of_image(change.new) if change.new else None
    if entry is None or entry.kind != "REFUND" or "late" not in entry.refs:
        return
    order = orders.load(entry.refs["order_id"])
    amount_fen = sum(one.amount_fen for one in entry.postings if one.account == "wx:cash")
    notify(
        entry.entry_id,
        order.buyer_id,
        "refund_done",
        {"amount": yuan(amount_fen), "order": order.order_id},
        openid=members.load(order.buyer_id).openids.get(config().mp_appid),
        page=f"pages/orders/detail?id={order.order_id}",
    )


def look_at_payment(order_id: str) -> None:
    """Take the next step with one announced order."""
    payment = store.find(order_id)
    assert payment is not None
    if payment.status == "LATE":
        _look_at_late_refund(order_id)
        return
    paid = ask_again(payment)
    if paid is not None:
        settle(paid)


def look_at_refund(refund_id: str) -> None:
    """Take the next step with one reserved or sent refund."""
    refund = orders.load_refund(refund_id)
    if refund.reserved_at is not None and now() >= refund.reserved_at + REFUND_STUCK_AFTER:
        log.error("refund_stuck", refund_id=refund_id)
        log.count("refund_stuck")
    state = pay.query_refund(refund_id) if refund.status == "SENT" else None
    if state is None:
        state = send_refund(refund_id)
    elif state.state == "PROCESSING":
        _put_off_refund(refund_id, now() + REFUND_ASK_AFTER)  # else it stands before those that are due later
    if state is not None:
        post_refund(state)


def _look_at_late_refund(order_id: str) -> None:
    payment = store.find(order_id)
    assert payment is not None and payment.refund_id is not None
    state = pay.query_refund(payment.refund_id) if payment.refund_status == "SENT" else None
    if state is None or state.state == "PROCESSING":
        state = send_late_refund(payment)
    if state is not None:
        post_late_refund(state)


def _close_unannounced(order_id: str) -> None:
    if settle_free(order_id):
        return
    payment = store.find(order_id)
    if payment is None or payment.status == "CLOSED":
        close(order_id)


def _put_off_payment(order_id: str, until: datetime) -> None:
    payment = store.find(order_id)
    if payment is not None and payment.status in ("PREPAID", "LATE"):
        with suppress(ConditionFailed):
            commit(store.postponed(payment, until))


def _put_off_refund(refund_id: str, until: datetime) -> None:
    refund = orders.load_refund(refund_id)
    if refund.status in ("RESERVED", "SENT"):
        with suppress(RefundMoved):
            commit(orders.refund_postponed(refund, due_at=until))


def _each(
    ids: Iterable[str],
    look: Callable[[str], None],
    put_off: Callable[[str, datetime], None] | None = None,
) -> int:
    """Look at each; what goes wrong is logged, counted, and put off, so that it never blocks the rest."""
    looked = unavailable = 0
    for one in ids:
        looked += 1
        try:
            look(one)
            unavailable = 0
        except Unavailable as problem:
            unavailable += 1
            log.warning("sweeper_waits", id=one, reason=problem.code())
            if put_off is not None:
                put_off(one, now() + RETRY_AFTER)
            if unavailable == GIVE_UP_AFTER:
                break  # WeChat is out of reach; each further call would only wait for its time-out
        except Exception as problem:
            log.error("sweeper_failed", problem, id=one)
            log.count("sweeper_failed", job=look.__name__.strip("_"))
            if put_off is not None:
                put_off(one, now() + _TROUBLED_FOR)
    return looked
