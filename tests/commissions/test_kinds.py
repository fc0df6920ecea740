"""Each kind by itself: what it refuses and how to mend it, what it says, whom and how much (R1 … R9)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

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
from chalicelib.commissions.kinds.facts import Metric
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.form_gift import GiftForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.kinds.how_bonus import BonusHow
from chalicelib.commissions.kinds.how_by_level import ByLevelHow, LevelRate
from chalicelib.commissions.kinds.how_configured import ConfiguredHow
from chalicelib.commissions.kinds.how_either_or import EitherOrHow, EitherOrRow
from chalicelib.commissions.kinds.how_first_match import FirstMatchHow, Option
from chalicelib.commissions.kinds.how_fixed import FixedHow
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.model import Kind, Known, kinds
from chalicelib.commissions.kinds.who_buyer import BuyerWho
from chalicelib.commissions.kinds.who_differential import DifferentialWho
from chalicelib.commissions.kinds.who_each import EachWho
from chalicelib.commissions.kinds.who_leader import LeaderWho
from chalicelib.commissions.kinds.who_region_holder import RegionHolderWho
from chalicelib.commissions.kinds.who_sharer import SharerWho
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.rules import Note
from tests.commissions.some_rule import KNOWN, NOBODY, ROWS, STEPS, rule


def refused(kind: Kind, known: Known = KNOWN, **more: Any) -> list[str]:
    """The fields that the kind refuses; every reason comes with a way out."""
    found = kind.check(rule(**more), known)
    assert all(reason.endswith("。") and mend.endswith("。") for _, reason, mend in found)
    return [field for field, _, _ in found]


TOLD: list[tuple[Kind, str]] = [
    (ListBase(), "标价金额"),
    (MetricBase("OWN_SALES"), "本期个人销售额"),
    (MetricBase("TEAM_SALES"), "本期团队销售额"),
    (MetricBase("OWN_SPEND"), "本期个人消费额"),
    (PaidBase(), "实付金额"),
    (ProfitBase(), "毛利"),
    (QuantityBase(), "件数"),
    (BudgetCap(10_000), "总预算 ¥100.00"),
    (LineCap(bps=3_000), "每件商品行最多 实付的 30%"),
    (OrderCap(fen=10_000), "每个订单最多 ¥100.00"),
    (ProductCap(bps=3_000, fen=10_000), "每个商品最多 实付的 30%且不超过 ¥100.00"),
    (PayeePeriodCap("MONTH", 10_000), "每人每月最多 ¥100.00"),
    (PayeePeriodCap("QUARTER", 10_000), "每人每季度最多 ¥100.00"),
    (PayeePeriodCap("YEAR", 10_000), "每人每年最多 ¥100.00"),
    (ArticlesCondition(("PR1",), ("CA1",)), "限：商品 PR1、分类 CA1"),
    (ArticlesCondition(("PR1",), is_except=True), "除外：商品 PR1"),
    (CleanRecordCondition(), "没有违规记录"),
    (DirectBuyersCondition(5), "已购买的直接下级不少于 5 人"),
    (FirstOrderCondition(), "买家首单"),
    (JoinedCondition(date(2026, 1, 1)), "加入时间2026-01-01 起"),
    (JoinedCondition(None, date(2026, 2, 1)), "加入时间，早于 2026-02-01"),
    (JoinedCondition(date(2026, 1, 1), date(2026, 2, 1)), "加入时间2026-01-01 起，早于 2026-02-01"),
    (LevelCondition(("gold", "silver")), "等级为 gold、silver"),
    (RegionCondition((Place("广东省", "深圳市"), Place("福建省"))), "收货地在 广东省深圳市、福建省"),
    (CashForm(7_000), "现金 70%"),
    (PointsForm(3_000), "积分 30%（1 积分 = ¥1.00）"),
    (CouponForm("CT1", 2_000), "优惠券 100%（每满 ¥20.00 一张 CT1）"),
    (GiftForm("GF1", 5_000), "赠品 100%（每满 ¥50.00 一件 GF1）"),
    (BonusHow(1_000, ("R1", "R2")), "下级佣金（R1、R2）的 10%"),
    (ByLevelHow((LevelRate("gold", 800),), 500), "按等级：gold 8%，其他 5%"),
    (ConfiguredHow(1_000), "按商品、等级的设置，没有设置的 10%"),
    (
        EitherOrHow("ORDER_PAID", "ORDER_PROFIT", ROWS[:1]),
        "二者满足其一：本单实付金额 ≥ ¥10.00 或本单毛利 ≥ ¥1.00 1%",
    ),
    (
        FirstMatchHow((Option((FirstOrderCondition(),), 500), Option(fixed_fen=100))),
        "依次选第一个符合的：买家首单 5%；其他 每件 ¥1.00",
    ),
    (FixedHow(300), "每件 ¥3.00"),
    (RateHow(500), "5%"),
    (StepsHow("ORDER_PAID", STEPS), "按本单实付金额阶梯（全额）：¥0.00 至不足 ¥100.00 2%；¥100.00 以上 3%"),
    (StepsHow("ORDERS", STEPS, "MARGINAL"), "按本期订单数阶梯（分段）：0 至不足 10000 2%；10000 以上 3%"),
    (BuyerWho(), "买家本人（自购返利）"),
    (DifferentialWho(), "整条上级链（级差）"),
    (EachWho(), "每位分销商"),
    (LeaderWho(("gold",)), "团队长（等级 gold 中最近的上级）"),
    (RegionHolderWho(), "收货地区的代理（县、市、省里最近的一位）"),
    (RegionHolderWho("SHARE"), "收货地区的各级代理（平分）"),
    (RegionHolderWho("CITY"), "收货地区的市级代理"),
    (SharerWho(), "分享链接的人"),
    (UplineWho(1), "一级上级"),
    (UplineWho(4), "4级上级"),
]


class TestWords:
    @pytest.mark.parametrize(("kind", "says"), TOLD, ids=lambda one: str(getattr(one, "kind", "")))
    def test_it_says_what_it_is(self, kind: Kind, says: str) -> None:
        assert kind.told() == says

    def test_no_kind_is_without_words(self) -> None:
        assert {type(kind) for kind, _ in TOLD} == set(kinds().values())

    @pytest.mark.parametrize(
        ("kind", "note", "says"),
        [
            (MetricBase, Note("METRIC", text="OWN_SALES"), "本期个人销售额"),
            (BuyerWho, Note("BUYER"), "买家本人（自购返利）"),
            (EachWho, Note("EACH"), "分销商本人"),
            (LeaderWho, Note("LEADER", {"level": 2}), "团队长（第 2 级上级）"),
            (SharerWho, Note("SHARER"), "分享链接的人（分享奖励）"),
            (UplineWho, Note("UPLINE", {"level": 1}), "一级上级（直接邀请人）"),
            (UplineWho, Note("UPLINE", {"level": 3}), "三级上级"),
            (DifferentialWho, Note("DIFFERENTIAL", {"level": 2}), "第 2 级上级（级差）"),
            (DifferentialWho, Note("DIFFERENTIAL", {"level": 2, "taken_bps": 1}), ""),
            (
                RegionHolderWho,
                Note("REGION_HOLDER", {"area": 1}, "广东/深圳"),
                "收货地区（广东/深圳）的市级代理",
            ),
            (CleanRecordCondition, Note("CLEAN_RECORD", {"met": 1}), "没有违规记录"),
            (CleanRecordCondition, Note("CLEAN_RECORD", {"met": 0}), "有未处理完的违规记录"),
            (FirstOrderCondition, Note("FIRST_ORDER", {"met": 1}), "是买家的首单"),
            (FirstOrderCondition, Note("FIRST_ORDER", {"met": 0}), "不是买家的首单"),
            (
                JoinedCondition,
                Note("JOINED", {"met": 1}, "2026-01-01"),
                "2026-01-01 加入，符合加入时间的要求",
            ),
            (JoinedCondition, Note("JOINED", {"met": 0}), "未知 加入，不符合加入时间的要求"),
            (FirstMatchHow, Note("FIRST_MATCH", {"option": 0}), "没有一项符合"),
            (FirstMatchHow, Note("FIRST_MATCH", {"option": 2}), "符合第 2 项"),
            (PaidBase, Note("PAID"), ""),
        ],
    )
    def test_it_says_what_it_decided(self, kind: type[Kind], note: Note, says: str) -> None:
        assert kind.tell(note) == says

    def test_either_or_says_which_row_or_none(self) -> None:
        note = Note("EITHER_OR", {"first": 1_000, "second": 50, "row": 1}, "ORDER_PAID|ORDER_PROFIT")
        assert EitherOrHow.tell(note) == "本单实付金额 ¥10.00、本单毛利 ¥0.50，达到第 1 档"
        none = replace(note, figures={**note.figures, "row": 0})
        assert EitherOrHow.tell(none) == "本单实付金额 ¥10.00、本单毛利 ¥0.50，没有达到任何一档"

    def test_either_or_says_what_is_wrong_and_how_to_mend_it(self) -> None:
        rows = (ROWS[0], EitherOrRow(1_000, 500, 200))
        by_order = EitherOrHow("OWN_SALES", "ORDER_PROFIT", rows)
        assert by_order.check(rule(), KNOWN) == [
            ("first", "按订单返利的规则不能用“本期个人销售额”。", "请换一个指标。"),
            ("rows.1", "第 2 行的门槛没有高于前一行。", "请让两个门槛都逐行升高。"),
        ]
        by_month = EitherOrHow("OWN_SALES", "ORDER_PROFIT", ROWS)
        assert by_month.check(rule(when="MONTH"), KNOWN) == [
            ("second", "按周期结算的规则不能用“本单毛利”。", "请换一个指标。"),
        ]
        assert EitherOrHow("ORDER_PAID", "ORDER_PROFIT", ROWS).told() == (
            "二者满足其一：本单实付金额 ≥ ¥10.00 或本单毛利 ≥ ¥1.00 1%；"
            "本单实付金额 ≥ ¥50.00 或本单毛利 ≥ ¥5.00 2%"
        )


class TestRefusals:
    @pytest.mark.parametrize(
        "how", [RateHow(-1), RateHow(10_001), ConfiguredHow(10_001), BonusHow(10_001, ("R2",))]
    )
    def test_a_ratio_is_between_nothing_and_the_whole(self, how: Any) -> None:
        assert refused(how) == ["rate_bps"]

    @pytest.mark.parametrize("bps", [0, 10_000])
    def test_both_ends_are_ratios(self, bps: int) -> None:
        assert refused(RateHow(bps)) == refused(ConfiguredHow(bps)) == []

    def test_amounts_are_not_negative(self) -> None:
        assert (refused(FixedHow(-1)), refused(FixedHow(0))) == (["fixed_fen"], [])

    @pytest.mark.parametrize("kind", [LineCap, OrderCap, ProductCap])
    def test_a_cap_says_a_possible_limit(self, kind: Any) -> None:
        assert (refused(kind()), refused(kind(bps=10_001)), refused(kind(fen=1))) == ([""], ["bps"], [])

    def test_what_is_chosen_must_be_there(self) -> None:
        assert refused(LevelCondition(("gold", "lead"))) == ["level_ids"]
        assert refused(LeaderWho(("gold", "lead"))) == ["level_ids"]
        assert refused(ByLevelHow((LevelRate("lead", 1),))) == ["rates.0.level_id"]
        assert refused(ArticlesCondition(("PR1", "PR2"), ("CA1", "CA2"))) == ["product_ids", "category_ids"]
        assert refused(ArticlesCondition()) == ["product_ids"]
        assert refused(ArticlesCondition(("PR1",), ("CA1",))) == []
        assert (refused(CouponForm("CT2", 1)), refused(CouponForm("CT1", 1))) == (["template_id"], [])
        assert (refused(GiftForm("GF2", 1)), refused(GiftForm("GF1", 1))) == (["gift_id"], [])

    def test_what_nobody_can_tell_is_let_through(self) -> None:
        assert refused(CouponForm("CT2", 1), NOBODY) == refused(GiftForm("GF2", 1), NOBODY) == []

    @pytest.mark.parametrize(
        "condition",
        [ArticlesCondition(("PR1",)), FirstOrderCondition(), RegionCondition((Place("广东省"),))],
    )
    def test_what_is_of_an_order_is_not_of_a_period(self, condition: Any) -> None:
        assert refused(condition, when="MONTH") == [""]
        assert refused(condition) == []

    def test_dates_make_a_window(self) -> None:
        day = date(2026, 1, 1)
        assert refused(JoinedCondition()) == [""]
        assert refused(JoinedCondition(day, day)) == ["before"]
        assert refused(JoinedCondition(day, date(2026, 1, 2))) == refused(JoinedCondition(day)) == []

    def test_a_county_has_its_city(self) -> None:
        places = (Place("广东省", "深圳市", "南山区"), Place("广东省", "", "南山区"))
        assert refused(RegionCondition(places)) == ["places.1.city"]

    def test_pieces_go_with_amounts(self) -> None:
        assert refused(QuantityBase()) == [""]
        for how in (FixedHow(1), FirstMatchHow((Option(fixed_fen=1),))):
            assert refused(QuantityBase(), how=how) == []

    def test_levels_are_named_once_and_differ(self) -> None:
        twice = ByLevelHow((LevelRate("gold", 1), LevelRate("gold", 2)))
        assert refused(twice) == ["rates.1.level_id"]
        assert refused(ByLevelHow((LevelRate("gold", 10_001),), -1)) == ["otherwise_bps", "rates.0.rate_bps"]
        assert (refused(DifferentialWho()), refused(DifferentialWho(), how=twice)) == ([""], [])

    def test_a_bonus_is_an_uplines_and_of_others(self) -> None:
        assert refused(BonusHow(1, ("R2",)), who=SharerWho()) == [""]
        assert refused(BonusHow(1, ("R1",))) == ["of_rules"]

    def test_an_option_is_a_ratio_or_an_amount_and_its_conditions_are_judged(self) -> None:
        both = FirstMatchHow((Option((), 1, 1),))
        assert refused(both) == ["options.0.fixed_fen"]
        inner = FirstMatchHow((Option((LevelCondition(("lead",)),), 10_001), Option()))
        assert refused(inner) == ["options.0.rate_bps", "options.0.conditions.0.level_ids"]
        assert refused(FirstMatchHow((Option(), Option()))) == ["options.0"]
        assert refused(FirstMatchHow((Option((FirstOrderCondition(),)), Option()))) == []

    def test_thresholds_rise_together(self) -> None:
        def of(*rows: EitherOrRow, first: Metric = "ORDER_PAID") -> list[str]:
            return refused(EitherOrHow(first, "ORDER_PROFIT", rows))

        assert of(*ROWS) == []
        assert of(ROWS[0], EitherOrRow(1_000, 500, 200)) == ["rows.1"]
        same = EitherOrHow("ORDER_PAID", "ORDER_PROFIT", (ROWS[0], ROWS[0]))
        assert same.check(rule(), KNOWN)[0][1].startswith("第 2 行")
        assert of(ROWS[0], EitherOrRow(5_000, 100, 200)) == ["rows.1"]
        assert of(EitherOrRow(0, 0, 10_001)) == ["rows.0.rate_bps"]
        assert of(*ROWS, first="OWN_SALES") == ["first"]
        monthly = EitherOrHow("OWN_SALES", "ORDER_PROFIT", ROWS)
        assert refused(monthly, when="MONTH") == ["second"]

    def test_steps_go_by_what_the_rule_knows(self) -> None:
        assert refused(StepsHow("OWN_SALES", STEPS)) == ["metric"]
        assert refused(StepsHow("ORDER_PAID", STEPS), when="YEAR") == ["metric"]
        assert refused(StepsHow("OWN_SALES", STEPS), when="YEAR") == []

    @pytest.mark.parametrize(
        ("metric", "base", "is_right"),
        [
            ("ORDER_PAID", PaidBase(), True),
            ("LINE_PAID", PaidBase(), True),
            ("LINE_PROFIT", ProfitBase(), True),
            ("ORDER_PROFIT", ProfitBase(), False),
            ("ORDER_PAID", ListBase(), False),
        ],
    )
    def test_parts_of_an_amount_are_parts_of_the_base(
        self, metric: Metric, base: Any, is_right: bool
    ) -> None:
        assert refused(StepsHow(metric, STEPS, "MARGINAL"), base=base) == ([] if is_right else ["mode"])

    def test_of_a_period_the_metric_itself_is_the_base(self) -> None:
        how = StepsHow("OWN_SALES", STEPS, "MARGINAL")
        assert refused(how, base=MetricBase("OWN_SALES"), when="MONTH") == []
        assert refused(how, base=MetricBase("TEAM_SALES"), when="MONTH") == ["mode"]
