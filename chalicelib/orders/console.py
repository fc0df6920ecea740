"""Staff's doors: orders, shipping, after-sales (O3, O4). Every change is audited by the front door.

Paying a refund back is the payments room's door: it reserves here and then asks WeChat.
"""

from datetime import date, timedelta
from typing import Any

from chalicelib.commissions.rules import PlanUnknown
from chalicelib.jobs import store as jobs
from chalicelib.jobs.rules import JobUnknown
from chalicelib.jobs.schemas import JobOut
from chalicelib.jobs.start_job import STARTING
from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.errors import Invalid, KeyReused
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import Page
from chalicelib.orders import move_refund as refunds
from chalicelib.orders import rules, store
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.ask_refund import RefundAsk, ask_refund
from chalicelib.orders.cancel import cancel
from chalicelib.orders.confirm_returned import confirm_returned
from chalicelib.orders.correct_parcel import AlreadyReshipped, ParcelUnknown, correct_parcel
from chalicelib.orders.describe import EXPRESS_COMPANIES
from chalicelib.orders.move_refund import OPEN, Refund, Slice
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.rules import Order, ParcelLine
from chalicelib.orders.schemas import (
    CompaniesOut,
    Company,
    CorrectParcelIn,
    ReturnedIn,
    SaidIn,
    ShipIn,
    SimulationIn,
    SimulationOut,
    StaffOrdersAsked,
    StaffRefundIn,
    StaffRefundsAsked,
)
from chalicelib.orders.ship import MixedDelivery, NothingToShip, Shipment, TooManyParcels, ship
from chalicelib.orders.show_to_staff import (
    StaffOrderDetailOut,
    StaffOrdersOut,
    StaffRefundOut,
    StaffRefundsOut,
    show_orders,
    show_refunds,
    show_staff_refund,
    show_to_staff,
)
from chalicelib.orders.start_simulation import SIMULATION, start_simulation
from chalicelib.orders.tell_again import tell_again
from chalicelib.wechat.pay import PayBusy, PayUnknown

doors = Doors("/console")
_MOST_BYTES = 4 * 1024 * 1024
"""Of given orders; a request to a function may have six megabytes."""

_FURTHEST_BACK = timedelta(days=366)
_SHIP_ERRORS = (
    rules.OrderUnknown,
    rules.OrderMoved,
    NothingToShip,
    TooManyParcels,
    MixedDelivery,
    rules.LineUnknown,
)
_REFUND_STEPS = (refunds.RefundUnknown, refunds.RefundMoved, rules.OrderMoved)


@doors.get("/orders", who=staff("orders.read"), query=StaffOrdersAsked, returns=StaffOrdersOut)
def list_orders(ask: Ask[Any]) -> StaffOrdersOut:
    """Orders, newest first: one by its number, one buyer's, or those of some days."""
    found = _found(ask.query)
    return StaffOrdersOut(items=show_orders(found.items), next=found.next)


@doors.get(
    "/orders/{order_id}",
    who=staff("orders.read"),
    returns=StaffOrderDetailOut,
    errors=(rules.OrderUnknown,),
)
def read_order(ask: Ask[Any]) -> StaffOrderDetailOut:
    """One order with receiver, parcels, timeline and after-sales."""
    return show_to_staff(store.load(ask.path["order_id"]))


@doors.get("/express-companies", who=staff("orders.read"), returns=CompaniesOut)
def list_companies(ask: Ask[Any]) -> CompaniesOut:
    """Carriers by the codes that WeChat knows."""
    return CompaniesOut(items=[Company(code=code, name=name) for code, name in EXPRESS_COMPANIES.items()])


@doors.post(
    "/orders/{order_id}/ship",
    who=staff("orders.ship"),
    body=ShipIn,
    returns=StaffOrderDetailOut,
    errors=_SHIP_ERRORS,
)
def ship_order(ask: Ask[ShipIn]) -> StaffOrderDetailOut:
    """Send a parcel: everything that is left, or some units of some lines."""
    given = ask.body
    shipment = Shipment(
        given.delivery,
        given.express_company,
        given.tracking_number,
        [ParcelLine(one.line_no, one.quantity) for one in given.lines],
    )
    return show_to_staff(ship(ask.path["order_id"], shipment))


