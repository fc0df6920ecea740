"""Rebate plans and commissions in the console; each effect is checked through the API. R1-R12, G1."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scripts.local.people import Staff
from scripts.local.story import Story
from scripts.local.world import World
from tests.pages.console import agree, choose, colleague, desk, do, find, go, row

pytestmark = pytest.mark.local_world


def drafted(owner: Staff, template: str) -> dict[str, Any]:
    """A draft made of a shipped template."""
    templates = {one["template_id"]: one["plan"] for one in owner.get("/console/plan-templates")["items"]}
    found: dict[str, Any] = owner.post("/console/plans", templates[template])
    return found


def test_a_plan_begins_with_a_template_and_its_findings_stand_beside_their_fields(
    world: World, chromium: Browser, owner: Staff
) -> None:
    """R10, R12: three levels are refused where they are written; two are submitted, approved, published."""
    with desk(chromium, world) as page:
        go(page, "plans/new")
        page.get_by_test_id("begin-01_three_levels").click()
        expect(page.get_by_test_id("finding").first).to_contain_text("返到第 3 级")
        page.get_by_test_id("rule-2").locator(".el-collapse-item__header").click()
        expect(page.get_by_test_id("finding-rules.2.who.level")).to_contain_text("请减到 2 级")
        page.get_by_test_id("remove-rule-2").click()
        expect(page.get_by_test_id("compliant")).to_be_visible()
        page.get_by_test_id("rule-0").locator(".el-collapse-item__header").click()
        rate = page.get_by_test_id("field-rules.0.how.rate_bps")
        rate.fill("9.5")
        rate.blur()
        expect(page.get_by_test_id("rule-0")).to_contain_text("没有设置的 9.5%")
        do(page, "提交")
        agree(page)
        expect(page.get_by_test_id("plan-status")).to_have_text("待批准")
        plan_id = page.url.rsplit("/", 1)[1]
        kept = owner.get(f"/console/plans/{plan_id}")
        _, person = colleague(world, owner, "owner")
        person.post(f"/console/plans/{plan_id}/approve", {"revision": kept["revision"]})
        person.close()
        page.reload()
        assert (len(kept["rules"]), kept["rules"][0]["how"]["rate_bps"]) == (2, 950)
        do(page, "比较")
        expect(page.get_by_test_id("differences")).to_contain_text("9.5%")
        do(page, "发布")
        page.get_by_test_id("save").click()
        expect(page.get_by_test_id("plan-status")).to_have_text("已发布")
    assert owner.get(f"/console/plans/{plan_id}")["status"] == "PUBLISHED"


def test_of_two_editors_the_second_sees_what_the_first_made_of_it(
    world: World, chromium: Browser, owner: Staff
) -> None:
    """G1, R10: nothing typed is lost, nobody's change is overwritten unseen."""
    draft = drafted(owner, "01_two_levels")
    path = f"/console/plans/{draft['plan_id']}"
    with desk(chromium, world) as page:
        go(page, f"plans/{draft['plan_id']}")
        note = page.get_by_test_id("field-note")
        note.fill("我写的说明")
        edit = {key: draft[key] for key in ("name", "rules", "cap_bps", "caps", "entry_fee_fen", "revision")}
        owner.put(path, {**edit, "note": "同事写的说明"})
        do(page, "保存")
        expect(page.get_by_test_id("others")).to_contain_text("同事写的说明")
        expect(note).to_have_value("我写的说明")
        assert owner.get(path)["note"] == "同事写的说明"
        page.get_by_test_id("keep-mine").click()
        expect(page.get_by_test_id("others")).to_have_count(0)
    assert owner.get(path)["note"] == "我写的说明"


def test_a_generous_plan_waits_for_another_person(world: World, chromium: Browser, owner: Staff) -> None:
    """R10: who wrote it is refused; the colleague approves, both on the page."""
    draft = drafted(owner, "01_by_level")
    generous = draft["rules"][0] | {"how": {"kind": "RATE", "rate_bps": 2500}}
    edit = {key: draft[key] for key in ("name", "cap_bps", "caps", "entry_fee_fen", "note", "revision")}
    owner.put(f"/console/plans/{draft['plan_id']}", {**edit, "rules": [generous]})
    username, person = colleague(world, owner, "owner")
    person.close()
    with desk(chromium, world) as page:
        go(page, f"plans/{draft['plan_id']}")
        do(page, "提交")
        agree(page)
        expect(page.get_by_test_id("plan-status")).to_have_text("待批准")
        do(page, "批准")
        agree(page)
        expect(page.locator(".el-message--error")).to_contain_text("需要另一位同事审核")
    with desk(chromium, world, username, "a-colleagues-password-1") as page:
        go(page, f"plans/{draft['plan_id']}")
        do(page, "批准")
        agree(page)
        expect(page.get_by_test_id("plan-status")).to_have_text("已批准")
    assert owner.get(f"/console/plans/{draft['plan_id']}")["status"] == "APPROVED"


