"""The message server: what WeChat pushes for the official account and the mini-program (G4, I4).

Only the encrypted mode is taken; a push without it is a downgrade and refused. wechatpy does the
AES of the envelope; what it leaves open is closed here: constant-time comparison, age, size,
document types, both of our appids (wechat.md §1.5, §5).
"""

import functools
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from chalicelib.kernel import ids, log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Forbidden, Invalid
from chalicelib.kernel.secrets import secret
from chalicelib.wechat import token, transport
from chalicelib.wechat.transport import WeChatRefused

MAX_PUSH_BYTES = 64 * 1024
FRESH_SECONDS = 300
_FOLLOWED_BY = "qrscene_"
_MENU_ERRORS = {
    40016: "一级菜单要 1 到 3 个，二级菜单要 1 到 5 个。",
    40017: "有一个菜单的类型不对。",
    40018: "一级菜单的名字太长，最多 5 个汉字。",
    40023: "二级菜单最多 5 个。",
    40025: "二级菜单的名字太长，最多 20 个汉字。",
    40054: "二级菜单的网址不对，要以 https:// 开头。",
    40055: "一级菜单的网址不对，要以 https:// 开头。",
}


@dataclass(frozen=True)
class Message:
    """One push. ``id`` stays the same when WeChat repeats it, so that it is handled once.

    ``kind`` is WeChat's MsgType and ``event`` its Event, as WeChat spells them; ``scene`` is that of
    the scanned code, without prefix; ``key`` that of a tapped menu. Texts that do not apply are empty.
    """

    id: str
    appid: str
    account: str
    openid: str
    kind: str
    event: str
    scene: str
    key: str
    text: str
    raw: dict[str, Any] = field(repr=False)


class BadMessage(Forbidden):
    """A push that is not WeChat's, not for us, or too old; ``reason`` is a short constant for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason=reason)
        self.reason = reason


class MenuRefused(Invalid):
    """WeChat does not take this menu; ``detail`` tells the staff why."""

    title = "菜单没有发布"


def echo(query: Mapping[str, str]) -> str:
    """The ``echostr`` to answer when WeChat checks our address. Raises ``BadMessage``."""
    _check_age(query)
    _check_signature(query.get("signature", ""), query)
    return query.get("echostr", "")


def open_message(query: Mapping[str, str], body: bytes) -> Message:
    """Check and open one push, XML or JSON. Raises ``BadMessage``, logged and counted by reason.

    WeChat waits five seconds and repeats three times; the caller drops an ``id`` it has seen.
    """
    if len(body) > MAX_PUSH_BYTES:
        raise _refused("too_large")
    if query.get("encrypt_type") != "aes":
        raise _refused("not_encrypted")
    _check_age(query)
    sealed = _parsed(body, "bad_envelope").get("Encrypt")
    if not isinstance(sealed, str):
        raise _refused("bad_envelope")
    _check_signature(query.get("msg_signature", ""), query, sealed)
    appid, plain = _opened(sealed)
    return _message(appid, _parsed(plain.encode(), "bad_content"))


def text_reply(message: Message, text: str) -> str:
    """The XML that answers ``message`` with ``text``."""
    return (
        f"<xml><ToUserName>{escape(message.openid)}</ToUserName>"
        f"<FromUserName>{escape(message.account)}</FromUserName>"
        f"<CreateTime>{int(now().timestamp())}</CreateTime>"
        f"<MsgType>text</MsgType><Content>{escape(text)}</Content></xml>"
    )


def seal_reply(xml: str) -> bytes:
    """``xml`` encrypted and signed as WeChat wants a reply of the official account."""
    timestamp, nonce = str(int(now().timestamp())), secrets.token_hex(8)
    sealed = _envelope(secret("wechat/oa-encoding-aes-key")).encrypt(xml, config().oa_appid).decode()
    signature = _signature(timestamp, nonce, sealed)
    return (
        f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{nonce}</Nonce></xml>"
    ).encode()


def subscribed_templates(message: Message) -> dict[str, bool]:
    """Whether the member accepted each template of a ``subscribe_msg_…_event``."""
    inner = message.raw
    for name in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"):
        if isinstance(message.raw.get(name), dict):
            inner = message.raw[name]
    listed = inner.get("List") or []
    rows = listed if isinstance(listed, list) else [listed]  # XML shows one row without its list
    return {str(row["TemplateId"]): row.get("SubscribeStatusString") == "accept" for row in rows}


def create_menu(buttons: list[dict[str, Any]]) -> None:
    """Publish the official account's menu. Raises ``MenuRefused`` in words, ``WeChatUnavailable``."""
    try:
        token.post("oa", "cgi-bin/menu/create", {"button": buttons})
    except WeChatRefused as refused:
        detail = _MENU_ERRORS.get(refused.errcode)
        if detail is None:
            raise
        raise MenuRefused(detail) from None


