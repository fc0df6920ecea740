"""What a rebate plan is made of, and the facts its kinds judge. Pure.

A plan is a list of rules. A rule says who earns, when, on what base, how much, under which
conditions, in which forms, capped by what. Each of these is a kind: a frozen dataclass with a
``kind`` in its JSON, found by pydantic through its family's root class.
"""

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Figures, Person
from chalicelib.commissions.rules import (
    CapTerm,
    FormTerm,
    Grant,
    Note,
    Payee,
    Terms,
)
from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, Fen, percent

FAMILIES = frozenset({"who", "base", "how", "condition", "form", "cap"})

Bps = Annotated[int, Field(ge=0, le=BPS_WHOLE, description="Basis points, 10,000 is 100 %.")]
FenIn = Annotated[int, Field(ge=0, le=MAX_FEN, description="Whole fen.")]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Need = Literal["BUYER", "CHAIN", "SHARER", "REGION", "DIRECT_BUYERS", "VIOLATIONS", "FIRST_ORDER"]
"""Facts that cost a read; a plan whose kinds do not need one does not read it."""

When = Literal["ORDER", "MONTH", "QUARTER", "YEAR", "JOIN", "INVITE"]
"""What a rule pays for: an order, or a period in Asia/Shanghai. JOIN and INVITE are unlawful; the
editor knows them only to say why it refuses them (R12)."""
PERIODS: frozenset[When] = frozenset({"MONTH", "QUARTER", "YEAR"})

PlanStatus = Literal["DRAFT", "SUBMITTED", "APPROVED", "PUBLISHED", "RETIRED"]


@dataclass(frozen=True)
class Breach:
    """One reason not to publish: the field, the rule that forbids it, and a way out."""

    field: str
    rule: str
    reason: str
    mend: str


@dataclass(frozen=True)
class Known:
    """What a plan may name: ids of what the shop has."""

    level_ids: frozenset[str]
    product_ids: frozenset[str]
    category_ids: frozenset[str]
    coupon_ids: frozenset[str] | None = None
    """``None``: nobody can tell."""
    gift_ids: frozenset[str] | None = None


class Kind:
    """Root of all kinds; a family's root is its direct child."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    kind: Any
    needs: ClassVar[frozenset[Need]] = frozenset()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A family's root stands for the union of its kinds, told apart by ``kind``."""
        if Kind in cls.__bases__:
            kinds = tuple(sorted(cls.__subclasses__(), key=lambda one: one.__name__))
            union = functools.reduce(operator.or_, kinds)
            return handler.generate_schema(Annotated[union, Field(discriminator="kind")])
        return handler(source)

    def check(self, rule: "Rule", known: Known) -> list[tuple[str, str, str]]:
        """What is wrong with it: ``(field inside it, reason, mend)``."""
        return []

    def told(self) -> str:
        """What it says, in Chinese, for the editor and for comparing versions."""
        raise NotImplementedError

    @classmethod
    def tell(cls, note: Note) -> str:
        """A sentence for one step of a trace that this kind wrote."""
        return ""


class Who(Kind):
    """Who earns."""

    lawful_in: ClassVar[Literal["ORDER", "PERIOD"]] = "ORDER"
    depth: ClassVar[int] = 1
    """How many people may earn by it on one order."""

    @property
    def reach(self) -> int:
        """The upline level it names, for the law's limit; 0 where it names none."""
        return 0

    def earners(self, rule: "Rule") -> int:
        """How many times the rule's highest ratio may be paid on one line."""
        return 1

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        """Those who earn on this order, also those who are excluded, so that they can read why."""
        raise NotImplementedError

    def implied(self) -> tuple["Condition", ...]:
        """Conditions that hold for everybody who earns by it."""
        return ()

    def shared_out(self, claims: Sequence[Claim], grants: list[list[Grant]]) -> list[list[Grant]]:
        """The grants (by claim, by line) where one's part depends on another's."""
        return grants


class Base(Kind):
    """What a ratio is applied to."""

    lawful_in: ClassVar[Literal["ORDER", "PERIOD"]] = "ORDER"
    counts_pieces: ClassVar[bool] = False

    def of(self, article: Article) -> Fen:
        """The base of one line."""
        raise NotImplementedError

    def of_figures(self, figures: Figures) -> Fen:
        """The base of a period."""
        raise NotImplementedError

    def most(self, article: Article) -> Fen:
        """The highest base the line can have; a coupon lowers only money paid."""
        return self.of(article)


