"""Who may enter where: every kind of entrant at every door, made from the routes (A6.5, ASVS 8.2.1, N1).

What a guard refuses never reaches the door: its own code, a metric, and no change in any table.
"""

import base64
import json
from dataclasses import replace

import pytest

from chalicelib import front_door
from chalicelib.admin import store as admin
from chalicelib.admin.rules import EVERYTHING
from chalicelib.distributors import store as distributors
from chalicelib.kernel import auth, clock, crypto
from chalicelib.kernel.auth import OWN, Entrant
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.http import Door
from tests.support import api, people
from tests.support import town as towns
from tests.support.town import EMPLOYEE, Town

DOORS = front_door.all_doors()
OPEN = {
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
    "GET /shop/categories",
    "GET /shop/products",
    "GET /shop/products/{product_id}",
    "GET /shop/products/{product_id}/reviews",
    "GET /shop/products/{product_id}/stock",
    "GET /shop/search",
    "GET /shop/announcements",
    "GET /shop/profile",
    "GET /shop/invites/{code}",
    "GET /shop/earnings-estimate",
    "POST /shop/sign-up",
    "POST /shop/sign-in/mini-program",
    "POST /shop/sign-in/password",
    "POST /shop/sign-in/refresh",
    "GET /shop/sign-in/official-account/start",
    "POST /shop/sign-in/official-account",
    "POST /console/sign-in",
    "POST /console/sign-in/refresh",
}
"""All that somebody who has not signed in may do: look round the shop, and sign in."""
FOR = {"shop": "member", "distributor": "distributor", "console": "staff", "wechat": "wechat"}
"""Whom the doors under each first part of a path are for, whatever the doors themselves say."""
LACKING = "STLACKING"


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


def meant(door: Door) -> str:
    """Whom this door is for, told by its path alone: a door that lost its guard is still judged by it."""
    return "anyone" if name_of(door) in OPEN else FOR[door.path.split("/")[1]]


GUARDED = [door for door in DOORS if meant(door) in ("member", "distributor", "staff")]


def knock(door: Door, token: str | None) -> tuple[int, str]:
    path = door.path.replace("{", "").replace("}", "")
    answer = api.call(door.method, path, json={} if door.body else None, token=token)
    assert answer.json["title"] and answer.json["detail"]
    return answer.status, answer.json["code"]


def token(kind: auth.Kind, who: str) -> str:
    return (
        people.staff_token(who) if kind == "staff" else auth.access_token(Entrant(kind, who, "SETEST", "mp"))
    )


def old_token(kind: auth.Kind, who: str) -> str:
    """Rightly signed, and over just now."""
    claims = [kind, who, "SETEST", "mp", int(clock.now().timestamp())]
    return crypto.sign(json.dumps(claims).encode(), purpose="access")


def forged(good: str) -> dict[str, str]:
    """What somebody makes of a good token without our key."""
    key_id, payload, mac = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims[0], claims[1] = "staff", EMPLOYEE
    other = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return {
        "other claims": f"{key_id}.{other}.{mac}",
        "no algorithm": f"{none}.{other}.",
        "no signature": f"{key_id}.{other}.",
        "another key's id": f"k9.{payload}.{mac}",
        "no key's id": f".{payload}.{mac}",
        "cut": good[:-4],
        "payload cut": f"{key_id}.{payload[:-4]}.{mac}",
        "more of it": good + ".x",
        "nothing": "",
        "not ascii": "密.码.钥",
    }


def test_what_is_open_to_all_is_there() -> None:
    """No door left the list that stands above; and none but WeChat's own judges by itself who knocks."""
    assert {name_of(door) for door in DOORS} >= OPEN
    signed = {name_of(door) for door in DOORS if door.who.kind == "wechat"}
    assert signed == {name_of(door) for door in DOORS if meant(door) == "wechat"}


@pytest.mark.parametrize("door", [one for one in DOORS if meant(one) == "wechat"], ids=name_of)
def test_who_cannot_sign_as_wechat_is_not_heard(town: Town, door: Door) -> None:
    """Whoever it is, with or without a token of ours."""
    before = towns.snapshot()
    for kind in ("anonymous", "member", "distributor", "staff"):
        answer = api.call(door.method, door.path, body=b"<xml/>", token=town.token(kind))
        assert 400 <= answer.status < 500, (kind, answer)
    assert towns.snapshot() == before


