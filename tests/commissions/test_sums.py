"""Sums at their very edges: totals of a replay, the most a plan can pay, a refund read too late."""

from collections import Counter
from dataclasses import replace

from chalicelib.commissions.add_up import Totals, add_order
from chalicelib.commissions.check_plan import Shop, check_plan
from chalicelib.commissions.kinds.cap_line import LineCap
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.kinds.who_region_holder import RegionHolderWho
from chalicelib.commissions.most_paid import most_paid, sample
from chalicelib.commissions.rules import Compliance, RefundedLine
from chalicelib.commissions.take_back import goes_beyond
from chalicelib.kernel.money import Fen
from tests.commissions import moment
from tests.commissions.some_rule import KNOWN, rule


def line(before_fen: int, after_fen: int, paid_fen: int = 10_000) -> dict[int, RefundedLine]:
    return {1: RefundedLine(Fen(paid_fen), Fen(before_fen), Fen(after_fen))}


def test_a_refund_that_somebody_posted_meanwhile_would_go_beyond_the_line() -> None:
    """Invariant 8: to the last fen it fits, one more does not; lines that earn nothing are not asked."""
    rows = moment.rows(moment.plan("01_two_levels"), moment.order(moment.article(10_000)))
    (row,) = (one for one in rows if one.level == 1)
    assert row.amount_fen > 0
    half = replace(row, refunded_by_line={"1": 5_000})
    assert not goes_beyond(half, line(5_000, 10_000))
    assert goes_beyond(half, line(4_999, 10_000))
    assert not goes_beyond(half, {2: RefundedLine(Fen(1), Fen(0), Fen(99_999))})


def test_a_line_that_costs_more_than_it_brought_is_told_with_its_loss() -> None:
    """R10: goods and rebates together; a line that comes out even is no loss."""
    facts = moment.order(moment.article(10_000, cost_fen=9_000))
    totals = Totals()
    add_order(totals, "OR1", facts, Counter({1: 1_500}))
    add_order(totals, "OR2", facts, Counter({1: 1_000}))
    add_order(totals, "OR3", facts, Counter({1: 1_500}))
    assert [(one.order_id, one.loss_fen) for one in totals.negative] == [("OR1", 500), ("OR3", 500)]
    assert (totals.negative_lines, totals.highest_fen, totals.highest_order_id) == (2, 1_500, "OR1")


def test_the_cost_is_a_share_of_the_sales_and_nothing_of_nothing() -> None:
    assert Totals(cost_fen=150, sales_fen=2_000).cost_bps == 750
    assert Totals().cost_bps == 0


def test_the_most_a_plan_pays_counts_each_earner_and_each_cap() -> None:
    """R9: three holders of a region may each earn 5 %; a cap holds their sum."""
    holders = rule(who=RegionHolderWho("SHARE"), how=RateHow(500))
    each = holders.who.earners(holders)
    plan = Plan("PL1", 1, "方案", "DRAFT", (holders,), 3_000)
    assert most_paid(plan, sample(), []) == 50_000 * each
    capped = replace(plan, rules=(replace(holders, caps=(LineCap(bps=700),)),))
    assert most_paid(capped, sample(), []) == min(70_000, 50_000 * each)


def test_over_the_ceiling_it_is_said_by_how_much() -> None:
    """R12: the sum of all rules, in percent."""
    plan = Plan("PL1", 1, "方案", "DRAFT", (rule(how=RateHow(4_050)),), 3_000)
    said = [one.reason for one in check_plan(plan, Shop([], Compliance(), KNOWN))]
    assert "各规则最高合计 40.5%，超过上限 30%。" in said
