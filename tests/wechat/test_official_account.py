"""The message server of the official account and the mini-program (G4, I4; wechat.md §5)."""

import base64
import hashlib
import json
import os
import struct
from typing import Any

import pytest
import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chalicelib.kernel import clock
from chalicelib.wechat import official_account
from chalicelib.wechat.official_account import BadMessage, Message, open_message
from chalicelib.wechat.transport import WeChatRefused
from tests.support.world import Clock
from tests.wechat.conftest import SECRETS
from tests.wechat.fake import FakeWeChat

OA, MP = "wx0000000000000002", "wx0000000000000001"
SUBSCRIBE = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>oa-openid</FromUserName>"
    "<CreateTime>1764000000</CreateTime><MsgType>event</MsgType><Event>subscribe</Event>"
    "<EventKey>qrscene_i=7Kd9Qx2m</EventKey><Ticket>t</Ticket></xml>"
)
_KEY = base64.b64decode(SECRETS["wechat/oa-encoding-aes-key"] + "=")

pytestmark = pytest.mark.usefixtures("wechat")


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted([SECRETS["wechat/oa-token"], *parts])).encode()).hexdigest()


def _seal(plain: bytes, appid: str = OA) -> str:
    framed = os.urandom(16) + struct.pack(">I", len(plain)) + plain + appid.encode()
    padding = 32 - len(framed) % 32
    encryptor = Cipher(algorithms.AES(_KEY), modes.CBC(_KEY[:16])).encryptor()
    return base64.b64encode(
        encryptor.update(framed + bytes([padding]) * padding) + encryptor.finalize()
    ).decode()


def _push(
    content: str | bytes = SUBSCRIBE, *, appid: str = OA, age_seconds: int = 0, as_json: bool = False
) -> tuple[dict[str, str], bytes]:
    """A push as WeChat makes it: query and body."""
    plain = content.encode() if isinstance(content, str) else content
    sealed, timestamp = _seal(plain, appid), str(int(clock.now().timestamp()) - age_seconds)
    query = {
        "signature": _sign(timestamp, "n1"),
        "timestamp": timestamp,
        "nonce": "n1",
        "openid": "oa-openid",
        "encrypt_type": "aes",
        "msg_signature": _sign(timestamp, "n1", sealed),
    }
    if as_json:
        return query, json.dumps({"ToUserName": "gh_1", "Encrypt": sealed}).encode()
    return query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()


def _reason(query: dict[str, str], body: bytes) -> str:
    with pytest.raises(BadMessage) as bad:
        open_message(query, body)
    assert bad.value.status == 403
    return bad.value.reason


def test_our_address_is_confirmed() -> None:
    timestamp = str(int(clock.now().timestamp()))
    query = {
        "signature": _sign(timestamp, "n"),
        "timestamp": timestamp,
        "nonce": "n",
        "echostr": "43751209",
    }
    assert official_account.echo(query) == "43751209"
    for broken in ({"signature": "0" * 40}, {"nonce": "m"}, {"timestamp": "1"}, {"signature": ""}):
        with pytest.raises(BadMessage):
            official_account.echo({**query, **broken})


def test_a_scan_by_a_new_follower_brings_the_scene_without_its_prefix() -> None:
    message = open_message(*_push())
    assert message.scene == "i=7Kd9Qx2m"
    assert (message.kind, message.event, message.openid) == ("event", "subscribe", "oa-openid")
    assert (message.appid, message.account) == (OA, "gh_1")


def test_a_scan_by_a_follower_brings_the_scene() -> None:
    content = SUBSCRIBE.replace("subscribe</Event>", "SCAN</Event>").replace("qrscene_", "")
    assert open_message(*_push(content)).scene == "i=7Kd9Qx2m"


def test_following_without_a_code_has_no_scene() -> None:
    content = SUBSCRIBE.replace("<EventKey>qrscene_i=7Kd9Qx2m</EventKey>", "<EventKey></EventKey>")
    assert open_message(*_push(content)).scene == ""


