"""The state machine's base: one world, one auditor, and the comparison after every step.

A rule says what it does to the product and what the auditor makes of it. Where the auditor refuses,
the product must refuse by the same name and leave every table byte-identical (invariant 17).
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import TypeVar

from hypothesis import currently_in_test_context, event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from chalicelib.commissions.jobs import mature_due
from chalicelib.kernel.errors import DomainError
from chalicelib.marketing.jobs import end_what_is_due
from chalicelib.orders.jobs import cancel_unsent_returns, complete_by_itself, receive_by_itself
from chalicelib.payments.jobs import close_unpaid, find_unnotified, send_refunds
from chalicelib.wallet.jobs import expire_points
from chalicelib.withdrawals.jobs import pay_out
from tests.books import ledger, streams, town
from tests.books.auditor_points import Refused
from tests.support import audited

Thing = TypeVar("Thing")
picks = st.integers(0, 11)
"""Which one of what is there, counted round."""
TURNS, MINUTES = 4, 11
"""An hour of the sweepers: so often, so far apart. Every unpaid order is past its time then."""


class Books(RuleBasedStateMachine):
    """What all rules share."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.clock, self.peer, self.auditor = self.open.enter_context(town.opened())
        self.number = 0
        self.bytes = ledger.bytes_of_all()
        self.tables = ledger.opened(self.bytes)
        self.people = list(self.auditor.people)

    @property
    def at(self) -> datetime:
        """Now."""
        return self.clock.moment

    def key(self, what: str) -> str:
        """A fresh key, as a client makes them."""
        self.number += 1
        return f"{what}-{self.number:05d}"

    @staticmethod
    def one_of(things: object, pick: int) -> str | None:
        """One of the things, by number; ``None`` when there are none."""
        found = list(things)  # type: ignore[call-overload]
        return found[pick % len(found)] if found else None

    def step(self, act: Callable[[], object], judge: Callable[[], object]) -> bool:
        """Let the auditor judge, then the product act; both refuse alike, or neither. Whether it went."""
        refused: str | None = None
        try:
            judge()
        except Refused as problem:
            refused = str(problem)
        told: str | None = None
        try:
            act()
        except DomainError as problem:
            told = type(problem).__name__
        assert told == refused, f"the product says {told}, the auditor {refused}"
        self.tell(f"{_name(act)}: {refused or 'done'}")
        if refused is not None:
            self.nothing_changed()
        self.compare()
        return refused is None

    @staticmethod
    def tell(what: str) -> None:
        """Count it for ``--hypothesis-show-statistics``, so that one sees what histories are made of."""
        if currently_in_test_context():
            note(what)
            event(what)

    def nothing_changed(self, *besides: str) -> None:
        """Byte for byte the same as after the last step, but for the tables named (invariants 17, 22)."""
        now = ledger.bytes_of_all()
        changed = [name for name in now if now[name] != self.bytes[name] and name not in besides]
        assert not changed, {name: set(now[name]) ^ set(self.bytes[name]) for name in changed}

    def compare(self) -> None:
        """The product's tables against the auditor's books, and against the tables of the step before."""
        before = self.tables
        self.bytes = ledger.bytes_of_all()
        self.tables = ledger.opened(self.bytes)
        ledger.check(self.tables, before, self.auditor, self.peer)

    @rule()
    def mature(self) -> None:
        """What is due becomes available."""
        self.step(mature_due, lambda: self.auditor.mature(self.at))

    @rule()
    def complete(self) -> None:
        """Orders come to their good end, and bring points."""
        self.step(complete_by_itself, lambda: self.auditor.complete(self.at))

    def an_hour_of_sweepers(self) -> None:
        """The scheduled jobs run as the clock goes on; whatever WeChat holds is found (invariants 7, 23)."""
        for _ in range(TURNS):
            self.clock.advance(minutes=MINUTES)
            for job in (find_unnotified, close_unpaid, send_refunds, pay_out):
                job()
            for job in (receive_by_itself, complete_by_itself, cancel_unsent_returns, mature_due):
                job()
            for job in (expire_points, end_what_is_due):
                job()
            self._judge_turn()
        self._judge_payments()
        self._judge_withdrawals()

    def _judge_turn(self) -> None:
        """As the jobs went. When in the hour an order is found paid or closed is the sweepers' to say."""
        now = ledger.statuses()
        for order_id, order in self.auditor.orders.items():
            if order["status"] == "UNPAID" != now[order_id]:
                self._judge_payment(order_id)
        self._judge_refunds()
        self.auditor.received_by_itself(self.at)
        self.auditor.complete(self.at)
        for refund_id, refund in self.auditor.refunds.items():
            if refund["status"] == "RETURNING" and refund["until"] <= self.at:
                self.auditor.end_refund(refund_id, "CANCELLED")
        self.auditor.mature(self.at)
        self.auditor.points_run_out(self.at)
        self.auditor.things_end(self.at)

    def _judge_refunds(self) -> None:
        for refund_id, refund in self.auditor.refunds.items():
            theirs = self.peer.refunds.get(refund_id, {}).get("status")
            if refund["status"] == "SENT" and theirs == "SUCCESS":
                self.auditor.post_refund(refund_id, self.at)
            elif refund["status"] == "SENT" and theirs == "CLOSED":
                self.auditor.end_refund(refund_id, "FAILED")
            elif refund["status"] == "RESERVED" and self.auditor.is_ours_alone(refund_id):
                self.auditor.post_refund(refund_id, self.at)
        for refund_id, refund in self.auditor.refunds.items():
            if refund["status"] == "RESERVED" and refund_id in self.peer.refunds:
                refund["status"] = "SENT"
        for order_id, order in self.auditor.orders.items():
            if order["late"] and self.peer.refunds.get(order["late_id"], {}).get("status") == "SUCCESS":
                self.auditor.post_late(order_id)

    def _judge_payments(self) -> None:
        for order_id in self.auditor.orders:
            self._judge_payment(order_id)
        waiting = [one for one in self.auditor.refunds.values() if one["status"] == "RESERVED"]
        assert not waiting, f"never sent: {waiting}"

    def _judge_payment(self, order_id: str) -> None:
        order = self.auditor.orders[order_id]
        if order_id in self.auditor.free():
            self.auditor.settle_free(order_id, self.at)
        elif (order["money"] == "NONE" or order["bill"]) and self.is_paid_at_wechat(order_id):
            self.auditor.settle(order_id, self.at)
        elif order["status"] == "UNPAID":
            self.auditor.close(order_id, self.at)

    def _judge_withdrawals(self) -> None:
        for number in self.auditor.withdrawals:
            self.auditor.sent(number)
            if number in self.peer.bills:
                self.auditor.hear(number, self.peer.bills[number]["state"])

    def followed(self) -> None:
        """What the followers change beside projections: paths, and orders of nothing that are paid now."""
        self.auditor.paths_follow()
        for order_id in self.auditor.free():
            self.auditor.settle_free(order_id, self.at)

    def is_paid_at_wechat(self, order_id: str) -> bool:
        """Whether WeChat holds this order's money."""
        return self.peer.trades.get(order_id, {}).get("trade_state") == "SUCCESS"

    def teardown(self) -> None:
        """In the end nothing is stuck (invariant 23), the projections tell the auditor's story, and the audit
        finds nothing in books that are right."""
        try:
            self.an_hour_of_sweepers()
            self.compare()
            assert not [one for one in self.auditor.orders.values() if one["status"] == "UNPAID"]
            streams.drain()
            self.followed()
            self.compare()
            assert audited.findings(are_streams_followed=True) == ()
        finally:
            self.open.close()


def _name(act: Callable[[], object]) -> str:
    """What acts, by its own name or by that of the step it is written in."""
    return act.__qualname__.partition(".<locals>")[0].rpartition(".")[2].lstrip("_")
