"""Staff doors of payments: let refunds go, and deal with what could not be booked (O4, invariant 4)."""

from typing import Any

from chalicelib.kernel import auth
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import RefundMoved, RefundUnknown
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import OrderMoved
from chalicelib.orders.show_to_staff import StaffRefundOut, show_staff_refund
from chalicelib.payments import store
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.preview_refund import RefundPreviewOut, preview_refund
from chalicelib.payments.resolve import resolve
from chalicelib.payments.rules import CaseClosed, CaseUnknown, PaymentUnknown
from chalicelib.payments.schemas import (
    ApproveRefundIn,
    PaymentOut,
    QuarantinedListOut,
    QuarantinedOut,
    QuarantineQuery,
    Resolution,
)
from chalicelib.payments.send_refund import send_refund

doors = Doors("/console")


@doors.post(
    "/refunds/{refund_id}/approve",
    who=auth.staff("refunds.audit"),
    body=ApproveRefundIn,
    returns=StaffRefundOut,
    errors=(RefundUnknown, RefundMoved, OrderMoved, Invalid),
)
def approve_refund(ask: Ask[ApproveRefundIn]) -> StaffRefundOut:
    """Agree to a refund and send it to WeChat; what WeChat does not take now is sent by itself later."""
    refund_id = ask.path["refund_id"]
    reserve_refund(refund_id, freight_fen=ask.body.freight_fen)
    state = send_refund(refund_id)
    if state is not None:
        post_refund(state)
    refund = orders.load_refund(refund_id)
    return show_staff_refund(refund, orders.load(refund.order_id))


@doors.get(
    "/refunds/{refund_id}/preview",
    who=auth.staff("refunds.read"),
    returns=RefundPreviewOut,
    errors=(RefundUnknown, RefundMoved),
)
def preview(ask: Ask[Any]) -> RefundPreviewOut:
    """What agreeing to a refund will pay and take back, to the fen; nothing is written."""
    return preview_refund(ask.path["refund_id"])


@doors.get(
    "/payments/{order_id}",
    who=auth.staff("orders.read"),
    returns=PaymentOut,
    errors=(PaymentUnknown,),
)
def read_payment(ask: Ask[Any]) -> PaymentOut:
    """What WeChat was told about an order and what it told us."""
    payment = store.find(ask.path["order_id"])
    if payment is None:
        raise PaymentUnknown()
    return PaymentOut.model_validate(payment)


@doors.get(
    "/quarantined-payments",
    who=auth.staff("wallet.read"),
    query=QuarantineQuery,
    returns=QuarantinedListOut,
)
def list_quarantined(ask: Ask[Any]) -> QuarantinedListOut:
    """Money that WeChat reported and our books could not take, newest first."""
    found = store.quarantined(ask.query.state, limit=ask.query.limit, cursor=ask.query.next)
    return QuarantinedListOut(items=found.map(QuarantinedOut.model_validate).items, next=found.next)


@doors.post(
    "/quarantined-payments/{quarantine_id}/resolve",
    who=auth.staff("refunds.audit"),
    body=Resolution,
    returns=QuarantinedOut,
    errors=(CaseUnknown, CaseClosed),
)
def resolve_quarantined(ask: Ask[Resolution]) -> QuarantinedOut:
    """Say how a case was dealt with; it leaves the list of open ones."""
    case = resolve(ask.path["quarantine_id"], staff_id=ask.who.id, note=ask.body.note)
    return QuarantinedOut.model_validate(case)
