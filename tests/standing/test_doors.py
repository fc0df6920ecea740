"""The doors of members and staff to figures, levels, violations and territories (D2, D3, R13, C2)."""

from typing import Any

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.distributors import store as distributors
from chalicelib.standing import store
from tests.standing.people import add_levels, distributor, give_back, sell
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")
REASON = {"reason": "按协议办理"}
ALL = ("distributors.read", "distributors.edit", "levels.edit", "violations.edit", "territories.edit")


def staff() -> str:
    return api.staff_token(*ALL)


def mine(path: str, member_id: str) -> Any:
    return api.get(path, token=api.member_token(member_id))


# -- figures and levels -------------------------------------------------------------------------


def test_figures_of_the_running_periods_and_their_rows(world: Clock) -> None:
    """Totals equal the rows they come from, at the door too."""
    add_levels()
    me = distributor()
    kept, returned = sell(me, 60_000), sell(me, 40_000, buyer="MBOTHER")
    give_back(returned)
    shown = mine("/distributor/figures", me).json["items"]
    assert [one["scope"] for one in shown] == ["ALL", "M2026-11", "Q2026-4", "Y2026"]
    assert {one["own_sales_fen"] for one in shown} == {60_000}
    assert {(one["orders"], one["direct_buyers"]) for one in shown} == {(1, 1)}
    rows = mine("/distributor/figures/facts?month=M2026-11", me).json["items"]
    for name in ("own_sales_fen", "team_sales_fen", "orders", "own_spend_fen"):
        assert sum(one[name] for one in rows) == shown[1][name]
    assert kept.order_id in {one["order_id"] for one in rows}
    theirs = api.get(f"/console/distributors/{me}/figures?scope=M2026-11", token=staff()).json["items"]
    assert theirs == [shown[1]]
    first = api.get(f"/console/distributors/{me}/figures/facts?month=M2026-11&limit=2", token=staff()).json
    assert len(first["items"]) == 2 and first["next"]
    assert mine("/distributor/figures?scope=M2026-99", me).status == 422


def test_a_level_carries_its_tasks_and_a_dry_run_precedes_it(world: Clock) -> None:
    add_levels()
    me = distributor()
    sell(me, 30_000)
    tasks = {"tasks": [{"metric": "own_sales_fen", "at_least": 30_000}], "needed": 1, "window": "MONTH"}
    wanted = {"level_id": "bronze", "name": "铜牌", "rank": 2, "rates_bps": [], "upgrade": tasks}
    held, before = staff(), support.dump_all()
    dry = api.post("/console/levels/preview", {"levels": [wanted]}, token=held).json
    assert [(one["member_id"], one["to_level_name"], one["step"]) for one in dry["items"]] == [
        (me, "铜牌", "LEVEL_UP")
    ]
    assert support.dump_all() == before
    saved = api.post("/console/levels", wanted, token=staff())
    assert (saved.status, saved.json["upgrade"]["window"], saved.json["keep"]) == (201, "MONTH", None)
    assert mine("/distributor/progress", me).json["ways"][0]["says"] == "已达到条件，可以升级为「铜牌」。"
    wrong = {**wanted, "keep": {**tasks, "window": "ALL"}}
    assert api.post("/console/levels/preview", {"levels": [wrong]}, token=staff()).status == 422
    assert api.post("/console/levels/preview", {"next": "forged"}, token=staff()).status == 400


def test_staff_hold_a_level_and_let_go(world: Clock) -> None:
    add_levels()
    me = distributor()
    held = api.put(f"/console/distributors/{me}/level", {"level_id": "gold", **REASON}, token=staff())
    assert (held.status, held.json["is_level_held"]) == (200, True)
    world.advance(minutes=1)
    freed = api.post(f"/console/distributors/{me}/level/release", REASON, token=staff())
    assert (freed.status, freed.json["is_level_held"], freed.json["level_id"]) == (200, False, "gold")
    assert freed.json["history"][0]["step"] == "LEVEL_RELEASED"
    assert api.post(f"/console/distributors/{me}/level/release", REASON, token=staff()).status == 409


# -- violations ---------------------------------------------------------------------------------


def record(
    member_id: str, penalty: str, *, key: str = "violation-0001", told: str = "在群里低价倒卖。"
) -> Any:
    given = {"kind": "PRICE_CUTTING", "penalty": penalty, "told": told, "note": "截图三张"}
    return api.post(f"/console/distributors/{member_id}/violations", given, token=staff(), key=key)


def lift(member_id: str, violation_id: str, to: str = "SERVED") -> Any:
    path = f"/console/distributors/{member_id}/violations/{violation_id}/lift"
    return api.post(path, {"to": to, **REASON}, token=staff())


