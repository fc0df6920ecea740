"""What a distributor has achieved: sales counted with refunds netted, by period (D2, R5, R6, R8). Pure.

An order counts when it is paid, for its buyer and for the uplines frozen on it; a refund takes away
when it is posted, in the period in which it is posted. So a period that is over moves no more, and a
late refund weighs on the next one. Every figure is the sum of its facts, one for each event and
member, which is also the mark that the event has been counted (decision 0003).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.distributors.rules import Metric
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import KINDS, period_named, period_of

ALL = "ALL"
MAX_CHAIN = 3


@dataclass(frozen=True)
class SaleEvent:
    """What happened to an order, as this room needs to know it.

    ``goods_fen`` is money paid for goods without freight: more when paid, less when refunded.
    ``orders`` is 1 when paid, -1 when the order went back whole.
    """

    event_id: str
    order_id: str
    buyer_id: str
    chain: tuple[str, ...]
    at: datetime
    goods_fen: int
    orders: int


@dataclass(frozen=True)
class Fact:
    """What one event means for one member; ``level`` 0 is the buyer itself, 1 the nearest upline."""

    member_id: str
    key: str
    month: str
    order_id: str
    buyer_id: str
    level: int
    at: datetime
    own_sales_fen: Fen
    team_sales_fen: Fen
    orders: int
    own_spend_fen: Fen


@dataclass(frozen=True)
class Metrics:
    """One member's figures of one period, or of all time (``ALL``).

    ``own_sales_fen``: orders of direct downlines and own purchases. ``team_sales_fen``: orders of the
    three levels below, each once. ``direct_buyers``: direct downlines who bought in the period and did
    not give everything back. ``orders``: those of own sales. ``own_spend_fen``: own purchases.
    """

    member_id: str
    scope: str
    own_sales_fen: Fen = Fen(0)
    team_sales_fen: Fen = Fen(0)
    direct_buyers: int = 0
    orders: int = 0
    own_spend_fen: Fen = Fen(0)
    facts: int = 0

    def of(self, metric: Metric) -> int:
        """One figure by its name."""
        return int(getattr(self, metric))


@dataclass(frozen=True)
class Buyer:
    """How many orders of a direct downline stand, by month; a month may be negative after late refunds."""

    member_id: str
    buyer_id: str
    months: dict[str, int] = field(default_factory=dict)
    version: int = 0

    @property
    def scopes(self) -> set[str]:
        """Where this one is somebody who has bought."""
        standing: dict[str, int] = defaultdict(int)
        for month, orders in self.months.items():
            for scope in scopes_of(month):
                standing[scope] += orders
        return {scope for scope, orders in standing.items() if orders > 0}


@dataclass(frozen=True)
class Sweep:
    """How far a long walk has come in one turn of it: a night, or a period to close."""

    name: str
    turn: str
    cursor: str | None = None
    is_over: bool = False
    failed: int = 0
    """So many of this turn could not be done yet."""
    version: int = 0


class StandingMoved(Conflict):
    """Figures changed since they were read; read again and decide again."""

    title = "业绩有变化"
    detail = "业绩刚刚有变化，请稍后再试。"


def facts_of(event: SaleEvent) -> tuple[Fact, ...]:
    """What the event means for its buyer and for each upline; nobody stands in a chain twice."""
    month = period_of("MONTH", event.at).period_id
    return tuple(
        Fact(
            member_id=member_id,
            key=f"{month}#{event.event_id}",
            month=month,
            order_id=event.order_id,
            buyer_id=event.buyer_id,
            level=level,
            at=event.at,
            own_sales_fen=Fen(event.goods_fen if level <= 1 else 0),
            team_sales_fen=Fen(event.goods_fen if level >= 1 else 0),
            orders=event.orders if level <= 1 else 0,
            own_spend_fen=Fen(event.goods_fen if level == 0 else 0),
        )
        for level, member_id in enumerate([event.buyer_id, *uplines_of(event)])
    )


def uplines_of(event: SaleEvent) -> tuple[str, ...]:
    """Who stood above the buyer, nearest first, each once."""
    return tuple(one for one in dict.fromkeys(event.chain) if one != event.buyer_id)[:MAX_CHAIN]


def scopes_of(month: str) -> tuple[str, ...]:
    """All time, and the month, quarter and year that a month like ``M2026-11`` counts for."""
    starts_at = period_named(month).starts_at
    return (ALL, *(period_of(kind, starts_at).period_id for kind in KINDS))


def with_order(before: Buyer, fact: Fact) -> Buyer:
    """The buyer after this fact of a direct downline."""
    months = {**before.months, fact.month: before.months.get(fact.month, 0) + fact.orders}
    return Buyer(before.member_id, before.buyer_id, months, before.version + 1)


def buyers_of(member_id: str, facts: Iterable[Fact]) -> tuple[Buyer, ...]:
    """The direct downlines that these facts of one member tell of."""
    found: dict[str, Buyer] = {}
    for fact in facts:
        if fact.level == 1 and fact.orders:
            before = found.get(fact.buyer_id, Buyer(member_id, fact.buyer_id))
            found[fact.buyer_id] = with_order(before, fact)
    return tuple(found.values())


def fold(member_id: str, facts: Iterable[Fact]) -> dict[str, Metrics]:
    """Every figure of one member from its facts alone, by scope."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    listed = list(facts)
    for fact in listed:
        for scope in scopes_of(fact.month):
            for name, amount in shares_of(fact).items():
                sums[scope][name] += amount
    for buyer in buyers_of(member_id, listed):
        for scope in buyer.scopes:
            sums[scope]["direct_buyers"] += 1
    return {scope: Metrics(member_id, scope, **given) for scope, given in sums.items()}  # type: ignore[arg-type]


def shares_of(fact: Fact) -> dict[str, int]:
    """What the fact adds to each figure of its periods; direct buyers need the buyer's other orders too."""
    return {
        "own_sales_fen": fact.own_sales_fen,
        "team_sales_fen": fact.team_sales_fen,
        "orders": fact.orders,
        "own_spend_fen": fact.own_spend_fen,
        "facts": 1,
    }
