"""What an order and a refund may become, and how they speak (O3, O4; invariant 5)."""

import itertools
import typing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

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
    OrderMoved,
    OrderRules,
    Status,
    step,
)
from tests.orders.build import AT, order, refund

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