def test_a_violation_is_recorded_once_read_appealed_and_lifted(world: Clock) -> None:
    """D3: the member reads what is told, not what staff noted; the same key again is the same record."""
    add_levels()
    me = distributor()
    world.advance(minutes=1)
    made = record(me, "SUSPEND")
    assert (made.status, made.json["state"], made.json["note"]) == (201, "OPEN", "截图三张")
    assert record(me, "SUSPEND").json["violation_id"] == made.json["violation_id"]
    assert record(me, "WARN").json["code"] == "KEY_REUSED"
    assert distributors.load(me).status == "SUSPENDED"
    assert mine("/distributor/figures", me).status == 403
    (read,) = mine("/shop/distributor/violations", me).json["items"]
    assert (read["told"], read["penalty_title"], read["can_appeal"]) == (
        "在群里低价倒卖。",
        "暂停推广资格",
        True,
    )
    assert not {"note", "recorded_by", "order_id"} & read.keys()
    path = f"/shop/distributor/violations/{read['violation_id']}/appeal"
    said = api.post(path, {"text": "是别人盗用了我的图片。"}, token=api.member_token(me))
    assert (said.status, said.json["can_appeal"]) == (200, False)
    again = api.post(path, {"text": "是别人盗用了我的图片。"}, token=api.member_token(me))
    assert again.json["code"] == "CANNOT_APPEAL"
    (waiting,) = api.get("/console/violations", token=staff()).json["items"]
    assert waiting["appeal"] == "是别人盗用了我的图片。"
    world.advance(minutes=1)
    over = lift(me, read["violation_id"], "WITHDRAWN")
    assert (over.status, over.json["state_title"], over.json["ended_by"]) == (200, "已撤销", "STTEST")
    assert lift(me, read["violation_id"]).json["code"] == "VIOLATION_MOVED"
    assert mine("/distributor/figures", me).status == 200
    assert [one["step"] for one in detail(me)["history"]][:2] == ["LIFTED", "SUSPENDED"]


def detail(member_id: str) -> Any:
    return api.get(f"/console/distributors/{member_id}", token=staff()).json


def test_nobody_reads_or_appeals_anothers_violation(world: Clock) -> None:
    """Invariant 25."""
    add_levels()
    me, other = distributor(), distributor("MBOTHER")
    made = record(me, "WARN").json
    assert mine("/shop/distributor/violations", other).json["items"] == []
    path = f"/shop/distributor/violations/{made['violation_id']}/appeal"
    assert api.post(path, {"text": "不是我做的呀"}, token=api.member_token(other)).status == 404


def test_every_step_of_staff_has_its_audit_row(world: Clock) -> None:
    """G2: in the same transaction as the change."""
    add_levels()
    me = distributor()
    made = record(me, "FREEZE_COMMISSION").json
    lift(me, made["violation_id"])
    api.post("/console/territories", {"province": "广东省", "member_id": me, **REASON}, token=staff())
    rows = "\n".join(support.dump("audit"))
    for door in (
        "POST /console/distributors/{member_id}/violations",
        "POST /console/distributors/{member_id}/violations/{violation_id}/lift",
        "POST /console/territories",
    ):
        assert f'"S": "{door}"' in rows, door


def test_what_staff_may_not_do_is_refused(world: Clock) -> None:
    add_levels()
    me = distributor()
    reader = api.staff_token("distributors.read", staff_id="STREAD")
    given = {"kind": "OTHER", "penalty": "WARN", "told": "虚假宣传。"}
    path = f"/console/distributors/{me}/violations"
    assert api.post(path, given, token=reader, key="violation-0001").status == 403
    assert api.post(path, given, token=staff()).status == 400, "a key is demanded"
    nobody = api.post("/console/distributors/MBNOBODY/violations", given, token=staff(), key="violation-0001")
    assert nobody.status == 404


# -- territories --------------------------------------------------------------------------------


def grant(member_id: str, *, status: int = 201, **region: Any) -> Any:
    answer = api.post("/console/territories", {"member_id": member_id, **region, **REASON}, token=staff())
    assert answer.status == status, answer.json
    return answer.json


def test_a_region_has_one_holder_and_a_history(world: Clock) -> None:
    """C2: exclusive; R13: the holder reads what it holds."""
    add_levels()
    me, other = distributor(), distributor("MBOTHER")
    city = {"province": "广东省", "city": "深圳市"}
    made = grant(me, **city)
    assert (made["region"], made["level"], made["is_earning"]) == ("广东省/深圳市", "CITY", True)
    assert grant(other, status=409, **city)["code"] == "TERRITORY_TAKEN"
    assert grant(other, status=404, province="海南省", passed_on=True)["code"] == "TERRITORY_UNKNOWN"
    world.advance(minutes=1)
    grant(other, passed_on=True, **city)
    assert mine("/distributor/territories", me).json["items"] == []
    assert [one["region"] for one in mine("/distributor/territories", other).json["items"]] == [
        "广东省/深圳市"
    ]
    world.advance(minutes=1)
    assert api.post("/console/territories/release", {**city, **REASON}, token=staff()).status == 204
    assert api.post("/console/territories/release", {**city, **REASON}, token=staff()).status == 404
    path = "/console/territories/history?province=广东省&city=深圳市"
    lines = api.get(path, token=staff()).json["items"]
    assert [(one["step"], one["member_before"], one["member_id"]) for one in lines] == [
        ("RELEASED", other, None),
        ("PASSED_ON", me, other),
        ("GRANTED", None, me),
    ]
    assert api.get("/console/territories?level=CITY", token=staff()).json["items"] == []


def test_a_region_needs_its_names_in_order_and_an_active_holder(world: Clock) -> None:
    add_levels()
    me = distributor()
    assert grant(me, status=422, province="广东省", county="南山区")["code"] == "BAD_REGION"
    assert grant(me, status=422, province="广东省/深圳市")
    record(me, "EXPEL")
    assert grant(me, status=403, province="广东省")
    assert store.find_territory("广东省") is None