def test_a_tapped_menu_has_a_key_and_no_scene() -> None:
    content = SUBSCRIBE.replace("subscribe</Event>", "CLICK</Event>").replace("qrscene_i=7Kd9Qx2m", "MY_QR")
    message = open_message(*_push(content))
    assert (message.key, message.scene) == ("MY_QR", "")


def test_a_text_is_read() -> None:
    content = (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oa-openid</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>text</MsgType><Content><![CDATA[你好 <b>]]></Content><MsgId>23456789012345678</MsgId></xml>"
    )
    message = open_message(*_push(content))
    assert (message.kind, message.text) == ("text", "你好 <b>")


def test_a_repeated_push_has_the_same_id_and_another_push_another() -> None:
    """WeChat repeats what is not answered within five seconds; the cipher differs each time."""
    assert open_message(*_push()).id == open_message(*_push()).id
    later = SUBSCRIBE.replace("1764000000", "1764000001")
    assert open_message(*_push()).id != open_message(*_push(later)).id


def test_the_mini_program_may_push_json() -> None:
    content = {
        "ToUserName": "gh_2",
        "FromUserName": "o1",
        "CreateTime": 1764000000,
        "MsgType": "event",
        "Event": "trade_manage_order_settlement",
        "transaction_id": "420001",
    }
    message = open_message(*_push(json.dumps(content), appid=MP, as_json=True))
    assert message.appid == MP and message.raw["transaction_id"] == "420001"
    other = open_message(*_push(json.dumps({**content, "transaction_id": "420002"}), appid=MP, as_json=True))
    assert other.id != message.id


@pytest.mark.parametrize("age_seconds", [301, -301])
def test_a_push_out_of_time_is_refused(age_seconds: int) -> None:
    assert _reason(*_push(age_seconds=age_seconds)) == "stale"


def test_a_push_grows_stale(world: Clock) -> None:
    query, body = _push()
    world.advance(seconds=300)
    assert open_message(query, body).event == "subscribe"
    world.advance(seconds=1)
    assert _reason(query, body) == "stale"


@pytest.mark.parametrize("timestamp", ["", "abc", "-5", "1e9", "٣", "9" * 13])
def test_a_timestamp_is_a_number(timestamp: str) -> None:
    query, body = _push()
    assert _reason({**query, "timestamp": timestamp}, body) == "bad_timestamp"


def test_the_plain_mode_is_a_downgrade() -> None:
    query, _ = _push()
    without = {name: value for name, value in query.items() if name != "encrypt_type"}
    assert _reason(without, SUBSCRIBE.encode()) == "not_encrypted"
    assert _reason({**query, "encrypt_type": "raw"}, SUBSCRIBE.encode()) == "not_encrypted"


@pytest.mark.parametrize("signature", ["", "0" * 40, "é"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    query, body = _push()
    assert _reason({**query, "msg_signature": signature}, body) == "bad_signature"


def test_the_signature_covers_the_content() -> None:
    query, _ = _push()
    _, other = _push()
    assert _reason(query, other) == "bad_signature"


def test_a_push_for_another_app_is_refused() -> None:
    assert _reason(*_push(appid="wx9999999999999999")) == "other_app"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"x" * (64 * 1024 + 1), "too_large"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>', "document_type"),
        ("<!DOCTYPE a><xml><Encrypt>1</Encrypt></xml>".encode("utf-16"), "bad_envelope"),
        (b"<xml><Encrypt>", "bad_envelope"),
        (b"<xml></xml>", "bad_envelope"),
        (b"<other><Encrypt>1</Encrypt></other>", "bad_envelope"),
        (b"{", "bad_envelope"),
        (b'{"Encrypt":1}', "bad_envelope"),
        (b"[" * 60_000, "bad_envelope"),
        (b"", "bad_envelope"),
    ],
)
def test_a_broken_envelope_is_refused(body: bytes, reason: str) -> None:
    query, _ = _push()
    assert _reason(query, body) == reason


