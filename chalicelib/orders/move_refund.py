"""What a refund is and how it moves: its steps, and what each does to its order (O4). Pure.

    ASKED ──────────────────────────────▶ RESERVED ─▶ SENT ─▶ POSTED
      │ └─▶ RETURNING ─▶ RETURN_SENT ─▶ RETURNED ─┘└──────┴─▶ FAILED
      └─▶ REFUSED, CANCELLED ◀── before the money is reserved

A refund is worth what its units cost by cumulative floors, so that the refunds of all units of a
line sum exactly to what was paid for it, in whatever slices they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import Fen, Points, yuan
from chalicelib.orders.rules import MAX_REFUNDS, Order, OrderLine, is_edge, shipped_out

RefundKind = Literal["REFUND_ONLY", "RETURN"]
RefundStatus = Literal[
    "ASKED",
    "RETURNING",
    "RETURN_SENT",
    "RETURNED",
    "RESERVED",
    "SENT",
    "POSTED",
    "FAILED",
    "REFUSED",
    "CANCELLED",
]
RefundReason = Literal[
    "CHANGED_MIND",
    "NOT_RECEIVED",
    "WRONG_ITEM",
    "QUALITY",
    "NOT_AS_DESCRIBED",
    "OUT_OF_STOCK",
    "OTHER",
]

REFUND_EDGES: frozenset[tuple[RefundStatus, RefundStatus]] = frozenset(
    {
        ("ASKED", "RETURNING"),
        ("ASKED", "RESERVED"),
        ("ASKED", "REFUSED"),
        ("ASKED", "CANCELLED"),
        ("RETURNING", "RETURN_SENT"),
        ("RETURNING", "RETURNED"),
        ("RETURNING", "REFUSED"),
        ("RETURNING", "CANCELLED"),
        ("RETURN_SENT", "RETURNED"),
        ("RETURN_SENT", "REFUSED"),
        ("RETURNED", "RESERVED"),
        ("RETURNED", "REFUSED"),
        ("RESERVED", "SENT"),
        ("RESERVED", "POSTED"),
        ("RESERVED", "FAILED"),
        ("SENT", "POSTED"),
        ("SENT", "FAILED"),
    }
)
"""The only steps there are; WeChat's notice may come before we noted that we sent (RESERVED → POSTED)."""

BY_BUYER = "buyer"
"""Who asked, when it was no staff member."""

OPEN: frozenset[RefundStatus] = frozenset(
    {"ASKED", "RETURNING", "RETURN_SENT", "RETURNED", "RESERVED", "SENT"}
)


@dataclass(frozen=True)
class RefundLine:
    """Units of one line that go back; the ``unshipped`` among them were never sent."""

    line_no: int
    sku_id: str
    quantity: int
    unshipped_quantity: int
    amount_fen: Fen


@dataclass(frozen=True)
class Refund:
    """One refund; its id is WeChat's refund number for ever.

    ``amount_fen`` = Σ of the lines + ``freight_fen``. ``asked_by`` is ``buyer`` or a staff id.
    """

    refund_id: str
    order_id: str
    buyer_id: str
    kind: RefundKind
    status: RefundStatus
    lines: tuple[RefundLine, ...]
    freight_fen: Fen
    amount_fen: Fen
    reason: RefundReason
    note: str | None
    picture_keys: tuple[str, ...]
    asked_by: str
    fingerprint: str
    asked_at: datetime
    version: int = 1
    approved_at: datetime | None = None
    return_until: datetime | None = None
    return_company: str | None = None
    return_tracking_number: str | None = None
    return_sent_at: datetime | None = None
    returned_at: datetime | None = None
    is_sellable: bool = True
    """Whether what came back can be sold again, so that it goes back into stock."""
    reserved_at: datetime | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    said: str | None = None
    """Why it was refused or failed, in words for the buyer."""

    @property
    def is_open(self) -> bool:
        """Neither paid back nor ended otherwise."""
        return self.status in OPEN


@dataclass(frozen=True)
class Slice:
    """What somebody asks back of a line: units, and less money than they cost if ``amount_fen`` is given."""

    line_no: int
    quantity: int
    amount_fen: int | None = None


class RefundUnknown(NotFound):
    title = "没有这个售后单"
    detail = "没有找到这个售后单，可能不属于当前账号。"


class RefundMoved(Conflict):
    """Somebody else took a step meanwhile, or the refund has no such next step."""

    title = "售后状态已变化"
    detail = "售后单刚刚有变化，请刷新后再试。"


class NotRefundable(Conflict):
    """The order is not paid, is closed, or its window is over."""

    title = "现在不能申请售后"
    detail = "这个订单现在不能申请售后，如有疑问请联系客服。"


class LineInRefund(Conflict):
    """One open refund a line at a time."""

    title = "售后处理中"
    detail = "这件商品已有一个售后在处理，请等它完成后再申请。"


