"""What answers and logs never tell (A6.8, ASVS 13.2.2, 16.5.1; N4)."""

import json
import re
from typing import Any

import pytest

import app
from chalicelib import front_door
from chalicelib.kernel.config import config
from chalicelib.members import store as members
from chalicelib.payments import settle as settling
from tests.support import api, people
from tests.support import town as towns
from tests.support.town import Town
from tests.wechat.conftest import SECRETS
from tests.withdrawals import people as earners

CODE, OPENID = "planted-login-code", "o-planted-login-code"
PHONE, NAME, STREET = "13811112222", "欧阳某某", "秘密路 99 号"
PASSWORD = "planted four words"
PLANTED = [
    CODE,
    OPENID,
    PHONE,
    NAME,
    STREET,
    PASSWORD,
    "planted-session-key",
    "planted-access-token-1",
    *SECRETS.values(),
]


def test_debugging_is_off_and_only_our_own_pages_may_call() -> None:
    assert app.app.debug is False
    answer = api.call("OPTIONS", "/shop/me", headers={"origin": "https://evil.example.com"})
    assert answer.headers["access-control-allow-origin"] == config().web_origin != "*"
    assert "access-control-allow-credentials" not in answer.headers
    allowed = set(answer.headers["access-control-allow-headers"].split(","))
    assert {"Authorization", "Idempotency-Key"} <= allowed
    assert not any("cookie" in name.lower() for name in allowed)


def test_every_answer_says_how_to_treat_it(town: Town) -> None:
    """Nobody's cache keeps what is somebody's."""
    for door in front_door.all_doors():
        if door.method != "GET" or door.who.kind == "wechat" or "{" in door.path:
            continue
        answer = api.get(door.path, token=town.token("staff"))
        assert answer.headers["x-request-id"].startswith("RQ")
        if door.who.kind in ("member", "staff"):
            assert answer.headers["cache-control"] == "no-store", door.path


def test_a_bug_tells_a_number_and_nothing_else(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(f"phone={PHONE} openid={OPENID} session_key=planted-session-key")

    monkeypatch.setattr(members, "load", broken)
    answer = api.get("/shop/me", token=town.token("member"))
    assert answer.status == 500
    assert set(answer.json) == {"type", "code", "status", "title", "detail", "request_id"}
    assert not re.search(r"Traceback|\.py|RuntimeError|chalice|line \d", answer.body.decode())
    said = capsys.readouterr().out
    assert "RuntimeError" in said and '"bug": 1' in said
    for planted in (PHONE, OPENID, "planted-session-key"):
        assert planted not in said


def test_settings_doors_give_no_secret_back(town: Town) -> None:
    token = town.token("staff")
    for path in ["/console/settings", *(f"/console/settings/{name}" for name in town.known["name"])]:
        said = api.get(path, token=token).body.decode()
        assert not [secret for secret in SECRETS.values() if secret in said or secret[:40] in said]
        assert not re.search(r"secret|api_v3|private_key|password", said)


def test_the_whole_story_leaves_no_secret_in_the_log(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """N4: sign in, phone, address, order, payout with a real name, refusals and bugs among them."""
    capsys.readouterr()
    kept: list[str] = []
    signed_in = api.post("/shop/sign-in/mini-program", {"code": CODE}).json
    token, refresh = signed_in["access_token"], signed_in["refresh_token"]
    me = signed_in["member"]["member_id"]
    kept += [token, refresh]
    assert api.post("/shop/me/phone", {"code": "planted-phone-code"}, token=token).status == 200
    address = {"receiver": NAME, "phone": PHONE, "province": "广东省", "city": "深圳市", "street": STREET}
    made = api.post("/shop/me/addresses", address, token=token).json["address_id"]
    assert api.put(f"/shop/me/addresses/{made}", {**address, "phone": "x"}, token=token).status == 422
    _buy(town, token, made)
    earners.approve_distributor(me)
    earners.earn(me, 900_000)
    monkeypatch.setattr("chalicelib.withdrawals.rules.NAME_NEEDED_FROM_FEN", 0)
    payout = {"amount_fen": 15_000, "real_name": NAME}
    assert api.post("/distributor/withdrawals", payout, token=token, key="payout-0001").status == 201
    assert (
        api.post("/distributor/withdrawals", payout | {"x": NAME}, token=token, key="payout-2").status == 422
    )
    for path in ("/shop/sign-up", "/shop/sign-in/password", "/console/sign-in"):
        api.post(path, {"username": "planted", "password": PASSWORD})
        api.post(path, {"username": "planted", "password": PASSWORD + "!"})
    renewed = api.post("/shop/sign-in/refresh", {"refresh_token": refresh}).json
    kept += [renewed["access_token"], renewed["refresh_token"]]
    assert api.post("/shop/sign-in/refresh", {"refresh_token": refresh}).status == 401
    assert api.get("/shop/me", headers={"authorization": f"Bearer {token}x"}).status == 401
    said = capsys.readouterr().out
    assert said.count("\n") > 15
    for line in said.splitlines():
        json.loads(line)
    for planted in [*PLANTED, "planted-phone-code", *kept]:
        assert planted not in said


def _buy(town: Town, token: str, address_id: str) -> None:
    lines = [{"product_id": town.shop.tea.product_id, "sku_id": town.shop.tea.skus[0].sku_id, "quantity": 1}]
    total = api.post("/shop/quote", {"lines": lines, "address_id": address_id}, token=token).json["total_fen"]
    wanted = {"lines": lines, "address_id": address_id, "expected_total_fen": total, "note": STREET}
    placed = api.post("/shop/orders", wanted, token=token, key="order-planted").json["order_id"]
    assert api.post(f"/shop/orders/{placed}/payment", token=token).status == 200
    settling.settle(town.peer.buy(placed))


def test_the_audit_tells_who_did_what_without_the_secret(town: Town) -> None:
    """G2: a role's row, a reset password: the row is there and the password is not."""
    answer = api.post("/console/staff/STCOLLEAGUE/reset-password", token=town.token("staff"))
    first = answer.json["first_password"]
    rows = json.dumps(towns.snapshot())
    assert answer.status == 200 and first not in rows
    owner = people.staff_token("STALL")
    assert first not in api.get("/console/audit", token=owner).body.decode()
