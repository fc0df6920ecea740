"""Staff and roles (G2): an owner is always left, nobody gains by granting."""

import threading

import pytest

from chalicelib.admin import store
from chalicelib.admin.change_staff import change_staff
from chalicelib.admin.create_owner import create_owner
from chalicelib.admin.rules import EVERYTHING, StaffChanged, StaffExists
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.passwords import WeakPassword
from tests.admin.staff import PASSWORD, employee, owner, token
from tests.support import api
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")


class TestOwners:
    def test_a_script_makes_the_first(self) -> None:
        made = create_owner("Boss", "店主", PASSWORD)
        assert made.is_owner and made.must_change_password
        with pytest.raises(StaffExists):
            create_owner("boss", "另一位", PASSWORD)
        with pytest.raises(WeakPassword):
            create_owner("boss2", "另一位", "short")

    def test_the_last_owner_stays(self) -> None:
        boss = owner()
        path, held = f"/console/staff/{boss.staff_id}", token(boss)
        body = {"name": "店主", "role_ids": ["service"], "status": "ACTIVE"}
        for answer in (api.put(path, body, token=held), api.delete(path, token=held)):
            assert (answer.status, answer.json["code"]) == (409, "CANNOT_CHANGE_SELF")
        assert store.load_staff(boss.staff_id).is_owner

    def test_one_of_two_may_go(self) -> None:
        one, two = owner("one"), owner("two")
        assert api.delete(f"/console/staff/{two.staff_id}", token=token(one)).status == 204
        assert api.delete(f"/console/staff/{one.staff_id}", token=token(two)).status == 401

    def test_two_who_remove_each_other_at_once_leave_one(self) -> None:
        one, two = owner("one"), owner("two")
        barrier = threading.Barrier(2)

        def remove(actor: str, target: str) -> None:
            barrier.wait()
            api.delete(f"/console/staff/{target}", token=token(store.load_staff(actor)))

        pairs = [(one.staff_id, two.staff_id), (two.staff_id, one.staff_id)]
        threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.status for one in store.all_staff()].count("ACTIVE") >= 1

    def test_an_owner_removed_meanwhile_removes_nobody(self) -> None:
        """The race itself: both have read, one commits, the other's commit is refused."""
        one, two = owner("one"), owner("two")
        stale = store.load_staff(two.staff_id)
        change_staff(two.staff_id, "two", ["owner"], status="DISABLED", by=one.staff_id)
        present = store.load_staff(one.staff_id)
        with pytest.raises(StaffChanged):
            commit(store.change_staff(present, present), store.still(stale))