def user_unionid(openid: str) -> str | None:
    """The unionid of a follower; ``None`` when not following, or the apps are not joined."""
    unionid = token.get("oa", "cgi-bin/user/info", openid=openid, lang="zh_CN").get("unionid")
    return str(unionid) if unionid else None


def _check_age(query: Mapping[str, str]) -> None:
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise _refused("bad_timestamp")
    if abs(now().timestamp() - int(timestamp)) > FRESH_SECONDS:
        raise _refused("stale")


def _check_signature(given: str, query: Mapping[str, str], *more: str) -> None:
    expected = _signature(query.get("timestamp", ""), query.get("nonce", ""), *more)
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise _refused("bad_signature")


def _signature(*parts: str) -> str:
    joined = "".join(sorted([secret("wechat/oa-token"), *parts]))
    return hashlib.sha1(joined.encode()).hexdigest()


def _opened(sealed: str) -> tuple[str, str]:
    """The appid a push is for, and its content. The signature is checked before: no padding oracle."""
    from wechatpy.exceptions import InvalidAppIdException

    envelope = _envelope(secret("wechat/oa-encoding-aes-key"))
    for appid in (config().oa_appid, config().mp_appid):
        try:
            return appid, str(envelope.decrypt(sealed, appid))
        except InvalidAppIdException:
            continue
        except Exception:  # wechatpy lets through whatever broken bytes make struct, codecs or AES say
            raise _refused("undecryptable") from None
    raise _refused("other_app")


@functools.lru_cache(maxsize=2)
def _envelope(encoding_aes_key: str) -> Any:
    import base64

    from wechatpy.crypto import PrpCrypto

    transport.quiet()
    return PrpCrypto(base64.b64decode(encoding_aes_key + "="))


def _parsed(body: bytes, reason: str) -> dict[str, Any]:
    """XML or JSON as a dict; document types are refused, since entities in them may grow without end."""
    import xmltodict

    try:
        text = body.decode()
        if text.lstrip().startswith("{"):
            parsed = json.loads(text)
        elif "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise _refused("document_type")
        else:
            parsed = xmltodict.parse(text)["xml"]
    except (ValueError, KeyError, TypeError, xmltodict.expat.ExpatError, RecursionError):
        raise _refused(reason) from None
    if not isinstance(parsed, dict):
        raise _refused(reason)
    return parsed


def _message(appid: str, raw: dict[str, Any]) -> Message:
    def text_of(name: str) -> str:
        value = raw.get(name)
        return str(value) if isinstance(value, str | int) else ""

    openid, event, key = text_of("FromUserName"), text_of("Event"), text_of("EventKey")
    if not openid or not text_of("MsgType"):
        raise _refused("bad_content")
    is_scan = event == "SCAN" or (event == "subscribe" and key.startswith(_FOLLOWED_BY))
    return Message(
        id=ids.derived_id(
            "WM",
            appid,
            text_of("MsgId")
            or "|".join((openid, text_of("CreateTime"), event, key, text_of("transaction_id"))),
        ),
        appid=appid,
        account=text_of("ToUserName"),
        openid=openid,
        kind=text_of("MsgType"),
        event=event,
        scene=key.removeprefix(_FOLLOWED_BY) if is_scan else "",
        key=key,
        text=text_of("Content"),
        raw=raw,
    )


def _refused(reason: str) -> BadMessage:
    log.warning("bad_message", reason=reason)
    log.count("bad_message", reason=reason)
    return BadMessage(reason)
