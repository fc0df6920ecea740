"""What can never pay is named with its field, its reason and a way out (R6, R12)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commissions.check_plan import Shop, check_plan
from chalicelib.commissions.find_unreachable import contradiction, find_unreachable, follows
from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.cap_line import LineCap
from chalicelib.commissions.kinds.condition_articles import ArticlesCondition
from chalicelib.commissions.kinds.condition_clean_record import CleanRecordCondition
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.kinds.condition_first_order import FirstOrderCondition
from chalicelib.commissions.kinds.condition_joined import JoinedCondition
from chalicelib.commissions.kinds.condition_level import LevelCondition
from chalicelib.commissions.kinds.condition_region import Place, RegionCondition
from chalicelib.commissions.kinds.facts import Claim, Person
from chalicelib.commissions.kinds.how_bonus import BonusHow
from chalicelib.commissions.kinds.how_by_level import ByLevelHow, LevelRate
from chalicelib.commissions.kinds.how_either_or import EitherOrHow, EitherOrRow
from chalicelib.commissions.kinds.how_first_match import FirstMatchHow, Option
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.model import Condition, Known, Plan, Rule
from chalicelib.commissions.kinds.steps import Step
from chalicelib.commissions.kinds.who_leader import LeaderWho
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.rules import Compliance
from tests.commissions.moment import article, order

GOLD, SILVER = LevelCondition(("gold",)), LevelCondition(("silver",))
EITHER = LevelCondition(("gold", "silver"))
FIRST = FirstOrderCondition()
KNOWN = Known(frozenset({"normal", "gold", "silver"}), frozenset({"PR1", "PR2"}), frozenset({"CA1", "CA2"}))


def rule(*conditions: Condition, how: Any = None, who: Any = None, **more: Any) -> Rule:
    return Rule(
        "R1", "规则", who or UplineWho(1), PaidBase(), how or RateHow(500), conditions=conditions, **more
    )


def found(one: Rule) -> list[str]:
    return [field for field, _, _ in find_unreachable(one)]


def options(*of: tuple[Condition, ...]) -> FirstMatchHow:
    return FirstMatchHow(tuple(Option(conditions, 100 * place) for place, conditions in enumerate(of, 1)))


def products(*ids: str, is_except: bool = False) -> ArticlesCondition:
    return ArticlesCondition(product_ids=ids, is_except=is_except)


def categories(*ids: str, is_except: bool = False) -> ArticlesCondition:
    return ArticlesCondition(category_ids=ids, is_except=is_except)


def places(*of: tuple[str, ...]) -> RegionCondition:
    return RegionCondition(tuple(Place(*one) for one in of))


def joined(start: int | None, end: int | None) -> JoinedCondition:
    return JoinedCondition(date(2026, 1, start) if start else None, date(2026, 1, end) if end else None)


CLASHES: list[tuple[Condition, ...]] = [
    (GOLD, SILVER),
    (EITHER, GOLD, SILVER),
    (products("PR1"), products("PR2")),
    (products("PR1"), products("PR1", is_except=True)),
    (categories("CA1"), categories("CA2")),
    (categories("CA1"), categories("CA1", "CA2", is_except=True)),
    (products("PR1"), categories("CA1"), categories("CA1", is_except=True)),
    (places(("广东省",)), places(("福建省",))),
    (places(("广东省", "深圳市")), places(("广东省", "广州市"))),
    (places(("广东省", "深圳市", "南山区")), places(("广东省", "深圳市", "福田区"))),
    (joined(10, None), joined(None, 10)),
    (joined(10, 20), joined(20, 25)),
]
FITS: list[tuple[Condition, ...]] = [
    (),
    (GOLD, EITHER),
    (GOLD, FIRST, CleanRecordCondition(), DirectBuyersCondition(5)),
    (products("PR1"), categories("CA1")),
    (products("PR1"), products("PR2", is_except=True)),
    (categories("CA1", "CA2"), categories("CA1", is_except=True)),
    (products("PR1", "PR2"), products("PR1", is_except=True)),
    (products("PR1", is_except=True), products("PR2", is_except=True)),
    (categories("CA1"), products("PR1", is_except=True)),
    (places(("广东省",)), places(("广东省", "深圳市"), ("福建省",))),
    (joined(10, None), joined(None, 11)),
    (joined(10, None), joined(11, None)),
    (DirectBuyersCondition(5), DirectBuyersCondition(10)),
]


class TestContradictions:
    @pytest.mark.parametrize("conditions", CLASHES)
    def test_what_excludes_each_other_is_named(self, conditions: tuple[Condition, ...]) -> None:
        ((field, reason, mend),) = find_unreachable(rule(*conditions))
        assert field == "conditions" and "矛盾" in reason and mend
        assert conditions[-1].told() in reason
        assert contradiction(conditions[::-1]) is not None, "the order of conditions decides nothing"

    @pytest.mark.parametrize("conditions", FITS)
    def test_what_can_hold_together_is_left_alone(self, conditions: tuple[Condition, ...]) -> None:
        assert found(rule(*conditions)) == [] and contradiction(conditions[::-1]) is None

    def test_a_leader_stands_on_a_leaders_level(self) -> None:
        leader = LeaderWho(("gold",))
        assert found(rule(SILVER, who=leader)) == ["conditions"]
        assert found(rule(EITHER, who=leader)) == []

    def test_a_leader_of_a_level_that_is_not_there_is_refused(self) -> None:
        """Who = leader with no leader level: the field, the reason, the way out."""
        plan = Plan("", 0, "方案", "DRAFT", (rule(who=LeaderWho(("lead",))),))
        (breach,) = check_plan(plan, Shop([], Compliance(), KNOWN))
        assert (breach.field, "lead" in breach.reason) == ("rules.0.who.level_ids", True) and breach.mend

    @given(st.lists(st.frozensets(st.sampled_from("abcd"), min_size=1), min_size=1, max_size=4))
    def test_of_levels_it_is_exact(self, sets: list[frozenset[str]]) -> None:
        """Contradictory exactly when nobody of any level satisfies all."""
        conditions = [LevelCondition(tuple(sorted(one))) for one in sets]
        facts = order(article(100))
        claims = [Claim(Person("M", level), 1) for level in "abcd"]
        somebody = any(all(one.holds(claim, facts, None) for one in conditions) for claim in claims)
        assert (contradiction(conditions) is None) == somebody

    @given(
        st.lists(
            st.builds(
                ArticlesCondition,
                st.frozensets(st.sampled_from(["P1", "P2"])).map(lambda one: tuple(sorted(one))),
                st.frozensets(st.sampled_from(["C1", "C2"])).map(lambda one: tuple(sorted(one))),
                st.booleans(),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_of_articles_it_is_exact(self, conditions: list[ArticlesCondition]) -> None:
        facts = order(article(100))
        claim = Claim(Person("M"), 1)
        somewhere = any(
            all(
                one.holds(claim, facts, article(100, product_id=product, category_id=category))
                for one in conditions
            )
            for product in ("P1", "P2", "P3")
            for category in ("C1", "C2", "C3")
        )
        assert (contradiction(conditions) is None) == somewhere


class TestImplication:
    YES = (
        (GOLD, EITHER),
        (GOLD, GOLD),
        (DirectBuyersCondition(5), DirectBuyersCondition(5)),
        (DirectBuyersCondition(6), DirectBuyersCondition(5)),
        (joined(10, 20), joined(10, 20)),
        (joined(10, 20), joined(9, None)),
        (joined(10, 20), joined(None, 21)),
        (places(("广东省", "深圳市")), places(("广东省",))),
        (places(("广东省",)), places(("福建省",), ("广东省",))),
        (products("PR1"), ArticlesCondition(("PR1", "PR2"), ("CA1",))),
        (ArticlesCondition(("PR1",), ("CA1",), True), products("PR1", is_except=True)),
        (FIRST, FirstOrderCondition()),
    )
    NO = (
        (EITHER, GOLD),
        (DirectBuyersCondition(4), DirectBuyersCondition(5)),
        (joined(9, 20), joined(10, None)),
        (joined(None, 20), joined(10, None)),
        (joined(10, None), joined(None, 20)),
        (joined(10, 21), joined(None, 20)),
        (places(("广东省",)), places(("广东省", "深圳市"))),
        (places(("广东省",), ("福建省",)), places(("广东省",))),
        (products("PR1", "PR2"), products("PR1")),
        (categories("CA1", "CA2"), categories("CA1")),
        (products("PR1"), products("PR1", is_except=True)),
        (products("PR1", is_except=True), ArticlesCondition(("PR1",), ("CA1",), True)),
        (FIRST, CleanRecordCondition()),
    )

    @pytest.mark.parametrize(("one", "other"), YES)
    def test_follows(self, one: Condition, other: Condition) -> None:
        assert follows([CleanRecordCondition(), one], other)

    @pytest.mark.parametrize(("one", "other"), NO)
    def test_does_not_follow(self, one: Condition, other: Condition) -> None:
        assert not follows([one], other)


class TestOptions:
    def test_an_option_that_an_earlier_one_takes_is_named(self) -> None:
        one = rule(how=options((EITHER,), (GOLD,), ()))
        ((field, reason, mend),) = find_unreachable(one)
        assert (field, "第 2 项" in reason, "第 1 项" in reason) == ("how.options.1", True, True) and mend

    def test_a_narrower_one_first_is_right(self) -> None:
        assert found(rule(how=options((GOLD,), (EITHER,), ()))) == []

    def test_more_conditions_after_fewer(self) -> None:
        assert found(rule(how=options((FIRST,), (FIRST, GOLD)))) == ["how.options.1"]
        assert found(rule(how=options((FIRST, GOLD), (FIRST,)))) == []

    def test_levels_taken_by_several_together(self) -> None:
        """Gold here, silver there: nobody is left for either."""
        assert found(rule(how=options((GOLD,), (SILVER,), (EITHER,)))) == ["how.options.2"]
        assert found(rule(how=options((GOLD,), (SILVER, FIRST), (EITHER,)))) == []
        assert found(rule(how=options((GOLD, FIRST), (SILVER,), (EITHER, FIRST)))) == ["how.options.2"]
        assert found(rule(EITHER, how=options((GOLD,), (SILVER,), ()))) == ["how.options.2"]
        assert found(rule(how=options((GOLD,), (SILVER,), (FIRST,)))) == []

    def test_an_option_against_its_rule_or_itself(self) -> None:
        ((field, reason, _),) = find_unreachable(rule(GOLD, how=options((FIRST,), (SILVER,), ())))
        assert field == "how.options.1" and reason.startswith("第 2 项永远用不到，条件互相矛盾")
        assert found(rule(how=options((GOLD, SILVER), ()))) == ["how.options.0"]

    def test_behind_the_one_without_conditions_only_that_is_said(self) -> None:
        """The option itself names what stands behind it; once is enough."""
        one = rule(how=options((), (GOLD,)))
        assert found(one) == []
        assert [field for field, _, _ in one.how.check(one, KNOWN)] == ["options.0"]


class TestRows:
    def test_a_margin_is_never_above_the_whole(self) -> None:
        rows = (Step(0, 10_000, 100), Step(10_000, 10_001, 200), Step(10_001, None, 300))
        assert found(rule(how=StepsHow("ORDER_MARGIN", rows))) == ["how.rows.2"]
        assert found(rule(how=StepsHow("ORDER_PAID", rows))) == []
        assert found(rule(how=StepsHow("OWN_SALES", rows), when="MONTH")) == []

    def test_of_either_or_both_must_be_out_of_reach(self) -> None:
        def of(first: int, second: int) -> list[str]:
            row = EitherOrRow(first, second, 100)
            return found(rule(how=EitherOrHow("ORDER_MARGIN", "LINE_MARGIN", (row,))))

        assert (of(10_001, 10_001), of(10_000, 10_001), of(10_001, 10_000)) == (["how.rows.0"], [], [])

    def test_a_ratio_for_a_level_that_the_rule_leaves_out(self) -> None:
        how = ByLevelHow((LevelRate("gold", 500), LevelRate("silver", 300)))
        assert found(rule(GOLD, how=how)) == ["how.rates.1"]
        assert found(rule(how=how)) == []

    @pytest.mark.parametrize("cap", [LineCap(bps=0), LineCap(fen=0), LineCap(bps=100, fen=0)])
    def test_a_cap_of_zero_lets_nothing_through(self, cap: LineCap) -> None:
        assert found(rule(caps=(LineCap(bps=100), cap))) == ["caps.1"]


class TestInAPlan:
    def test_each_finding_has_its_place_a_reason_and_a_way_out(self) -> None:
        plan = Plan("", 0, "方案", "DRAFT", (rule(), rule(GOLD, SILVER)))
        breaches = [one for one in check_plan(plan, Shop([], Compliance(), KNOWN)) if "矛盾" in one.reason]
        assert [(one.field, one.rule) for one in breaches] == [("rules.1.conditions", "返利方案")]
        assert all(one.reason and one.mend for one in breaches)

    @pytest.mark.parametrize(
        ("of_rules", "says"), [(("NONE",), "没有规则"), (("MONTHLY",), "基数"), (("BONUS",), "基数")]
    )
    def test_a_bonus_stands_on_a_rule_of_orders(self, of_rules: tuple[str, ...], says: str) -> None:
        how = BonusHow(1000, of_rules)
        monthly = Rule("MONTHLY", "月", UplineWho(1), PaidBase(), RateHow(100), when="MONTH")
        bonus = Rule("BONUS", "奖", UplineWho(2), PaidBase(), BonusHow(500, ("R1",)))
        plan = Plan("", 0, "方案", "DRAFT", (rule(), monthly, bonus, _named("R2", how)))
        found = [
            one
            for one in check_plan(plan, Shop([], Compliance(), KNOWN))
            if one.field == "rules.3.how.of_rules"
        ]
        assert [says in one.reason for one in found] == [True] and found[0].mend


def _named(rule_id: str, how: Any) -> Rule:
    return Rule(rule_id, "规则", UplineWho(2), PaidBase(), how)
