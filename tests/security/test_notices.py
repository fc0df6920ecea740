"""Notices and pushes that are not WeChat's, not for us, or not true (A6.10, wechat.md §6.3, O1, O2, I4).

Each attack has its own reason, a metric of that reason, and changes no table but the quarantine, where a
person shall look at what WeChat did sign.
"""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.kernel.config import config
from chalicelib.orders import store as orders
from chalicelib.payments.prepay import prepay
from tests.invites import pushes
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town
from tests.wechat import fake

KINDS = {
    "/wechat/paid": "TRANSACTION.SUCCESS",
    "/wechat/refunded": "REFUND.SUCCESS",
    "/wechat/transferred": "MCHTRANSFER.BILL.FINISHED",
}
QUARANTINE = "fenxiao-test-payment-quarantine"
Forged = tuple[dict[str, str], bytes]


@pytest.fixture
def trade(town: Town) -> dict[str, Any]:
    """What WeChat truly says of C's order, which C has paid and we have not heard of."""
    prepay(town.c, town.unpaid.order_id, via="mp")
    town.peer.buy(town.unpaid.order_id)
    return town.peer.trades[town.unpaid.order_id]


def sent(resource: Any, kind: str, **how: Any) -> Forged:
    body = fake.notice_body(resource, kind)
    return fake.signature_headers(body, **{"serial": config().pay_public_key_id, **how}), body


ATTACKS: dict[str, tuple[str, Callable[[Any, str], Forged]]] = {
    "a stranger signed": ("bad_signature", lambda it, kind: sent(it, kind, key=fake.STRANGER)),
    "stale": ("stale", lambda it, kind: sent(it, kind, age_seconds=301)),
    "from the future": ("stale", lambda it, kind: sent(it, kind, age_seconds=-301)),
    "of another day": ("stale", lambda it, kind: sent(it, kind, age_seconds=86_400)),
    "another serial": ("unknown_serial", lambda it, kind: sent(it, kind, serial="PUB_KEY_ID_9")),
    "no serial": ("missing_header", lambda it, kind: changed(sent(it, kind), "Wechatpay-Serial", "")),
    "another nonce": ("bad_signature", lambda it, kind: changed(sent(it, kind), "Wechatpay-Nonce", "x")),
    "a fresh time put in": ("bad_signature", lambda it, kind: refreshed(sent(it, kind, age_seconds=900))),
    "another body": ("bad_signature", lambda it, kind: with_body(sent(it, kind), b"TRANS", b"TRANZ")),
    "a blank more": ("bad_signature", lambda it, kind: with_body(sent(it, kind), b"{", b"{ ")),
    "the probe": ("signtest", lambda it, kind: probed(sent(it, kind))),
    "of another kind": ("other_kind", lambda it, kind: sent(it, "SOMETHING.ELSE")),
    "sealed for others": ("bad_cipher", lambda it, kind: resealed(it, kind)),
    "no object": ("bad_json", lambda it, kind: signed_only(b"[]")),
}


def changed(notice: Forged, name: str, value: str) -> Forged:
    return {**notice[0], name: value}, notice[1]


def refreshed(notice: Forged) -> Forged:
    """A recorded notice under the time of now."""
    return changed(notice, "Wechatpay-Timestamp", fake.signature_headers(b"")["Wechatpay-Timestamp"])


def with_body(notice: Forged, old: bytes, new: bytes) -> Forged:
    assert old in notice[1] or old == b"TRANS"
    return notice[0], notice[1].replace(old, new, 1) if old in notice[1] else notice[1] + b" "


def probed(notice: Forged) -> Forged:
    signature = "WECHATPAY/SIGNTEST/" + notice[0]["Wechatpay-Signature"]
    return changed(notice, "Wechatpay-Signature", signature)


def resealed(resource: Any, kind: str) -> Forged:
    """Signed as WeChat signs, but sealed under a key that is not ours."""
    return signed_only(fake.notice_body(resource, kind).replace(b'"ciphertext":"', b'"ciphertext":"AAAA', 1))


