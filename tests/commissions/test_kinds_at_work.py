"""Kinds at work: whom they pay, how much and when a condition holds, with the boundaries (R1 … R9)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from chalicelib.commissions.kinds import as_json
from chalicelib.commissions.kinds.base_list import ListBase
from chalicelib.commissions.kinds.base_metric import MetricBase
from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.base_profit import ProfitBase
from chalicelib.commissions.kinds.base_quantity import QuantityBase
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_line import LineCap
from chalicelib.commissions.kinds.cap_order import OrderCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.cap_product import ProductCap
from chalicelib.commissions.kinds.condition_articles import ArticlesCondition
from chalicelib.commissions.kinds.condition_clean_record import CleanRecordCondition
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.kinds.condition_first_order import FirstOrderCondition
from chalicelib.commissions.kinds.condition_joined import JoinedCondition
from chalicelib.commissions.kinds.condition_level import LevelCondition
from chalicelib.commissions.kinds.condition_region import Place, RegionCondition
from chalicelib.commissions.kinds.facts import Area, Claim, Figures, Holder, Metric, Person
from chalicelib.commissions.kinds.how_bonus import BonusHow
from chalicelib.commissions.kinds.how_by_level import ByLevelHow, LevelRate
from chalicelib.commissions.kinds.how_configured import ConfiguredHow
from chalicelib.commissions.kinds.how_either_or import EitherOrHow, EitherOrRow
from chalicelib.commissions.kinds.how_first_match import FirstMatchHow, Option
from chalicelib.commissions.kinds.how_fixed import FixedHow
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.metrics import TITLES, is_of, most_of, value_of
from chalicelib.commissions.kinds.model import Kind, Plan
from chalicelib.commissions.kinds.steps import Step, check_rows, row_of, tell_part
from chalicelib.commissions.kinds.who_buyer import BuyerWho
from chalicelib.commissions.kinds.who_each import EachWho
from chalicelib.commissions.kinds.who_leader import LeaderWho
from chalicelib.commissions.kinds.who_region_holder import RegionHolderWho
from chalicelib.commissions.kinds.who_sharer import SharerWho
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.rules import CapTerm, Commission, Compliance, Note, Part, Terms, Tree
from chalicelib.kernel.money import MAX_FEN, Fen
from tests.commissions.moment import BUYER, A, B, C, article, on, order
from tests.commissions.some_rule import ROWS, STEPS, rule
from tests.support.world import START


class TestSteps:
    def wrong(self, *rows: Step) -> list[str]:
        return [field for field, _, _ in check_rows(rows, "ORDER_PAID")]

    def test_each_value_has_exactly_one_row(self) -> None:
        assert self.wrong(*STEPS) == [] == self.wrong()
        assert self.wrong(Step(1, None, 1)) == ["rows.0.at_least"], "a gap at the beginning"
        assert self.wrong(Step(0, 10, 1), Step(11, None, 1)) == ["rows.1.at_least"], "a gap between"
        assert self.wrong(Step(0, 10, 1), Step(9, None, 1)) == ["rows.1.at_least"], "an overlap"
        assert self.wrong(Step(0, None, 1), Step(9, None, 1)) == ["rows.1.at_least"], "after the open end"
        assert self.wrong(Step(0, 10, 1)) == ["rows.0.below"], "no end"
        assert self.wrong(Step(0, 0, 1), Step(0, None, 1)) == ["rows.0.below"], "an empty row"
        assert self.wrong(Step(0, None, 10_001)) == ["rows.0.rate_bps"]

    def test_the_start_is_in_the_row_and_the_end_is_not(self) -> None:
        assert [row_of(STEPS, value) for value in (0, 9_999, 10_000, 10**9)] == [0, 0, 1, 1]
        assert row_of(STEPS[1:], 9_999) is None

    def test_below_all_rows_nothing(self) -> None:
        (grant,) = StepsHow("ORDER_PAID", STEPS[1:]).grants(Claim(A, 1), order(article(9_999)), [Fen(9_999)])
        assert (grant.rate_bps, grant.notes[0].figures["at_least"]) == (0, 0)

    def test_of_a_line_each_line_has_its_own_parts(self) -> None:
        """¥150: 100 × 2 % and 50 × 3 %; ¥50: 50 × 2 %."""
        how, facts = (
            StepsHow("LINE_PAID", STEPS, "MARGINAL"),
            order(article(15_000), article(5_000, line_no=2)),
        )
        assert [one.exact_fen for one in how.grants(Claim(A, 1), facts, [])] == [350, 100]

    def test_of_an_order_the_sum_is_split_over_its_lines(self) -> None:
        """¥200 in all: 2 and 3 yuan, split 3 : 1."""
        how, bases = StepsHow("ORDER_PAID", STEPS, "MARGINAL"), [Fen(15_000), Fen(5_000)]
        found = how.grants(Claim(A, 1), order(article(15_000), article(5_000, line_no=2)), bases)
        assert [one.exact_fen for one in found] == [375, 125]

    def test_a_period_below_nothing_is_nothing(self) -> None:
        """Late refunds may exceed what was sold."""
        figures = Figures({"OWN_SALES": -5})
        assert StepsHow("OWN_SALES", STEPS).of_period(figures, 0).rate_bps == 200
        assert StepsHow("OWN_SALES", STEPS, "MARGINAL").of_period(figures, 0).exact_fen == 0
        assert MetricBase("OWN_SALES").of_figures(figures) == 0


class TestWho:
    def claimed(self, who: Any, **facts: Any) -> list[tuple[str, int]]:
        return [(one.person.member_id, one.level) for one in who.claims(order(article(100), **facts))]

    def test_the_leader_is_the_nearest_on_its_level_who_may_promote(self) -> None:
        gold = LeaderWho(("gold",))
        assert self.claimed(gold) == []
        assert self.claimed(gold, chain=(A, on(B, "gold"), on(C, "gold"))) == [("MBB", 2)]
        away = replace(on(B, "gold"), excluded="DISABLED")
        assert self.claimed(gold, chain=(A, away, on(C, "gold"))) == [("MBC", 3)]

    def test_the_buyer_earns_who_may_promote(self) -> None:
        assert self.claimed(BuyerWho()) == []
        facts = replace(order(article(100)), buyer=replace(BUYER, excluded=None))
        assert [one.level for one in BuyerWho().claims(facts)] == [0]

    def test_nobody_shares_with_oneself(self) -> None:
        assert self.claimed(SharerWho()) == self.claimed(SharerWho(), sharer=BUYER) == []
        assert self.claimed(SharerWho(), sharer=A) == [("MBA", -1)]

    def test_an_upline_that_is_not_there(self) -> None:
        assert self.claimed(UplineWho(3)) == [("MBC", 3)] and self.claimed(UplineWho(4)) == []
        assert (UplineWho(3).reach, SharerWho().reach) == (3, 0)

    @pytest.mark.parametrize(
        ("area", "expected"),
        [("NARROWEST", "B"), ("SHARE", "BA"), ("COUNTY", ""), ("CITY", "B"), ("PROVINCE", "A")],
    )
    def test_holders_by_area(self, area: Any, expected: str) -> None:
        """One who holds both a city and its province is counted once, for the narrower."""
        areas: list[tuple[Area, Person]] = [("CITY", B), ("PROVINCE", A)]
        holders = tuple(Holder(one, person) for one, person in areas)
        assert [one[0] for one in self.claimed(RegionHolderWho(area), holders=holders)] == [
            f"MB{letter}" for letter in expected
        ]
        both = (Holder("CITY", A), Holder("PROVINCE", A))
        assert len(self.claimed(RegionHolderWho("SHARE"), holders=both)) == 1

    def test_how_many_times_a_sale_may_be_paid(self) -> None:
        for metric, times in (("OWN_SALES", 2), ("TEAM_SALES", 3), ("OWN_SPEND", 1)):
            assert EachWho().earners(rule(base=MetricBase(metric))) == times
        assert EachWho().earners(rule()) == UplineWho(1).earners(rule()) == 1


class TestBasesAndMost:
    def test_the_bases_of_a_line(self) -> None:
        line = article(9_000, list_fen=10_000, cost_fen=4_000, quantity=3)
        for base, fen in (
            (PaidBase(), 9_000),
            (ListBase(), 10_000),
            (ProfitBase(), 5_000),
            (QuantityBase(), 9_000),
        ):
            assert base.of(line) == base.most(line) == fen
        assert ProfitBase().of(article(100, cost_fen=101)) == 0
        assert MetricBase("OWN_SALES").most(line) == 9_000

    @pytest.mark.parametrize(
        ("how", "most"),
        [
            (RateHow(1_000), 900),
            (FixedHow(300), 900),
            (ByLevelHow((LevelRate("gold", 2_000),), 1_000), 1_800),
            (ByLevelHow((LevelRate("gold", 500),), 1_000), 900),
            (ConfiguredHow(1_000), 900),
            (EitherOrHow("ORDER_PAID", "ORDER_PROFIT", ROWS), 180),
            (StepsHow("ORDER_PAID", STEPS), 270),
            (BonusHow(5_000, ("R1",)), 4_500),
            (FirstMatchHow((Option(rate_bps=100), Option(fixed_fen=400))), 1_200),
            (FirstMatchHow((Option(rate_bps=5_000), Option(fixed_fen=400))), 4_500),
        ],
    )
    def test_the_most_that_one_payee_gets_of_three_pieces_for_90_yuan(self, how: Any, most: int) -> None:
        assert how.most(article(9_000, quantity=3), 9_000, [Person("")], 1) == most

    def test_without_anybody_there_is_nothing(self) -> None:
        assert ConfiguredHow(1_000).most(article(9_000), 9_000, [], 1) == 0

    def test_a_period_by_ratio_or_by_either(self) -> None:
        assert RateHow(500).of_period(Figures({}), 100).rate_bps == 500
        how = EitherOrHow("OWN_SALES", "ORDERS", (EitherOrRow(1_000, 5, 100), EitherOrRow(2_000, 9, 200)))
        for sales, orders, bps in ((999, 4, 0), (1_000, 0, 100), (0, 5, 100), (0, 9, 200), (2_000, 0, 200)):
            assert how.of_period(Figures({"OWN_SALES": sales, "ORDERS": orders}), 0).rate_bps == bps

    def test_amounts_for_pieces_and_choices_by_line(self) -> None:
        facts = order(article(100), article(200, line_no=2))
        assert [one.fixed_fen for one in FixedHow(7).grants(Claim(A, 1), facts, [Fen(1), Fen(2)])] == [7, 7]
        how = FirstMatchHow((Option((ArticlesCondition(("PR2",)),), 500),))
        found = how.grants(Claim(A, 1), facts, [])
        assert [(one.rate_bps, one.notes[0].figures["option"]) for one in found] == [(0, 0), (500, 1)]


class TestConditions:
    def holds(self, condition: Any, person: Person = A, **facts: Any) -> bool:
        return bool(condition.holds(Claim(person, 1), order(article(100), **facts), article(100)))

    def test_at_the_threshold_it_holds(self) -> None:
        for there, met in ((4, False), (5, True), (6, True)):
            assert self.holds(DirectBuyersCondition(5), replace(A, direct_buyers=there)) == met
        note = DirectBuyersCondition(5).note(Claim(replace(A, direct_buyers=4), 1), order(article(100)))
        said = DirectBuyersCondition.tell(replace(note, figures={**note.figures, "met": 0}))
        assert said == "已购买的直接下级 4 人，没有达到要求的 5 人"
        assert "达到" in DirectBuyersCondition.tell(replace(note, figures={**note.figures, "met": 1}))

    def test_the_first_day_counts_and_the_last_does_not(self) -> None:
        """Business days in China: 15:59 UTC is still the day, 16:00 the next."""
        condition = JoinedCondition(date(2026, 1, 2), date(2026, 1, 3))
        for hour, day, met in ((15, 1, False), (16, 1, True), (15, 2, True), (16, 2, False)):
            joined_at = datetime(2026, 1, day, hour, 59 if hour == 15 else 0, tzinfo=UTC)
            assert self.holds(condition, replace(A, joined_at=joined_at)) == met
        assert not self.holds(condition, replace(A, joined_at=None))
        assert condition.note(Claim(replace(A, joined_at=None), 1), order(article(1))).text == ""

    def test_clean_records_first_orders_levels_and_places(self) -> None:
        assert self.holds(CleanRecordCondition()) and not self.holds(
            CleanRecordCondition(), replace(A, has_open_violation=True)
        )
        assert self.holds(FirstOrderCondition(), is_first_order=True) and not self.holds(
            FirstOrderCondition()
        )
        assert self.holds(LevelCondition(("normal",))) and not self.holds(LevelCondition(("gold",)))
        named = LevelCondition(("gold",)).note(Claim(replace(A, level_name=""), 1), order(article(1)))
        assert named.text == "normal"
        place = RegionCondition((Place("广东省", "深圳市"),))
        for city, met in (("深圳市", True), ("广州市", False)):
            assert self.holds(place, region=("广东省", city, "某区")) == met


class TestMetrics:
    def test_each_is_of_an_order_or_of_a_period(self) -> None:
        for metric in get_args(Metric):
            assert is_of(metric, True) != is_of(metric, False)
            bound = 10_000 if metric.endswith("MARGIN") else None if is_of(metric, True) else MAX_FEN
            assert most_of(metric) == bound and metric in TITLES

    def test_of_the_order_and_of_the_line(self) -> None:
        """¥100 at ¥60 cost beside ¥50 at ¥20: 46.66 % of the order, 40 % of the first line."""
        line = article(10_000, cost_fen=6_000)
        facts = order(line, article(5_000, cost_fen=2_000, line_no=2))
        values: dict[Metric, int] = {
            "ORDER_PAID": 15_000,
            "ORDER_PROFIT": 7_000,
            "ORDER_MARGIN": 4_666,
            "LINE_PAID": 10_000,
            "LINE_PROFIT": 4_000,
            "LINE_MARGIN": 4_000,
        }
        assert {metric: value_of(metric, facts, line) for metric in values} == values
        free = order(article(0))
        assert value_of("ORDER_MARGIN", free, free.articles[0]) == 0


class TestPlansAndRows:
    def test_a_plan_knows_its_rules_and_what_they_need(self) -> None:
        monthly = rule(rule_id="P1", when="MONTH", conditions=(CleanRecordCondition(),))
        plan = Plan("PL1", 3, "方案", "DRAFT", (rule(conditions=(FirstOrderCondition(),)), monthly))
        assert plan.needs == {"CHAIN", "FIRST_ORDER"}, "of order rules alone"
        assert (plan.order_rules, plan.period_rules) == (plan.rules[:1], plan.rules[1:])
        assert (plan.rule("P1"), plan.rule("NONE")) == (monthly, None)
        assert plan.empty_terms == Terms("PL1", 3, "方案", 3000, (), ())

    @pytest.mark.parametrize("kind", [LineCap, OrderCap, ProductCap])
    def test_caps_of_an_order_are_frozen_and_others_wait(self, kind: Any) -> None:
        scope = kind.__name__.removesuffix("Cap").upper()
        assert kind(bps=1, fen=2).term("R1") == CapTerm(scope, "R1", 1, Fen(2))
        assert kind(bps=1).term(None) == CapTerm(scope, None, 1, None)
        assert BudgetCap(1).term("R1") is PayeePeriodCap("MONTH", 1).term("R1") is None

    def test_the_roots_promise_what_every_kind_keeps(self) -> None:
        line, facts = article(1), order(article(1))
        claim, figures = Claim(A, 1), Figures({})
        by_name: dict[str, Any] = {family.__name__: family for family in Kind.__subclasses__()}
        asked = (
            lambda: by_name["Base"]().of(line),
            lambda: by_name["Base"]().of_figures(figures),
            lambda: by_name["Who"]().claims(facts),
            lambda: by_name["How"]().grants(claim, facts, []),
            lambda: by_name["How"]().of_period(figures, 0),
            lambda: by_name["How"]().most(line, 0, [], 0),
            lambda: by_name["Condition"]().holds(claim, facts, line),
            lambda: by_name["Form"]().term(),
            lambda: by_name["Cap"]().told(),
        )
        for ask in asked:
            with pytest.raises(NotImplementedError):
                ask()

    def test_a_third_level_or_teams_need_an_answer_by_name_and_day(self) -> None:
        for wish in ({"third_level_allowed": True}, {"team_rebates_allowed": True}):
            with pytest.raises(ValueError, match="法律意见"):
                Compliance(**wish).check()
            with pytest.raises(ValueError, match="法律意见"):
                Compliance(**wish, acknowledged_by="王律师").check()
            Compliance(**wish, acknowledged_by="王律师", acknowledged_on=date(2026, 1, 1)).check()
        Compliance().check()
        assert Compliance(third_level_allowed=True).max_levels == 2

    def test_a_row_says_whether_lines_earned_and_what_is_left(self) -> None:
        row = Commission(
            "OR1", "MBA", "R1", 1, "MBX", "PENDING", Fen(1_000), START, "PL1", 1, "", 3_000, (), units=10
        )
        assert row.payee_rule == "MBA#R1" and replace(row, form="POINTS").payee_rule == "MBA#R1#POINTS"
        assert (row.left_fen, row.left_units, row.earns_on({1})) == (1_000, 10, False)
        taken = replace(row, clawed_fen=Fen(101), trimmed_fen=Fen(99))
        assert (taken.left_fen, taken.left_units) == (800, 8)

    def test_a_tree_is_as_deep_as_it_has_people(self) -> None:
        flat = Tree("MBA", 0, 0, 0, 0, *[Fen(0)] * 5)
        depths = [flat.depth, replace(flat, heads_1=1).depth, replace(flat, heads_1=1, heads_3=1).depth]
        assert depths == [0, 1, 3]

    def test_rules_and_caps_are_the_same_after_the_table(self) -> None:
        rules = (rule(how=StepsHow("ORDER_PAID", STEPS), conditions=(JoinedCondition(date(2026, 1, 1)),)),)
        caps = (OrderCap(bps=1), BudgetCap(5))
        assert as_json.rules_of(as_json.rules_json(rules)) == rules
        assert as_json.caps_of(as_json.caps_json(caps)) == caps

    def test_marginal_parts_of_a_period_add_up(self) -> None:
        """¥150: 2 % of the first hundred, 3 % of the fifty above; each part is told."""
        grant = StepsHow("OWN_SALES", STEPS, "MARGINAL").of_period(Figures({"OWN_SALES": 15_000}), 15_000)
        assert grant.exact_fen == 350
        assert [tell_part(note) for note in grant.notes] == [
            "¥0.00 至 ¥100.00的部分 × 2% = ¥2.00",
            "¥100.00 以上的部分 × 3% = ¥1.50",
        ]
        exactly = StepsHow("OWN_SALES", STEPS, "MARGINAL").of_period(Figures({"OWN_SALES": 10_000}), 0)
        assert (exactly.exact_fen, len(exactly.notes)) == (200, 1), "the boundary has no part above it"

    @pytest.mark.parametrize(("value", "says"), [(0, "¥0.00 至不足 ¥100.00"), (10_000, "¥100.00 以上这一档")])
    def test_a_whole_amount_says_its_row(self, value: int, says: str) -> None:
        (grant,) = StepsHow("ORDER_PAID", STEPS).grants(Claim(A, 1), order(article(value)), [Fen(value)])
        assert says in StepsHow.tell(grant.notes[0])

    def test_the_rest_that_a_trace_says(self) -> None:
        assert LevelCondition.tell(Note("LEVEL_IN", {"met": 1}, "金牌")) == "等级“金牌”符合要求"
        assert LevelCondition.tell(Note("LEVEL_IN", {"met": 0}, "金牌")) == "等级“金牌”不在要求的等级里"
        for met, says in ((1, "收货地 粤 在活动地区内"), (0, "收货地 粤 不在活动地区内")):
            assert RegionCondition.tell(Note("REGION", {"met": met}, "粤")) == says

    def test_what_a_choice_holds_inside_is_the_rules_as_well(self) -> None:
        how = FirstMatchHow((Option((FirstOrderCondition(), CleanRecordCondition())), Option()))
        assert how.inner_conditions() == (FirstOrderCondition(), CleanRecordCondition())
        plan = Plan("PL1", 1, "方案", "DRAFT", (rule(how=how),))
        assert plan.needs == {"CHAIN", "FIRST_ORDER", "VIOLATIONS"}

    def test_a_part_is_refunded_by_the_money_paid(self) -> None:
        part = Part(1, "茶", 1, Fen(1_000), "PLAN", 500, Fen(0), Fen(50), Fen(300), Fen(50))
        assert (part.net_fen, replace(part, paid_fen=Fen(900)).net_fen) == (1_000, 900)