@doors.put(
    "/orders/{order_id}/parcels/{parcel_no}",
    who=staff("orders.ship"),
    body=CorrectParcelIn,
    returns=StaffOrderDetailOut,
    errors=(rules.OrderUnknown, ParcelUnknown, rules.OrderMoved, AlreadyReshipped),
)
def put_parcel_right(ask: Ask[CorrectParcelIn]) -> StaffOrderDetailOut:
    """Correct carrier and number of a parcel, once an order."""
    number = ask.path["parcel_no"]
    if not number.isdecimal():
        raise ParcelUnknown()
    given = ask.body
    return show_to_staff(
        correct_parcel(
            ask.path["order_id"],
            int(number),
            express_company=given.express_company,
            tracking_number=given.tracking_number,
        )
    )


@doors.post(
    "/orders/{order_id}/tell-wechat",
    who=staff("orders.ship"),
    returns=StaffOrderDetailOut,
    errors=(rules.OrderUnknown, rules.OrderMoved),
)
def tell_wechat_again(ask: Ask[Any]) -> StaffOrderDetailOut:
    """Let WeChat be told again of a shipping it refused."""
    return show_to_staff(tell_again(ask.path["order_id"]))


@doors.post(
    "/orders/{order_id}/close",
    who=staff("orders.ship"),
    returns=StaffOrderDetailOut,
    errors=(rules.OrderUnknown, rules.OrderAlreadyPaid, rules.OrderMoved, PayBusy, PayUnknown),
)
def close_order(ask: Ask[Any]) -> StaffOrderDetailOut:
    """Close an order that was not paid."""
    return show_to_staff(cancel(store.load(ask.path["order_id"]), reason="STAFF"))


@doors.post(
    "/orders/{order_id}/refunds",
    who=staff("refunds.audit"),
    body=StaffRefundIn,
    returns=StaffRefundOut,
    status=201,
    takes_key=True,
    errors=(
        KeyReused,
        rules.OrderUnknown,
        rules.OrderMoved,
        refunds.NotRefundable,
        refunds.LineInRefund,
        refunds.TooManyRefunds,
        refunds.NothingToReturn,
        rules.LineUnknown,
        Invalid,
    ),
)
def open_refund(ask: Ask[StaffRefundIn]) -> StaffRefundOut:
    """Open a refund for a buyer, also after the window; it is paid back by a step of its own."""
    given = ask.body
    order = store.load(ask.path["order_id"])
    wanted = RefundAsk(
        key=ask.key,
        fingerprint=fingerprint(given.model_dump_json()),
        kind=given.kind,
        slices=[Slice(one.line_no, one.quantity, one.amount_fen) for one in given.lines],
        reason=given.reason,
        note=given.note,
        asked_by=ask.who.id,
        freight_fen=given.freight_fen,
    )
    return show_staff_refund(ask_refund(order, wanted), order)


@doors.get("/refunds", who=staff("refunds.read"), query=StaffRefundsAsked, returns=StaffRefundsOut)
def list_refunds(ask: Ask[Any]) -> StaffRefundsOut:
    """Refunds that wait in a state, longest first; or all of some days, newest first."""
    asked = ask.query
    if asked.status is not None and asked.status not in OPEN:
        raise Invalid("请选择处理中的状态；已结束的售后请按日期查看。", fields={"status": "不在可选范围内"})
    if asked.status is not None:
        found = store.open_refunds(asked.status, limit=asked.limit, cursor=asked.next)
    else:
        newest, oldest = _days(asked.newest, asked.oldest)
        found = store.refunds_of_days(newest=newest, oldest=oldest, limit=asked.limit, cursor=asked.next)
    return StaffRefundsOut(items=show_refunds(found.items), next=found.next)


