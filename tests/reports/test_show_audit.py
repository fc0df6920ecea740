"""The audit in words: who did what to what, at every door that can leave a row (G2)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import front_door
from chalicelib.admin.tell_audit import SAYS
from chalicelib.kernel import clock
from chalicelib.members import store as members
from chalicelib.reports.import_lists import import_lists
from tests.support import api, people
from tests.support import town as towns
from tests.support.town import EMPLOYEE, Town

DOORS = {
    f"{door.method} {door.path}"
    for door in front_door.all_doors()
    if door.method != "GET" and door.path.startswith("/console/")
}
JOBS = {f"JOB {one.kind.name}" for one in import_lists().values()}


@pytest.fixture(scope="module")
def _standing() -> Iterator[Town]:
    with towns.standing() as made:
        yield made


@pytest.fixture
def town(_standing: Town) -> Town:
    """As it was built."""
    towns.rebuild(_standing)
    return _standing


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(
        "/console/audit?limit=100", token=people.staff_token(EMPLOYEE)
    ).json["items"]
    return found


def told(path: str, body: Any = None, *, method: str = "POST", by: str = EMPLOYEE) -> str:
    """What the new row says after somebody did this."""
    token = people.staff_token(by)
    before = {one["audit_id"] for one in rows()}
    answer = api.call(method, f"/console/{path}", json=body, token=token, key="told-key-1")
    assert answer.status < 300, answer.json
    (entry,) = [one for one in rows() if one["audit_id"] not in before]
    assert entry["staff_id"] == by
    return str(entry["told"])


def name(member_id: str) -> str:
    return members.load(member_id).nickname


def test_every_door_that_changes_something_has_words() -> None:
    assert SAYS.keys() == DOORS | JOBS


def test_money_is_told_with_whose_and_how_much(town: Town) -> None:
    one = town.withdrawal
    assert told(f"withdrawals/{one.withdrawal_id}/reject", {"reason": "资料不全"}) == (
        f"拒绝了 {name(town.b)} 的提现 {one.withdrawal_id} ¥150.00，原因：资料不全"
    )
    (adjustment,), (_, large) = town.known["adjustment_id"], town.known["grant_id"]
    assert told(f"wallet-adjustments/{adjustment}/decision", {"is_agreed": True}) == (
        f"同意了对 {name(town.c)} 的余额调整 ¥5.00"
    )
    assert told(f"points-grants/{large}/decision", {"is_agreed": False}) == (
        f"拒绝了给 {name(town.c)} 发放 5000 积分"
    )
    assert told(f"refunds/{town.asked.refund_id}/refuse", {"said": "已过期"}) == (
        f"拒绝了 {name(town.c)} 的退款 {town.asked.refund_id} "
        f"¥{town.asked.amount_fen // 100}.{town.asked.amount_fen % 100:02d}，原因：已过期"
    )


def test_an_approved_withdrawal_is_told_although_its_row_only_changes_its_state(town: Town) -> None:
    one = town.withdrawal
    assert told(f"withdrawals/{one.withdrawal_id}/approve") == (
        f"通过了 {name(town.b)} 的提现 {one.withdrawal_id} ¥150.00"
    )


def test_people_are_told_by_name(town: Town) -> None:
    who = name(town.b)
    cases = [
        ("POST", f"distributors/{town.b}/disable", {"reason": "刷单"}, f"停用了分销商 {who}，原因：刷单"),
        ("POST", f"members/{town.c}/block", {"reason": "恶意"}, f"停用了会员 {name(town.c)}，原因：恶意"),
        (
            "PUT",
            f"members/{town.c}/tags",
            {"tags": ["老客", "亲友"]},
            f"把 {name(town.c)} 的标签设为 老客、亲友",
        ),
        (
            "POST",
            f"members/{town.c}/move",
            {"inviter_id": town.d, "reason": "填错了"},
            f"把 {name(town.c)} 移到 {name(town.d)} 名下，原因：填错了",
        ),
        (
            "POST",
            f"distributors/{town.d}/violations",
            {"kind": "PRICE_CUTTING", "penalty": "WARN", "told": "请按统一价销售"},
            f"记录了 {name(town.d)} 的违规（警告），原因：请按统一价销售",
        ),
        (
            "POST",
            "territories/release",
            {"province": "广东省", "reason": "到期"},
            f"收回了 {who} 的区域 广东省，原因：到期",
        ),
    ]
    for method, path, body, says in cases:
        assert told(path, body, method=method) == says


def test_things_are_told_by_name_also_where_only_a_switch_changes(town: Town) -> None:
    tea, at = town.shop.tea, clock.now() + timedelta(days=9)
    (gift,), (campaign,), (review,) = (town.known[one] for one in ("gift_id", "campaign_id", "review_id"))
    draft, published = town.known["announcement_id"]
    sku = tea.skus[0].sku_id
    shelf = {"is_on_shelf": False, "version": tea.version}
    allot = {"distributor_id": town.b, "quantity": 3, "ends_at": at.isoformat()}
    cases = [
        ("POST", f"products/{tea.product_id}/shelf", shelf, f"下架了商品“{tea.title}”"),
        ("POST", f"announcements/{draft}/publish", None, "发布了公告“双十二活动”"),
        ("POST", f"announcements/{published}/withdraw", None, "撤下了公告“放假通知”"),
        ("PUT", f"gifts/{gift}", {"version": 1, "quantity": 100, "status": "STOPPED"}, "修改了礼品“"),
        (
            "POST",
            f"coupon-campaigns/{campaign}/send",
            {"member_ids": [town.a]},
            f"给 {name(town.a)} 发了优惠券“",
        ),
        ("POST", f"coupon-campaigns/{campaign}/allotments", allot, f"给 {name(town.b)} 分配了 3 张优惠券“"),
        ("POST", f"reviews/{review}/hide", {"reason": "不文明"}, f"隐藏了 {name(town.c)} 对“"),
        (
            "POST",
            f"stock/{sku}/adjustments",
            {"change": 7, "reason": "到货"},
            f"规格 {sku} 出入库 7，原因：到货",
        ),
        ("POST", f"orders/{town.unpaid.order_id}/close", None, f"关闭了未付款的订单 {town.unpaid.order_id}"),
    ]
    for method, path, body, says in cases:
        assert told(path, body, method=method).startswith(says), told


def test_staff_roles_and_settings_by_name_and_never_a_secret(town: Town) -> None:
    new = {"username": "wangwu", "name": "王五", "role_ids": ["finance"]}
    assert told("staff", new) == "添加了员工 王五（wangwu）"
    assert told("staff/STCOLLEAGUE/reset-password").startswith("重置了员工 ")
    values = api.get("/console/settings/withdrawals", token=people.staff_token(EMPLOYEE)).json
    body = {"version": values["version"], "values": values["values"]}
    assert told("settings/withdrawals", body, method="PUT") == "修改了设置“" + values["title"] + "”"
    api.post("/console/sign-in", {"username": "wangwu", "password": "x" * 20})
    shown = json.dumps(api.get("/console/audit", token=people.staff_token(EMPLOYEE)).json["items"])
    assert "x" * 20 not in shown
