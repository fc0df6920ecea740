"""What an order and a refund may become, and how they speak (O3, O4; invariant 5)."""

import itertools
import typing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.money import Fen
from chalicelib.orders import move_refund as refunds
from chalicelib.orders.describe import REFUND_TEXT, STATUS_TEXT, describe, describe_refund, when
from chalicelib.orders.move_refund import (
    OPEN,
    RefundMoved,
    RefundStatus,
    advanced,
    is_refund_edge,
)
from chalicelib.orders.rules import (
    EDGES,
    LineUnknown,
    OrderAlreadyPaid,
    OrderMoved,
    OrderRules,
    Parcel,
    ParcelLine,
    Status,
    closed,
    completed,
    due_at,
    received,
    shipped_out,
    step,
)
from tests.orders.build import AT, line, order, refund

STATUSES: tuple[Status, ...] = typing.get_args(Status)
REFUND_STATUSES: tuple[RefundStatus, ...] = typing.get_args(RefundStatus)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
def test_an_order_steps_along_listed_edges_only(before: Status, after: Status) -> None:
    """Invariant 5, over all pairs."""
    present = order(status=before)
    if (before, after) in EDGES:
        assert step(present, after).status == after
        assert step(present, after).version == present.version + 1
    else:
        with pytest.raises(OrderMoved):
            step(present, after)


def test_the_table_of_edges_is_the_one_of_the_contract() -> None:
    closes = {(one, "CLOSED") for one in STATUSES if one != "CLOSED"}
    life = set(itertools.pairwise(["UNPAID", "PAID", "SHIPPED", "RECEIVED", "COMPLETED"]))
    assert closes | life == EDGES


@pytest.mark.parametrize(("before", "after"), list(itertools.product(REFUND_STATUSES, REFUND_STATUSES)))
def test_a_refund_steps_along_listed_edges_only(before: RefundStatus, after: RefundStatus) -> None:
    present = refund(order(), status=before)
    if is_refund_edge(before, after):
        moved = advanced(present, after, at=AT)
        assert moved.status == after
        assert (moved.ended_at is None) == (after in OPEN)
    else:
        with pytest.raises(RefundMoved):
            advanced(present, after, at=AT)


def test_nothing_leaves_an_end() -> None:
    ends = set(REFUND_STATUSES) - OPEN
    assert not [edge for edge in refunds.REFUND_EDGES if edge[0] in ends]
    assert not [edge for edge in EDGES if edge[0] == "CLOSED"]


def test_every_state_has_its_words() -> None:
    """O3: the buyer reads each state, and no placeholder is left open."""
    assert set(STATUS_TEXT) == set(STATUSES) and set(REFUND_TEXT) == set(REFUND_STATUSES)
    for status in STATUSES:
        told = describe(
            replace(order(status=status), receive_at=AT, after_sale_until=AT, close_reason="BUYER")
        )
        assert told.says and "None" not in told.says
    for state in REFUND_STATUSES:
        told = describe_refund(replace(refund(order(), status=state), return_until=AT))
        assert told.says and "None" not in told.says


def test_times_are_told_in_shanghai() -> None:
    assert when(datetime(2026, 11, 23, 18, 5, tzinfo=UTC)) == "11月24日 02:05"


@pytest.mark.parametrize(
    "wrong",
    [
        {"unpaid_minutes": 4},
        {"auto_receive_days": 0},
        {"after_sale_days": 6},
        {"return_days": 0},
        {"return_address": "长" * 201},
    ],
)
def test_settings_no_shop_may_have_are_refused(wrong: dict[str, typing.Any]) -> None:
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        replace(OrderRules(), **wrong).check()


def test_the_settings_we_ship_are_fine() -> None:
    OrderRules().check()


def test_an_unpaid_order_closes_and_a_paid_one_never() -> None:
    """Invariant 5: once WeChat holds the money, it goes back by a refund or not at all."""
    shut = closed(order(status="UNPAID"), "BUYER", at=AT)
    assert (shut.status, shut.closed_at, shut.close_reason) == ("CLOSED", AT, "BUYER")
    with pytest.raises(OrderMoved):
        closed(shut, "STAFF", at=AT)
    for status in ("PAID", "SHIPPED", "RECEIVED", "COMPLETED"):
        with pytest.raises(OrderAlreadyPaid):
            closed(order(status=status), "STAFF", at=AT)


def test_all_that_was_not_given_back_has_to_be_out() -> None:
    """O3: units given back before they were sent are not waited for; receipt then comes by itself."""
    parcels = (Parcel(1, "EXPRESS", (ParcelLine(1, 2),), AT),)
    part = replace(line(), shipped_quantity=2)
    whole = replace(part, refunded_quantity=1, unshipped_refunded_quantity=1)
    assert not replace(order(part), parcels=parcels).is_all_sent
    assert not order(replace(line(), unshipped_refunded_quantity=3)).is_all_sent
    sent = replace(order(whole), parcels=parcels)
    assert sent.is_all_sent
    out = shipped_out(sent, at=AT)
    assert (out.status, due_at(out)) == ("SHIPPED", AT + timedelta(days=10))
    with pytest.raises(AssertionError):
        shipped_out(order(), at=AT)


def test_a_received_order_completes_when_its_window_ends_and_nothing_is_open() -> None:
    """O4: an open refund makes every clock wait."""
    here = received(order(status="SHIPPED"), at=AT)
    until = AT + timedelta(days=7)
    assert due_at(here) == here.after_sale_until == until
    assert completed(here, at=until).completed_at == until
    asked = replace(here, lines=(replace(line(), open_refund_id="RF1", open_quantity=1),))
    assert due_at(asked) is None
    for present, at in (
        (here, until - timedelta(seconds=1)),
        (asked, until),
        (replace(here, after_sale_until=None), until),
    ):
        with pytest.raises(OrderMoved):
            completed(present, at=at)
    assert due_at(order(status="UNPAID")) == order().expires_at
    assert due_at(order(status="PAID")) is None


def test_units_and_fen_are_counted_once() -> None:
    """Invariant 8: what is asked back or given back is not there a second time."""
    some = replace(
        line(),
        shipped_quantity=1,
        refunded_quantity=1,
        unshipped_refunded_quantity=1,
        open_quantity=1,
        open_unshipped_quantity=1,
    )
    assert (some.refundable_quantity, some.unsent_quantity, some.shippable_quantity) == (1, 1, 0)
    back = replace(line(), refunded_quantity=3, refunded_fen=Fen(9_999))
    assert back.is_refunded
    assert not replace(back, refunded_fen=Fen(9_998)).is_refunded
    both = order(back, line(2))
    assert not both.is_all_refunded
    assert order(back).is_all_refunded
    assert replace(both, freight_reserved_fen=Fen(100), freight_refunded_fen=Fen(200)).freight_left_fen == 900
    assert both.line(2).line_no == 2
    with pytest.raises(LineUnknown):
        both.line(3)
    assert [(one.line_no, one.goods_paid_fen) for one in both.sale.lines] == [(1, 9_999), (2, 9_999)]


def test_an_order_says_where_its_money_came_from() -> None:
    """O1, decision 11: refunds go back there."""
    paid = replace(order(), paid_at=AT, transaction_id="42000001")
    assert replace(paid, paid_at=None).paid_by is None
    assert paid.paid_by == "WECHAT"
    assert replace(paid, transaction_id=None, balance_bill_id="BB1").paid_by == "BALANCE"
    assert replace(paid, transaction_id=None).paid_by == "NOTHING"