class How(Kind):
    """How much."""

    follows: ClassVar[bool] = False
    """Whether it needs to know what others earn on the same order."""
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER", "PERIOD"})

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        """One grant for each line of the order."""
        raise NotImplementedError

    def of_period(self, figures: Figures, base_fen: int) -> Grant:
        """What a period earns on this base; ``wanted_fen`` of the grant where a ratio cannot say it."""
        raise NotImplementedError

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        """The most that one payee of any of these levels, at this place of the chain, gets on this line."""
        raise NotImplementedError

    def inner_conditions(self) -> tuple["Condition", ...]:
        """Conditions inside it."""
        return ()

    def follows_rules(self) -> tuple[str, ...]:
        """The rules whose commission is this one's base."""
        return ()

    def follows_payees(self, payee: Payee, others: Sequence[Payee]) -> tuple[int, ...]:
        """Indices of the payees whose commission is this one's base."""
        return ()


class Condition(Kind):
    """What must hold."""

    is_of_line: ClassVar[bool] = False
    """Whether it is about the goods and so judged line by line."""

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        """Whether it holds; ``article`` is given where it is of a line."""
        raise NotImplementedError

    def can_hold_with(self, others: Sequence[Any]) -> bool:
        """Whether it and the others, all of its kind, can hold at the same time."""
        return True

    def implies(self, other: Any) -> bool:
        """Whether the other, of its kind, holds wherever this one does."""
        return bool(self == other)

    def note(self, claim: Claim, facts: Facts) -> Note:
        """What was judged, for the trace."""
        return Note(self.kind)


class Form(Kind):
    """In which form."""

    share_bps: int

    def term(self) -> FormTerm:
        """As an order freezes it."""
        raise NotImplementedError


class Cap(Kind):
    """Capped by what."""

    def term(self, rule_id: str | None) -> CapTerm | None:
        """As an order freezes it; ``None`` for a cap that is held when commissions mature."""
        return None


_PLAIN = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Rule:
    """One rule of a plan. No forms is all in cash."""

    __pydantic_config__: ClassVar[ConfigDict] = _PLAIN
    rule_id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$", description="Part of a row's key.")]
    title: Annotated[str, Field(min_length=1, max_length=30)]
    who: Who
    base: Base
    how: How
    when: When = "ORDER"
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = ()
    forms: Annotated[tuple[Form, ...], Field(max_length=4)] = ()
    caps: Annotated[tuple[Cap, ...], Field(max_length=8)] = ()

    @property
    def is_of_period(self) -> bool:
        """Paid when a period is closed, not on an order."""
        return self.when in PERIODS

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Everything it is composed of."""
        inner = self.how.inner_conditions()
        return (self.who, self.base, self.how, *self.conditions, *inner, *self.forms, *self.caps)


@dataclass(frozen=True)
class Plan:
    """One version of the shop's rebate plan (返利方案); never changed once published (R10).

    ``cap_bps`` is the shop's ceiling: all payees together get at most this part of what was paid for
    a line. In force from ``starts_at`` until the next plan starts, or ``ends_at``.
    """

    plan_id: str
    version: int
    name: str
    status: PlanStatus
    rules: tuple[Rule, ...]
    cap_bps: int = 3000
    caps: tuple[Cap, ...] = ()
    entry_fee_fen: int = 0
    """What a distributor pays to take part: anything but nothing is unlawful (R12)."""
    note: str = ""
    based_on: str | None = None
    revision: int = 1
    """Counts the edits of the draft, so that two editors do not overwrite each other."""
    created_at: datetime | None = None
    edited_by: str = ""
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    published_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @cached_property
    def needs(self) -> frozenset[Need]:
        """The facts its order rules need."""
        found = [kind.needs for rule in self.order_rules for kind in rule.kinds]
        return frozenset().union(*found)

    @cached_property
    def order_rules(self) -> tuple[Rule, ...]:
        """Rules that are paid by the order."""
        return tuple(rule for rule in self.rules if rule.when == "ORDER")

    @cached_property
    def period_rules(self) -> tuple[Rule, ...]:
        """Rules that are paid by closing a period."""
        return tuple(rule for rule in self.rules if rule.is_of_period)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id."""
        return next((one for one in self.rules if one.rule_id == rule_id), None)

    @property
    def empty_terms(self) -> Terms:
        """The terms of an order on which nobody earns."""
        return Terms(self.plan_id, self.version, self.name, self.cap_bps, (), ())


@functools.cache
def kinds() -> dict[str, type[Kind]]:
    """Every kind by its name; names are unique over all families."""
    found: dict[str, type[Kind]] = {}
    for family in Kind.__subclasses__():
        for kind in family.__subclasses__():
            name = kind.kind
            assert name not in found, f"two kinds are named {name}"
            found[name] = kind
    return found


def bad_rate(field: str, rate_bps: int) -> list[tuple[str, str, str]]:
    """The breach of a ratio that is none."""
    if 0 <= rate_bps <= BPS_WHOLE:
        return []
    return [(field, f"比例 {percent(rate_bps)} 超出范围。", "请填 0% 到 100%。")]