@doors.get(
    "/refunds/{refund_id}",
    who=staff("refunds.read"),
    returns=StaffRefundOut,
    errors=(refunds.RefundUnknown,),
)
def read_refund(ask: Ask[Any]) -> StaffRefundOut:
    """One refund with its goods and pictures."""
    return _shown(store.load_refund(ask.path["refund_id"]))


@doors.post(
    "/refunds/{refund_id}/refuse",
    who=staff("refunds.audit"),
    body=SaidIn,
    returns=StaffRefundOut,
    errors=_REFUND_STEPS,
)
def refuse(ask: Ask[SaidIn]) -> StaffRefundOut:
    """Refuse a refund, with a reason the buyer reads."""
    return _shown(refuse_refund(ask.path["refund_id"], said=ask.body.said))


@doors.post(
    "/refunds/{refund_id}/approve-return",
    who=staff("refunds.audit"),
    returns=StaffRefundOut,
    errors=_REFUND_STEPS,
)
def agree_to_return(ask: Ask[Any]) -> StaffRefundOut:
    """Agree that goods come back."""
    return _shown(approve_return(ask.path["refund_id"]))


@doors.post(
    "/refunds/{refund_id}/confirm-returned",
    who=staff("refunds.audit"),
    body=ReturnedIn,
    returns=StaffRefundOut,
    errors=_REFUND_STEPS,
)
def take_returned(ask: Ask[ReturnedIn]) -> StaffRefundOut:
    """The goods are back; now the money can go back too."""
    return _shown(confirm_returned(ask.path["refund_id"], is_sellable=ask.body.is_sellable))


@doors.post(
    "/plans/{plan_id}/simulations",
    who=staff(SIMULATION.permission),
    body=SimulationIn,
    returns=JobOut,
    status=202,
    errors=(PlanUnknown, *STARTING),
    takes_key=True,
    max_bytes=_MOST_BYTES,
)
def simulate_plan(ask: Ask[SimulationIn]) -> JobOut:
    """Say what a plan, also a draft, would have paid on past orders, beside the plan in force."""
    given = ask.body
    job = start_simulation(
        ask.path["plan_id"], days=given.days, orders=given.orders, by=ask.who.id, key=ask.key
    )
    return JobOut.of(job)


@doors.get(
    "/plans/{plan_id}/simulations/{job_id}",
    who=staff(SIMULATION.permission),
    returns=SimulationOut,
    errors=(JobUnknown,),
)
def read_simulation(ask: Ask[Any]) -> SimulationOut:
    """One simulation of mine: how far it is, or what it came to."""
    job = jobs.load(ask.path["job_id"], ask.who.id)
    if job.kind != SIMULATION.name or job.params["plan_id"] != ask.path["plan_id"]:
        raise JobUnknown()
    return SimulationOut(
        job=JobOut.of(job), totals=job.summary.get("totals"), rows=job.summary.get("rows", [])
    )


def _shown(refund: Refund) -> StaffRefundOut:
    return show_staff_refund(refund, store.load(refund.order_id))


def _found(asked: StaffOrdersAsked) -> Page[Order]:
    if asked.order_id is not None:
        one = store.find(asked.order_id)
        return Page([one] if one else [])
    if asked.buyer_id is not None:
        return store.of_buyer(asked.buyer_id, asked.status, limit=asked.limit, cursor=asked.next)
    newest, oldest = _days(asked.newest, asked.oldest)
    return store.of_days(
        newest=newest, oldest=oldest, status=asked.status, limit=asked.limit, cursor=asked.next
    )


def _days(newest: date | None, oldest: date | None) -> tuple[date, date]:
    """The days that a list walks back over; a year at most."""
    last = newest or business_day(now())
    first = oldest or last - _FURTHEST_BACK
    if first > last:
        raise Invalid("开始日期不能晚于截止日期。")
    return last, max(first, last - _FURTHEST_BACK)
