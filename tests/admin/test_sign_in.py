"""Staff sign in: hashed, limited, silent about who exists, at once out when disabled (G2, trust A6.2)."""

import pytest

from chalicelib.admin import enter as entering
from chalicelib.admin import store
from chalicelib.admin.change_staff import change_staff
from chalicelib.admin.rules import WrongStaffPassword
from chalicelib.admin.sign_in import sign_in
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.limits import TooOften
from tests.admin.staff import PASSWORD, employee, owner, token
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


def enter(username: str = "boss", password: str = PASSWORD) -> api.Answer:
    return api.post("/console/sign-in", {"username": username, "password": password})


class TestSignIn:
    def test_a_session_and_what_one_may_do(self) -> None:
        boss = owner()
        employee("ann", "warehouse", by=boss)
        answer = enter("ANN")
        assert answer.status == 200
        assert answer.json["me"]["permissions"] == [
            "catalog.read",
            "gifts.ship",
            "orders.read",
            "orders.ship",
            "stock.edit",
        ]
        me = api.get("/console/me", token=answer.json["access_token"])
        assert me.json == answer.json["me"]

    def test_unknown_wrong_and_disabled_get_the_same_answer(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        change_staff(ann.staff_id, "Ann", ["service"], status="DISABLED", by=boss.staff_id)
        answers = [enter("nobody"), enter("boss", "not this one"), enter("ann")]
        assert {one.status for one in answers} == {401}
        assert len({(one.json["code"], one.json["detail"]) for one in answers}) == 1

    def test_five_failures_lock_for_a_quarter_of_an_hour(self, world: Clock) -> None:
        owner()
        for number in range(5):
            with pytest.raises(WrongStaffPassword):
                sign_in("boss", "not this one", ip=f"1.2.3.{number}", request_id="RQ")
        answer = enter()
        assert (answer.status, answer.json["code"]) == (429, "TOO_OFTEN")
        world.advance(minutes=15)
        assert enter().status == 200

    def test_an_address_may_fail_so_often_over_all_names(self) -> None:
        for number in range(20):
            with pytest.raises(WrongStaffPassword):
                sign_in(f"somebody{number}", "not this one", ip="1.2.3.4", request_id="RQ")
        with pytest.raises(TooOften):
            sign_in("somebody", "not this one", ip="1.2.3.4", request_id="RQ")

    def test_renew_and_leave(self) -> None:
        owner()
        first = enter().json
        second = api.post("/console/sign-in/refresh", {"refresh_token": first["refresh_token"]})
        assert second.status == 200
        assert api.post("/console/sign-out", token=second.json["access_token"]).status == 204
        for used in (second.json["refresh_token"], first["refresh_token"]):
            assert api.post("/console/sign-in/refresh", {"refresh_token": used}).status == 401

    def test_a_session_lasts_two_hours_idle_and_twelve_in_all(self, world: Clock) -> None:
        owner()
        held = enter().json["refresh_token"]
        for _ in range(7):
            world.advance(minutes=100)
            answer = api.post("/console/sign-in/refresh", {"refresh_token": held})
            assert answer.status == 200
            held = answer.json["refresh_token"]
        world.advance(minutes=100)
        assert api.post("/console/sign-in/refresh", {"refresh_token": held}).status == 401
        held = enter().json["refresh_token"]
        world.advance(hours=2)
        assert api.post("/console/sign-in/refresh", {"refresh_token": held}).status == 401

    def test_a_member_is_no_staff(self) -> None:
        assert api.get("/console/me", token=api.member_token("ME1")).status == 403


class TestDisabled:
    def test_out_at_once(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        session = enter("ann").json
        assert api.get("/console/members", token=session["access_token"]).status == 200
        assert api.delete(f"/console/staff/{ann.staff_id}", token=token(boss)).status == 204
        refused = api.get("/console/members", token=session["access_token"])
        assert (refused.status, refused.json["code"]) == (401, "STAFF_SIGNED_OUT")
        renewed = api.post("/console/sign-in/refresh", {"refresh_token": session["refresh_token"]})
        assert renewed.status == 401

    def test_a_role_changed_counts_at_the_next_step(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        assert api.get("/console/members", token=token(ann)).status == 200
        held = token(ann)
        change_staff(ann.staff_id, "Ann", ["warehouse"], status="ACTIVE", by=boss.staff_id)
        refused = api.get("/console/members", token=held)
        assert (refused.status, refused.json["code"]) == (403, "FORBIDDEN")


class TestPassword:
    def test_the_first_one_must_be_changed(self) -> None:
        boss = owner()
        made = api.post(
            "/console/staff", {"username": "ann", "name": "安", "role_ids": ["service"]}, token=token(boss)
        )
        first = made.json["first_password"]
        session = enter("ann", first).json
        assert session["me"]["must_change_password"] is True
        refused = api.get("/console/members", token=session["access_token"])
        assert (refused.status, refused.json["code"]) == (403, "PASSWORD_MUST_CHANGE")
        change = {"old_password": first, "new_password": "another good one"}
        changed = api.put("/console/me/password", change, token=session["access_token"])
        assert (changed.status, changed.json["must_change_password"]) == (200, False)
        assert api.get("/console/members", token=session["access_token"]).status == 200
        assert (enter("ann", first).status, enter("ann", "another good one").status) == (401, 200)

    def test_a_change_ends_the_other_sessions(self) -> None:
        owner()
        here, elsewhere = enter().json, enter().json
        change = {"old_password": PASSWORD, "new_password": "another good one"}
        assert api.put("/console/me/password", change, token=here["access_token"]).status == 200
        renew = "/console/sign-in/refresh"
        assert api.post(renew, {"refresh_token": elsewhere["refresh_token"]}).status == 401
        assert api.post(renew, {"refresh_token": here["refresh_token"]}).status == 200

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("not this one", "another good one", "WRONG_OLD_PASSWORD"),
            (PASSWORD, PASSWORD, "WEAK_PASSWORD"),
            (PASSWORD, "short", "WEAK_PASSWORD"),
            (PASSWORD, "the boss is here", "WEAK_PASSWORD"),
        ],
    )
    def test_refusals_change_nothing(self, old: str, new: str, code: str) -> None:
        boss = owner()
        before = support.dump("staff")
        answer = api.put(
            "/console/me/password", {"old_password": old, "new_password": new}, token=token(boss)
        )
        assert (answer.status, answer.json["code"]) == (422, code)
        assert support.dump("staff") == before

    def test_the_old_password_cannot_be_guessed_through_this_door(self) -> None:
        boss = owner()
        change = {"old_password": "not this one", "new_password": "another good one"}
        answers = [api.put("/console/me/password", change, token=token(boss)).status for _ in range(6)]
        assert answers == [422] * 5 + [429]

    def test_a_reset_gives_a_first_password_again(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        session = enter("ann").json
        answer = api.post(f"/console/staff/{ann.staff_id}/reset-password", token=token(boss))
        assert answer.json["staff"]["must_change_password"] is True
        assert (enter("ann").status, enter("ann", answer.json["first_password"]).status) == (401, 200)
        renewed = api.post("/console/sign-in/refresh", {"refresh_token": session["refresh_token"]})
        assert renewed.status == 401

    def test_nothing_of_it_is_kept_or_audited(self) -> None:
        boss = owner()
        made = api.post(
            "/console/staff", {"username": "ann", "name": "安", "role_ids": ["service"]}, token=token(boss)
        )
        change = {"old_password": PASSWORD, "new_password": "another good one"}
        api.put("/console/me/password", change, token=enter().json["access_token"])
        kept = str(support.dump_all())
        assert store.password_hash(boss.staff_id) in kept
        for secret in (PASSWORD, "another good one", made.json["first_password"]):
            assert secret not in kept
        assert "argon2id" not in str(support.dump("audit"))


class TestOver:
    """A6.2: what ends a session ends its access token too, at the next step."""

    def test_signed_out_here_only(self) -> None:
        owner()
        here, elsewhere = enter().json["access_token"], enter().json["access_token"]
        assert api.post("/console/sign-out", token=here).status == 204
        before = support.dump_all()
        for answer in (api.get("/console/me", token=here), api.get("/console/members", token=here)):
            assert (answer.status, answer.json["code"]) == (401, "SESSION_OVER")
        assert support.dump_all() == before
        assert api.get("/console/members", token=elsewhere).status == 200

    def test_a_new_password_ends_the_other_devices(self) -> None:
        owner()
        here, elsewhere = enter().json["access_token"], enter().json["access_token"]
        change = {"old_password": PASSWORD, "new_password": "another good one"}
        assert api.put("/console/me/password", change, token=here).status == 200
        refused = api.put("/console/me/password", change, token=elsewhere)
        assert (refused.status, refused.json["code"]) == (401, "SESSION_OVER")
        assert api.get("/console/members", token=here).status == 200

    def test_a_password_reset_ends_every_device(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        held = enter("ann").json["access_token"]
        assert api.post(f"/console/staff/{ann.staff_id}/reset-password", token=token(boss)).status == 200
        refused = api.get("/console/members", token=held)
        assert (refused.status, refused.json["code"]) == (401, "SESSION_OVER")

    def test_disabled_and_let_in_again_begins_with_the_password(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        held = enter("ann").json
        path, body = f"/console/staff/{ann.staff_id}", {"name": "安", "role_ids": ["service"]}
        for status, code in (("DISABLED", "STAFF_SIGNED_OUT"), ("ACTIVE", "SESSION_OVER")):
            assert api.put(path, {**body, "status": status}, token=token(boss)).status == 200
            refused = api.get("/console/members", token=held["access_token"])
            assert (refused.status, refused.json["code"]) == (401, code)
        renewed = api.post("/console/sign-in/refresh", {"refresh_token": held["refresh_token"]})
        assert renewed.status == 401
        assert enter("ann").status == 200

    def test_twelve_hours_are_twelve_hours(self, world: Clock) -> None:
        """A token given in the last half hour ends with its session."""
        owner()
        held = enter().json
        for _ in range(7):
            world.advance(minutes=100)
            held = api.post("/console/sign-in/refresh", {"refresh_token": held["refresh_token"]}).json
        world.advance(minutes=19)
        held = api.post("/console/sign-in/refresh", {"refresh_token": held["refresh_token"]}).json
        assert api.get("/console/me", token=held["access_token"]).status == 200
        world.advance(minutes=1)
        assert api.get("/console/me", token=held["access_token"]).json["code"] == "SESSION_OVER"

    def test_an_entry_costs_one_read_for_its_session(self) -> None:
        """The staff member and the session; whoever is no owner, the roles too."""
        ann = employee("ann", "service", by=owner())
        entrant = Entrant("staff", ann.staff_id, f"SE{ann.staff_id}", "console")
        token(ann)
        entering.enter(entrant, "members.read")  # what the shop demands of staff is kept for ten seconds
        seen: list[str] = []
        support.faults.append(lambda event, request: seen.append(event.rpartition(".")[2]))
        entering.enter(entrant, "members.read")
        assert seen == ["GetItem", "GetItem", "Query"]
