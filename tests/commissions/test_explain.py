"""Every figure explains itself, from the row alone (R11), and promises before sharing (P2)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.catalog.rules import Promotion, Sku
from chalicelib.commissions.credit import credit
from chalicelib.commissions.estimate import bounds, estimate, said
from chalicelib.commissions.explain import SOURCES, explain, standing_of
from chalicelib.commissions.kinds.facts import Facts, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.level_rules import level_rules
from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Commission, Grant, Part, Payee, SaleLine
from chalicelib.kernel.money import Fen
from tests.commissions import moment, support
from tests.support.world import START

PLAN = Plan("PL1", 1, "方案", "PUBLISHED", level_rules((1000, 500)))
PROMOTER = Person("MBA")
GOLD = Person("MBA", "gold", "金牌", (1200, 400))


def row(
    *grants: Grant, lines: tuple[SaleLine, ...] = support.LINES, payee: Payee | None = None
) -> Commission:
    """The first payee's commission of a sale with these grants on every line."""
    given = grants or support.PLAN_10_5
    payees = support.chain(len(given))
    frozen = support.terms(payee or payees[0], *payees[1:], grants={line.line_no: given for line in lines})
    sale = support.sale(lines=lines, frozen=frozen)
    (part, *_) = plan_credits(sale)
    return Commission(
        order_id="OR1",
        payee_id="MBA",
        rule="L1",
        level=part.payee.level,
        buyer_id="MBX",
        state="PENDING" if part.amount_fen else "ZERO",
        amount_fen=part.amount_fen,
        created_at=START,
        plan_id="PL1",
        plan_version=7,
        plan_name="标准返利方案",
        cap_bps=3000,
        parts=part.parts,
        distributor_level_name="金牌",
        excluded=part.payee.excluded,
    )


class TestSentences:
    def test_base_ratio_source_plan_and_place(self) -> None:
        told = explain(row())
        assert told.says == (
            "按《标准返利方案（第 7 版）》计算，身份是一级上级（直接邀请人），等级「金牌」。",
            "「山核桃」× 3：实付 ¥99.99 × 10%（返利方案的比例） = ¥9.99。",
            "「红枣」× 1：实付 ¥10.01 × 10%（返利方案的比例） = ¥1.00。",
            "佣金 ¥10.99，买家确认收货、售后期结束后可以提现。",
        )
        assert [line.part.base_fen for line in told.lines] == [9999, 1001]

    def test_the_cap(self) -> None:
        grants = (Grant("SKU_FIXED", 0, Fen(600)), Grant("SKU_FIXED", 0, Fen(300)))
        (line,) = explain(row(*grants, lines=(SaleLine(1, "茶", 1, Fen(1000)),))).lines
        assert line.says == (
            "「茶」× 1：每件 ¥6.00（该规格的固定佣金）× 1 = ¥6.00，"
            "各级合计超过上限 30%（¥3.00），按比例减为 ¥2.00。"
        )

    def test_what_refunds_took_back(self) -> None:
        told = replace(row(), clawed_fen=Fen(333), refunded_fen=Fen(3333), refunded_by_line={"1": 3333})
        explained = explain(told)
        assert explained.lines[0].says.endswith("已退款 ¥33.33，按比例扣回 ¥3.33。")
        assert sum(line.clawed_fen for line in explained.lines) == told.clawed_fen
        assert (
            explained.says[-1]
            == "佣金 ¥10.99，退款扣回 ¥3.33，剩 ¥7.66，买家确认收货、售后期结束后可以提现。"
        )

    @pytest.mark.parametrize(
        ("grant", "base_fen", "expected"),
        [
            (Grant("OFF"), 1000, "商品不参与推广，没有佣金。"),
            (Grant("PLAN", 1000), 0, "实付金额为 0，没有佣金。"),
            (Grant("SKU_RATE", 0), 1000, "该规格的比例没有给这一级设置佣金。"),
            (Grant("PLAN", 1000), 9, "实付 ¥0.09 × 10%（返利方案的比例） = ¥0.00，不足一分。"),
        ],
    )
    def test_why_zero(self, grant: Grant, base_fen: int, expected: str) -> None:
        told = explain(row(grant, lines=(SaleLine(1, "茶", 1, Fen(base_fen)),)))
        assert told.lines[0].says == f"「茶」× 1：{expected}"
        assert told.says[-1] == "这笔订单没有佣金。"

    def test_why_an_upline_got_nothing(self) -> None:
        payee = Payee("MBA", 1, "", "L1", "DISABLED")
        told = explain(row(Grant("NONE"), payee=payee))
        assert told.says[1] == "下单时推广资格已停用，所以没有佣金；这一份归商城，不会转给其他人。"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"matures_at": START + timedelta(days=8)}, "佣金 ¥10.99，预计 2026 年 12 月 1 日可以提现。"),
            ({"holds": frozenset({"RF1"})}, "佣金 ¥10.99，订单有退款正在处理，处理完成后再结算。"),
            ({"state": "MATURED"}, "佣金 ¥10.99，已结算。"),
            ({"state": "CLAWED"}, "佣金 ¥10.99 因订单退款已全部扣回。"),
        ],
    )
    def test_every_state_shows_its_date_or_condition(self, change: dict[str, object], expected: str) -> None:
        assert standing_of(replace(row(), **change)) == expected  # type: ignore[arg-type]

    def test_every_source_and_place_has_words(self) -> None:
        for source in SOURCES:
            part = Part(1, "茶", 1, Fen(100), source, 100, Fen(0), Fen(1), Fen(30), Fen(1))
            assert explain(replace(row(), parts=(part,))).lines[0].says
        for level in range(4):
            assert explain(replace(row(), level=level)).payee_title

    def test_the_parts_of_an_explanation_add_up_to_the_amount(self) -> None:
        sale = support.sale()
        assert credit(sale, START).total_fen == sum(
            part.amount_fen for one in plan_credits(sale) for part in one.parts
        )