@pytest.mark.parametrize("door", GUARDED, ids=name_of)
def test_who_is_not_meant_stays_out(town: Town, door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    before = towns.snapshot()
    mine = ("staff", EMPLOYEE) if meant(door) == "staff" else ("member", town.b)
    out = {
        "nobody": (None, 401),
        "expired": (old_token(*mine), 401),  # type: ignore[arg-type]
        "the other kind": (
            token("member", town.b) if meant(door) == "staff" else token("staff", EMPLOYEE),
            403,
        ),
    }
    capsys.readouterr()
    for case, (given, status) in out.items():
        code = "UNAUTHORIZED" if status == 401 else "FORBIDDEN"
        assert knock(door, given) == (status, code), case
        assert f'"refused": 1, "refusal": "{code}"' in capsys.readouterr().out, "no metric"
    assert towns.snapshot() == before


@pytest.mark.parametrize(
    "door", [one for one in DOORS if one.who.kind == "staff" and one.who.argument != OWN], ids=name_of
)
def test_every_permission_but_the_doors_own_is_not_enough(town: Town, door: Door) -> None:
    people.make_staff(LACKING, tuple(sorted(EVERYTHING - {door.who.argument})))
    held = token("staff", LACKING)
    before = towns.snapshot()
    assert knock(door, held) == (403, "FORBIDDEN")
    assert towns.snapshot() == before


@pytest.mark.parametrize("door", [one for one in DOORS if meant(one) == "staff"], ids=name_of)
def test_staff_who_left_are_out_at_once(town: Town, door: Door) -> None:
    staff = admin.find_staff(EMPLOYEE)
    assert staff is not None
    commit(admin.change_staff(staff, replace(staff, status="DISABLED")))
    assert knock(door, token("staff", EMPLOYEE)) == (401, "STAFF_SIGNED_OUT")


@pytest.mark.parametrize("standing", [None, "PENDING", "REJECTED", "DISABLED", "DELETED"])
def test_only_approved_distributors_enter_the_distributors_doors(town: Town, standing: str | None) -> None:
    """D1, I1: in every other standing each of these doors says why."""
    if standing is not None:
        found = distributors.find(town.d)
        commit(
            distributors.change(found, replace(found, status=standing), "DISABLED", by="ST1", at=clock.now())
        )
    who = town.d if standing else town.c
    before = towns.snapshot()
    doors = [one for one in DOORS if meant(one) == "distributor"]
    assert len(doors) > 10
    for door in doors:
        status, code = knock(door, token("member", who))
        assert status == 403, (name_of(door), code)
    assert towns.snapshot() == before


def test_no_forged_token_opens_a_door(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """A6.2, ASVS 8.3.2: other claims, no algorithm, another key, cut: each is nobody's."""
    before = towns.snapshot()
    for case, wrong in forged(token("member", town.c)).items():
        for path in ("/shop/me", "/console/me"):
            answer = api.get(path, headers={"authorization": f"Bearer {wrong}"})
            assert (answer.status, answer.json["code"]) == (401, "UNAUTHORIZED"), case
            assert answer.headers["www-authenticate"] == "Bearer"
    for scheme in ("", "Basic ", "bearer ", "Bearer  "):
        good = token("member", town.c)
        assert api.get("/shop/me", headers={"authorization": scheme + good}).status == 401, scheme
    assert towns.snapshot() == before


def test_a_refresh_token_is_no_access_token_nor_the_reverse(town: Town) -> None:
    signed_in = api.post("/shop/sign-in/mini-program", {"code": "c1"}).json
    assert api.get("/shop/me", token=signed_in["refresh_token"]).status == 401
    before = towns.snapshot()
    answer = api.post("/shop/sign-in/refresh", {"refresh_token": signed_in["access_token"]})
    assert (answer.status, answer.json["code"]) == (401, "SESSION_OVER")
    answer = api.post("/console/sign-in/refresh", {"refresh_token": signed_in["refresh_token"]})
    assert (answer.status, answer.json["code"]) == (401, "SESSION_OVER")
    assert towns.snapshot() == before


def test_a_revoked_session_is_never_renewed(town: Town) -> None:
    """Signed out, the refresh token is worth nothing; a member's access token dies within its half hour."""
    signed_in = api.post("/shop/sign-in/mini-program", {"code": "c1"}).json
    assert api.post("/shop/sign-out", token=signed_in["access_token"]).status == 204
    before = towns.snapshot()
    answer = api.post("/shop/sign-in/refresh", {"refresh_token": signed_in["refresh_token"]})
    assert (answer.status, answer.json["code"]) == (401, "SESSION_OVER")
    assert towns.snapshot() == before
