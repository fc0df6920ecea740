"""The doors of members and staff to distributors (D1, D2)."""

from typing import Any

import app  # noqa: F401 - opens the front door
from chalicelib.distributors import store
from chalicelib.distributors.application import Purchase
from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from tests.distributors.conftest import Join
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

PERMISSIONS = ("distributors.read", "distributors.audit", "distributors.edit", "levels.edit")


def shopper(name: str = "小明") -> str:
    member = sign_in(Identity(config().mp_appid, f"openid-{name}", None)).member
    commit(members.set_nickname(member.member_id, name))
    return member.member_id


def make_levels() -> None:
    save_level(Level("normal", "普通", 1, (800, 200)), is_new=True)
    save_level(Level("silver", "银牌", 2, (1000, 300)), is_new=True)
    save_level(Level("closed", "旧级", 9, is_open=False), is_new=True)


def apply(member_id: str, message: str = "我想推广") -> api.Answer:
    return api.post("/shop/distributor/application", {"message": message}, token=api.member_token(member_id))


def staff() -> str:
    return api.staff_token(*PERMISSIONS)


def step(member_id: str, name: str, json: Any) -> api.Answer:
    return api.post(f"/console/distributors/{member_id}/{name}", json, token=staff())


def standing(member_id: str) -> Any:
    return api.get("/shop/distributor", token=api.member_token(member_id)).json


def test_a_member_applies_and_staff_approve(world: Clock) -> None:
    """D1: application with audit; D2: the history keeps both steps."""
    make_levels()
    me = shopper()
    assert (standing(me)["status"], standing(me)["can_apply"]) == ("NONE", True)
    applied = apply(me)
    assert (applied.status, applied.json["status"], applied.json["can_apply"]) == (200, "PENDING", False)
    assert applied.json["level"] is None
    waiting = api.get("/console/distributors", token=staff()).json["items"]
    assert [(one["member_id"], one["nickname"], one["message"]) for one in waiting] == [
        (me, "小明", "我想推广")
    ]
    world.advance(minutes=1)
    approved = step(me, "approve", {"reason": "欢迎"})
    assert (approved.status, approved.json["status"]) == (200, "APPROVED")
    assert [(one["step"], one["by"], one["status_before"]) for one in approved.json["history"]] == [
        ("APPROVED", "STTEST", "PENDING"),
        ("APPLIED", "member", None),
    ]
    assert standing(me)["level"]["name"] == "普通"
    assert standing(me)["level"]["rates_bps"] == [800, 200]
    assert step(me, "approve", {}).json["code"] == "STEP_NOT_ALLOWED"


def test_applying_twice_is_applying_once(world: Clock) -> None:
    """Trust 22."""
    me = shopper()
    apply(me)
    before = support.dump_all()
    assert apply(me, "再来一次").json["status"] == "PENDING"
    assert support.dump_all() == before


def test_an_open_shop_approves_at_once(world: Clock, join: Join) -> None:
    """D1: open to all."""
    join(mode="OPEN", default_level_id="silver")
    make_levels()
    me = shopper()
    answer = apply(me).json
    assert (answer["status"], answer["mode"], answer["level"]["level_id"]) == ("APPROVED", "OPEN", "silver")
    assert store.history(me).items[0].step == "APPROVED"


def test_by_purchase_the_door_names_what_is_missing(world: Clock, join: Join) -> None:
    """D1: refused while something is missing, approved at once when it is done."""
    join(mode="SPEND", spend_fen=50_000)
    make_levels()
    me = shopper()
    keep_purchase(Purchase(me, "OR1", Fen(20_000), {"PR1": 1}, 5))
    way = standing(me)["way"]
    assert (way["is_open"], way["spend_fen"], way["spent_fen"], way["at_once"]) == (
        False,
        50_000,
        20_000,
        True,
    )
    assert "再消费 ¥300.00" in way["says"] and not standing(me)["can_apply"]
    refused = apply(me)
    assert (refused.status, refused.json["code"]) == (403, "CONDITION_OPEN")
    assert "¥300.00" in refused.json["detail"]
    keep_purchase(Purchase(me, "OR2", Fen(30_000), {}, 1))
    assert standing(me)["can_apply"]
    done = apply(me).json
    assert (done["status"], done["way"]) == ("APPROVED", None)


def test_where_staff_choose_the_door_says_so(world: Clock, join: Join) -> None:
    """D1: by admin's assignment."""
    join(mode="ASSIGN")
    me = shopper()
    assert "邀请" in standing(me)["way"]["says"] and not standing(me)["can_apply"]
    assert apply(me).json["code"] == "ONLY_BY_INVITATION"


def test_a_rejection_says_why_and_leaves_the_way_open(world: Clock) -> None:
    """D1: rejects with reason."""
    me = shopper()
    apply(me)
    assert step(me, "reject", {}).status == 422
    assert step(me, "reject", {"reason": "资料不全"}).json["status"] == "REJECTED"
    assert standing(me)["reason"] == "资料不全" and standing(me)["can_apply"]
    assert apply(me, "补好了").json["status"] == "PENDING"
    assert standing(me)["reason"] is None