class TestStaff:
    def test_add_list_read_change(self) -> None:
        held = token(owner())
        made = api.post(
            "/console/staff", {"username": "Ann", "name": " 安 ", "role_ids": ["service"]}, token=held
        )
        assert (made.status, made.json["staff"]["username"], made.json["staff"]["name"]) == (201, "ann", "安")
        path = f"/console/staff/{made.json['staff']['staff_id']}"
        assert api.get(path, token=held).json == made.json["staff"]
        body = {"name": "安妮", "role_ids": ["service", "warehouse"], "status": "ACTIVE"}
        changed = api.put(path, body, token=held).json
        assert (changed["name"], changed["role_ids"]) == ("安妮", ["service", "warehouse"])
        assert [one["username"] for one in api.get("/console/staff", token=held).json["items"]] == [
            "ann",
            "boss",
        ]

    def test_a_username_is_given_once(self) -> None:
        held = token(owner())
        body = {"username": "boss", "name": "安", "role_ids": []}
        assert api.post("/console/staff", body, token=held).json["code"] == "STAFF_EXISTS"

    def test_who_is_not_there(self) -> None:
        held = token(owner())
        body = {"name": "安", "role_ids": [], "status": "ACTIVE"}
        assert api.get("/console/staff/ST0", token=held).status == 404
        assert api.put("/console/staff/ST0", body, token=held).status == 404
        assert api.delete("/console/staff/ST0", token=held).status == 404
        assert api.post("/console/staff/ST0/reset-password", token=held).status == 404

    def test_an_editor_grants_only_its_own(self) -> None:
        boss = owner()
        held = api.staff_token("staff.edit", "staff.read", "orders.read")
        for role_ids, code in ((["finance"], "NOT_YOURS_TO_GRANT"), (["owner"], "ONLY_OWNERS")):
            body = {"username": "ann", "name": "安", "role_ids": role_ids}
            answer = api.post("/console/staff", body, token=held)
            assert (answer.status, answer.json["code"]) == (403, code)
        for answer in (
            api.delete(f"/console/staff/{boss.staff_id}", token=held),
            api.post(f"/console/staff/{boss.staff_id}/reset-password", token=held),
        ):
            assert answer.json["code"] == "ONLY_OWNERS"

    def test_readers_change_nothing(self) -> None:
        boss = owner()
        held = api.staff_token("staff.read")
        before = support.dump("staff")
        body = {"name": "安", "role_ids": [], "status": "ACTIVE"}
        answers = [
            api.post("/console/staff", {"username": "ann", "name": "安", "role_ids": []}, token=held),
            api.put(f"/console/staff/{boss.staff_id}", body, token=held),
            api.delete(f"/console/staff/{boss.staff_id}", token=held),
            api.post("/console/roles", {"name": "x", "permissions": []}, token=held),
        ]
        assert [one.status for one in answers] == [403] * 4
        assert support.dump("staff") == before


class TestRoles:
    def test_make_change_hold_and_remove(self) -> None:
        boss = owner()
        held = token(boss)
        made = api.post("/console/roles", {"name": "发货组长", "permissions": ["orders.ship"]}, token=held)
        assert (made.status, made.json["is_preset"]) == (201, False)
        role_id = made.json["role_id"]
        ann = employee("ann", role_id, by=boss)
        assert api.get("/console/members", token=token(ann)).status == 403
        body = {"name": "发货组长", "permissions": ["orders.ship", "members.read"]}
        changed = api.put(f"/console/roles/{role_id}", body, token=held)
        assert changed.json["permissions"] == ["members.read", "orders.ship"]
        assert api.get(f"/console/roles/{role_id}", token=held).json == changed.json
        assert api.get("/console/members", token=token(ann)).status == 200
        in_use = api.delete(f"/console/roles/{role_id}", token=held)
        assert (in_use.status, in_use.json["code"]) == (409, "ROLE_IN_USE")
        change_staff(ann.staff_id, "Ann", [], status="ACTIVE", by=boss.staff_id)
        assert api.delete(f"/console/roles/{role_id}", token=held).status == 204
        assert api.get(f"/console/roles/{role_id}", token=held).status == 404

    def test_presets_are_listed_first_and_fixed(self) -> None:
        held = token(owner())
        listed = api.get("/console/roles", token=held).json["items"]
        assert [one["role_id"] for one in listed] == ["owner", "operator", "finance", "service", "warehouse"]
        body = {"name": "x", "permissions": []}
        for answer in (
            api.put("/console/roles/owner", body, token=held),
            api.delete("/console/roles/owner", token=held),
        ):
            assert (answer.status, answer.json["code"]) == (409, "ROLE_FIXED")

    def test_only_known_permissions_one_holds(self) -> None:
        owner()
        held = api.staff_token("staff.edit", "orders.read")
        for permission, code in (
            ("orders.steal", "PERMISSION_UNKNOWN"),
            ("orders.ship", "NOT_YOURS_TO_GRANT"),
        ):
            answer = api.post("/console/roles", {"name": "x", "permissions": [permission]}, token=held)
            assert answer.json["code"] == code
        assert (
            api.post("/console/roles", {"name": "x", "permissions": ["orders.read"]}, token=held).status
            == 201
        )

    def test_the_catalogue(self) -> None:
        groups = api.get("/console/permissions", token=token(owner())).json["items"]
        assert {one["name"] for group in groups for one in group["permissions"]} == EVERYTHING
