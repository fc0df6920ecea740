"""Pushes of the official account as WeChat makes them, and its replies opened; the envelope is wechatpy's."""

import hashlib
from typing import Any
from urllib.parse import urlencode

import xmltodict
from wechatpy.crypto import WeChatCrypto

from chalicelib.kernel import clock
from chalicelib.kernel.config import config
from tests.support import api
from tests.wechat.conftest import SECRETS

DOOR = "/wechat/official-account"
TOKEN, KEY = SECRETS["wechat/oa-token"], SECRETS["wechat/oa-encoding-aes-key"]


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted([TOKEN, *parts])).encode()).hexdigest()


def push(
    xml: str, *, appid: str | None = None, age_seconds: int = 0, forged_signature: str | None = None
) -> api.Answer:
    """Send one push to our door."""
    timestamp = str(int(clock.now().timestamp()) - age_seconds)
    crypto = WeChatCrypto(TOKEN, KEY, appid or config().oa_appid)
    sealed = xmltodict.parse(crypto.encrypt_message(xml, "n1", timestamp))["xml"]
    query = {
        "signature": signature(timestamp, "n1"),
        "timestamp": timestamp,
        "nonce": "n1",
        "openid": "fan",
        "encrypt_type": "aes",
        "msg_signature": forged_signature or sealed["MsgSignature"],
    }
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{sealed['Encrypt']}</Encrypt></xml>".encode()
    return api.call("POST", f"{DOOR}?{urlencode(query)}", body=body, headers={"content-type": "text/xml"})


def opened(answer: api.Answer) -> dict[str, Any]:
    """The reply to a push, its signature checked."""
    outer = xmltodict.parse(answer.body)["xml"]
    crypto = WeChatCrypto(TOKEN, KEY, config().oa_appid)
    plain = crypto.decrypt_message(answer.body, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
    reply: dict[str, Any] = xmltodict.parse(plain)["xml"]
    return reply
