"""What notices say (N2): Chinese, complete, and never with a hole in it."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.content.rules import (
    KINDS,
    Announcement,
    AnnouncementNotDraft,
    AnnouncementStatus,
    ShopProfile,
    SubscribeMessages,
    Template,
    demand_draft,
    text_of,
    values_of,
)
from chalicelib.wechat.messages import fit

NAMES = {
    "order_paid",
    "order_shipped",
    "order_received",
    "order_closed",
    "refund_done",
    "refund_refused",
    "commission_pending",
    "commission_available",
    "commission_taken_back",
    "distributor_approved",
    "distributor_rejected",
    "may_apply",
    "withdrawal_confirm",
    "withdrawal_paid",
    "withdrawal_returned",
    "withdrawal_rejected",
    "new_downline",
    "points_received",
    "points_expiring",
    "coupon_received",
    "coupon_expiring",
    "gift_waiting",
    "gift_shipped",
}
FACTS = {
    "order": "OR01M8323B802SDAE2EE01XYWQA5",
    "amount": "¥1,234.50",
    "carrier": "顺丰速运",
    "tracking": "SF1234567890",
    "reason": "商品已售完",
    "level": "银牌",
    "name": "小**",
    "points": "120",
    "until": "2026年12月23日",
    "coupon": "满 100 减 20",
    "gift": "竹编收纳篮",
    "period": "2026 年 11 月",
    "told": "请不要低于指导价销售。",
    "penalty": "警告",
    "outcome": "已撤销",
}


class TestTexts:
    def test_every_kind_of_the_contract_is_there(self) -> None:
        assert KINDS.keys() >= NAMES

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_with_all_facts_all_is_said(self, kind: str) -> None:
        text = text_of(kind, FACTS)
        assert KINDS[kind].facts <= FACTS.keys(), "a fact without a sample"
        assert all(FACTS[name] in text for name in KINDS[kind].facts)
        assert text.endswith("。") and not re.search(
            r"[{}A-Za-z]{4,}(?<!SDAE2EE)", text.replace(FACTS["order"], "")
        )

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_with_none_it_still_makes_sense(self, kind: str) -> None:
        text = text_of(kind, {})
        assert len(text) >= 8 and "{" not in text and "：。" not in text

    @given(
        st.sampled_from(sorted(KINDS)),
        st.dictionaries(st.sampled_from(sorted(FACTS)), st.sampled_from(["", "甲"])),
    )
    def test_with_some_there_is_no_hole(self, kind: str, facts: dict[str, str]) -> None:
        text = text_of(kind, facts)
        assert "{" not in text and "：。" not in text and "None" not in text

    def test_facts_are_text_and_nothing_else(self) -> None:
        """A nickname with braces is a nickname."""
        assert "{order}" in text_of("new_downline", {"name": "{order}{0.__class__}"})

    def test_titles_fit_into_a_thing(self) -> None:
        assert all(len(kind.title) <= 20 for kind in KINDS.values())


class TestTemplates:
    def test_facts_fill_the_fields_as_wechat_takes_them(self) -> None:
        template = Template(
            "order_paid",
            "TEMPLATE_0001",
            {
                "thing1": "title",
                "amount2": "amount",
                "character_string3": "order",
                "time4": "time",
                "thing5": "title",
            },
        )
        values = values_of(template, FACTS, title="支付成功", time="2026-11-23 10:00")
        assert values["amount2"] == "¥1234.50"
        assert {field: fit(field, value) for field, value in values.items()} == values

    def test_a_fact_not_given_is_a_dash(self) -> None:
        template = Template("order_shipped", "TEMPLATE_0001", {"thing1": "carrier"})
        assert values_of(template, {"carrier": ""}, title="", time="") == {"thing1": "-"}

    def test_a_mapping_that_fits_passes(self) -> None:
        SubscribeMessages((Template("order_paid", "TEMPLATE_0001", {"amount2": "amount"}),)).check()

    @pytest.mark.parametrize(
        "template",
        [
            Template("nonsense", "TEMPLATE_0001", {"thing1": "title"}),
            Template("order_paid", "short", {"thing1": "title"}),
            Template("order_paid", "TEMPLATE_0001", {}),
            Template("order_paid", "TEMPLATE_0001", {f"thing{n}": "title" for n in range(6)}),
            Template("order_paid", "TEMPLATE_0001", {"thing": "title"}),
            Template("order_paid", "TEMPLATE_0001", {"thing1": "tracking"}),
        ],
    )
    def test_others_are_refused_in_chinese(self, template: Template) -> None:
        with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
            SubscribeMessages((template,)).check()

    def test_a_kind_has_one_template_at_most(self) -> None:
        paid = Template("order_paid", "TEMPLATE_0001", {"amount2": "amount"})
        assert SubscribeMessages((paid,)).of("order_paid") is paid
        assert SubscribeMessages((paid,)).of("order_shipped") is None
        with pytest.raises(ValueError, match="一个模板"):
            SubscribeMessages((paid, paid)).check()


@pytest.mark.parametrize("status", get_args(AnnouncementStatus))
def test_only_what_is_not_published_may_be_edited(status: AnnouncementStatus) -> None:
    announcement = Announcement("AN1", status, "公告", "内容", datetime(2026, 11, 23, tzinfo=UTC))
    if status == "PUBLISHED":
        with pytest.raises(AnnouncementNotDraft):
            demand_draft(announcement)
    else:
        demand_draft(announcement)


class TestShopProfile:
    """G3: what no page could show, and no phone could dial, is refused."""

    @pytest.mark.parametrize(
        "wrong",
        [
            ShopProfile(name=" "),
            ShopProfile(name="长" * 21),
            ShopProfile(service_phone="打给我"),
            ShopProfile(service_hours="久" * 31),
        ],
    )
    def test_is_refused(self, wrong: ShopProfile) -> None:
        with pytest.raises(ValueError, match=r"请|最多"):
            wrong.check()

    def test_is_taken(self) -> None:
        ShopProfile("岩茶小铺", "400-800-1234", "每天 9:00 至 21:00").check()
        ShopProfile().check()
