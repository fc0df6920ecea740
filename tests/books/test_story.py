"""The stories behind the tests of projections are themselves held against the auditor, step by step."""

import pytest

from tests.books.history import told
from tests.books.rewarding import Adjusting, Rewarding


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
