"""The audit's checks of one order, each broken by itself (trust A4: 4, 6, 8, 10, 11, 19, 20)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.commissions.rules import Commission, Part
from chalicelib.kernel.money import Fen, Points
from chalicelib.orders.rules import Order, OrderLine
from chalicelib.reports import rules
from chalicelib.wallet.rules import Entry, PointsPosting, Posting
from tests.orders.build import AT, line, order

PAID = order(line(1), line(2, quantity=1, paid_fen=1_001))
TOTAL = 9_999 + 1_001 + 1_200


def entry(kind: str, refs: dict[str, str] | None = None, **accounts: int) -> Entry:
    postings = tuple(Posting(name.replace("_", ":"), Fen(amount)) for name, amount in accounts.items())
    return Entry(f"{kind}:X", kind, AT, postings, refs or {})


BROUGHT = entry("PAID", wx_cash=-TOTAL, shop_sales=TOTAL, shop_commission=-999, m_A=999)


def row(**more: Any) -> Commission:
    """10 % of the first line for A."""
    part = Part(1, 3, Fen(9_999), "PLAN", 1_000, Fen(999), 3_000, Fen(2_999), False, Fen(999))
    kept = Commission("OR1", "A", "L1", 1, "ME1", "PENDING", Fen(999), AT, "PL1", 1, "方案", 3_000, (part,))
    return replace(kept, **more)


def given_back(number: int, refunded_fen: int, **more: Any) -> Order:
    """With so much of one line refunded."""
    lines = tuple(
        replace(one, refunded_fen=Fen(refunded_fen), **more) if one.line_no == number else one
        for one in PAID.lines
    )
    return replace(PAID, lines=lines)


def told(
    of: Order, entries: Sequence[Entry] = (BROUGHT,), rows: Sequence[Commission] | None = None
) -> list[tuple[int, int]]:
    found = rules.check_order(of, entries, [row()] if rows is None else rows)
    return [(one.invariant, one.off_fen) for one in found]


def test_an_order_in_order() -> None:
    assert told(PAID) == []


def test_one_payment_and_no_more() -> None:
    """6: none, two, or one of an order that nobody paid; an order of nothing has none."""
    assert (6, 0) in told(PAID, [])
    assert (6, 0) in told(PAID, [BROUGHT, BROUGHT])
    assert (6, 0) in told(replace(PAID, paid_at=None))
    free = replace(order(line(1, paid_fen=0), freight_fen=0), paid_at=AT)
    assert told(free, [], []) == []


def test_the_balance_pays_as_well_as_wechat() -> None:
    bought = entry("PURCHASE", m_ME1=-TOTAL, shop_sales=TOTAL)
    credited = entry("CREDIT", shop_commission=-999, m_A=999)
    assert told(PAID, [bought, credited]) == []


def test_lines_and_freight_are_the_total() -> None:
    """4: the order by itself, and what was booked of it."""
    assert told(replace(PAID, total_fen=Fen(TOTAL + 1))) == [(4, 0), (4, 1)]
    short = entry("PAID", wx_cash=-1, shop_sales=TOTAL - 7, shop_commission=-999)
    assert told(PAID, [short]) == [(4, 7)]


def test_a_discount_adds_up_on_its_line() -> None:
    """20."""
    lines: tuple[OrderLine, ...] = (replace(PAID.lines[0], coupon_fen=Fen(1)), PAID.lines[1])
    assert told(replace(PAID, lines=lines)) == [(20, 0)]


@pytest.mark.parametrize(("fen", "findings"), [(TOTAL, []), (TOTAL + 1, [(8, 0)]), (-1, [(8, 0)])])
def test_no_more_goes_back_than_came(fen: int, findings: list[tuple[int, int]]) -> None:
    """8: by either way back; money that came too late and went back is told apart by its name."""
    for kind in ("REFUND", "REPAY"):
        assert told(PAID, [BROUGHT, entry(kind, shop_sales=-fen)]) == findings
    late = entry("REFUND", {"late": "yes"}, shop_sales=-fen)
    assert told(PAID, [BROUGHT, late]) == []


def test_rows_say_what_the_journal_says() -> None:
    """11: in money; a row of points is not the money's."""
    assert told(PAID, rows=[]) == [(11, 999)]
    assert told(PAID, rows=[row(amount_fen=Fen(1_000))]) == [(11, 1)]
    assert told(PAID, rows=[row(), row(rule="L2", form="POINTS", parts=())]) == []


