"""What rebate rules judge: an order's moment as plain values (R1 … R6). Pure."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions.rules import Exclusion, Note
from chalicelib.kernel.money import Fen

Area = Literal["COUNTY", "CITY", "PROVINCE"]
AREAS: tuple[Area, ...] = ("COUNTY", "CITY", "PROVINCE")
"""Narrowest first."""

Metric = Literal[
    "ORDER_PAID",
    "ORDER_PROFIT",
    "ORDER_MARGIN",
    "LINE_PAID",
    "LINE_PROFIT",
    "LINE_MARGIN",
    "OWN_SALES",
    "TEAM_SALES",
    "OWN_SPEND",
    "DIRECT_BUYERS",
    "ORDERS",
]
Unit = Literal["FEN", "BPS", "COUNT"]


@dataclass(frozen=True)
class Person:
    """Somebody who may earn, as the order's moment knows them."""

    member_id: str
    level_id: str = ""
    level_name: str = ""
    level_rates_bps: tuple[int, ...] = ()
    excluded: Exclusion | None = None
    joined_at: datetime | None = None
    """When they became a distributor."""
    has_open_violation: bool = False
    direct_buyers: int = 0
    """Direct downlines who have bought."""


@dataclass(frozen=True)
class Article:
    """One order line: its product, and its money before and after discounts, without freight."""

    line_no: int
    product: Product
    sku: Sku
    quantity: int
    paid_fen: Fen
    list_fen: Fen
    """At list price, before member prices and discounts."""
    cost_fen: Fen
    """Of all pieces."""

    @property
    def profit_fen(self) -> Fen:
        """What is left of the money paid, never below zero."""
        return Fen(max(0, self.paid_fen - self.cost_fen))


@dataclass(frozen=True)
class Holder:
    """Who holds a territory the order goes to (R13)."""

    area: Area
    person: Person


@dataclass(frozen=True)
class Facts:
    """Everything a rule may judge an order by, as of its placement."""

    at: datetime
    buyer: Person
    chain: tuple[Person, ...]
    """Uplines, nearest first, no deeper than the law allows."""
    articles: tuple[Article, ...]
    sharer: Person | None = None
    holders: tuple[Holder, ...] = ()
    """Narrowest first."""
    region: tuple[str, str, str] = ("", "", "")
    """Province, city, county of the shipping address."""
    is_first_order: bool = False

    @cached_property
    def paid_fen(self) -> int:
        """The order's goods in money, after discounts, without freight."""
        return sum(one.paid_fen for one in self.articles)

    @cached_property
    def profit_fen(self) -> int:
        """Money paid minus cost over all lines, never below zero."""
        return max(0, self.paid_fen - sum(one.cost_fen for one in self.articles))


@dataclass(frozen=True)
class Claim:
    """One person who earns by a rule. ``level`` is the place in the chain, 0 for all others."""

    person: Person
    level: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Figures:
    """One distributor's metrics over one period, refunds netted."""

    values: dict[str, int]

    def of(self, metric: Metric) -> int:
        """The metric's value, zero where nothing happened."""
        return self.values.get(metric, 0)
