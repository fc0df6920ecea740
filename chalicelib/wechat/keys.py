"""The keys that WeChat gave the shop, as far as staff replace them (G3): put, tried, never shown again.

The merchant's private key and WeChat's public key come with their ids, which the deployment names
(docs/operations.md), so they change with it and not here.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel import aws, log, secrets
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.wechat import token
from chalicelib.wechat.transport import WeChatRefused

KeyName = Literal["mp-secret", "oa-secret", "oa-token", "oa-encoding-aes-key", "api-v3-key"]
_HEX, _V3, _AES, _TOKEN = r"[0-9a-f]{32}", r"[0-9A-Za-z]{32}", r"[0-9A-Za-z]{43}", r"[0-9A-Za-z]{3,32}"
_WRONG_SECRET = {40125, 40001}


class KeyUnknown(NotFound):
    """No such key is replaced here."""

    title = "没有这个密钥"
    detail = "没有这个密钥，请刷新后再试。"


@dataclass(frozen=True)
class Key:
    """One key: what staff call it, where WeChat shows it, and how it looks."""

    name: KeyName
    title: str
    says: str
    form: str
    looks: str


KEYS = (
    Key(
        "mp-secret", "小程序密钥 AppSecret", "小程序后台“开发管理”里重置后得到。", _HEX, "32 位小写字母和数字"
    ),
    Key(
        "oa-secret", "公众号密钥 AppSecret", "公众号后台“基本配置”里重置后得到。", _HEX, "32 位小写字母和数字"
    ),
    Key(
        "oa-token",
        "公众号消息令牌 Token",
        "与公众号后台“服务器配置”里填的一致。",
        _TOKEN,
        "3 至 32 位字母和数字",
    ),
    Key(
        "oa-encoding-aes-key",
        "公众号消息加解密密钥",
        "与公众号后台“服务器配置”里的一致。",
        _AES,
        "43 位字母和数字",
    ),
    Key(
        "api-v3-key",
        "微信支付 APIv3 密钥",
        "商户平台“API 安全”里设置。换的时候旧密钥仍能解开在路上的通知。",
        _V3,
        "32 位字母和数字",
    ),
)


def key_named(name: str) -> Key:
    """Raises ``KeyUnknown``."""
    found = next((one for one in KEYS if one.name == name), None)
    if found is None:
        raise KeyUnknown()
    return found


def set_at(key: Key) -> datetime | None:
    """When the key was last put; ``None`` when it never was."""
    vault = aws.client("secretsmanager")
    try:
        told = vault.describe_secret(SecretId=_full(key.name))
    except vault.exceptions.ResourceNotFoundException:
        return None
    found: datetime = told["LastChangedDate"]
    return found


def check_key(key: Key, value: str) -> None:
    """Refuse what WeChat would: by its looks, and an app's secret by asking for a token with it.

    Raises ``Invalid`` under the field ``secret``, ``WeChatUnavailable`` when WeChat cannot be asked.
    """
    log.hide(value)
    if not re.fullmatch(key.form, value):
        raise Invalid(f"{key.title}应是 {key.looks}。", fields={"secret": f"应是 {key.looks}。"})
    if key.name not in ("mp-secret", "oa-secret"):
        return
    try:
        token.try_secret("mp" if key.name == "mp-secret" else "oa", value)
    except WeChatRefused as refused:
        if refused.errcode not in _WRONG_SECRET:
            raise
        raise Invalid("微信说这个密钥不对，没有保存。", fields={"secret": "微信说这个密钥不对。"}) from None


def keep_key(key: Key, value: str) -> None:
    """Put it into the vault; every process uses it within five minutes (``kernel.secrets``).

    The APIv3 key that was in use stays beside it, for notices that were sealed with it.
    """
    if key.name == "api-v3-key" and set_at(key) is not None:
        former = secrets.secret(_path(key.name))
        if former != value:
            _put("api-v3-key-previous", former)
    _put(key.name, value)
    secrets.forget()


def _put(name: str, value: str) -> None:
    vault = aws.client("secretsmanager")
    try:
        vault.put_secret_value(SecretId=_full(name), SecretString=value)
    except vault.exceptions.ResourceNotFoundException:
        vault.create_secret(Name=_full(name), SecretString=value)


def _path(name: str) -> str:
    return f"wechat/{name}"


def _full(name: str) -> str:
    return f"fenxiao-{config().stage}/{_path(name)}"
