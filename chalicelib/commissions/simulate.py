"""What a plan would have paid on given orders (R10). Pure, one order at a time.

Each order goes through the very functions that freezing, crediting, closing and maturing use, so a
simulation says what they then pay. Periods are closed on the orders given, some days after their end,
and take their turn among the orders. Caps over a period and budgets are held in order of time, as if
everything matured in the order in which it was earned.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.commissions.add_up import Totals, add_order, add_up
from chalicelib.commissions.close_replayed import Figures, close_replayed
from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.decide_period import PeriodRules
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Facts
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.limit_chain import limit_chain
from chalicelib.commissions.rules import LAWFUL_LEVELS, Commission, Sale, SaleLine
from chalicelib.commissions.trim import holds_over_time, trim_rows
from chalicelib.standing.period_of import Period

_CLOSE_AFTER_DAYS = PeriodRules().close_after_days


@dataclass(frozen=True)
class PastOrder:
    """An order and the facts of its moment; ``facts.chain`` may be deeper than is paid.

    It counts in the period in which it was paid: at ``paid_at``, or when it was placed if that is unknown.
    """

    order_id: str
    facts: Facts
    paid_at: datetime | None = None

    @property
    def earned_at(self) -> datetime:
        """When its rows are put and its sales counted."""
        return self.paid_at or self.facts.at


class OutOfTime(ValueError):
    """An order is older than the one before, and the plan's caps are held in order of time."""


@dataclass
class Replay:
    """All that the orders so far leave to the next one; a replay can stop here and go on."""

    totals: Totals = field(default_factory=Totals)
    figures: Figures = field(default_factory=Figures)
    spent: dict[str, int] = field(default_factory=dict)
    """By counter of a cap over time, what was paid within it."""
    closed: set[str] = field(default_factory=set)
    closed_up_to: str = ""
    """The last member for whom the period that is being closed was."""
    last_at: datetime | None = None


class Simulation:
    """One plan over orders, one by one. ``max_levels`` is how deep the shop pays (R12).

    With ``is_in_time`` the orders must come in order of time.
    """

    def __init__(
        self,
        plan: Plan,
        replay: Replay | None = None,
        *,
        max_levels: int = LAWFUL_LEVELS,
        close_after_days: int = _CLOSE_AFTER_DAYS,
    ) -> None:
        self.plan = plan
        self.replay = Replay() if replay is None else replay
        self._max_levels = max_levels
        self._closes_after = timedelta(days=close_after_days)
        self.is_in_time = holds_over_time(plan)
        self._known: tuple[int, int] = (0, 0)
        self._waiting: list[tuple[datetime, Period]] = []

    def add(self, order: PastOrder) -> list[Commission]:
        """The rows of the order, after those of periods that were closed before it; counted.

        Payees who earn nothing are there with zeros. Raises ``OutOfTime``.
        """
        replay, at = self.replay, order.facts.at
        found: list[Commission] = []
        if self.is_in_time:
            if replay.last_at is not None and at < replay.last_at:
                raise OutOfTime(f"order {order.order_id} is older than the one before it")
            replay.last_at = at
            for rows in self._close_until(at):
                found += rows
        rows, bound = self._held(rows_of(self.plan, order, max_levels=self._max_levels))
        add_order(replay.totals, order.order_id, order.facts, add_up(replay.totals, rows, bound))
        if self.plan.period_rules:
            replay.figures.count(order.order_id, order.facts, order.earned_at)
        return found + rows

    def end(self) -> Iterator[list[Commission]]:
        """The rows of all periods that are open yet, member by member; counted.

        Nobody needs to read it to its end: asked again it goes on with the next member.
        """
        yield from self._close_until(None)

    def _close_until(self, at: datetime | None) -> Iterator[list[Commission]]:
        while waiting := self._open():
            closes_at, period = waiting[0]
            if at is not None and closes_at > at:
                return
            replay = self.replay
            for member_id, given in close_replayed(
                self.plan, period, replay.figures, at=closes_at, after=replay.closed_up_to
            ):
                rows, bound = self._held(given)
                add_up(replay.totals, rows, bound)
                replay.closed_up_to = member_id
                yield rows
            replay.closed.add(period.period_id)
            replay.closed_up_to = ""

    def _open(self) -> list[tuple[datetime, Period]]:
        """The periods still to be closed, the first to close first; asked before each order."""
        known = (len(self.replay.figures.months), len(self.replay.closed))
        if known != self._known:
            periods = self.replay.figures.periods(self.plan)
            left = [one for one in periods if one.period_id not in self.replay.closed]
            closing = [(one.ends_at + self._closes_after, one) for one in left]
            self._waiting = sorted(closing, key=lambda one: (one[0], one[1].period_id))
            self._known = known
        return self._waiting

    def _held(self, rows: Iterable[Commission]) -> tuple[list[Commission], set[str]]:
        if not self.is_in_time:
            return list(rows), set()
        return trim_rows(rows, lambda _: self.plan, self.replay.spent)


def simulate(simulation: Simulation, orders: Iterable[PastOrder]) -> Iterator[list[Commission]]:
    """The rows of each order in turn, then those of the periods that are left."""
    for order in orders:
        yield simulation.add(order)
    yield from simulation.end()


def rows_of(plan: Plan, order: PastOrder, *, max_levels: int = LAWFUL_LEVELS) -> list[Commission]:
    """The commission rows that this order's payment would put."""
    given = order.facts
    known = {one.member_id: one for one in reversed(given.chain)}
    nearest = [one.member_id for one in given.chain]
    chain = limit_chain(given.buyer.member_id, nearest, max_levels)
    facts = given if chain == nearest else replace(given, chain=tuple(known[one] for one in chain))
    lines = tuple(
        SaleLine(one.line_no, one.product.title, one.quantity, one.paid_fen) for one in facts.articles
    )
    sale = Sale(order.order_id, facts.buyer.member_id, lines, decide_terms(plan, facts))
    return commissions_of(sale, order.earned_at)
