"""The second factor of staff: set up with a phone, each code good once, demanded by the shop (G2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pyotp import TOTP

from chalicelib.admin import store
from chalicelib.admin.change_setting import change_setting
from chalicelib.admin.matching_step import matching_step
from chalicelib.admin.models import StaffRow
from chalicelib.admin.rules import OnlyOwners, StaffExists, StaffUnknown
from chalicelib.admin.save_role import save_role
from chalicelib.kernel import clock, settings
from scripts.local import create_admin
from tests.admin.staff import PASSWORD, employee, owner, token, with_factor
from tests.support import api
from tests.support.world import START, Clock

pytestmark = pytest.mark.usefixtures("world")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def enter(code: str | None = None, username: str = "boss", password: str = PASSWORD) -> api.Answer:
    given = {"username": username, "password": password}
    return api.post("/console/sign-in", given if code is None else given | {"code": code})


class TestCodes:
    @pytest.mark.parametrize(
        ("seconds", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
    )
    def test_a_code_is_good_half_a_minute_early_and_late(self, seconds: int, is_good: bool) -> None:
        code = TOTP(SECRET).at(int(START.timestamp()) + seconds)
        assert (matching_step(SECRET, code, at=START, after=None) is not None) == is_good

    def test_what_was_used_and_all_before_it_is_worth_nothing(self) -> None:
        codes, at = TOTP(SECRET), int(START.timestamp())
        used = matching_step(SECRET, codes.at(at), at=START, after=None)
        assert used == at // 30
        assert matching_step(SECRET, codes.at(at), at=START, after=used) is None
        assert matching_step(SECRET, codes.at(at - 30), at=START, after=used) is None
        assert matching_step(SECRET, codes.at(at + 30), at=START, after=used) == at // 30 + 1


class TestSettingUp:
    def test_scan_then_the_first_code(self, world: Clock) -> None:
        boss = owner()
        seen = token(boss)
        offer = api.post("/console/me/factor", {"password": PASSWORD}, token=seen)
        assert offer.json["qr"].startswith("data:image/svg+xml") and "issuer=Fenxiao" in offer.json["uri"]
        assert enter().status == 200, "nothing is asked for before the first code came"
        wrong = api.post("/console/me/factor/confirm", {"code": "000000"}, token=seen)
        assert (wrong.status, wrong.json["code"]) == (422, "WRONG_FIRST_CODE")
        other = enter().json["access_token"]
        codes = TOTP(offer.json["secret"])
        done = api.post("/console/me/factor/confirm", {"code": codes.at(clock.now())}, token=seen)
        assert done.status == 200 and done.json["factor_at"] is not None
        assert api.get("/console/products", token=other).status == 401, "other sessions ended"
        assert api.get("/console/me", token=seen).status == 200
        again = api.post("/console/me/factor", {"password": PASSWORD}, token=seen)
        assert (again.status, again.json["code"]) == (409, "FACTOR_THERE")

    def test_it_takes_the_password(self) -> None:
        boss = owner()
        answer = api.post("/console/me/factor", {"password": "not this one"}, token=token(boss))
        assert answer.json["code"] == "WRONG_OLD_PASSWORD"
        early = api.post("/console/me/factor/confirm", {"code": "123456"}, token=token(boss))
        assert early.json["code"] == "FACTOR_NOT_OFFERED"

    def test_the_secret_is_kept_sealed_and_never_shown_again(self, world: Clock) -> None:
        boss = owner()
        codes = with_factor(boss)
        row = StaffRow.find("all", boss.staff_id)
        assert row is not None and row.factor_sealed and codes.secret not in row.factor_sealed
        held = store.factor(boss.staff_id)
        assert held is not None and held.secret(boss.staff_id) == codes.secret
        world.advance(seconds=30)
        fresh = enter(codes.at(clock.now())).json["access_token"]
        for path in ("/console/me", "/console/staff", "/console/audit"):
            shown = api.get(path, token=fresh)
            assert shown.status == 200
            assert not [one for one in (codes.secret, row.factor_sealed) if one in shown.body.decode()]


class TestSigningIn:
    def test_a_code_is_asked_for_and_good_once(self, world: Clock) -> None:
        codes = with_factor(owner())
        needed = enter()
        assert (needed.status, needed.json["code"]) == (401, "FACTOR_NEEDED")
        assert enter(codes.at(clock.now())).json["code"] == "WRONG_CODE", "it set the factor up"
        world.advance(seconds=30)
        code = codes.at(clock.now())
        assert enter(code).status == 200
        assert enter(code).json["code"] == "WRONG_CODE", "used"
        world.advance(seconds=30)
        assert enter(codes.at(clock.now())).status == 200

    def test_a_code_without_the_password_says_nothing(self, world: Clock) -> None:
        codes = with_factor(owner())
        world.advance(seconds=30)
        code = codes.at(clock.now())
        answers = [
            enter(code, password="not this one"),
            enter(code, username="nobody"),
            enter(None, "nobody"),
        ]
        assert {one.json["code"] for one in answers} == {"WRONG_STAFF_PASSWORD"}
        assert enter(code).status == 200, "nor was it used up"

    def test_wrong_codes_lock_as_wrong_passwords_do(self, world: Clock) -> None:
        codes = with_factor(owner())
        world.advance(seconds=60)
        wrong = f"{(int(codes.at(clock.now())) + 1) % 10**6:06}"
        assert {enter(wrong).json["code"] for _ in range(5)} == {"WRONG_CODE"}
        assert enter(codes.at(clock.now())).json["code"] == "TOO_OFTEN"
        world.advance(minutes=15)
        assert enter(codes.at(clock.now())).status == 200

    def test_of_two_at_once_with_one_code_one_gets_in(self, world: Clock) -> None:
        codes = with_factor(owner())
        world.advance(seconds=30)
        code = codes.at(clock.now())
        with ThreadPoolExecutor(4) as pool:
            found = sorted(one.status for one in pool.map(lambda _: enter(code), range(4)))
        assert found == [200, 401, 401, 401]

    @pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", ""])
    def test_what_is_no_code_is_refused_by_the_door(self, code: str) -> None:
        assert enter(code).status == 422


class TestDemanded:
    def test_nothing_else_goes_before_it_is_set_up(self, world: Clock) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        change_setting("staff", {"must_have_factor": True}, version=0, by=boss.staff_id)
        settings.forget()
        for one in (boss, ann):
            refused = api.get("/console/members", token=token(one))
            assert (refused.status, refused.json["code"]) == (403, "FACTOR_MUST_BE_SET")
            me = api.get("/console/me", token=token(one))
            assert (me.status, me.json["must_set_factor"]) == (200, True)
            codes = with_factor(one)
            world.advance(seconds=30)
            entered = enter(codes.at(clock.now()), one.username).json
            assert entered["me"]["must_set_factor"] is False
            assert api.get("/console/members", token=entered["access_token"]).status == 200


class TestRecovery:
    def test_an_owner_frees_somebody_whose_phone_is_lost(self, world: Clock) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        with_factor(ann)
        path = f"/console/staff/{ann.staff_id}/reset-factor"
        assert api.post(path, token=token(boss)).json["factor_at"] is None
        assert enter(username="ann").status == 200
        entries = api.get("/console/audit", token=token(boss)).json["items"]
        assert [one for one in entries if one["door"].endswith("/reset-factor")], "the audit knows"

    def test_nobody_else_does_and_nobody_for_oneself(self) -> None:
        boss = owner()
        role = save_role("人事", ["staff.edit"], by=boss.staff_id).role_id
        ann, bob = employee("ann", role, by=boss), employee("bob", role, by=boss)
        with_factor(bob)
        by_colleague = api.post(f"/console/staff/{bob.staff_id}/reset-factor", token=token(ann))
        assert (by_colleague.status, by_colleague.json["code"]) == (403, "ONLY_OWNERS")
        own = api.post(f"/console/staff/{boss.staff_id}/reset-factor", token=token(boss))
        assert own.json["code"] == "CANNOT_CHANGE_SELF"
        assert store.load_staff(bob.staff_id).factor_at is not None


class TestScript:
    def test_it_makes_an_owner_and_lets_one_in_again(self, capsys: pytest.CaptureFixture[str]) -> None:
        create_admin.make("boss", "店主", PASSWORD, is_recovered=False)
        with pytest.raises(StaffExists):
            create_admin.make("boss", "店主", "five other plain words", is_recovered=False)
        with_factor(store.load_staff(store.staff_id_of("boss")))
        create_admin.make("boss", "店主", "five other plain words", is_recovered=True)
        assert enter().status == 401 and enter(password="five other plain words").status == 200
        assert PASSWORD not in (said := capsys.readouterr().out) and "plain words" not in said

    def test_only_owners_are_recovered(self) -> None:
        employee("ann", "service", by=owner())
        for username, refusal in (("ann", OnlyOwners), ("nobody", StaffUnknown)):
            with pytest.raises(refusal):
                create_admin.make(username, "", "five other plain words", is_recovered=True)


class TestSessions:
    def test_where_i_am_signed_in_and_ending_it(self) -> None:
        boss = owner()
        ann = employee("ann", "service", by=boss)
        here, there = enter().json["access_token"], enter().json["access_token"]
        found = api.get("/console/me/sessions", token=here).json["items"]
        assert [one["is_this"] for one in found].count(True) == 1 and len(found) == 2
        other = next(one["session_id"] for one in found if not one["is_this"])
        foreign = api.delete(f"/console/me/sessions/{other}", token=token(ann))
        assert (foreign.status, foreign.json["code"]) == (404, "SESSION_UNKNOWN")
        assert api.get("/console/products", token=there).status == 200
        assert api.delete(f"/console/me/sessions/{other}", token=here).status == 204
        assert api.get("/console/products", token=there).status == 401
        assert api.delete(f"/console/me/sessions/{other}", token=here).status == 404
        assert len(api.get("/console/me/sessions", token=here).json["items"]) == 1
