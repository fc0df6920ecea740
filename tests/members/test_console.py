"""Staff look members up, note, tag and block them (M3); every change is audited (G2)."""

import json
from typing import Any

import pytest

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Member
from tests.members.people import join, join_below
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


def reader() -> str:
    return api.staff_token("members.read", "members.edit")


def shown(answer: api.Answer) -> list[str]:
    assert answer.status == 200, answer.json
    return [one["member_id"] for one in answer.json["items"]]


class TestLookUp:
    def test_newest_first_over_the_days(self, world: Clock) -> None:
        joined: list[Member] = []
        for number in range(5):
            joined.append(join(str(number)))
            world.advance(days=9)
        token, found, following = reader(), [], None
        for _ in range(3):
            more = f"&next={following}" if following else ""
            answer = api.get(f"/console/members?limit=2{more}", token=token)
            found.extend(shown(answer))
            following = answer.json["next"]
        assert found == [one.member_id for one in reversed(joined)]

    def test_only_some_days(self, world: Clock) -> None:
        join("1")
        world.advance(days=2)
        second = join("2")
        world.advance(days=2)
        join("3")
        assert shown(api.get("/console/members?since=2026-11-24&until=2026-11-25", token=reader())) == [
            second.member_id
        ]

    def test_a_day_is_a_day_in_shanghai(self, world: Clock) -> None:
        world.advance(hours=14)  # 16:00 UTC is midnight in Shanghai
        late = join("1")
        assert shown(api.get("/console/members?since=2026-11-24&until=2026-11-24", token=reader())) == [
            late.member_id
        ]

    def test_a_forged_cursor_is_refused(self) -> None:
        assert api.get("/console/members?next=k1.abc.def", token=reader()).status == 400

    def test_by_number_phone_or_nickname(self) -> None:
        one, other = join("1"), join("2")
        commit(store.set_phone(one.member_id, "13812345678"))
        commit(store.set_nickname(other.member_id, "山东小苹果"))
        token = reader()
        assert shown(api.get(f"/console/members?member_id={one.member_id}", token=token)) == [one.member_id]
        assert shown(api.get("/console/members?phone=13812345678", token=token)) == [one.member_id]
        assert shown(api.get("/console/members?nickname=山东".encode().decode(), token=token)) == [
            other.member_id
        ]
        assert shown(api.get("/console/members?member_id=ME0", token=token)) == []
        assert shown(api.get("/console/members?nickname=苹果", token=token)) == []

    @pytest.mark.parametrize("limit", [-1, 0, 1000])
    def test_an_odd_limit_is_no_accident(self, limit: int) -> None:
        for query in ("nickname=山", "since=2026-11-23"):
            assert shown(api.get(f"/console/members?limit={limit}&{query}", token=reader())) == []

    def test_one_with_its_upline_chain(self) -> None:
        a = join("a")
        b = join_below("b", a)
        c = join_below("c", b)
        commit(store.set_phone(c.member_id, "13812345678"))
        answer = api.get(f"/console/members/{c.member_id}", token=reader())
        assert [one["member_id"] for one in answer.json["uplines"]] == [b.member_id, a.member_id]
        assert answer.json["phone_masked"] == "138****5678"
        assert answer.json["known_in"] == ["mp"]
        assert "13812345678" not in answer.body.decode() and "openid-c" not in answer.body.decode()

    def test_the_levels_below(self) -> None:
        a = join("a")
        b, c = join_below("b", a), join_below("c", a)
        d = join_below("d", b)
        token = reader()
        path = f"/console/members/{a.member_id}/downline"
        assert set(shown(api.get(path, token=token))) == {b.member_id, c.member_id}
        assert shown(api.get(f"{path}?level=2", token=token)) == [d.member_id]
        assert shown(api.get(f"{path}?level=3", token=token)) == []
        assert api.get(f"{path}?level=4", token=token).status == 422

    def test_one_who_is_not_there(self) -> None:
        token = reader()
        for path in ("ME0", "ME0/downline"):
            assert api.get(f"/console/members/{path}", token=token).json["code"] == "MEMBER_UNKNOWN"


class TestEdit:
    def test_a_note_and_tags(self) -> None:
        path, token = f"/console/members/{join('1').member_id}", reader()
        assert api.put(f"{path}/note", {"note": " 老客户 "}, token=token).json["note"] == "老客户"
        assert api.put(f"{path}/tags", {"tags": ["VIP", "宝妈", "VIP"]}, token=token).json["tags"] == [
            "VIP",
            "宝妈",
        ]
        assert api.put(f"{path}/note", {"note": ""}, token=token).json["note"] is None
        assert api.put(f"{path}/tags", {"tags": ["有 空格"]}, token=token).status == 422

    def test_block_and_unblock(self) -> None:
        path, token = f"/console/members/{join('1').member_id}", reader()
        blocked = api.post(f"{path}/block", {"reason": "恶意刷单"}, token=token).json
        assert (blocked["status"], blocked["block_reason"]) == ("BLOCKED", "恶意刷单")
        assert api.post(f"{path}/block", {}, token=token).status == 422
        freed = api.post(f"{path}/unblock", token=token).json
        assert (freed["status"], freed["block_reason"]) == ("ACTIVE", None)

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PUT", "note", {"note": "x"}),
            ("PUT", "tags", {"tags": []}),
            ("POST", "block", {"reason": "恶意刷单"}),
            ("POST", "unblock", None),
        ],
    )
    def test_readers_change_nothing(self, method: str, path: str, body: dict[str, Any] | None) -> None:
        member, token = join("1"), api.staff_token("members.read")
        before = support.dump("members")
        answer = api.call(method, f"/console/members/{member.member_id}/{path}", json=body, token=token)
        assert answer.status == 403
        assert support.dump("members") == before

    @pytest.mark.parametrize(("method", "path"), [("PUT", "note"), ("PUT", "tags"), ("POST", "block")])
    def test_nobody_is_made_by_an_edit(self, method: str, path: str) -> None:
        body = {"note": {"note": "x"}, "tags": {"tags": []}, "block": {"reason": "恶意刷单"}}[path]
        assert api.call(method, f"/console/members/ME0/{path}", json=body, token=reader()).status == 404
        assert support.dump("members") == []

    def test_the_audit_has_before_and_after(self) -> None:
        member, token = join("1"), reader()
        api.post(f"/console/members/{member.member_id}/block", {"reason": "恶意刷单"}, token=token)
        (row,) = (json.loads(line) for line in support.dump("audit"))
        (change,) = row["changes"]["L"]
        before, after = (json.loads(change["M"][image]["S"]) for image in ("before", "after"))
        assert row["door"]["S"] == "POST /console/members/{member_id}/block"
        assert (before["status"], after["status"]) == ("ACTIVE", "BLOCKED")
        assert after["block_reason"] == "恶意刷单"
