"""Every shipped template with its figures worked out by hand (R1 … R9, R13).

In the table: base × ratio = commission, in yuan, rounded down to the fen.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib.catalog.rules import Promotion
from chalicelib.commissions.check_plan import Shop, check_plan
from chalicelib.commissions.kinds.facts import Holder, Person
from chalicelib.commissions.kinds.model import Known
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Compliance
from chalicelib.commissions.schemas import PlanIn
from tests.commissions import moment
from tests.commissions.moment import A, B, C, article, of_period, on, order, paid, plan, rows

ACKNOWLEDGED = Compliance(True, "王律师", date(2026, 11, 1), team_rebates_allowed=True)
KNOWN = Known(
    frozenset({"normal", "silver", "gold"}),
    frozenset(),
    frozenset({"CHOOSE"}),
    coupon_ids=frozenset({"CHOOSE"}),
    gift_ids=frozenset({"CHOOSE"}),
)


@pytest.mark.parametrize("template_id", [one.template_id for one in plan_templates()])
def test_each_may_be_published_once_the_shop_has_chosen_and_acknowledged(template_id: str) -> None:
    assert check_plan(plan(template_id), Shop([], ACKNOWLEDGED, KNOWN)) == ()


@pytest.mark.parametrize("template_id", ["01_three_levels", "07_team_sales", "13_mixed"])
def test_what_is_a_legal_risk_needs_the_acknowledgement(template_id: str) -> None:
    found = check_plan(plan(template_id), Shop([], Compliance(), KNOWN))
    assert found
    assert all(breach.rule == "《禁止传销条例》第七条" for breach in found)


@pytest.mark.parametrize("template_id", ["10_category", "12_coupons", "12_gifts"])
def test_what_the_shop_must_choose_is_refused_until_it_has(template_id: str) -> None:
    nothing = Known(KNOWN.level_ids, frozenset(), frozenset(), frozenset(), frozenset())
    (breach,) = check_plan(plan(template_id), Shop([], ACKNOWLEDGED, nothing))
    assert "CHOOSE" in breach.reason
    assert "选择" in breach.mend


def test_the_schema_in_the_repo_is_the_one_of_the_door() -> None:
    """Run ``scripts/check --fix`` after adding a kind."""
    kept = Path(__file__).parents[2].joinpath("docs", "schemas", "plan.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(json.dumps(PlanIn.model_json_schema()))


class Test01Levels:
    def test_three_levels(self) -> None:
        """99.99 × 10 % = 9.99, × 5 % = 4.99, × 2 % = 1.99."""
        assert paid(plan("01_three_levels"), order(article(9_999))) == {
            ("MBA", "L1", "CASH"): 999,
            ("MBB", "L2", "CASH"): 499,
            ("MBC", "L3", "CASH"): 199,
        }

    def test_two_levels(self) -> None:
        """99.99 × 8 % = 7.99, × 2 % = 1.99."""
        assert paid(plan("01_two_levels"), order(article(9_999))) == {
            ("MBA", "L1", "CASH"): 799,
            ("MBB", "L2", "CASH"): 199,
        }

    def test_by_distributor_level(self) -> None:
        """普通 A 200.00 × 8 % = 16.00; 金牌 B × 4 % = 8.00."""
        facts = order(article(20_000), chain=[A, on(B, "gold")])
        assert paid(plan("01_by_level"), facts) == {("MBA", "L1", "CASH"): 1600, ("MBB", "L2", "CASH"): 800}

    def test_by_product_by_sku_and_fixed(self) -> None:
        """Product 12 %/6 % of 100.00 = 12.00/6.00; SKU 5 %/1 % of 100.00 = 5.00/1.00; 2 × 6.00/2.00 fixed."""
        facts = order(
            article(10_000, line_no=1, promotion=Promotion(rates_bps=(1200, 600))),
            article(
                10_000,
                line_no=2,
                promotion=Promotion(rates_bps=(1200, 600)),
                of_sku=Promotion(rates_bps=(500, 100)),
            ),
            article(10_000, line_no=3, quantity=2, of_sku=Promotion(fixed_fen=(600, 200))),
            article(10_000, line_no=4, promotion=Promotion(takes_part=False)),
        )
        assert paid(plan("01_two_levels"), facts) == {
            ("MBA", "L1", "CASH"): 1200 + 500 + 1200,
            ("MBB", "L2", "CASH"): 600 + 100 + 400,
        }


@pytest.mark.parametrize(
    ("paid_fen", "earned_fen"),
    [
        (99_999, 1_999),  # 999.99 × 2 % = 19.99
        (100_000, 3_000),  # 1,000.00 × 3 % = 30.00
        (500_000, 15_000),  # 5,000.00 × 3 % = 150.00
        (500_001, 20_000),  # 5,000.01 × 4 % = 200.00
    ],
)
def test_02_steps_by_one_orders_amount(paid_fen: int, earned_fen: int) -> None:
    assert paid(plan("02_order_steps"), order(article(paid_fen))) == {("MBA", "L1", "CASH"): earned_fen}


def test_02_the_whole_order_decides_the_step_of_each_line() -> None:
    """600.00 and 400.00 make 1,000.00: 3 % of each, 18.00 + 12.00."""
    facts = order(article(60_000), article(40_000, line_no=2))
    assert paid(plan("02_order_steps"), facts) == {("MBA", "L1", "CASH"): 3_000}


@pytest.mark.parametrize("template_id", ["03_month_sales", "03_quarter_sales", "03_year_sales"])
@pytest.mark.parametrize(
    ("sales_fen", "earned_fen"),
    [
        (9_999_999, 199_999),  # 99,999.99 × 2 % = 1,999.99
        (10_000_000, 300_000),  # 100,000.00 × 3 % = 3,000.00
        (20_000_000, 600_000),  # 200,000.00 × 3 % = 6,000.00
        (20_000_001, 800_000),  # 200,000.01 × 4 % = 8,000.00
        (0, 0),
        (-500, 0),  # late refunds beyond what was sold
    ],
)
def test_03_steps_by_a_periods_own_sales(template_id: str, sales_fen: int, earned_fen: int) -> None:
    one = plan(template_id)
    assert one.order_rules == ()
    assert of_period(one, "SALES", {"OWN_SALES": sales_fen}) == earned_fen


class Test04Profit:
    @pytest.mark.parametrize(
        ("cost_fen", "earned_fen"),
        [
            (9_001, 200),  # margin 9.99 %: 100.00 × 2 % = 2.00
            (9_000, 300),  # 10 %: × 3 % = 3.00
            (8_000, 300),  # 20 %: × 3 % = 3.00
            (7_999, 400),  # 20.01 %: × 4 % = 4.00
            (12_000, 200),  # sold below cost: no margin, 2 %
        ],
    )
    def test_by_margin(self, cost_fen: int, earned_fen: int) -> None:
        facts = order(article(10_000, cost_fen=cost_fen))
        assert paid(plan("04_margin_steps"), facts) == {("MBA", "L1", "CASH"): earned_fen}

    @pytest.mark.parametrize(
        ("cost_fen", "earned_fen"),
        [
            (90_001, 0),  # profit 99.99: nothing
            (90_000, 1_000),  # 100.00: 1,000.00 × 1 % = 10.00
            (50_001, 1_000),  # 499.99: × 1 %
            (50_000, 2_000),  # 500.00: × 2 % = 20.00
        ],
    )
    def test_by_profit(self, cost_fen: int, earned_fen: int) -> None:
        facts = order(article(100_000, cost_fen=cost_fen))
        assert sum(paid(plan("04_profit_steps"), facts).values()) == earned_fen


@pytest.mark.parametrize(
    ("paid_fen", "profit_fen", "earned_fen"),
    [
        (99_999, 9_999, 0),  # neither
        (100_000, 0, 1_000),  # sales alone: 1,000.00 × 1 % = 10.00
        (99_999, 10_000, 999),  # profit alone: 999.99 × 1 % = 9.99
        (499_999, 49_999, 4_999),  # 4,999.99 × 1 % = 49.99
        (99_999, 50_000, 1_999),  # profit reaches the second row: 999.99 × 2 % = 19.99
        (500_000, 0, 10_000),  # 5,000.00 × 2 % = 100.00
    ],
)
def test_05_either_or(paid_fen: int, profit_fen: int, earned_fen: int) -> None:
    facts = order(article(paid_fen, cost_fen=paid_fen - profit_fen))
    assert sum(paid(plan("05_either_or"), facts).values()) == earned_fen


class Test06Personal:
    @pytest.mark.parametrize(
        ("sales_fen", "whole_fen", "marginal_fen"),
        [
            (499_999, 49_999, 49_999),  # 4,999.99 × 10 %
            (500_000, 50_000, 50_000),  # 5,000.00 × 10 %
            (500_001, 75_000, 50_000),  # × 15 % = 750.00; marginal 500.00 + 0.01 × 15 %
            (800_000, 120_000, 95_000),  # × 15 % = 1,200.00; marginal 500.00 + 3,000.00 × 15 %
        ],
    )
    def test_whole_and_marginal(self, sales_fen: int, whole_fen: int, marginal_fen: int) -> None:
        figures = {"OWN_SALES": sales_fen}
        assert of_period(plan("06_personal_whole"), "OWN", figures) == whole_fen
        assert of_period(plan("06_personal_marginal"), "OWN", figures) == marginal_fen


@pytest.mark.parametrize(
    ("team_fen", "earned_fen"),
    [
        (4_999_999, 49_999),  # 49,999.99 × 1 %
        (5_000_000, 100_000),  # 50,000.00 × 2 %
        (20_000_000, 600_000),  # 200,000.00 × 3 %
    ],
)
def test_07_team_sales_with_rising_ratios(team_fen: int, earned_fen: int) -> None:
    assert of_period(plan("07_team_sales"), "TEAM", {"TEAM_SALES": team_fen}) == earned_fen


class Test08Differential:
    def gap(self, *chain: Person) -> list[int]:
        found = rows(plan("08_differential"), order(article(10_000), chain=chain))
        return [row.amount_fen for row in found]

    def test_each_earns_the_difference(self) -> None:
        """100.00: 5 %, 8 − 5 = 3 %, 12 − 8 = 4 %."""
        assert self.gap(A, on(B, "silver"), on(C, "gold")) == [500, 300, 400]

    def test_an_equal_or_lower_level_above_earns_nothing(self) -> None:
        assert self.gap(on(A, "silver"), on(B, "silver"), C) == [800, 0, 0]

    def test_a_jump_over_a_gap_pays_the_gap(self) -> None:
        """12 − 5 = 7 %."""
        assert self.gap(A, on(B, "gold"), on(C, "silver")) == [500, 700, 0]

    def test_one_who_may_not_promote_takes_nothing_from_those_above(self) -> None:
        assert self.gap(replace(A, excluded="DISABLED"), on(B, "silver"), on(C, "gold")) == [0, 800, 400]


class Test09ShareAndBonus:
    def test_beside_the_chain(self) -> None:
        """100.00: sharer 3 % = 3.00; L1 8.00; L2 2.00; bonus 10 % of 8.00 = 0.80."""
        facts = order(article(10_000), sharer=Person("MBS"))
        assert paid(plan("09_share_and_bonus"), facts) == {
            ("MBS", "SHARE", "CASH"): 300,
            ("MBA", "L1", "CASH"): 800,
            ("MBB", "L2", "CASH"): 200,
            ("MBB", "BONUS", "CASH"): 80,
        }

    def test_the_sharer_may_be_an_upline_but_not_the_buyer(self) -> None:
        one = plan("09_share_and_bonus")
        assert paid(one, order(article(10_000), sharer=A))["MBA", "SHARE", "CASH"] == 300
        assert ("MBX", "SHARE", "CASH") not in paid(one, order(article(10_000), sharer=moment.BUYER))


class Test10Conditions:
    ALL = replace(on(A, "silver"), direct_buyers=5, joined_at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC))

    def earned(self, person: Person, **more: object) -> dict[str, int]:
        facts = order(article(10_000), chain=[person], region=("广东省", "深圳市", "南山区"), **more)
        return {rule: amount for (_, rule, _), amount in paid(plan("10_conditions"), facts).items()}

    def test_all_hold(self) -> None:
        """100.00: 5 + 2 + 2 + 1 + 1 + 5 %."""
        assert self.earned(self.ALL, is_first_order=True) == {
            "L1": 500,
            "LEVEL": 200,
            "FIVE": 200,
            "EARLY": 100,
            "AREA": 100,
            "FIRST": 500,
        }

    def test_each_alone_may_fail(self) -> None:
        assert "LEVEL" not in self.earned(on(self.ALL, "normal"))
        assert "FIVE" not in self.earned(replace(self.ALL, direct_buyers=4))
        assert "FIVE" not in self.earned(replace(self.ALL, has_open_violation=True))
        late = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # 2027-01-01 in China
        assert "EARLY" not in self.earned(replace(self.ALL, joined_at=late))
        assert "EARLY" not in self.earned(replace(self.ALL, joined_at=None))
        assert "FIRST" not in self.earned(self.ALL)
        elsewhere = order(article(10_000), chain=[self.ALL], region=("浙江省", "杭州市", "西湖区"))
        assert ("MBA", "AREA", "CASH") not in paid(plan("10_conditions"), elsewhere)

    def test_a_product_or_category(self) -> None:
        """The chosen category 6 % of 100.00 = 6.00, others 2 % = 2.00."""
        chosen = order(article(10_000, category_id="CHOOSE"), article(10_000, line_no=2))
        assert paid(plan("10_category"), chosen) == {("MBA", "L1", "CASH"): 600 + 200}


class Test11Regions:
    COUNTY, CITY, PROVINCE = (
        Holder("COUNTY", Person("MBN")),
        Holder("CITY", Person("MBM")),
        Holder("PROVINCE", Person("MBP")),
    )

    def earned(self, template_id: str, *holders: Holder) -> dict[str, int]:
        """100.00 × 3 % = 3.00."""
        facts = order(article(10_000), chain=[], holders=holders)
        return {payee: amount for (payee, _, _), amount in paid(plan(template_id), facts).items()}

    def test_the_narrowest_wins(self) -> None:
        assert self.earned("11_region_narrowest", self.COUNTY, self.CITY, self.PROVINCE) == {"MBN": 300}
        assert self.earned("11_region_narrowest", self.CITY, self.PROVINCE) == {"MBM": 300}
        assert self.earned("11_region_narrowest", self.PROVINCE) == {"MBP": 300}
        assert self.earned("11_region_narrowest") == {}

    def test_or_they_share(self) -> None:
        assert self.earned("11_region_shared", self.COUNTY, self.CITY, self.PROVINCE) == {
            "MBN": 100,
            "MBM": 100,
            "MBP": 100,
        }
        assert self.earned("11_region_shared", self.CITY, self.PROVINCE) == {"MBM": 150, "MBP": 150}

    def test_one_who_holds_two_is_paid_once(self) -> None:
        twice = Holder("CITY", self.COUNTY.person)
        assert self.earned("11_region_shared", self.COUNTY, twice, self.PROVINCE) == {"MBN": 150, "MBP": 150}


class Test12Forms:
    def test_cash_and_points(self) -> None:
        """123.45 × 10 % = 12.34: 70 % 8.64 in cash (largest remainder), 3.70 in points, 3 whole points."""
        found = rows(plan("12_cash_and_points"), order(article(12_345)))
        assert [(row.payee_rule, row.amount_fen, row.units) for row in found] == [
            ("MBA#L1", 864, 0),
            ("MBA#L1#POINTS", 370, 3),
        ]

    def test_coupons_and_gifts(self) -> None:
        """1,234.50 × 10 % = 123.45: 12 coupons of 10.00, 2 gifts of 50.00."""
        facts = order(article(123_450))
        (coupons,) = rows(plan("12_coupons"), facts)
        assert (coupons.payee_rule, coupons.units, coupons.ref) == ("MBA#L1#COUPON", 12, "CHOOSE")
        (gifts,) = rows(plan("12_gifts"), facts)
        assert (gifts.payee_rule, gifts.units) == ("MBA#L1#GIFT", 2)

    def test_too_little_for_one_coupon_is_nothing(self) -> None:
        (row,) = rows(plan("12_coupons"), order(article(9_999)))
        assert (row.state, row.units) == ("ZERO", 0)


class Test13Mixed:
    def test_the_orders_cap_binds(self) -> None:
        """1,000.00 × 8 % = 80.00, held to 50.00 an order; 2 % = 20.00."""
        assert paid(plan("13_mixed"), order(article(100_000))) == {
            ("MBA", "L1", "CASH"): 5_000,
            ("MBB", "L2", "CASH"): 2_000,
        }

    def test_the_cap_is_split_over_the_lines_exactly(self) -> None:
        """80.00 and 40.00 wanted, 50.00 allowed: 33.33 and 16.67."""
        (first, _) = rows(plan("13_mixed"), order(article(100_000), article(50_000, line_no=2)))
        assert [part.amount_fen for part in first.parts] == [3_333, 1_667]

    def test_periods(self) -> None:
        one = plan("13_mixed")
        assert of_period(one, "SALES", {"OWN_SALES": 10_000_000}) == 300_000
        assert of_period(one, "TEAM", {"TEAM_SALES": 5_000_000}) == 100_000