def test_a_step_table_is_typed_in_the_metrics_own_unit(world: World, chromium: Browser, owner: Staff) -> None:
    """R4: money in yuan, margins in percent; kept in fen and basis points."""
    draft = drafted(owner, "02_order_steps")
    with desk(chromium, world) as page:
        go(page, f"plans/{draft['plan_id']}")
        page.get_by_test_id("rule-0").locator(".el-collapse-item__header").click()
        for testid in ("rules.0.how.rows.0.below", "rules.0.how.rows.1.at_least"):
            typed = page.get_by_test_id(f"field-{testid}")
            typed.fill("1200")
            typed.blur()
        choose(page, "field-rules.0.who", "分享者")
        expect(page.get_by_test_id("rule-0")).to_contain_text("¥0.00 至不足 ¥1,200.00 2%")
        do(page, "保存")
        expect(page.get_by_test_id("dirty")).to_have_count(0)
    rule = owner.get(f"/console/plans/{draft['plan_id']}")["rules"][0]
    assert rule["who"]["kind"] == "SHARER"
    assert [one["at_least"] for one in rule["how"]["rows"]][:2] == [0, 120_000]


def test_a_draft_is_tried_on_past_orders_and_found_again_after_the_tab_was_closed(
    world: World, chromium: Browser, lived: Story, owner: Staff
) -> None:
    """R10: the figures on the page are the job's; a new window shows the same simulation."""
    draft = drafted(owner, "02_order_steps")
    with desk(chromium, world) as page:
        go(page, f"plans/{draft['plan_id']}/simulation")
        page.get_by_test_id("simulate").click()
        expect(page.get_by_test_id("simulated")).to_be_visible()
        job = owner.get("/console/jobs")["items"][0]
        told = owner.get(f"/console/plans/{draft['plan_id']}/simulations/{job['job_id']}")["totals"]
        assert told["orders"] >= 1
        expect(page.get_by_test_id("cost")).to_have_text(f"¥{told['cost_fen'] / 100:.2f}")
        expect(page.get_by_test_id("chart").first.locator("svg")).to_be_visible()
        before = owner.get(f"/console/plans/{draft['plan_id']}")
    with desk(chromium, world) as page:
        go(page, f"plans/{draft['plan_id']}/simulation")
        expect(page.get_by_test_id("cost")).to_have_text(f"¥{told['cost_fen'] / 100:.2f}")
    assert owner.get(f"/console/plans/{draft['plan_id']}") == before


def test_a_commission_says_why_it_is_what_it_is(
    world: World, chromium: Browser, lived: Story, owner: Staff
) -> None:
    """R11: rule, base, ratio and amount as the API tells them."""
    payee = lived.people["B"]
    told = owner.get(f"/console/commissions/{lived.order['order_id']}")["items"]
    mine = next(one for one in told if one["payee_id"] == payee.member_id)
    with desk(chromium, world) as page:
        go(page, "commissions")
        sums = {one["state"]: one for one in owner.get("/console/commission-sums")["items"]}
        for state, one in sums.items():
            shown = page.get_by_test_id(f"sum-{state}")
            expect(shown).to_contain_text(f"{one['rows']} 笔")
            expect(shown).to_contain_text(f"¥{one['amount_fen'] / 100:,.2f}")
        choose(page, "filter-state", "待结算")
        find(page, "filter-payee_id", payee.member_id, payee.nickname)
        page.get_by_test_id("search").click()
        expect(row(page, mine["payee"]).first).to_contain_text(f"¥{mine['amount_fen'] / 100:.2f}")
        assert f"payee_id={payee.member_id}" in page.url and "state=PENDING" in page.url
        page.reload()
        expect(row(page, mine["payee"]).first).to_be_visible()
        do(page, "为什么")
        for said in mine["explanation"]:
            expect(page.get_by_test_id("explained")).to_contain_text(said)
        go(page, "compliance")
        expect(page.locator("tbody tr", has_text=payee.nickname).first).to_be_visible()
