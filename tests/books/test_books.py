"""Random histories of the whole shop, audited after every step (trust A5.2).

Invariants 1 to 6 and 8 to 22 after each step, 7 and 23 after the sweepers and at the end. What histories
are made of, and how often each step goes through or is refused, is told by ``--hypothesis-show-statistics``.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.books.machine import picks
from tests.books.money_back import PayingOut, slices
from tests.books.redeeming import Redeeming
from tests.books.rewarding import Adjusting, Rewarding, fates, forms, percents
from tests.books.selling import Deciding, plans, sales
from tests.support import nightly


class Everything(Redeeming, Rewarding, Adjusting, PayingOut, Deciding):
    """All rules in one town, which starts with some of each."""

    @initialize(
        plan=st.none() | plans,
        sold=st.lists(sales, min_size=2, max_size=4),
        paid_out=st.lists(st.tuples(picks, st.integers(2, 4), st.booleans()), max_size=2),
        from_balance=st.lists(st.tuples(picks, st.booleans()), min_size=1, max_size=2),
        given_back=st.lists(st.tuples(picks, slices), max_size=2),
        rewarded=st.lists(st.tuples(picks, st.integers(1, 3), forms, fates), min_size=1, max_size=2),
        adjusted=st.lists(st.tuples(picks, percents), max_size=2),
    )
    def start(self, plan: Any, sold: Any, paid_out: Any, given_back: Any, **more: Any) -> None:
        if plan is not None:
            self.publish(plan=plan)
            self.clock.advance(seconds=20)
        self.begin(sales=sold)
        for who, far, is_good in paid_out:
            if self.rich():
                self.cash_in(who=who, percent=100, far=far, is_good=is_good)
        for who, is_announced in more["from_balance"]:
            if self.can_buy_a_card():
                self.buy_with_the_balance(pick=who, is_announced=is_announced)
        for number, wanted in given_back:
            if self.with_money():
                self.give_back(pick=number, wanted=wanted)
        for who, bought, form, fate in more["rewarded"]:
            self.earn_a_reward(who=who, bought=bought, form=form, fate=fate)
        for who, percent in more["adjusted"]:
            self.adjust(who=who, percent=percent)


class TestBooks(Everything.TestCase):  # type: ignore[misc]
    """The books are right after every step of any history: invariants 1 to 23."""

    settings = settings(
        max_examples=nightly.pick(8, 60),
        stateful_step_count=nightly.pick(25, 40),
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
