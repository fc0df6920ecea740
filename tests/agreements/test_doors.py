"""The doors to the cooperation agreement (D4)."""

import hashlib
from typing import Any

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.agreements import store
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from tests.distributors.test_doors import apply, make_levels, shopper
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

TEXT = "如实介绍商品，不夸大、不刷单；佣金只来自真实成交，退款会收回。"


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    distributors.forget_levels()


def publish(text: str = TEXT, version: int = 0, **more: Any) -> api.Answer:
    body = {"title": "合作协议", "text": text, "version": version, **more}
    return api.post("/console/agreements", body, token=api.staff_token("agreements.edit"))


def state(member_id: str) -> Any:
    return api.get("/shop/agreement", token=api.member_token(member_id)).json


def sign(member_id: str, version: int, device: str = "MINI_PROGRAM") -> api.Answer:
    body = {"version": version, "device": device}
    return api.post("/shop/agreement/sign", body, token=api.member_token(member_id))


def apply_with(member_id: str, version: int | None) -> api.Answer:
    body = {"message": None, "agreement_version": version, "device": "H5"}
    return api.post("/shop/distributor/application", body, token=api.member_token(member_id))


def promoter() -> str:
    make_levels()
    me = shopper()
    assign(me, "normal", by="ST1", reason="老客户")
    return me


def make_code(member_id: str) -> api.Answer:
    body = {"channel": "门店", "product_id": None}
    return api.post("/distributor/codes", body, token=api.member_token(member_id))


def test_versions_are_added_and_never_edited(world: Clock) -> None:
    """D4: versioned text; a repeat is the same version, another's in between is said."""
    first = publish()
    assert (first.status, first.json["version"], first.json["is_current"]) == (201, 1, True)
    assert first.json["digest"] == hashlib.sha256(f"合作协议\n{TEXT}".encode()).hexdigest()
    before = support.dump_all()["agreements"]
    assert publish().json["version"] == 1
    assert publish("另一份协议的内容，与上一版不同，请仔细阅读。").json["code"] == "AGREEMENT_MOVED"
    assert support.dump_all()["agreements"] == before
    second = publish("另一份协议的内容，与上一版不同，请仔细阅读。", version=1)
    assert second.json["version"] == 2
    listed = api.get("/console/agreements", token=api.staff_token("distributors.read")).json["items"]
    assert [(one["version"], one["is_current"]) for one in listed] == [(2, True), (1, False)]
    assert listed[1]["text"] == TEXT


def test_applying_signs_the_version_that_was_read(world: Clock) -> None:
    """D4: asked at applying, with who, which version, when; and only the kind of device."""
    publish()
    me = shopper()
    assert state(me)["is_open"]
    assert apply(me).json["code"] == "AGREEMENT_OPEN"
    assert apply_with(me, 2).json["code"] == "AGREEMENT_MOVED"
    assert distributors.find(me) is None and not support.dump_all()["agreement-signatures"]
    assert apply_with(me, 1).json["status"] == "PENDING"
    signed = state(me)["signed"]
    assert (signed["version"], signed["device"]) == (1, "H5")
    (line,) = support.dump_all()["agreement-signatures"]
    assert "ip" not in line and "127.0.0.1" not in line


def test_without_an_agreement_nothing_is_asked(world: Clock) -> None:
    """A shop that has published none takes applications as before."""
    me = shopper()
    assert state(me) == {"current": None, "signed": None, "is_open": False}
    assert apply_with(me, None).json["status"] == "PENDING"
    assert sign(me, 1).json["code"] == "AGREEMENT_UNKNOWN"


def test_signing_twice_keeps_the_first(world: Clock) -> None:
    """Trust 22."""
    publish()
    me = shopper()
    assert sign(me, 1).status == 200
    before = support.dump_all()["agreement-signatures"]
    world.advance(minutes=5)
    assert sign(me, 1, "H5").status == 200
    assert support.dump_all()["agreement-signatures"] == before
    publish("另一份协议的内容，与上一版不同，请仔细阅读。", version=1)
    assert sign(me, 1).json["code"] == "AGREEMENT_MOVED"
    assert state(me)["is_open"] and sign(me, 2).status == 200


def test_a_new_version_is_asked_before_new_sharing_and_holds_no_money(world: Clock) -> None:
    """D4: earned money is never held for a signature, nor is a code that is out."""
    me = promoter()
    assert make_code(me).status == 200
    publish()
    refused = make_code(me)
    assert (refused.status, refused.json["code"]) == (409, "AGREEMENT_OPEN")
    token = api.member_token(me)
    for path in ("/distributor/codes", "/distributor/centre", "/shop/wallet", "/distributor/withdrawals"):
        assert api.get(path, token=token).status == 200, path
    asked = api.post(
        "/distributor/withdrawals", {"amount_fen": 5_000}, token=token, headers={"Idempotency-Key": "k" * 16}
    )
    assert asked.json["code"] != "AGREEMENT_OPEN"
    sign(me, 1)
    assert make_code(me).status == 200


def test_a_distributor_reads_what_was_signed(world: Clock) -> None:
    """D4: word for word, also after a newer one."""
    publish()
    me = shopper()
    sign(me, 1)
    publish("另一份协议的内容，与上一版不同，请仔细阅读。", version=1)
    token = api.member_token(me)
    (mine,) = api.get("/shop/agreement/signatures", token=token).json["items"]
    read = api.get("/shop/agreement/versions/1", token=token).json
    assert (read["text"], read["digest"]) == (TEXT, mine["digest"])
    for number in ("9", "x", "99999999999"):
        assert api.get(f"/shop/agreement/versions/{number}", token=token).json["code"] == "AGREEMENT_UNKNOWN"
    seen = api.get(f"/console/members/{me}/signatures", token=api.staff_token("distributors.read")).json
    assert seen["items"] == [mine]
    assert store.find_signature(me, 2) is None


@pytest.mark.parametrize("wrong", [{"text": "短"}, {"title": ""}, {"version": -1}, {"extra": 1}])
def test_bad_words_are_refused(world: Clock, wrong: dict[str, Any]) -> None:
    """422, and nothing is published."""
    assert publish(**{"text": TEXT, **wrong}).status == 422
    assert store.current() is None