class TestEstimate:
    def test_by_plan_and_by_level(self) -> None:
        (one,) = estimate(support.product(), PLAN, depth=2, promoter=PROMOTER, at=START)
        assert (one.earn_fen, one.source) == (1000, "PLAN")
        (one,) = estimate(support.product(), PLAN, depth=2, promoter=GOLD, at=START)
        assert (one.earn_fen, one.source) == (1200, "LEVEL")

    def test_a_range_over_the_articles(self) -> None:
        skus = (
            Sku("SK1", "小", Fen(5000)),
            Sku("SK2", "大", Fen(9000), promotion=Promotion(fixed_fen=(2000, 1))),
        )
        found = estimate(support.product(*skus), PLAN, depth=2, promoter=PROMOTER, at=START)
        assert bounds(found) == (500, 2000)
        assert said(found) == "推广赚 ¥5.00 ~ ¥20.00"

    def test_the_cap_is_never_promised_away(self) -> None:
        product = support.product(promotion=Promotion(rates_bps=(4000, 2000)))
        (one,) = estimate(product, PLAN, depth=2, promoter=PROMOTER, at=START)
        assert one.earn_fen == 2000
        assert said([one]) == "推广赚 ¥20.00"

    def test_nothing_is_promised_where_nothing_is_paid(self) -> None:
        off = support.product(promotion=Promotion(takes_part=False))
        assert said(estimate(off, PLAN, depth=2, promoter=PROMOTER, at=START)) == ""
        assert said(estimate(support.product(), None, depth=2, promoter=PROMOTER, at=START)) == ""


class TestTraces:
    """R11: 规则 → 基数 → 扣减 → 比例来源 → 上限 → 取整, for every kind of rule."""

    def told(self, template_id: str, facts: Facts, place: int = 0) -> str:
        return "".join(explain(moment.rows(moment.plan(template_id), facts)[place]).says)

    def test_a_step(self) -> None:
        told = self.told("02_order_steps", moment.order(moment.article(100_000)))
        assert "「订单阶梯」" in told
        assert "本单实付金额 ¥1,000.00，在 ¥1,000.00 至不足 ¥5,000.01这一档" in told
        assert "实付 ¥1,000.00 × 3%" in told

    def test_a_differential(self) -> None:
        chain = [moment.A, moment.on(moment.B, "gold")]
        told = self.told("08_differential", moment.order(moment.article(10_000), chain=chain), 1)
        assert "第 2 级上级（级差）" in told
        assert "本级比例 12%，减去下面已得的 5%" in told

    def test_a_cap_that_binds(self) -> None:
        told = self.told("13_mixed", moment.order(moment.article(100_000)))
        assert "= ¥80.00，超过每单的上限 ¥50.00，减为 ¥50.00" in told

    def test_why_a_condition_left_nothing(self) -> None:
        one = moment.plan("10_conditions")
        found = {row.rule: row for row in moment.rows(one, moment.order(moment.article(10_000)))}
        told = "".join(explain(found["FIVE"]).says)
        assert "已购买的直接下级 0 人，没有达到要求的 5 人，没有佣金" in told
        assert found["FIVE"].state == "ZERO"

    def test_sharers_bonuses_and_forms(self) -> None:
        facts = moment.order(moment.article(10_000), sharer=Person("MBS"))
        assert "分享链接的人（分享奖励）" in self.told("09_share_and_bonus", facts)
        assert "下级佣金 ¥8.00 × 10%" in self.told("09_share_and_bonus", facts, 3)
        assert "30% 以积分发放" in self.told("12_cash_and_points", facts, 1)

    def test_what_a_period_cap_left_out(self) -> None:
        told = standing_of(replace(row(), trimmed_fen=Fen(99), state="MATURED"))
        assert told == "佣金 ¥10.99，超出活动上限的 ¥0.99 不再发放，已结算。"

    @pytest.mark.parametrize("template_id", [one.template_id for one in plan_templates()])
    def test_every_template_explains_every_row(self, template_id: str) -> None:
        facts = moment.order(moment.article(123_400, cost_fen=60_000), sharer=Person("MBS"))
        for one in moment.rows(moment.plan(template_id), facts):
            assert all(explain(one).says)
