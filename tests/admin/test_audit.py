"""Every change by staff leaves a row in its own transaction (decision 5; G2)."""

import json
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.admin import store
from chalicelib.admin.record import record
from chalicelib.kernel import crypto
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import (
    IntAttribute,
    Table,
    Write,
    check,
    commit,
    delete,
    put,
    put_new,
    riding,
    table_name,
    update,
)
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from tests.admin.staff import PASSWORD, owner, token
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


class ThingRow(Table):
    """A row in a table that is there (subscriptions), with attributes of every sort."""

    class Meta:
        table_name = table_name("subscriptions")

    member_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(range_key=True)
    colour = UnicodeAttribute(null=True)
    number = IntAttribute(null=True)
    phone_sealed = UnicodeAttribute(null=True)
    street = UnicodeAttribute(null=True)
    api_secret = UnicodeAttribute(null=True)
    long_text = UnicodeAttribute(null=True)


KEY = ("ME1", "a")


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in support.dump("audit")]


def audited(*writes: Write, body: Any = None) -> list[tuple[Any, Any]]:
    """Commit as a staff member would; before and after of each item in the audit row."""

    def ride(flat: Any) -> list[Write]:
        return record(
            flat,
            entrant=Entrant("staff", "ST1", "SE1", "console"),
            door_name="POST /console/things",
            request_id="RQ1",
            ip="1.2.3.4",
            body=body,
        )

    with riding(ride):
        commit(*writes)
    (entry,) = store.audit(newest=support.START.date(), oldest=support.START.date(), limit=1).items
    return [
        tuple(None if one is None else json.loads(one) for one in (c.before, c.after)) for c in entry.changes
    ]


class TestImages:
    def test_a_new_item(self) -> None:
        ((before, after),) = audited(put_new(ThingRow(*KEY, colour="red", number=7)))
        assert before is None
        assert after == {"member_id": "ME1", "kind": "a", "colour": "red", "number": 7}

    def test_an_item_put_over(self) -> None:
        commit(put_new(ThingRow(*KEY, colour="red")))
        ((before, after),) = audited(put(ThingRow(*KEY, colour="blue")))
        assert (before["colour"], after["colour"]) == ("red", "blue")

    def test_an_update_shows_what_it_touches(self) -> None:
        commit(put_new(ThingRow(*KEY, colour="red", number=7, street="x")))
        actions = [ThingRow.colour.remove(), ThingRow.number.set(ThingRow.number + 3)]
        ((before, after),) = audited(update(ThingRow, KEY, actions))
        assert before == {"member_id": "ME1", "colour": "red", "number": 7}, "with what names it"
        assert after == {"colour": None, "number": "number + 3"}

    def test_an_update_of_a_value_with_commas_and_words_of_the_language(self) -> None:
        text = "SET a = b, REMOVE c, #0 :1"
        actions = [ThingRow.colour.set(text), ThingRow.number.add(2), ThingRow.long_text.set("x")]
        ((_, after),) = audited(update(ThingRow, KEY, actions))
        assert after == {"colour": text, "number": {"add": 2}, "long_text": "x"}

    def test_the_first_time_stays(self) -> None:
        action = ThingRow.colour.set(ThingRow.colour | "green")
        ((_, after),) = audited(update(ThingRow, KEY, [action]))
        assert after == {"colour": 'if_not_exists (colour, "green")'}

    def test_an_item_taken_away(self) -> None:
        commit(put_new(ThingRow(*KEY, colour="red")))
        ((before, after),) = audited(delete(ThingRow, KEY))
        assert (before["colour"], after) == ("red", None)

    def test_a_check_is_no_change(self) -> None:
        commit(put_new(ThingRow(*KEY, colour="red")))
        checked = check(ThingRow, KEY, ThingRow.colour == "red")
        assert len(audited(checked, put_new(ThingRow("ME1", "b")))) == 1

    def test_many_items_in_one_row(self) -> None:
        changes = audited([put_new(ThingRow("ME1", f"{number:02d}", number=number)) for number in range(99)])
        assert [after["number"] for _, after in changes] == list(range(99))