def test_nobody_earns_more_than_a_line_brought() -> None:
    """10."""
    (part,) = row().parts
    more = replace(row(), parts=(replace(part, amount_fen=Fen(10_000)),))
    assert (10, 0) in told(PAID, rows=[more])


def test_taken_back_is_the_cumulative_floor() -> None:
    """11: of 999 for 9,999 a third back takes 333; what a cap left out may go first."""
    third = given_back(1, 3_333)
    clawed = entry("REFUND", shop_sales=-3_333, shop_commission=333)
    assert told(third, [BROUGHT, clawed], [row(clawed_fen=Fen(333))]) == []
    assert told(third, [BROUGHT, clawed], [row()]) == [(11, 333), (11, 333)]
    assert (11, 1) in told(third, [BROUGHT, clawed], [row(clawed_fen=Fen(334))])
    trimmed = entry("TRIM", shop_commission=500)
    assert told(third, [BROUGHT, trimmed], [row(trimmed_fen=Fen(500))]) == []
    assert (11, 33) in told(third, [BROUGHT, trimmed], [row(trimmed_fen=Fen(20), clawed_fen=Fen(300))])


def test_a_row_of_nothing_gives_nothing_back() -> None:
    """90 fen are no whole point: nothing was given, so nothing is due."""
    (part,) = row().parts
    nothing = row(state="ZERO", form="POINTS", parts=(replace(part, amount_fen=Fen(90)),), amount_fen=Fen(90))
    assert told(given_back(1, 9_999), rows=[row(clawed_fen=Fen(999)), nothing]) == [(11, 999)]


def spent(of: Order, points: int) -> list[tuple[int, str]]:
    booked = (
        PointsPosting("points:spent", Points(points)),
        PointsPosting("p:ME1:available", Points(-points)),
    )
    found = rules.check_spent(of, [Entry("SPEND:OR1", "SPEND", AT, (), {}, booked)])
    return [(one.invariant, one.detail) for one in found]


class TestSpentPoints:
    """8, 11, 19, 20: 30 points on a line of three."""

    OF = replace(
        order(replace(line(1), points=Points(30), points_fen=Fen(3_000))),
        points=Points(30),
        points_fen=Fen(3_000),
    )

    def test_as_long_as_the_order_lives_the_journal_holds_them(self) -> None:
        assert spent(self.OF, 30) == []
        assert spent(self.OF, 29) == [(19, "journal holds 29 points, the order 30")]

    def test_units_that_went_back_gave_theirs_back(self) -> None:
        (one,) = self.OF.lines
        back = replace(self.OF, lines=(replace(one, refunded_quantity=1),))
        assert spent(back, 20) == []
        assert spent(back, 30) == [(19, "journal holds 30 points, the order 20")]

    def test_an_order_that_died_unpaid_holds_none(self) -> None:
        dead = replace(self.OF, status="CLOSED", paid_at=None)
        assert spent(dead, 0) == []
        assert spent(dead, 30) == [(19, "journal holds 30 points, the order 0")]
        assert spent(replace(dead, paid_at=AT), 30) == [], "closed by a refund of money alone"

    @pytest.mark.parametrize("more", [{"points": Points(31)}, {"points_fen": Fen(3_100)}])
    def test_they_add_up_over_the_lines(self, more: dict[str, Any]) -> None:
        assert (20, "points on lines (30, 3000)") in spent(replace(self.OF, **more), 30)
