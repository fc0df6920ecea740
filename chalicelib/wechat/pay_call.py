"""One signed call to WeChat Pay v3 and the three ways it can end: refused, busy, unknown.

wechatpayv3 gives the cryptography (``pay_crypto``) but not the transport. Its ``Core.request`` opens
a connection per call, drops the answer's headers (and with them the Request-ID that WeChat's support
asks for), reads the system's clock, accepts answers of any age, tells a refusal and an outage apart
by nothing, and may fetch certificates on its own (wechat.md §2.1). What remains after closing those
is this file.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.wechat import pay_crypto, transport
from chalicelib.wechat.shape import BadShape

FRESH_SECONDS = 300
_BUSY_CODES = {"FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "FREQUENCY_LIMIT_EXCEED"}
_UNKNOWN_CODES = {"SYSTEM_ERROR", "BIZERR_NEED_RETRY"}

Read = TypeVar("Read")


class PayRefused(Conflict):
    """WeChat definitely did not do it. ``refusal`` is WeChat's code, ``message`` for the log and staff."""

    title = "微信支付没有受理"
    detail = "微信支付没有受理这次操作，请刷新后再试。"

    def __init__(self, refusal: str, message: str = "", request_id: str = "", http_status: int = 400) -> None:
        super().__init__(None, refusal=refusal, message=message, request_id=request_id)
        self.refusal = refusal
        self.message = message
        self.request_id = request_id
        self.http_status = http_status


class PayUnknown(Unavailable):
    """Nobody knows whether WeChat did it: query, or repeat with the same number; never a new number."""

    title = "正在向微信确认"
    detail = "正在向微信确认结果，请稍后查看，请不要重复操作。"

    def __init__(self, reason: str, request_id: str = "") -> None:
        super().__init__(None, reason=reason, request_id=request_id)
        self.reason = reason
        self.request_id = request_id


class PayBusy(Unavailable):
    """WeChat turned the call away unread (429): repeat later with the same number."""

    title = "微信支付有点忙"
    detail = "微信支付现在有点忙，请稍后再试。"

    def __init__(self, request_id: str = "") -> None:
        super().__init__(None, request_id=request_id)
        self.request_id = request_id


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        return self.headers.get("Request-ID", "")


def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST ``body``; WeChat's answer, its signature checked; empty for 204.

    Raises ``PayRefused``, ``PayUnknown`` or ``PayBusy``.
    """
    return _judged(_sent("POST", path, json.dumps(body, ensure_ascii=False, separators=(",", ":"))))


def get(path: str) -> dict[str, Any]:
    """GET ``path``; otherwise as ``post``."""
    return _judged(_sent("GET", path, ""))


def reading(reader: Callable[[], Read]) -> Read:
    """What ``reader`` makes of an answer; one not shaped as documented is ``PayUnknown``."""
    try:
        return reader()
    except BadShape as problem:
        raise _unknown("bad_shape", field=str(problem)) from None


def authorization(method: str, path: str, body: str) -> str:
    """The Authorization header for this request of ours."""
    timestamp, nonce = str(int(now().timestamp())), secrets.token_hex(16)
    signature = pay_crypto.sign(method, path, timestamp, nonce, body)
    return (
        f'{pay_crypto.SIGNATURE_TYPE} mchid="{config().mch_id}",nonce_str="{nonce}",'
        f'signature="{signature}",timestamp="{timestamp}",serial_no="{config().mch_serial}"'
    )


def headers(method: str, path: str, body: str) -> dict[str, str]:
    """All headers of a signed request."""
    made = {
        "Authorization": authorization(method, path, body),
        "Accept": "application/json",
        "User-Agent": "fenxiao",
        "Wechatpay-Serial": config().pay_public_key_id,
    }
    if body:
        made["Content-Type"] = "application/json"
    return made


def _sent(method: str, path: str, body: str) -> _Answer:
    import requests

    # Read the key that judges the answer before the money moves: a vault out of reach must stop us here.
    pay_crypto.public_key(config().pay_public_key_id)
    try:
        response = transport.session().request(
            method,
            config().wechat_pay_url + path,
            data=body.encode() or None,
            headers=headers(method, path, body),
            timeout=transport.TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as problem:
        raise _unknown(type(problem).__name__) from None
    return _Answer(response.status_code, response.headers, response.content)


def _judged(answer: _Answer) -> dict[str, Any]:
    if 200 <= answer.status < 300:
        if not _is_authentic(answer):
            raise _unknown("unsigned_answer", answer.request_id)
        return _json(answer) if answer.body else {}
    if answer.status == 429:
        raise PayBusy(answer.request_id)
    if not 400 <= answer.status < 500:
        raise _unknown(f"http_{answer.status}", answer.request_id)
    raise _refusal(answer)


def _refusal(answer: _Answer) -> Exception:
    """A 4xx is a refusal only when WeChat itself says so; a gateway's page in between proves nothing.

    WeChat signs its refusals, but not the few that come before it knows the merchant: an unsigned
    one counts if it has WeChat's shape, a wrongly signed one never.
    """
    if "Wechatpay-Signature" in answer.headers and not _is_authentic(answer):
        return _unknown("badly_signed_refusal", answer.request_id)
    body = _json(answer)
    code, message = body.get("code"), body.get("message")
    if not isinstance(code, str) or not isinstance(message, str):
        return _unknown("odd_refusal", answer.request_id)
    if code in _BUSY_CODES:
        return PayBusy(answer.request_id)
    if code in _UNKNOWN_CODES:
        return _unknown(code, answer.request_id)
    log.warning(
        "wechat_pay_refused",
        refusal=code,
        message=message,
        http_status=answer.status,
        request_id=answer.request_id,
    )
    return PayRefused(code, message, answer.request_id, answer.status)


def _is_authentic(answer: _Answer) -> bool:
    """Signed by WeChat, by a key on our list, within five minutes."""
    key = pay_crypto.public_key(answer.headers.get("Wechatpay-Serial", ""))
    timestamp = answer.headers.get("Wechatpay-Timestamp", "")
    return (
        key is not None
        and timestamp.isascii()
        and timestamp.isdigit()
        and abs(now().timestamp() - int(timestamp)) <= FRESH_SECONDS
        and pay_crypto.is_signed(
            key,
            timestamp=timestamp,
            nonce=answer.headers.get("Wechatpay-Nonce", ""),
            body=answer.body,
            signature=answer.headers.get("Wechatpay-Signature", ""),
        )
    )


def _json(answer: _Answer) -> dict[str, Any]:
    try:
        read = json.loads(answer.body)
    except ValueError:
        raise _unknown("not_json", answer.request_id) from None
    if not isinstance(read, dict):
        raise _unknown("not_json", answer.request_id)
    return read


def _unknown(reason: str, request_id: str = "", **facts: str) -> PayUnknown:
    log.warning("wechat_pay_unknown", reason=reason, request_id=request_id, **facts)
    log.count("wechat_pay_unknown", reason=reason)
    return PayUnknown(reason, request_id)