class TestRedaction:
    def test_secrets_and_personal_data_are_masked(self) -> None:
        row = ThingRow(
            *KEY, phone_sealed="sealed!", street="一路 1 号", api_secret="planted", colour="call 13812345678"
        )
        ((_, after),) = audited(
            put_new(row), body={"password": "planted", "note": "13812345678", "colour": "red"}
        )
        assert {after[name] for name in ("phone_sealed", "street", "api_secret")} == {"***"}
        kept = str(support.dump("audit"))
        assert not [text for text in ("sealed!", "一路", "planted", "13812345678") if text in kept]
        assert "138****5678" in kept and "red" in kept

    def test_a_members_phone_is_not_in_the_audit(self) -> None:
        from chalicelib.members import store as members

        member = sign_in(Identity("wx1", "openid-1", None)).member
        commit(members.set_phone(member.member_id, "13812345678"))
        held = api.staff_token("members.edit")
        api.post(f"/console/members/{member.member_id}/block", {"reason": "恶意刷单"}, token=held)
        kept = str(support.dump("audit"))
        assert "13812345678" not in kept and "openid-1" not in kept
        assert crypto.blind_index("13812345678", field="phone") not in kept

    def test_very_long_images_are_cut_and_still_fit(self) -> None:
        long = "长" * 5000
        writes = [put_new(ThingRow("ME1", f"{number:02d}", long_text=long)) for number in range(99)]

        def ride(flat: Any) -> list[Write]:
            entrant = Entrant("staff", "ST1", "SE1", "console")
            return record(flat, entrant=entrant, door_name="x", request_id="RQ1", ip="", body={"x": long * 9})

        with riding(ride):
            commit(writes)
        (row,) = support.dump("audit")
        assert len(row.encode()) < 400 * 1024


class TestDoors:
    def test_a_change_is_recorded_with_who_where_and_what(self) -> None:
        boss = owner()
        held = token(boss)
        api.post("/console/announcements", {"title": "开业", "text": "欢迎光临"}, token=held)
        (entry,) = api.get("/console/audit", token=held).json["items"]
        assert (entry["staff_id"], entry["staff_name"]) == (boss.staff_id, "店主")
        assert entry["door"] == "POST /console/announcements"
        assert entry["ip"] == "127.0.0.1" and entry["request_id"].startswith("RQ")
        assert json.loads(entry["body"]) == {"title": "开业", "text": "欢迎光临"}
        (change,) = entry["changes"]
        assert change["table"].endswith("announcements") and change["before"] is None

    def test_a_refused_change_leaves_no_row(self) -> None:
        """Invariant 17."""
        held = token(owner())
        assert api.post("/console/announcements/AN0/publish", token=held).status == 404
        assert rows() == []

    def test_reading_leaves_no_row(self) -> None:
        held = token(owner())
        for path in ("staff", "settings", "audit", "members"):
            assert api.get(f"/console/{path}", token=held).status == 200
        assert rows() == []

    def test_signing_in_is_recorded(self) -> None:
        owner()
        api.post("/console/sign-in", {"username": "boss", "password": PASSWORD})
        (row,) = rows()
        assert row["door"]["S"] == "POST /console/sign-in"

    def test_a_member_leaves_no_row(self) -> None:
        token_of_member = api.member_token(sign_in(Identity("wx1", "o", None)).member.member_id)
        assert api.post("/shop/me/avatar", {"content_type": "image/png"}, token=token_of_member).status == 200
        assert rows() == []

    def test_the_row_and_the_change_commit_together(self) -> None:
        """A row that cannot be put keeps the change from happening."""
        held = token(owner())
        before = support.dump("announcements")

        def no_audit(event: str, request: Any) -> Any:
            if b"fenxiao-test-audit" in (request.body or b"") and b"TransactItems" in request.body:
                raise OSError("the audit is out of reach")
            return None

        support.faults.append(no_audit)
        answer = api.post("/console/announcements", {"title": "开业", "text": "欢迎光临"}, token=held)
        support.faults.clear()
        assert answer.status == 500
        assert (support.dump("announcements"), rows()) == (before, [])


class TestReading:
    def test_days_and_people(self, world: Clock) -> None:
        boss = owner()
        held = token(boss)
        other = api.staff_token("content.edit")
        for title in ("一", "二", "三"):
            api.post("/console/announcements", {"title": title, "text": "x"}, token=held)
            world.advance(days=1)
            held = token(boss)
        other = api.staff_token("content.edit")
        api.post("/console/announcements", {"title": "四", "text": "x"}, token=other)

        def titles(query: str) -> list[str]:
            return [
                json.loads(one["body"])["title"]
                for one in api.get(f"/console/audit?{query}", token=held).json["items"]
            ]

        assert titles("") == ["四", "三", "二", "一"]
        assert titles("since=2026-11-24&until=2026-11-25") == ["三", "二"]
        assert titles("staff_id=STTEST") == ["四"]
        first = api.get("/console/audit?limit=3", token=held).json
        assert titles(f"limit=3&next={first['next']}") == ["一"]

    def test_only_who_may(self) -> None:
        assert api.get("/console/audit", token=api.staff_token("staff.read")).status == 403