class TooManyRefunds(Conflict):
    title = "售后次数太多"
    detail = f"一个订单最多申请 {MAX_REFUNDS} 次售后，请联系客服处理。"


class NothingToReturn(Conflict):
    title = "商品还没有发出"
    detail = "商品还没有发出，不用退货，请直接申请退款。"


def is_refund_edge(before: RefundStatus, after: RefundStatus) -> bool:
    """Whether a refund may go from ``before`` to ``after``."""
    return (before, after) in REFUND_EDGES


def price_of_units(line: OrderLine, quantity: int) -> Fen:
    """What the next ``quantity`` units of the line cost, as a difference of cumulative floors."""
    before, after = line.refunded_quantity, line.refunded_quantity + quantity
    exact = line.paid_fen * after // line.quantity - line.paid_fen * before // line.quantity
    return Fen(min(exact, line.paid_fen - line.refunded_fen - line.refund_reserved_fen))


def points_of_units(line: OrderLine, quantity: int) -> Points:
    """What the next ``quantity`` units of the line cost in points, by the same cumulative floors."""
    before, after = line.refunded_quantity, line.refunded_quantity + quantity
    return Points(line.points * after // line.quantity - line.points * before // line.quantity)


def points_back(order: Order, refund: Refund) -> Points:
    """The points that go back when this refund is posted on the order as it stands (invariant 19).

    By units, since a line may be paid in points alone: all units of a line give back all its points,
    in whatever slices they come.
    """
    return Points(sum(points_of_units(order.line(one.line_no), one.quantity) for one in refund.lines))


def cut(order: Order, slices: Sequence[Slice], *, kind: RefundKind) -> tuple[RefundLine, ...]:
    """The lines of a refund of these slices.

    Units never sent are taken first. Raises ``LineInRefund``, ``NothingToReturn`` or ``Invalid`` for
    more units or money than there are, or for less money where nothing was sent.
    """
    if len({one.line_no for one in slices}) != len(slices):
        raise Invalid("同一件商品请只填一次。")
    return tuple(_cut_line(order.line(one.line_no), one, kind=kind) for one in slices)


def _cut_line(line: OrderLine, wanted: Slice, *, kind: RefundKind) -> RefundLine:
    if line.open_refund_id is not None:
        raise LineInRefund()
    if not 1 <= wanted.quantity <= line.refundable_quantity:
        raise Invalid(f"“{line.title}”最多可退 {line.refundable_quantity} 件。")
    unshipped = min(wanted.quantity, line.shippable_quantity)
    if kind == "RETURN" and unshipped == wanted.quantity:
        raise NothingToReturn()
    most_fen = price_of_units(line, wanted.quantity)
    amount_fen = most_fen if wanted.amount_fen is None else wanted.amount_fen
    if not 0 <= amount_fen <= most_fen:
        raise Invalid(f"“{line.title}”最多可退 {yuan(most_fen)}。")
    if unshipped and amount_fen != most_fen:
        raise Invalid(f"“{line.title}”还有商品没有发出，请按原价全额退款。")
    return RefundLine(line.line_no, line.sku_id, wanted.quantity, unshipped, Fen(amount_fen))


def freight_back(order: Order, lines: Sequence[RefundLine]) -> Fen:
    """Freight goes back by itself only when nothing was sent and, with ``lines``, everything is back.

    Of other open refunds only those count whose money is set aside; one merely asked may be refused.
    """
    units = {line.line_no: line.quantity for line in lines}
    is_everything = all(
        one.refunded_quantity + units.get(one.line_no, one.open_quantity if one.refund_reserved_fen else 0)
        == one.quantity
        for one in order.lines
    )
    return order.freight_left_fen if is_everything and not order.parcels else Fen(0)


def check_may_ask(order: Order, *, at: datetime, is_staff: bool) -> None:
    """Members ask from payment until the window ends; staff as long as money is left.

    Raises ``NotRefundable`` or ``TooManyRefunds``.
    """
    if order.status in ("UNPAID", "CLOSED"):
        raise NotRefundable()
    is_over = order.after_sale_until is not None and at >= order.after_sale_until
    if not is_staff and (order.status == "COMPLETED" or is_over):
        raise NotRefundable("已经过了售后期，如商品有问题请联系客服。")
    if len(order.refund_ids) >= MAX_REFUNDS:
        raise TooManyRefunds()


def opened(order: Order, refund: Refund) -> Order:
    """The order with this refund asked: its lines are kept from other refunds and from the parcel."""
    cut_lines = {line.line_no: line for line in refund.lines}
    lines = tuple(
        replace(
            line,
            open_refund_id=refund.refund_id,
            open_quantity=cut_lines[line.line_no].quantity,
            open_unshipped_quantity=cut_lines[line.line_no].unshipped_quantity,
        )
        if line.line_no in cut_lines
        else line
        for line in order.lines
    )
    ids = (*order.refund_ids, refund.refund_id)
    return replace(order, lines=lines, refund_ids=ids, version=order.version + 1)


def move_refund(
    order: Order, refund: Refund, to: RefundStatus, *, at: datetime, **facts: Any
) -> tuple[Order, Refund]:
    """Refund and order after this step, each unit and fen counted once; ``facts`` go on the refund.

    Raises ``RefundMoved`` where there is no such edge.
    """
    after = advanced(refund, to, at=at, **facts)
    if to == "RESERVED":
        return _reserved(order, after), after
    if to == "POSTED":
        return _posted(order, after, at=at), after
    if to not in OPEN:
        return _given_up(order, after, was_reserved=refund.status in ("RESERVED", "SENT")), after
    return order, after


def advanced(refund: Refund, to: RefundStatus, *, at: datetime, **facts: Any) -> Refund:
    """The refund alone after a step that leaves its order as it is. Raises ``RefundMoved``."""
    if not is_refund_edge(refund.status, to):
        raise RefundMoved()
    ended_at = None if to in OPEN else at
    return replace(refund, status=to, version=refund.version + 1, ended_at=ended_at, **facts)


def _reserved(order: Order, refund: Refund) -> Order:
    held = {line.line_no: line.amount_fen for line in refund.lines}
    lines = tuple(
        replace(line, refund_reserved_fen=Fen(line.refund_reserved_fen + held.get(line.line_no, 0)))
        for line in order.lines
    )
    return _checked(
        replace(
            order,
            lines=lines,
            refund_reserved_fen=Fen(order.refund_reserved_fen + refund.amount_fen),
            freight_reserved_fen=Fen(order.freight_reserved_fen + refund.freight_fen),
            version=order.version + 1,
        )
    )


def _posted(order: Order, refund: Refund, *, at: datetime) -> Order:
    freed = _given_up(order, refund, was_reserved=True)
    back = {line.line_no: line for line in refund.lines}
    lines = tuple(
        replace(
            line,
            refunded_quantity=line.refunded_quantity + back[line.line_no].quantity,
            unshipped_refunded_quantity=line.unshipped_refunded_quantity
            + back[line.line_no].unshipped_quantity,
            refunded_fen=Fen(line.refunded_fen + back[line.line_no].amount_fen),
        )
        if line.line_no in back
        else line
        for line in freed.lines
    )
    posted = replace(
        freed,
        lines=lines,
        refunded_fen=Fen(freed.refunded_fen + refund.amount_fen),
        freight_refunded_fen=Fen(freed.freight_refunded_fen + refund.freight_fen),
    )
    return _checked(_moved_on(posted, at=at))


def _moved_on(order: Order, *, at: datetime) -> Order:
    """An order that is all refunded is closed; one whose last unsent goods went back is all sent."""
    if order.is_all_refunded and is_edge(order.status, "CLOSED"):
        return replace(order, status="CLOSED", closed_at=at, close_reason="REFUNDED")
    return shipped_out(order, at=at) if order.status == "PAID" and order.is_all_sent else order


def _given_up(order: Order, refund: Refund, *, was_reserved: bool) -> Order:
    amounts = {line.line_no: line.amount_fen if was_reserved else 0 for line in refund.lines}
    lines = tuple(
        replace(
            line,
            open_refund_id=None,
            open_quantity=0,
            open_unshipped_quantity=0,
            refund_reserved_fen=Fen(line.refund_reserved_fen - amounts[line.line_no]),
        )
        if line.line_no in amounts
        else line
        for line in order.lines
    )
    total_fen, freight_fen = (refund.amount_fen, refund.freight_fen) if was_reserved else (0, 0)
    return replace(
        order,
        lines=lines,
        refund_reserved_fen=Fen(order.refund_reserved_fen - total_fen),
        freight_reserved_fen=Fen(order.freight_reserved_fen - freight_fen),
        version=order.version + 1,
    )


def _checked(order: Order) -> Order:
    """Never more back than was paid, line by line and in all (invariant 8)."""
    assert 0 <= order.refunded_fen + order.refund_reserved_fen <= order.total_fen
    assert 0 <= order.freight_refunded_fen + order.freight_reserved_fen <= order.freight_fen
    for line in order.lines:
        assert 0 <= line.refunded_fen + line.refund_reserved_fen <= line.paid_fen
        assert 0 <= line.refunded_quantity + line.open_quantity <= line.quantity
        assert line.unsent_quantity - line.open_unshipped_quantity >= 0
    return order


def units_to_stock(refund: Refund) -> dict[str, int]:
    """What a posted refund gives back to stock by SKU: units never sent, and sellable returns."""
    back: dict[str, int] = {}
    for line in refund.lines:
        is_back = refund.kind == "RETURN" and refund.is_sellable
        units = line.quantity if is_back else line.unshipped_quantity
        if units:
            back[line.sku_id] = back.get(line.sku_id, 0) + units
    return back
