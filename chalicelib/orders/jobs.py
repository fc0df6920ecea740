"""What happens to orders by itself: receipt, completion, lost returns, telling WeChat and people."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from chalicelib.content.notify import notify
from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.invites.count_code_sale import count_code_sale
from chalicelib.invites.count_row import CodeStats
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.kernel.money import yuan
from chalicelib.marketing.count_coupon import count_for_campaign
from chalicelib.members import store as members
from chalicelib.members.rules import BoughtBefore
from chalicelib.orders import store
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.code_sale import code_sale
from chalicelib.orders.complete import complete
from chalicelib.orders.coupon_sale import coupon_sale
from chalicelib.orders.describe import CLOSE_TEXT, EXPRESS_COMPANIES
from chalicelib.orders.move_refund import Refund
from chalicelib.orders.purchase_of import purchase_of
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import Order
from chalicelib.orders.sale_events import refund_event, sale_events
from chalicelib.orders.simulate_step import simulate_step
from chalicelib.orders.start_simulation import SIMULATION
from chalicelib.orders.tell_wechat import tell_wechat
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.rules import SaleEvent

jobs = Jobs("orders")
jobs.work(SIMULATION.name)(simulate_step)

PER_SHARD = 25
"""Of each of the eight shards a run takes so many; what is left comes a few minutes later."""


@jobs.every(minutes=5)
def receive_by_itself() -> int:
    """Orders that nobody confirmed in time are received (O3)."""
    return _each(store.due("SHIPPED", now(), PER_SHARD), lambda one: receive(store.load(one)))


@jobs.every(minutes=10)
def complete_by_itself() -> int:
    """Orders whose after-sale window is over are complete (O3)."""
    return _each(store.due("RECEIVED", now(), PER_SHARD), lambda one: complete(store.load(one)))


@jobs.every(minutes=10)
def cancel_unsent_returns() -> int:
    """Returns that the buyer never sent are cancelled (O4)."""
    said = "没有在规定时间内寄回商品，售后已自动撤销。"
    return _each(
        store.due_refunds("RETURNING", now(), PER_SHARD),
        lambda one: cancel_refund(store.load_refund(one), said=said),
    )


@jobs.every(minutes=1)
def tell_wechat_later() -> int:
    """Shippings that WeChat does not know yet (wechat.md §3.4)."""
    return _each(store.due_uploads(now(), PER_SHARD), tell_wechat)


@jobs.follow("orders")
def tell_wechat_now(change: Change) -> None:
    """Tell WeChat of a shipping at once; where that fails, for whatever reason, the clock tries again."""
    before, after = _orders_of(change)
    if after is None or after.upload is None or after.upload.state != "WAITING":
        return
    if before is None or (before.upload != after.upload and after.upload.tries == 0):
        _each([after.order_id], tell_wechat)


@jobs.follow("orders")
def tell_buyer(change: Change) -> None:
    """Each change of state reaches the buyer's inbox, once (O3, N2)."""
    before, after = _orders_of(change)
    if after is None or before is None:
        return
    if len(after.parcels) > len(before.parcels):
        parcel = after.parcels[-1]
        company = parcel.express_company or ""
        told = {"carrier": EXPRESS_COMPANIES.get(company, company), "tracking": parcel.tracking_number or ""}
        _notify(after, f"PARCEL{parcel.parcel_no}", "order_shipped", told)
    if before.status == after.status:
        return
    if after.status == "PAID":
        _notify(after, "PAID", "order_paid", {"amount": yuan(after.total_fen)})
    elif after.status == "RECEIVED":
        _notify(after, "RECEIVED", "order_received", {})
    elif after.status == "CLOSED" and after.close_reason is not None:
        _notify(after, "CLOSED", "order_closed", {"reason": CLOSE_TEXT[after.close_reason]})