@pytest.mark.parametrize("sealed", ["AAAA", "!!!", base64.b64encode(b"x" * 32).decode()])
def test_a_cipher_that_does_not_open_is_refused(sealed: str) -> None:
    query, _ = _push()
    signed = {**query, "msg_signature": _sign(query["timestamp"], "n1", sealed)}
    assert _reason(signed, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()) == "undecryptable"


@pytest.mark.parametrize(
    "content",
    ["nonsense", "<xml><MsgType>text</MsgType></xml>", "<xml><FromUserName>o</FromUserName></xml>", "<a/>"],
)
def test_content_that_says_nothing_is_refused(content: str) -> None:
    assert _reason(*_push(content)) == "bad_content"


def test_a_reply_is_sealed_so_that_wechat_can_open_it() -> None:
    message = open_message(*_push())
    outer = xmltodict.parse(
        official_account.seal_reply(official_account.text_reply(message, "欢迎 ]]> <&>"))
    )["xml"]
    assert outer["MsgSignature"] == _sign(outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
    decryptor = Cipher(algorithms.AES(_KEY), modes.CBC(_KEY[:16])).decryptor()
    framed = decryptor.update(base64.b64decode(outer["Encrypt"])) + decryptor.finalize()
    framed = framed[16 : -framed[-1]]
    length = struct.unpack(">I", framed[:4])[0]
    assert framed[4 + length :].decode() == OA
    inner = xmltodict.parse(framed[4 : 4 + length])["xml"]
    assert inner["Content"] == "欢迎 ]]> <&>"
    assert (inner["ToUserName"], inner["FromUserName"]) == ("oa-openid", "gh_1")


def _popup(rows: Any) -> Message:
    content = {
        "xml": {
            "ToUserName": "gh_1",
            "FromUserName": "o1",
            "CreateTime": "1",
            "MsgType": "event",
            "Event": "subscribe_msg_popup_event",
            "SubscribeMsgPopupEvent": {"List": rows},
        }
    }
    return open_message(*_push(xmltodict.unparse(content, full_document=False), appid=MP))


def test_subscriptions_are_read_from_one_row_or_many() -> None:
    """XML shows one row without its list (wechat.md §5)."""
    accepted = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "2"}
    rejected = {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "2"}
    assert official_account.subscribed_templates(_popup(accepted)) == {"T1": True}
    assert official_account.subscribed_templates(_popup([accepted, rejected])) == {"T1": True, "T2": False}


def test_a_menu_is_published(wechat: FakeWeChat) -> None:
    wechat.on("/cgi-bin/menu/create", {"errcode": 0, "errmsg": "ok"})
    buttons = [{"type": "click", "name": "推广码", "key": "MY_QR"}]
    official_account.create_menu(buttons)
    assert wechat.calls("/cgi-bin/menu/create")[0].json == {"button": buttons}


def test_a_refused_menu_says_why_in_words(wechat: FakeWeChat) -> None:
    wechat.on("/cgi-bin/menu/create", {"errcode": 40018, "errmsg": "invalid"}, {"errcode": 48001})
    with pytest.raises(official_account.MenuRefused, match="名字太长"):
        official_account.create_menu([])
    with pytest.raises(WeChatRefused):
        official_account.create_menu([])


@pytest.mark.parametrize(
    ("answer", "unionid"),
    [({"subscribe": 1, "unionid": "u1"}, "u1"), ({"subscribe": 0}, None), ({"unionid": ""}, None)],
)
def test_a_follower_has_a_unionid(wechat: FakeWeChat, answer: dict[str, Any], unionid: str | None) -> None:
    wechat.on("/cgi-bin/user/info", {"openid": "oa1", **answer})
    assert official_account.user_unionid("oa1") == unionid