def test_disable_enable_and_delete_keep_the_history(world: Clock) -> None:
    """D1: disables, deletes (history kept)."""
    me = shopper()
    apply(me)
    for name, status in [
        ("approve", "APPROVED"),
        ("disable", "DISABLED"),
        ("enable", "APPROVED"),
        ("delete", "DELETED"),
    ]:
        world.advance(minutes=1)
        assert step(me, name, {"reason": "核实情况"}).json["status"] == status
        if name == "disable":
            refused = apply(me)
            assert (refused.status, refused.json["code"]) == (403, "MAY_NOT_APPLY")
    detail = api.get(f"/console/distributors/{me}", token=staff()).json
    assert [one["step"] for one in detail["history"]] == [
        "DELETED",
        "ENABLED",
        "DISABLED",
        "APPROVED",
        "APPLIED",
    ]
    assert step(me, "enable", {"reason": "核实情况"}).status == 409
    assert apply(me).json["status"] == "PENDING"


def test_staff_assign_and_change_levels_by_hand(world: Clock) -> None:
    """D1: by admin's assignment; D2: manual override, recorded."""
    make_levels()
    me, token = shopper(), staff()

    def assign(member_id: str, level_id: str) -> api.Answer:
        body = {"member_id": member_id, "level_id": level_id, "reason": "老朋友"}
        return api.post("/console/distributors", body, token=token)

    assert assign("MENOBODY", "silver").status == 404
    assert assign(me, "nosuch").json["code"] == "LEVEL_UNKNOWN"
    assert assign(me, "closed").json["code"] == "LEVEL_CLOSED"
    assert store.find(me) is None
    made = assign(me, "silver")
    assert (made.status, made.json["status"], made.json["level_name"]) == (201, "APPROVED", "银牌")
    assert assign(me, "silver").status == 409
    world.advance(minutes=1)

    def put_level(level_id: str) -> api.Answer:
        return api.put(
            f"/console/distributors/{me}/level", {"level_id": level_id, "reason": "调整"}, token=token
        )

    assert put_level("closed").status == 409 and put_level("silver").status == 409
    assert put_level("normal").json["level_id"] == "normal"
    newest = store.history(me).items[0]
    assert (newest.step, newest.level_before, newest.level_id, newest.reason) == (
        "LEVEL",
        "silver",
        "normal",
        "调整",
    )


def test_levels_are_data(world: Clock) -> None:
    """D2: any number, each with ratios; none is deleted, since orders name them."""
    token, me = staff(), shopper()
    body = {"name": "金牌", "rank": 3, "rates_bps": [1200, 400]}
    assert api.post("/console/levels", {**body, "level_id": "gold"}, token=token).status == 201
    assert (
        api.post("/console/levels", {**body, "level_id": "gold"}, token=token).json["code"] == "LEVEL_TAKEN"
    )
    too_much = {**body, "rates_bps": [9000, 1001]}
    assert api.put("/console/levels/gold", too_much, token=token).status == 422
    assert api.put("/console/levels/gold", {**body, "rates_bps": [1, 2, 3, 4]}, token=token).status == 422
    assert api.put("/console/levels/gold", {**body, "rates_bps": [1.5]}, token=token).status == 422
    assert api.put("/console/levels/none", body, token=token).status == 404
    changed = api.put("/console/levels/gold", {**body, "rates_bps": [], "is_open": False}, token=token)
    assert (changed.status, changed.json["rates_bps"], changed.json["is_open"]) == (200, [], False)
    assert [one["level_id"] for one in api.get("/console/levels", token=token).json["items"]] == ["gold"]
    assert api.get("/shop/distributor/levels", token=api.member_token(me)).json["items"] == []
    api.put("/console/levels/gold", body, token=token)
    shown = api.get("/shop/distributor/levels", token=api.member_token(me)).json["items"]
    assert [one["rates_bps"] for one in shown] == [[1200, 400]]


def test_staff_need_the_permission_and_shoppers_cannot_decide(world: Clock) -> None:
    """Trust A6.5 and A6.3."""
    me = shopper()
    weak = api.staff_token("distributors.read", staff_id="STWEAK")
    assert api.post(f"/console/distributors/{me}/approve", {}, token=weak).status == 403
    assert api.post(f"/console/distributors/{me}/approve", {}, token=api.member_token(me)).status == 403
    forged = {"message": "x", "status": "APPROVED", "level_id": "gold"}
    answer = api.post("/shop/distributor/application", forged, token=api.member_token(me))
    assert answer.status == 422 and store.find(me) is None
    assert api.get(f"/console/distributors/{me}", token=staff()).json["code"] == "DISTRIBUTOR_UNKNOWN"


def test_a_blocked_member_cannot_apply(world: Clock) -> None:
    """M3."""
    me = shopper()
    commit(members.set_status(members.load(me), "BLOCKED", reason="违规"))
    assert apply(me).json["code"] == "MAY_NOT_APPLY"


def test_the_list_walks_page_by_page(world: Clock) -> None:
    """Design §5: lists have a signed cursor."""
    for number in range(5):
        world.advance(minutes=1)
        apply(shopper(f"第{number}"))
    first = api.get("/console/distributors?status=PENDING&limit=3", token=staff()).json
    rest = api.get(f"/console/distributors?status=PENDING&limit=3&next={first['next']}", token=staff()).json
    names = [one["nickname"] for one in first["items"] + rest["items"]]
    assert names == ["第4", "第3", "第2", "第1", "第0"]
    assert rest["next"] is None
    assert api.get("/console/distributors?next=forged", token=staff()).status == 400
