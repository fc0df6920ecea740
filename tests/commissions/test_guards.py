"""What keeps a plan from being published: its shape, the law, and each article's money (R9, R12)."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import introductions  # noqa: F401 - who gives coupons and gifts
from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.check_plan import MAX_ROWS, Shop, check_plan
from chalicelib.commissions.check_skus import MOST, check_skus
from chalicelib.commissions.kinds.base_metric import MetricBase
from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.cap_line import LineCap
from chalicelib.commissions.kinds.cap_order import OrderCap
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.kinds.how_configured import ConfiguredHow
from chalicelib.commissions.kinds.how_fixed import FixedHow
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.model import Breach, Known, Plan, Rule
from chalicelib.commissions.kinds.steps import Step
from chalicelib.commissions.kinds.who_differential import DifferentialWho
from chalicelib.commissions.kinds.who_each import EachWho
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.rules import Compliance
from chalicelib.kernel.money import Fen

KNOWN = Known(frozenset({"normal"}), frozenset({"PR1"}), frozenset({"CA1"}), frozenset(), frozenset())
SHOP = Shop([], Compliance(), KNOWN)
TEN = Rule("R1", "一级", UplineWho(1), PaidBase(), RateHow(1000))


def plan(*rules: Rule, **more: object) -> Plan:
    return replace(Plan("PL1", 1, "方案", "DRAFT", rules), **more)  # type: ignore[arg-type]


def breaches(*rules: Rule, **more: object) -> list[tuple[str, str]]:
    found = check_plan(plan(*rules, **more), SHOP)
    assert all(one.reason and one.mend and one.rule for one in found)
    return [(one.field, one.reason) for one in found]


def product(*skus: Sku, product_id: str = "PR1", promotion: Promotion | None = None) -> Product:
    return Product(product_id, "茶", "", "CA1", (), (), True, None, skus, promotion or Promotion())


def of_skus(one: Plan, *products: Product, off_fen: int = 0) -> tuple[Breach, ...]:
    return check_skus(one, SHOP, products, lambda _, sku: sku.price_fen - off_fen)


class TestTheShape:
    def test_forms_make_up_exactly_the_whole(self) -> None:
        rule = replace(TEN, forms=(CashForm(7_000), PointsForm(3_000)))
        assert breaches(rule) == []
        short = replace(TEN, forms=(CashForm(7_000), PointsForm(2_999)))
        assert [field for field, _ in breaches(short)] == ["rules.0.forms"]
        nothing = replace(TEN, forms=(CashForm(10_000), PointsForm(0)))
        assert [field for field, _ in breaches(nothing)] == ["rules.0.forms"]

    def test_one_form_is_written_once(self) -> None:
        ((field, reason),) = breaches(replace(TEN, forms=(CashForm(5_000), CashForm(5_000))))
        assert (field, "两次" in reason) == ("rules.0.forms", True)

    def test_one_number_is_given_once(self) -> None:
        ((field, reason),) = breaches(TEN, replace(TEN, title="另一条"))
        assert (field, "R1" in reason) == ("rules", True)

    def test_taking_part_is_free(self) -> None:
        ((field, reason),) = breaches(TEN, entry_fee_fen=1)
        assert (field, "入门费" in reason) == ("entry_fee_fen", True)

    def test_a_plans_own_cap_says_its_limit(self) -> None:
        assert [field for field, _ in breaches(TEN, caps=(OrderCap(),))] == ["caps.0"]
        assert [field for field, _ in breaches(TEN, caps=(OrderCap(bps=10_001),))] == ["caps.0.bps"]
        assert breaches(TEN, caps=(OrderCap(bps=10_000),)) == []

    def test_an_order_makes_only_so_many_rows(self) -> None:
        """A payment is one transaction: fourteen rules for three people are 42 rows, one more too many."""
        rules = [
            Rule(f"R{n}", "级差", DifferentialWho(), PaidBase(), RateHow(0)) for n in range(MAX_ROWS // 3)
        ]
        fields = [field for field, reason in breaches(*rules) if "条佣金" in reason]
        assert fields == []
        uplines = [replace(TEN, rule_id=f"U{n}", how=RateHow(0)) for n in range(3)]
        assert not [one for _, one in breaches(*rules[1:], *uplines) if "条佣金" in one], "39 and 3"
        more = [*rules, replace(TEN, rule_id="LAST", how=RateHow(0))]
        assert [field for field, reason in breaches(*more) if "条佣金" in reason] == ["rules"]

    def test_kinds_of_a_period_are_not_for_orders_nor_the_reverse(self) -> None:
        each = Rule("P1", "月", EachWho(), MetricBase("OWN_SALES"), RateHow(100))
        assert {field for field, _ in breaches(each)} == {"rules.0.who", "rules.0.base"}
        assert breaches(replace(each, when="MONTH")) == []
        monthly = replace(TEN, when="MONTH", how=ConfiguredHow(100))
        assert {field for field, _ in breaches(monthly)} == {"rules.0.who", "rules.0.base", "rules.0.how"}

    @pytest.mark.parametrize("metric", ["base", "how"])
    def test_a_teams_sales_need_the_acknowledgement(self, metric: str) -> None:
        steps = StepsHow("TEAM_SALES", (Step(0, None, 100),))
        base = MetricBase("TEAM_SALES" if metric == "base" else "OWN_SALES")
        rule = Rule("P1", "月", EachWho(), base, RateHow(100) if metric == "base" else steps, when="MONTH")
        assert [field for field, _ in breaches(rule)] == ["rules.0.base"]
        answered = Compliance(False, "王律师", date(2026, 11, 1), "", True)
        assert check_plan(plan(rule), Shop([], answered, KNOWN)) == ()
        unanswered = Compliance(False, "  ", date(2026, 11, 1), "", True)
        assert check_plan(plan(rule), Shop([], unanswered, KNOWN)) != ()


class TestEachArticle:
    def test_its_lowest_price_is_what_counts(self) -> None:
        """¥100, ¥80 for a level, ¥15 off by coupon: ¥65; ten per cent of the ¥100 list price is too much."""
        sku = Sku("SK1", "大", Fen(10_000), member_prices_fen={"normal": Fen(8_000)})
        (breach,) = of_skus(plan(replace(TEN, how=FixedHow(2_000))), product(sku), off_fen=1_500)
        assert (breach.field, breach.rule) == ("skus.SK1", "商城返利上限")
        assert "¥65.00" in breach.reason and "¥20.00" in breach.reason and "¥19.50" in breach.reason
        assert of_skus(plan(replace(TEN, how=FixedHow(1_950))), product(sku), off_fen=1_500) == ()

    def test_what_is_sold_below_cost_with_its_commission_is_named(self) -> None:
        """¥100 at ¥90 cost: ten are left and ten are paid; one fen of cost more is a loss."""
        sku = Sku("SK1", "大", Fen(10_000), cost_fen=Fen(9_000))
        assert of_skus(plan(TEN), product(sku)) == ()
        (breach,) = of_skus(plan(TEN), product(replace(sku, cost_fen=Fen(9_001))))
        assert (breach.rule, "亏本" in breach.reason, "¥9.99" in breach.reason) == ("不亏本销售", True, True)

    def test_the_ceiling_bounds_what_is_held_against_the_margin(self) -> None:
        """Fixed ¥50 on ¥100 is over the ceiling of 30 %, and of the ¥30 that can be paid ¥25 are left."""
        sku = Sku("SK1", "大", Fen(10_000), cost_fen=Fen(7_500))
        found = of_skus(plan(replace(TEN, how=FixedHow(5_000))), product(sku))
        assert [one.rule for one in found] == ["商城返利上限", "不亏本销售"]
        assert "¥30.00" in found[1].reason

    def test_what_is_free_or_takes_no_part_pays_nothing(self) -> None:
        greedy = plan(replace(TEN, how=FixedHow(9_999)))
        free = product(Sku("SK1", "大", Fen(100)))
        assert of_skus(greedy, free, off_fen=100) == () and of_skus(greedy, free, off_fen=200) == ()
        apart = product(Sku("SK1", "大", Fen(100)), promotion=Promotion(takes_part=False))
        assert of_skus(greedy, apart) == ()
        paying_nothing = product(Sku("SK1", "大", Fen(100), cost_fen=Fen(200)))
        assert of_skus(plan(replace(TEN, how=RateHow(0))), paying_nothing) == ()

    @pytest.mark.parametrize("cap", [LineCap(fen=3_000), LineCap(bps=3_000), LineCap(bps=9_000, fen=3_000)])
    def test_a_rules_own_cap_holds_it(self, cap: LineCap) -> None:
        rule = replace(TEN, how=FixedHow(9_000), caps=(cap,))
        assert of_skus(plan(rule), product(Sku("SK1", "大", Fen(10_000)))) == ()

    @pytest.mark.parametrize("count", [MOST - 1, MOST, MOST + 1, MOST + 9])
    def test_what_is_left_unchecked_is_said(self, count: int) -> None:
        skus = [Sku(f"SK{n}", "大", Fen(100)) for n in range(count)]
        found = of_skus(plan(replace(TEN, how=FixedHow(99))), product(*skus))
        assert len([one for one in found if one.field != "skus"]) == min(count, MOST)
        assert [one.field for one in found if "没有全部检查" in one.reason] == ["skus"] * (count > MOST)
