"""Doors: strict bodies, judged guards, refusals as problem+json in Chinese, bugs as 500."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import Field

import app  # noqa: F401 - opens the front door, which tells what the guards ask
from chalicelib.kernel import auth, clock, http, openapi
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.http import Ask, Body, Doors, Incoming, Out, Query, Reply
from tests.support.world import Clock

doors = Doors("/shop")


class OutOfApples(Conflict):
    """No apples."""

    title = "苹果卖完了"
    detail = "明天再来吧。"


class Buy(Body):
    """What a client may say."""

    apples: int = Field(ge=1, le=9)
    note: str = Field(default="", max_length=3)


class Bought(Out):
    """What it is told."""

    apples: int


class Find(Query):
    """A query."""

    page: int = 1


@doors.post("/apples", who=auth.member, body=Buy, returns=Bought, status=201, errors=(OutOfApples,))
def buy(ask: Ask[Buy]) -> Bought:
    """Buy apples."""
    if ask.body.apples == 9:
        raise OutOfApples()
    if ask.body.apples == 8:
        raise ZeroDivisionError
    return Bought(apples=ask.body.apples)


@doors.get("/apples/{apple_id}", who=auth.anyone, query=Find, returns=Bought)
def look(ask: Ask[Any]) -> Bought:
    """Look at an apple."""
    return Bought(apples=ask.query.page)


@doors.post("/keyed", who=auth.anyone, takes_key=True, returns=Bought)
def keyed(ask: Ask[Any]) -> Bought:
    """Give a key."""
    return Bought(apples=len(ask.key))


@doors.get("/ship", who=auth.staff("orders.ship"), returns=Bought)
def ship(ask: Ask[Any]) -> Bought:
    """Only for staff."""
    return Bought(apples=0)


def send(method: str, path: str, body: Any = None, **more: Any) -> tuple[Reply, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    incoming = Incoming(method, more.pop("ids", {}), more.pop("query", {}), more.pop("headers", {}), raw, "")
    reply = http.answer(http.find(doors.all, method, path), incoming)
    return reply, json.loads(reply.body) if reply.body else None


@pytest.fixture
def bearer(world: Clock) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth.access_token(Entrant('member', 'ME1', 'SE1', 'mp'))}"}


def test_a_good_request_is_answered(bearer: dict[str, str]) -> None:
    reply, body = send("POST", "/shop/apples", {"apples": 2}, headers=bearer)
    assert (reply.status, body) == (201, {"apples": 2})
    assert reply.headers["X-Request-Id"].startswith("RQ")


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"apples": 0}, "apples", "不能小于 1"),
        ({"apples": 1.0}, "apples", "应为整数"),
        ({"apples": "2"}, "apples", "应为整数"),
        ({"apples": True}, "apples", "应为整数"),
        ({}, "apples", "请填写此项"),
        ({"apples": 1, "price_fen": 1}, "price_fen", "不支持的内容"),
        ({"apples": 1, "note": "太长太长"}, "note", "最多 3 个字"),
    ],
)
def test_a_wrong_field_is_named_in_words(bearer: Any, given: Any, field: str, message: str) -> None:
    reply, body = send("POST", "/shop/apples", given, headers=bearer)
    assert reply.status == 422
    assert body["fields"] == {field: message}
    assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_refusals_carry_code_chinese_text_and_request_id(bearer: dict[str, str]) -> None:
    reply, body = send("POST", "/shop/apples", {"apples": 9}, headers=bearer)
    assert reply.status == 409
    assert body["code"] == "OUT_OF_APPLES"
    assert body["title"] == "苹果卖完了"
    assert body["request_id"] == reply.headers["X-Request-Id"]


def test_a_bug_is_a_500_that_tells_nothing(bearer: dict[str, str], capsys: Any) -> None:
    reply, body = send("POST", "/shop/apples", {"apples": 8}, headers=bearer)
    assert reply.status == 500
    assert "Zero" not in json.dumps(body)
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_unreadable_oversized_and_crooked_requests_are_refused(bearer: dict[str, str]) -> None:
    assert send("POST", "/shop/apples", b"{nope", headers=bearer)[0].status == 400
    assert send("POST", "/shop/apples", b"x" * 70_000, headers=bearer)[0].status == 413
    assert send("GET", "/shop/apples/{apple_id}", ids={"apple_id": "../etc"})[0].status == 400
    assert send("GET", "/shop/apples/{apple_id}", ids={"apple_id": "a"}, query={"pag": "1"})[0].status == 422
    assert send("POST", "/shop/keyed")[0].status == 400
    assert send("POST", "/shop/keyed", headers={"Idempotency-Key": "short"})[0].status == 400
    assert send("POST", "/shop/keyed", headers={"Idempotency-Key": "long-enough"})[0].status == 200


def test_no_token_a_forged_one_and_an_old_one_are_401(world: Clock, bearer: dict[str, str]) -> None:
    for headers in ({}, {"Authorization": "Bearer a.b.c"}, {"Authorization": bearer["Authorization"] + "x"}):
        reply, _ = send("POST", "/shop/apples", {"apples": 1}, headers=headers)
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    world.advance(seconds=(auth.ACCESS_LIFETIME + timedelta(seconds=1)).total_seconds())
    assert send("POST", "/shop/apples", {"apples": 1}, headers=bearer)[0].status == 401


def test_a_member_is_no_staff(bearer: dict[str, str]) -> None:
    assert send("GET", "/shop/ship", headers=bearer)[0].status == 403


def test_the_contract_names_guard_models_and_refusals() -> None:
    contract = openapi.document(doors.all)
    operation = contract["paths"]["/shop/apples"]["post"]
    assert operation["x-who"] == "member"
    assert operation["security"] == [{"bearer": []}]
    assert {"201", "400", "401", "403", "409", "413", "422"} == set(operation["responses"])
    assert "OUT_OF_APPLES" in operation["responses"]["409"]["description"]
    assert contract["components"]["schemas"]["Buy"]["additionalProperties"] is False
    assert "/shop/apples" in openapi.browsable(contract)


def test_an_access_token_lasts_half_an_hour(world: Clock) -> None:
    token = auth.access_token(Entrant("member", "ME1"))
    assert auth.admit(auth.member, f"Bearer {token}").id == "ME1"
    clock.install(lambda: world.now() + timedelta(minutes=31))
    with pytest.raises(Exception, match="登录"):
        auth.admit(auth.member, f"Bearer {token}")
