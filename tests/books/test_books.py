"""Random histories of the whole shop, audited after every step (trust A5.2).

Invariants 1 to 6 and 8 to 22 after each step, 7 and 23 after the sweepers and at the end.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.books.machine import picks
from tests.books.money_back import PayingBack, PayingOut, slices
from tests.books.redeeming import Redeeming
from tests.books.selling import Deciding, sales
from tests.support import nightly


class Everything(Redeeming, PayingBack, PayingOut, Deciding):
    """All rules in one town, which starts with sales, payouts, purchases from the balance, and refunds."""

    @initialize(
        points_plan=st.booleans(),
        sold=st.lists(sales, min_size=2, max_size=4),
        paid_out=st.lists(st.tuples(picks, st.integers(2, 4), st.booleans()), max_size=2),
        from_balance=st.lists(st.tuples(picks, st.booleans()), min_size=1, max_size=2),
        given_back=st.lists(st.tuples(picks, slices), max_size=2),
    )
    def start(self, points_plan: bool, sold: Any, paid_out: Any, from_balance: Any, given_back: Any) -> None:
        if points_plan:
            self.publish(plan=((1_100, 450), False, 6_200, True))
            self.clock.advance(seconds=20)
        self.begin(sales=sold)
        for who, far, is_good in paid_out:
            if self.rich():
                self.cash_in(who=who, percent=100, far=far, is_good=is_good)
        for who, is_announced in from_balance:
            if self.can_buy_a_card():
                self.buy_with_the_balance(pick=who, is_announced=is_announced)
        for number, wanted in given_back:
            if self.with_money():
                self.give_back(pick=number, wanted=wanted)


def test_the_books_are_right_after_every_step_of_any_history() -> None:
    """Invariants 1 to 23."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Everything,
        settings=settings(
            max_examples=nightly.pick(16, 1_000),
            stateful_step_count=nightly.pick(30, 80),
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
