"""Refunds cut exactly, and the sums of an order hold whatever happens (O4; invariants 8, 11)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from chalicelib.orders import move_refund as refunds
from chalicelib.orders import rules
from chalicelib.orders.move_refund import (
    Refund,
    RefundLine,
    Slice,
    cut,
    freight_back,
    move_refund,
    opened,
    price_of_units,
    units_to_stock,
)
from chalicelib.orders.rules import (
    Order,
    Parcel,
    ParcelLine,
    Status,
)
from chalicelib.orders.ship import NothingToShip, packed
from tests.orders.build import AT, line, order, refund


@given(st.integers(1, 50), st.integers(0, 10**7), st.data())
def test_slices_of_all_units_sum_to_what_was_paid(quantity: int, paid_fen: int, data: st.DataObject) -> None:
    """O4: whatever the slices and their order, all units together give back exactly what was paid."""
    present = line(quantity=quantity, paid_fen=paid_fen)
    total_fen = 0
    while present.refunded_quantity < quantity:
        units = data.draw(st.integers(1, quantity - present.refunded_quantity))
        amount_fen = price_of_units(present, units)
        total_fen += amount_fen
        present = replace(
            present,
            refunded_quantity=present.refunded_quantity + units,
            refunded_fen=Fen(present.refunded_fen + amount_fen),
        )
        assert present.refunded_fen == paid_fen * present.refunded_quantity // quantity
    assert total_fen == paid_fen and present.is_refunded


@given(st.data())
def test_the_sums_of_an_order_hold_whatever_happens(data: st.DataObject) -> None:
    """Invariant 8: through any mix of asked, paid, refused and failed refunds and parcels."""
    shapes = data.draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 999)), min_size=1, max_size=3))
    present = order(*(line(n, quantity=q, paid_fen=q * p + n) for n, (q, p) in enumerate(shapes, 1)))
    running: list[Refund] = []
    for _ in range(data.draw(st.integers(1, 14))):
        what = data.draw(st.sampled_from(["ask", "ship", "end"]))
        free = [one for one in present.lines if one.open_refund_id is None and one.refundable_quantity]
        if (
            what == "ask"
            and free
            and len(present.refund_ids) < rules.MAX_REFUNDS
            and present.status != "CLOSED"
        ):
            one = data.draw(st.sampled_from(free))
            units = data.draw(st.integers(1, one.refundable_quantity))
            lines = cut(present, [Slice(one.line_no, units)], kind="REFUND_ONLY")
            asked = refund(present, *lines, freight_fen=freight_back(present, lines))
            present = opened(present, asked)
            running.append(asked)
        elif what == "ship" and present.status == "PAID" and len(present.parcels) < rules.MAX_PARCELS:
            parts = tuple(
                ParcelLine(one.line_no, data.draw(st.integers(1, one.shippable_quantity)))
                for one in present.lines
                if one.shippable_quantity
            )
            if parts:
                present = packed(present, Parcel(len(present.parcels) + 1, "EXPRESS", parts, AT))
        elif what == "end" and running:
            present, running = _ended(present, running, data)
        _holds(present, running)
    for asked in running:
        present, _ = _paid_back(present, asked)
    _holds(present, [])
    assert (present.status == "CLOSED") == present.is_all_refunded


def _ended(present: Order, running: list[Refund], data: st.DataObject) -> tuple[Order, list[Refund]]:
    asked = data.draw(st.sampled_from(running))
    left = [one for one in running if one is not asked]
    way = data.draw(st.sampled_from(["POSTED", "FAILED", "REFUSED"]))
    if way == "REFUSED":
        return move_refund(present, asked, "REFUSED", at=AT)[0], left
    present, reserved = _reserved(present, asked)
    return move_refund(present, reserved, way, at=AT)[0], left


def _reserved(present: Order, asked: Refund) -> tuple[Order, Refund]:
    freight_fen = freight_back(present, asked.lines)
    amount_fen = Fen(sum(one.amount_fen for one in asked.lines) + freight_fen)
    return move_refund(present, asked, "RESERVED", at=AT, freight_fen=freight_fen, amount_fen=amount_fen)


def _paid_back(present: Order, asked: Refund) -> tuple[Order, Refund]:
    present, reserved = _reserved(present, asked)
    return move_refund(present, reserved, "POSTED", at=AT)


def _holds(present: Order, running: list[Refund]) -> None:
    by_line = {one.line_no: asked for asked in running for one in asked.lines}
    assert present.refund_reserved_fen == 0
    assert present.refunded_fen <= present.total_fen
    goods_fen = sum(one.refunded_fen for one in present.lines)
    assert present.refunded_fen == goods_fen + present.freight_refunded_fen
    for one in present.lines:
        assert (one.open_refund_id is None) == (one.line_no not in by_line)
        assert one.refunded_fen == one.paid_fen * one.refunded_quantity // one.quantity
        assert one.shipped_quantity + one.unshipped_refunded_quantity <= one.quantity
        assert one.unshipped_refunded_quantity <= one.refunded_quantity


def test_units_never_sent_go_back_first() -> None:
    present = packed(order(), Parcel(1, "EXPRESS", (ParcelLine(1, 1),), AT))
    (back,) = cut(present, [Slice(1, 2)], kind="REFUND_ONLY")
    assert (back.quantity, back.unshipped_quantity, back.amount_fen) == (2, 2, 6_666)


def test_what_is_asked_back_is_not_sent() -> None:
    present = order()
    asked = refund(present, *cut(present, [Slice(1, 1)], kind="REFUND_ONLY"))
    present = opened(present, asked)
    assert present.lines[0].shippable_quantity == 2
    with pytest.raises(NothingToShip):
        packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 3),), AT))
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 2),), AT))
    assert sent.status == "PAID"
    paid_back, _ = _paid_back(sent, asked)
    assert paid_back.status == "SHIPPED" and paid_back.receive_at == AT + timedelta(days=10)


def test_less_money_may_be_asked_for_what_was_sent_only() -> None:
    present = order()
    with pytest.raises(Invalid, match="全额"):
        cut(present, [Slice(1, 1, 100)], kind="REFUND_ONLY")
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 3),), AT))
    assert cut(sent, [Slice(1, 1, 100)], kind="REFUND_ONLY")[0].amount_fen == 100
    with pytest.raises(Invalid, match=r"¥33\.33"):
        cut(sent, [Slice(1, 1, 3_334)], kind="REFUND_ONLY")


@pytest.mark.parametrize("quantity", [0, 4])
def test_no_more_units_than_there_are(quantity: int) -> None:
    with pytest.raises(Invalid, match="最多可退 3 件"):
        cut(order(), [Slice(1, quantity)], kind="REFUND_ONLY")


def test_a_line_is_named_once_and_must_be_there() -> None:
    with pytest.raises(Invalid, match="只填一次"):
        cut(order(), [Slice(1, 1), Slice(1, 1)], kind="REFUND_ONLY")
    with pytest.raises(rules.LineUnknown):
        cut(order(), [Slice(2, 1)], kind="REFUND_ONLY")


def test_goods_that_were_not_sent_cannot_be_returned() -> None:
    with pytest.raises(refunds.NothingToReturn):
        cut(order(), [Slice(1, 1)], kind="RETURN")


def test_freight_goes_back_when_nothing_was_sent_and_all_is_back() -> None:
    present = order(line(1), line(2))
    first = cut(present, [Slice(1, 3)], kind="REFUND_ONLY")
    assert freight_back(present, first) == 0
    every = cut(present, [Slice(1, 3), Slice(2, 3)], kind="REFUND_ONLY")
    assert freight_back(present, every) == 1_200
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 1),), AT))
    assert freight_back(sent, cut(sent, [Slice(1, 3), Slice(2, 3)], kind="REFUND_ONLY")) == 0


@pytest.mark.parametrize(
    ("kind", "is_sellable", "expected"),
    [("REFUND_ONLY", True, 1), ("RETURN", True, 3), ("RETURN", False, 1)],
)
def test_what_goes_back_into_stock(kind: refunds.RefundKind, is_sellable: bool, expected: int) -> None:
    """O4: units never sent always, returned ones when they can be sold again, others never."""
    back = RefundLine(1, "SK1", 3, 1, Fen(9_999))
    given_back = replace(refund(order(), back), kind=kind, is_sellable=is_sellable)
    assert units_to_stock(given_back) == {"SK1": expected}


def test_the_window_ends_for_members_not_for_staff() -> None:
    late = replace(order(status="RECEIVED"), after_sale_until=AT)
    refunds.check_may_ask(late, at=AT - timedelta(seconds=1), is_staff=False)
    with pytest.raises(refunds.NotRefundable):
        refunds.check_may_ask(late, at=AT, is_staff=False)
    refunds.check_may_ask(late, at=AT, is_staff=True)


@pytest.mark.parametrize("status", ["UNPAID", "CLOSED"])
def test_nothing_to_refund(status: Status) -> None:
    with pytest.raises(refunds.NotRefundable):
        refunds.check_may_ask(order(status=status), at=AT, is_staff=True)


def test_at_most_fifty_refunds_an_order() -> None:
    """Invariant 8: WeChat refunds a payment in at most 50 parts."""
    many = replace(order(), refund_ids=tuple(map(str, range(50))))
    with pytest.raises(refunds.TooManyRefunds):
        refunds.check_may_ask(many, at=AT, is_staff=True)
