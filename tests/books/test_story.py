"""The stories behind the tests of projections are themselves held against the auditor, step by step."""

import pytest

from tests.books.auditor_purses import WORTH
from tests.books.history import told
from tests.books.rewarding import TEA, Adjusting, Rewarding


class Rewards(Rewarding, Adjusting):
    """The machine's rules, called one after another."""


def test_the_story_is_told_as_the_auditor_has_it() -> None:
    """Invariants 1 to 17, 21, with three partial refunds of one line, after maturing and payout."""
    with told() as found:
        assert found.records and len(found.story.auditor.refunds) >= 4


@pytest.mark.parametrize("form", ["POINTS", "COUPON", "GIFT"])
def test_a_reward_used_and_lost_is_as_the_auditor_has_it(form: str) -> None:
    """R7, W1, W6: kept, used and taken back, only taken back; then points run out. Invariants 11, 18, 19."""
    story = Rewards()
    try:
        story.begin(sales=[])
        for fate in ("KEPT", "USED", "BACK"):
            story.earn_a_reward(who=1, bought=1, form=form, fate=fate)
        book, buyer, payee = story.auditor, story.people[2], story.people[1]
        states = {row["state"] for row in book.commissions.values() if row["form"] == form}
        assert states == {"MATURED", "CLAWED"}
        assert any(one.startswith("EXPIRE:") for one in book.entries)
        if form == "POINTS":
            assert book.points[payee] < 0, "spent, and then lost"
        else:
            assert sum(row["kept"] for row in book.commissions.values()) == 1, "the one that was used"
        assert any(one == f"EARN:{order}" for order in book.orders for one in book.entries), buyer
    finally:
        story.teardown()


@pytest.mark.parametrize("form", ["CASH", "POINTS", "COUPON", "GIFT"])
def test_a_cap_of_a_month_leaves_out_what_a_refund_takes_first(form: str) -> None:
    """R9, invariants 10, 11: of two orders the first is paid whole, the second a part, in whole units."""
    story = Rewards()
    try:
        story.begin(sales=[])
        story.publish(plan=((1_000, 500), False, 6_100, form, 2_000))
        for _ in range(2):
            story.clock.advance(seconds=20)
            story.sell(who=2, basket={TEA: 2}, far=5)
        story.clock.advance(days=7, minutes=1)
        story.complete()
        story.mature()
        found = story.auditor.commissions.items()
        trimmed = [row["trimmed"] for (_, name), row in found if "#L1" in name and row["form"] == form]
        unit = WORTH.get(form, 1)
        assert trimmed == [0, 1_580 - (2_000 - 1_580) // unit * unit]
        story.give_back(pick=0, wanted={1: (1, None)})
        story.give_back(pick=1, wanted={1: (1, None)})
    finally:
        story.teardown()


def test_two_persons_adjust_a_wallet_into_a_debt_and_out_of_it() -> None:
    """W1, trust A6.5: nothing moves before another agrees, and a debt is paid first."""
    story = Rewards()
    try:
        story.adjust(who=4, percent=100)
        story.adjust(who=4, percent=-150)
        assert story.auditor.net[story.people[4]] == 1_234 - 1_851
        story.adjust(who=4, percent=100)
        assert story.auditor.net[story.people[4]] == 0
    finally:
        story.teardown()