def signed_only(body: bytes) -> Forged:
    return fake.signature_headers(body, serial=config().pay_public_key_id), body


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("path", KINDS)
def test_what_is_not_wechats_is_refused_and_changes_nothing(
    town: Town, trade: dict[str, Any], path: str, attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reason, forge = ATTACKS[attack]
    headers, body = forge(trade, KINDS[path])
    before = towns.snapshot()
    capsys.readouterr()
    answer = api.post(path, body=body, headers=headers)
    said = capsys.readouterr().out
    assert (answer.status, answer.json["code"]) == (401, "FAIL")
    assert f'"bad_notice": 1, "reason": "{reason}"' in said
    assert '"notice_refused": 1, "refusal": "BAD_NOTICE"' in said
    assert towns.snapshot() == before


@pytest.mark.parametrize(
    ("lie", "status", "reason"),
    [
        ({"mchid": "1900000009"}, 401, "other_merchant"),
        ({"appid": "wx9999999999999999"}, 401, "other_app"),
        ({"amount": {"total": 1, "payer_total": 1, "currency": "CNY"}}, 409, "amount"),
        ({"amount": {"total": 4533, "payer_total": 4533, "currency": "USD"}}, 409, "currency"),
        ({"payer": {"openid": "o-thief"}}, 409, "payer"),
        ({"out_trade_no": "OR0000000000000000000000000"}, 404, "unknown_order"),
    ],
)
def test_what_wechat_signed_and_is_not_true_is_only_kept_for_a_person(
    town: Town,
    trade: dict[str, Any],
    lie: dict[str, Any],
    status: int,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Invariant 4: never settled, one row in the quarantine however often it comes, and nothing else."""
    if "amount" in lie and lie["amount"]["currency"] != "CNY":
        lie = {"amount": {**trade["amount"], "currency": "USD"}}
    before = towns.snapshot()
    capsys.readouterr()
    for _ in range(3):
        headers, body = sent({**trade, **lie}, KINDS["/wechat/paid"])
        answer = api.post("/wechat/paid", body=body, headers=headers)
        assert (answer.status, answer.json["code"]) == (status, "FAIL")
    assert f'"payment_quarantined": 1, "reason": "{reason}' in capsys.readouterr().out
    after = towns.snapshot()
    assert len(after.pop(QUARANTINE)) == len(before.pop(QUARANTINE)) + 1
    assert after == before
    assert orders.load(town.unpaid.order_id).status == "UNPAID"


def test_a_true_notice_replayed_is_answered_and_changes_nothing(town: Town, trade: dict[str, Any]) -> None:
    """Invariants 6 and 22: within its five minutes it meets itself, after them it is stale."""
    headers, body = sent(trade, KINDS["/wechat/paid"])
    assert api.post("/wechat/paid", body=body, headers=headers).status == 204
    assert orders.load(town.unpaid.order_id).status == "PAID"
    settled = towns.snapshot()
    assert api.post("/wechat/paid", body=body, headers=headers).status == 204
    assert api.post("/wechat/refunded", body=body, headers=headers).status == 401
    assert towns.snapshot() == settled


BILLION_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>".replace("&a0;", "&a;") for n in range(1, 9)
)
XML_ATTACKS = {
    "entity bomb": BILLION_LAUGHS + "]><xml><Encrypt>&a8;</Encrypt></xml>",
    "external entity": "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    "<xml><Encrypt>&f;</Encrypt></xml>",
    "external dtd": "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'><xml><Encrypt>a</Encrypt></xml>",
    "parameter entity": "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'> %p;]>"
    "<xml><Encrypt>a</Encrypt></xml>",
    "deep": "<xml>" * 5_000 + "</xml>" * 5_000,
    "cut": "<xml><Encrypt>a",
    "oversize": "<xml><Encrypt>" + "a" * 70_000 + "</Encrypt></xml>",
}


@pytest.mark.parametrize("attack", XML_ATTACKS)
def test_xml_that_attacks_the_reader_is_refused(
    town: Town, attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """wechat.md §6: DTDs and entities are never opened; the envelope is refused before its signature."""
    before = towns.snapshot()
    stamp = fake.signature_headers(b"")["Wechatpay-Timestamp"]
    query = (
        f"timestamp={stamp}&nonce=n&encrypt_type=aes&msg_signature=x&signature={pushes.signature(stamp, 'n')}"
    )
    capsys.readouterr()
    answer = api.call(
        "POST",
        f"{pushes.DOOR}?{query}",
        body=XML_ATTACKS[attack].encode(),
        headers={"content-type": "text/xml"},
    )
    said = capsys.readouterr().out
    assert (answer.status, answer.json["code"]) in ((403, "BAD_MESSAGE"), (413, "TOO_LARGE"))
    assert f'"refused": 1, "refusal": "{answer.json["code"]}"' in said
    assert "root:" not in said and "haha" not in said
    assert towns.snapshot() == before


def test_a_push_recorded_and_sent_again_binds_nobody_twice(town: Town) -> None:
    """I4: the same push meets its own answer; after five minutes it is refused."""
    (code,) = town.known["code"]
    xml = (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o-new</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>event</MsgType><Event>SCAN</Event><EventKey>i={code}</EventKey></xml>"
    )
    first = pushes.push(xml)
    assert first.status == 200
    after = towns.snapshot()
    assert pushes.opened(pushes.push(xml))["Content"] == pushes.opened(first)["Content"]
    assert pushes.push(xml, age_seconds=301).status == 403
    assert pushes.push(xml, forged_signature="0" * 40).status == 403
    assert pushes.push(xml, appid="wx9999999999999999").status == 403
    assert towns.snapshot() == after
