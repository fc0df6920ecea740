"""A plain rule to hang a kind on, and what the shop of these tests knows."""

from dataclasses import replace
from typing import Any

from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.how_either_or import EitherOrRow
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.model import Known, Rule
from chalicelib.commissions.kinds.steps import Step
from chalicelib.commissions.kinds.who_upline import UplineWho

KNOWN = Known(
    frozenset({"gold"}), frozenset({"PR1"}), frozenset({"CA1"}), frozenset({"CT1"}), frozenset({"GF1"})
)
NOBODY = Known(frozenset(), frozenset(), frozenset())
STEPS = (Step(0, 10_000, 200), Step(10_000, None, 300))
ROWS = (EitherOrRow(1_000, 100, 100), EitherOrRow(5_000, 500, 200))


def rule(**more: Any) -> Rule:
    """The plain rule with something of its own."""
    return replace(Rule("R1", "规则", UplineWho(1), PaidBase(), RateHow(500)), **more)