@jobs.follow("orders")
def mark_bought(change: Change) -> None:
    """The buyer is one who has bought: their uplines' conditions count such members (R6)."""
    before, after = _orders_of(change)
    if after is not None and after.status == "PAID" and (before is None or before.status == "UNPAID"):
        assert after.paid_at is not None
        with suppress(BoughtBefore):
            commit(members.mark_bought(after.buyer_id, after.paid_at))


@jobs.follow("orders")
def count_order(change: Change) -> None:
    """A paid order counts for its buyer and their uplines; one that went back whole no longer does (D2)."""
    before, after = _orders_of(change)
    counted = sale_events(before) if before else ()
    for event in sale_events(after) if after else ():
        if event not in counted:
            count_sale(event)
            _count_elsewhere(after, event)


@jobs.follow("refunds")
def count_refund(change: Change) -> None:
    """What was refunded leaves the figures in the period in which it is posted (D2, R8)."""
    if change.new is None:
        return
    refund = store.refund_of_image(change.new)
    before = store.refund_of_image(change.old) if change.old else None
    if refund.status == "POSTED" and (before is None or before.status != "POSTED"):
        order = store.load(refund.order_id)
        event = refund_event(order, refund)
        count_sale(event)
        _count_elsewhere(order, event)


@jobs.follow("orders")
def count_what_is_kept(change: Change) -> None:
    """What the buyer kept after the window counts on the way to being a distributor (D1)."""
    _, after = _orders_of(change)
    kept = purchase_of(after) if after else None
    if kept is not None:
        keep_purchase(kept)


@jobs.follow("orders")
def empty_cart(change: Change) -> None:
    """What was ordered leaves the cart (O1)."""
    before, after = _orders_of(change)
    if before is None and after is not None:
        commit(store.bought_from_cart(after))


@jobs.follow("refunds")
def tell_about_refund(change: Change) -> None:
    """The buyer reads how a refund ended (O4, N2)."""
    if change.new is None:
        return
    refund = store.refund_of_image(change.new)
    before = store.refund_of_image(change.old) if change.old else None
    if before is not None and before.status == refund.status:
        return
    if refund.status == "POSTED":
        _notify_refund(refund, "refund_done", {"amount": yuan(refund.amount_fen)})
    elif refund.status in ("REFUSED", "FAILED"):
        _notify_refund(refund, "refund_refused", {"reason": refund.said or ""})


def _count_elsewhere(order: Order | None, event: SaleEvent) -> None:
    """For the code and the coupon it came by."""
    if order is not None and order.code is not None:
        count_code_sale(event.event_id, code_sale(CodeStats(order.code), event))
    brought = coupon_sale(order, event) if order is not None else None
    if brought is not None:
        count_for_campaign(f"ORDER:{event.event_id}", brought)


def _each(found: Iterable[str], act: Callable[[str], object]) -> int:
    """Act on each by itself: one that fails is logged, the others go on. How many went well."""
    done = 0
    for one in found:
        try:
            act(one)
            done += 1
        except Exception as problem:
            log.error("order_job_failed", problem, id=one)
            log.count("order_job_failed")
    return done


def _orders_of(change: Change) -> tuple[Order | None, Order | None]:
    before = store.order_of_image(change.old) if change.old else None
    after = store.order_of_image(change.new) if change.new else None
    return before, after


def _notify(order: Order, event: str, kind: str, facts: dict[str, str]) -> None:
    is_known = order.payer_appid == config().mp_appid
    notify(
        f"{order.order_id}:{event}",
        order.buyer_id,
        kind,
        {"order": order.order_id, **facts},
        openid=order.payer_openid if is_known else None,
        page=f"pages/orders/detail?id={order.order_id}",
    )


def _notify_refund(refund: Refund, kind: str, facts: dict[str, str]) -> None:
    order = store.load(refund.order_id)
    is_known = order.payer_appid == config().mp_appid
    notify(
        f"{refund.refund_id}:{refund.status}",
        refund.buyer_id,
        kind,
        {"order": refund.order_id, **facts},
        openid=order.payer_openid if is_known else None,
        page=f"pages/refunds/detail?id={refund.refund_id}",
    )
