"""Points in lots: nothing is lost but what ran out unused, whatever came when (W6, invariant 19)."""

from collections import Counter
from datetime import timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.wallet.move_points import (
    Lot,
    PointsMove,
    PointsRules,
    PointsWallet,
    claw_points,
    earn_points,
    expire_points,
    last_day,
    last_moment,
    left_of,
    spend_points,
    unspend_points,
)
from chalicelib.wallet.rules import balanced_points
from tests.support.world import START


class Books:
    """One member's points with their lots and the fold of all postings."""

    def __init__(self) -> None:
        self.wallet = PointsWallet("MB1")
        self.lots: dict[str, Lot] = {}
        self.folds: Counter[str] = Counter()
        self.held: list[int] = []
        self.number = 0

    def book(self, move: PointsMove) -> None:
        self.wallet = move.wallet
        if move.postings:
            self.folds.update({one.account: one.points for one in balanced_points(move.postings)})
        if move.lot is not None:
            assert move.lot.key not in self.lots
            self.lots[move.lot.key] = move.lot

    def do(self, what: str, points: int, days: int) -> None:
        self.number += 1
        name = f"E:{self.number}"
        if what == "earn":
            self.book(earn_points(self.wallet, points, lot_id=name, expires_at=last_moment(START, days)))
        elif what == "spend" and (some := min(points, self.wallet.available)) > 0:
            self.book(spend_points(self.wallet, some))
            self.held.append(some)
        elif what == "unspend" and self.held:
            self.book(unspend_points(self.wallet, self.held.pop(), lot_id=name, at=START))
        elif what == "claw":
            self.book(claw_points(self.wallet, points))
        elif what == "expire" and self.lots:
            self.book(expire_points(self.wallet, self.lots.pop(min(self.lots))))

    def check(self) -> None:
        wallet = self.wallet
        assert sum(lot.points for lot in self.lots.values()) == wallet.available + wallet.used
        assert min(wallet.available, wallet.debt, wallet.used) >= 0
        assert wallet.available * wallet.debt == 0
        assert self.folds["p:MB1:available"] == wallet.available
        assert self.folds["p:MB1:debt"] == -wallet.debt
        assert sum(self.folds.values()) == 0
        assert sum(points for _, points in left_of(wallet, list(self.lots.values()))) == wallet.available


STEPS = st.tuples(
    st.sampled_from(["earn", "earn", "spend", "spend", "unspend", "claw", "expire"]),
    st.integers(1, 500),
    st.integers(0, 30),
)


@given(st.lists(STEPS, max_size=40))
def test_lots_wallet_and_journal_agree_after_every_event(steps: list[tuple[str, int, int]]) -> None:
    books = Books()
    for step in steps:
        books.do(*step)
        books.check()


@given(st.lists(st.integers(1, 100), min_size=2, max_size=4), st.integers(0, 300))
def test_what_runs_out_does_not_depend_on_which_lot_is_taken_first(points: list[int], spent: int) -> None:
    """Resumable: a run that left one lot behind ends in the same books."""
    lots = [Lot("MB1", f"E:{number}", one, START) for number, one in enumerate(points)]  # type: ignore[arg-type]
    spent = min(spent, sum(points))
    wallet = PointsWallet("MB1", available=sum(points) - spent, used=spent)  # type: ignore[arg-type]
    ends = set()
    for order in permutations(lots):
        after = wallet
        for lot in order:
            after = expire_points(after, lot).wallet
        ends.add((after.available, after.used))
    assert ends == {(0, 0)}


def test_exactly_what_was_not_used_is_lost() -> None:
    """100 run out, 30 were spent: 70 are lost, and the next lot is whole."""
    books = Books()
    books.do("earn", 100, 1)
    books.do("earn", 50, 9)
    books.do("spend", 30, 0)
    books.do("expire", 0, 0)
    assert books.wallet.available == 50
    assert books.folds["points:expired"] == 70
    books.do("spend", 20, 0)
    assert [points for _, points in left_of(books.wallet, list(books.lots.values()))] == [30]


def test_points_of_a_dead_order_live_on_in_their_old_lots() -> None:
    books = Books()
    books.do("earn", 100, 5)
    books.do("spend", 60, 0)
    books.do("unspend", 0, 0)
    ((lot, left),) = left_of(books.wallet, list(books.lots.values()))
    assert (lot.lot_id, left) == ("E:1", 100)


def test_points_whose_lot_ran_out_while_an_order_held_them_get_a_day() -> None:
    books = Books()
    books.do("earn", 100, 5)
    books.do("spend", 60, 0)
    books.do("expire", 0, 0)
    books.do("unspend", 0, 0)
    ((lot, left),) = left_of(books.wallet, list(books.lots.values()))
    assert (lot.expires_at, left) == (last_moment(START, 1), 60)


def test_a_debt_is_paid_off_by_the_next_points() -> None:
    """W1 in points: 100 earned and used, 80 taken back: a debt, paid by the next 90."""
    books = Books()
    books.do("earn", 100, 5)
    books.do("spend", 100, 0)
    books.do("claw", 80, 0)
    assert (books.wallet.available, books.wallet.debt) == (0, 80)
    books.do("earn", 90, 5)
    assert (books.wallet.available, books.wallet.debt) == (10, 0)
    books.check()


def test_points_live_to_the_end_of_their_last_day_in_china() -> None:
    until = last_moment(START, 0)
    assert last_day(until) == "2026年11月23日"
    assert until - START == timedelta(hours=14)


def test_settings_that_make_no_sense_are_refused() -> None:
    PointsRules().check()
    wrong = [
        PointsRules(fen_per_point=0),
        PointsRules(max_share_bps=10_001),
        PointsRules(valid_days=0),
        PointsRules(two_persons_above=-1),
    ]
    for one in wrong:
        try:
            one.check()
        except ValueError as problem:
            assert "积分" in str(problem)
        else:
            raise AssertionError(one)
