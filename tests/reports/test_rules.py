"""The audit's checks, one broken book at a time: each is told by its number and by how much (trust A4)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import MAX_FEN, Fen, Points
from chalicelib.reports import rules
from chalicelib.wallet.move_points import POINTS_PURSES, Lot, PointsWallet, points_account_of
from chalicelib.wallet.rules import PURSES, Entry, PointsPosting, Posting, Wallet, account_of

AT = datetime(2026, 11, 23, tzinfo=UTC)
GOOD = Wallet("ME1", available_fen=Fen(300), frozen_fen=Fen(200))
FOLDS = {"m:ME1:available": 300, "m:ME1:frozen": 200, "m:ME1:pending": 50, "shop:commission": -550}


def entry(*amounts: int) -> Entry:
    postings = tuple(Posting(f"a:{number}", Fen(amount)) for number, amount in enumerate(amounts))
    return Entry("EN1", "ADJUST", AT, postings, {})


def told(found: list[rules.Finding]) -> list[tuple[int, int]]:
    return [(one.invariant, one.off_fen) for one in found]


@pytest.mark.parametrize(
    ("amounts", "findings"),
    [
        ((5, -5), []),
        ((5, -3, -2), []),
        ((5, -4), [(2, 1)]),
        ((), [(2, 0)]),
        ((0,), [(2, 0)]),
        ((MAX_FEN, -MAX_FEN), []),
        ((MAX_FEN + 1, -MAX_FEN - 1), [(1, 0)]),
    ],
)
def test_an_entry_sums_to_zero_over_two_accounts(
    amounts: tuple[int, ...], findings: list[tuple[int, int]]
) -> None:
    """Invariants 1 and 2."""
    assert told(rules.check_entry(entry(*amounts))) == findings


@given(st.lists(st.lists(st.integers(-1_000, 1_000), max_size=4), max_size=6))
def test_the_fold_of_all_entries_is_off_by_what_each_is_off(books: list[list[int]]) -> None:
    """Invariant 3."""
    folds: dict[str, int] = {}
    for amounts in books:
        rules.fold(folds, entry(*amounts))
    total = sum(map(sum, books))
    assert told(rules.check_total(folds)) == ([(3, abs(total))] if total else [])


def test_a_wallet_that_agrees_with_the_journal_is_fine() -> None:
    assert rules.check_wallet(GOOD, FOLDS) == []
    owing = Wallet("ME1", debt_fen=Fen(70))
    assert rules.check_wallet(owing, {"m:ME1:debt": -70}) == []


@pytest.mark.parametrize("purse", PURSES)
@pytest.mark.parametrize("by", [-1_000, -1, 1])
def test_every_purse_is_held_against_the_journal(purse: str, by: int) -> None:
    """Invariant 3: pending is no stored balance, and only may not fall below zero."""
    account = account_of("ME1", purse)  # type: ignore[arg-type]
    found = rules.check_wallet(GOOD, FOLDS | {account: FOLDS.get(account, 0) + by})
    if purse == "pending":
        assert told(found) == ([(3, -by - 50)] if by < -50 else [])
    else:
        assert told(found) == [(3, abs(by))]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, available_fen=Fen(-1)),
        replace(GOOD, frozen_fen=Fen(-1)),
        replace(GOOD, available_fen=Fen(0), debt_fen=Fen(-1)),
        replace(GOOD, debt_fen=Fen(1)),
    ],
)
def test_no_balance_is_below_zero_and_none_stands_beside_a_debt(wrong: Wallet) -> None:
    """Invariant 13, even where the journal says the same."""
    folds = {
        "m:ME1:available": wrong.available_fen,
        "m:ME1:frozen": wrong.frozen_fen,
        "m:ME1:debt": -wrong.debt_fen,
    }
    assert told(rules.check_wallet(wrong, folds)) == [(13, 0)]


def in_points(*points: int) -> Entry:
    postings = tuple(PointsPosting(f"p:{number}", Points(some)) for number, some in enumerate(points))
    return Entry("EN2", "GRANT", AT, (), {}, postings)


@pytest.mark.parametrize(
    ("points", "invariants"),
    [
        ((5, -5), []),
        ((5, -4), [19]),
        ((0,), [2]),
        ((MAX_FEN + 1, -MAX_FEN - 1), [1]),
    ],
)
def test_an_entry_in_points_obeys_the_same(points: tuple[int, ...], invariants: list[int]) -> None:
    """Invariant 19: and no posting of the other asset makes up for one that is missing."""
    assert [one.invariant for one in rules.check_entry(in_points(*points))] == invariants
    beside = replace(entry(5, -5), points=in_points(*points).points)
    assert [one.invariant for one in rules.check_entry(beside)] == invariants


def test_points_fold_beside_money_and_never_into_it() -> None:
    """Invariant 19."""
    money: dict[str, int] = {}
    points: dict[str, int] = {}
    both = replace(entry(5, -5), points=in_points(7, -7).points)
    for _ in range(2):
        rules.fold(money, both)
        rules.fold_points(points, both)
    assert (money, points) == ({"a:0": 10, "a:1": -10}, {"p:0": 14, "p:1": -14})


HELD = PointsWallet("ME1", available=Points(30), used=Points(12))
LOTS = [Lot("ME1", "GRANT:1", Points(40), AT), Lot("ME1", "GRANT:2", Points(2), AT)]
IN_POINTS = {"p:ME1:available": 30, "p:ME1:pending": 5}


def test_points_that_agree_with_journal_and_lots_are_fine() -> None:
    """Invariant 19."""
    assert rules.check_points(HELD, LOTS, IN_POINTS) == []
    assert rules.check_points(PointsWallet("ME1", debt=Points(7)), [], {"p:ME1:debt": -7}) == []


@pytest.mark.parametrize("purse", POINTS_PURSES)
@pytest.mark.parametrize("by", [-1_000, -1, 1])
def test_every_purse_of_points_is_held_against_the_journal(purse: str, by: int) -> None:
    """Invariant 19: pending is no stored balance, and only may not fall below zero."""
    account = points_account_of("ME1", purse)  # type: ignore[arg-type]
    found = rules.check_points(HELD, LOTS, IN_POINTS | {account: IN_POINTS.get(account, 0) + by})
    assert told(found) == ([] if purse == "pending" and by > -1_000 else [(19, 0)])


@pytest.mark.parametrize(
    "wrong",
    [
        replace(HELD, available=Points(-1)),
        replace(HELD, used=Points(-1)),
        replace(HELD, available=Points(0), debt=Points(-1)),
        replace(HELD, debt=Points(1)),
    ],
)
def test_no_points_are_below_zero_and_none_stand_beside_a_debt(wrong: PointsWallet) -> None:
    """Invariants 13 and 19, even where journal and lots say the same."""
    folds = {"p:ME1:available": int(wrong.available), "p:ME1:debt": -wrong.debt}
    lots = [Lot("ME1", "GRANT:1", Points(wrong.available + wrong.used), AT)]
    assert told(rules.check_points(wrong, lots, folds)) == [(19, 0)]


def test_lots_hold_what_is_there_and_what_was_used() -> None:
    """Invariant 19: a lot too many or too small is told."""
    for lots in ([], LOTS[:1], [*LOTS, LOTS[1]]):
        assert told(rules.check_points(HELD, lots, IN_POINTS)) == [(19, 0)]


@given(
    ours=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99)),
    theirs=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99)),
)
def test_a_bill_is_matched_number_by_number(ours: dict[str, int], theirs: dict[str, int]) -> None:
    """Invariants 7 and 15: matched, ours only, theirs only, amount differs; no two ever cancel out."""
    found = rules.pair_up(7, ours, theirs)
    off = {one.subject: int(one.off_fen) for one in found}
    numbers = ours.keys() | theirs.keys()
    assert off == {one: d for one in numbers if (d := abs(ours.get(one, 0) - theirs.get(one, 0)))}
    assert rules.off_by(found) == sum(off.values())
