"""What a buyer brought each of those above, from the sources alone (D7)."""

from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.commissions.rules import Commission, State
from chalicelib.kernel.money import Fen
from chalicelib.standing.rules import SaleEvent
from chalicelib.team.rules import Contribution, brought_by_sale, fold, worth_fen

AT = datetime(2026, 11, 20, tzinfo=UTC)
PAID = SaleEvent("PAID:OR1", "OR1", "MBC", ("MBB", "MBA"), AT, 11_000, 1)
REFUNDED = replace(PAID, event_id="REFUND:RF1", goods_fen=-3_333, orders=0)
RETURNED = replace(PAID, event_id="RETURNED:OR1", goods_fen=0, orders=-1)


def row(payee_id: str, amount_fen: int, *, state: State = "PENDING", clawed_fen: int = 0) -> Commission:
    return Commission(
        "OR1",
        payee_id,
        "chain",
        1,
        "MBC",
        state,
        Fen(amount_fen),
        AT,
        "PL1",
        1,
        "方案",
        5_000,
        (),
        clawed_fen=Fen(clawed_fen),
    )


def test_a_sale_counts_for_each_upline_that_it_froze_once() -> None:
    """Invariant 9: the buyer among its own uplines, or one named twice, counts once or not at all."""
    twice = replace(PAID, chain=("MBC", "MBB", "MBB", "MBA"))
    assert [(one.upline_id, one.orders, one.sales_fen) for one in brought_by_sale(twice)] == [
        ("MBB", 1, 11_000),
        ("MBA", 1, 11_000),
    ]
    assert brought_by_sale(replace(REFUNDED, goods_fen=0)) == ()


def test_a_commission_is_worth_what_is_left_of_it() -> None:
    """Pending and settled alike, less what went back and what a cap left out."""
    assert worth_fen(row("MBB", 1_000)) == worth_fen(row("MBB", 1_000, state="MATURED")) == 1_000
    assert worth_fen(row("MBB", 1_000, clawed_fen=400)) == 600
    assert worth_fen(row("MBB", 1_000, clawed_fen=1_000, state="CLAWED")) == 0
    assert worth_fen(replace(row("MBB", 1_000, state="MATURED"), trimmed_fen=Fen(250))) == 750


def test_own_purchases_periods_and_what_is_worth_nothing_are_no_contribution() -> None:
    """A closed period pays on sums, not on one buyer's orders."""
    assert worth_fen(row("MBC", 1_000)) == 0
    assert worth_fen(replace(row("MBB", 1_000), period_id="M2026-11")) == 0
    assert worth_fen(row("MBB", 5, state="ZERO")) == 0


def test_the_fold_sums_orders_sales_and_commissions_by_upline() -> None:
    rows = [row("MBB", 1_000), replace(row("MBB", 200), rule="bonus"), row("MBA", 500), row("MBS", 70)]
    found = fold("MBC", ("MBB", "MBA"), [PAID, REFUNDED], rows)
    assert found == {
        "MBB": Contribution("MBC", "MBB", 1, Fen(1_200), 1, Fen(7_667)),
        "MBA": Contribution("MBC", "MBA", 2, Fen(500), 1, Fen(7_667)),
        "MBS": Contribution("MBC", "MBS", None, Fen(70)),
    }
    whole = replace(REFUNDED, goods_fen=-11_000)
    gone = fold("MBC", (), [PAID, whole, RETURNED], [])
    assert gone["MBB"] == Contribution("MBC", "MBB")


def test_who_moved_away_is_in_no_team_but_brought_what_they_brought() -> None:
    found = fold("MBC", ("MBX",), [PAID], [row("MBB", 1_000)])
    assert (found["MBB"].level, found["MBB"].team, found["MBB"].earned_fen) == (None, None, 1_000)
    assert (found["MBX"].level, found["MBX"].team, found["MBX"].orders) == (1, "MBX#1", 0)
