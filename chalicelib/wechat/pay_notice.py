"""Notices of WeChat Pay: checked in the order of wechat.md §6.3, opened, and read into values.

Nothing is parsed before its signature holds, nothing is signed-checked before it is small, whole,
fresh and under a key on our list. What a notice means for an order is not decided here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Unauthorized
from chalicelib.kernel.money import Fen
from chalicelib.wechat import pay_crypto, shape
from chalicelib.wechat.shape import BadShape

MAX_NOTICE_BYTES = 64 * 1024
FRESH_SECONDS = 300
_NEEDED = (
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-signature",
    "wechatpay-serial",
    "wechatpay-signature-type",
)
_PROBE = "WECHATPAY/SIGNTEST/"

Read = TypeVar("Read")


class BadNotice(Unauthorized):
    """Not a notice of WeChat's, or not one for us; ``reason`` is a short constant for the log.

    It is answered with 401, as WeChat's own probes with wrong signatures must be.
    """

    title = "通知未通过验证"
    detail = "签名或内容不正确。"

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason=reason)
        self.reason = reason


@dataclass(frozen=True)
class Notice:
    """``id`` is WeChat's and may change between repeats; ``kind`` e.g. ``TRANSACTION.SUCCESS``."""

    id: str
    kind: str
    resource: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PaidNotice:
    """A payment that was made. ``amount_fen`` is what the order asked, ``payer_fen`` what the buyer paid."""

    order_number: str
    transaction_id: str
    appid: str
    mch_id: str
    openid: str = field(repr=False)
    amount_fen: Fen
    payer_fen: Fen
    currency: str
    trade_state: str
    trade_type: str
    paid_at: datetime

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> "PaidNotice":
        """Read a transaction. Raises ``BadNotice``: ``bad_shape``, ``other_merchant``, ``other_app``."""
        return _read(paid_of, resource)


@dataclass(frozen=True)
class RefundNotice:
    """A refund that ended: ``SUCCESS``, ``CLOSED`` (not refunded) or ``ABNORMAL`` (staff must act)."""

    refund_number: str
    order_number: str
    refund_id: str
    transaction_id: str
    mch_id: str
    state: str
    refund_fen: Fen
    total_fen: Fen
    refunded_at: datetime | None

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> "RefundNotice":
        """Read a refund. Raises ``BadNotice``: ``bad_shape``, ``other_merchant``."""
        return _read(_refund_of, resource)


@dataclass(frozen=True)
class TransferNotice:
    """A transfer that ended: ``SUCCESS``, ``FAIL`` with its ``fail_reason``, or ``CANCELLED``."""

    bill_number: str
    transfer_bill_number: str
    mch_id: str
    openid: str = field(repr=False)
    state: str
    amount_fen: Fen
    fail_reason: str | None
    updated_at: datetime

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> "TransferNotice":
        """Read a transfer bill. Raises ``BadNotice``: ``bad_shape``, ``other_merchant``."""
        return _read(_transfer_of, resource)


def open_notice(headers: Mapping[str, str], raw_body: bytes, *kinds: str) -> Notice:
    """Check and open a notice of one of these ``kinds``; of any when none is named.

    ``raw_body`` is what came over the wire, never re-serialised JSON.

    Raises ``BadNotice`` with the reason, which is logged and counted: ``too_large``,
    ``missing_header``, ``stale``, ``unknown_serial``, ``signtest``, ``bad_signature``, ``bad_json``,
    ``bad_cipher``, ``bad_shape``, ``other_kind``.
    """
    if len(raw_body) > MAX_NOTICE_BYTES:
        raise _refused("too_large")
    given = {name.lower(): value for name, value in headers.items()}
    if not all(given.get(name) for name in _NEEDED):
        raise _refused("missing_header")
    timestamp = given["wechatpay-timestamp"]
    if not _is_fresh(timestamp):
        raise _refused("stale")
    key = pay_crypto.public_key(given["wechatpay-serial"])
    if key is None:
        raise _refused("unknown_serial")
    signature = given["wechatpay-signature"]
    if signature.startswith(_PROBE):
        raise _refused("signtest")
    if given["wechatpay-signature-type"] != pay_crypto.SIGNATURE_TYPE or not pay_crypto.is_signed(
        key, timestamp=timestamp, nonce=given["wechatpay-nonce"], body=raw_body, signature=signature
    ):
        raise _refused("bad_signature")
    envelope = _object(raw_body)
    try:
        resource = shape.part(envelope, "resource")
        if shape.text(resource, "algorithm") != "AEAD_AES_256_GCM":
            raise BadShape("algorithm")
        notice_id, kind = shape.text(envelope, "id"), shape.text(envelope, "event_type")
    except BadShape as problem:
        raise _refused("bad_shape", field=str(problem)) from None
    plain = pay_crypto.opened(dict(resource))
    if plain is None:
        raise _refused("bad_cipher")
    if kinds and kind not in kinds:
        raise _refused("other_kind")
    return Notice(notice_id, kind, _object(plain))


def paid_of(resource: Mapping[str, Any]) -> PaidNotice:
    """Read a paid transaction, of a notice or a query. Raises ``BadShape``."""
    amount = shape.part(resource, "amount")
    _check_ours(shape.text(resource, "mchid"), shape.text(resource, "appid"))
    return PaidNotice(
        order_number=shape.text(resource, "out_trade_no"),
        transaction_id=shape.text(resource, "transaction_id"),
        appid=shape.text(resource, "appid"),
        mch_id=shape.text(resource, "mchid"),
        openid=shape.text(shape.part(resource, "payer"), "openid"),
        amount_fen=shape.fen(amount, "total"),
        payer_fen=shape.fen(amount, "payer_total"),
        currency=shape.text(amount, "currency"),
        trade_state=shape.text(resource, "trade_state"),
        trade_type=shape.text(resource, "trade_type"),
        paid_at=shape.moment(resource, "success_time"),
    )


def _refund_of(resource: Mapping[str, Any]) -> RefundNotice:
    amount = shape.part(resource, "amount")
    _check_ours(shape.text(resource, "mchid"))
    return RefundNotice(
        refund_number=shape.text(resource, "out_refund_no"),
        order_number=shape.text(resource, "out_trade_no"),
        refund_id=shape.text(resource, "refund_id"),
        transaction_id=shape.text(resource, "transaction_id"),
        mch_id=shape.text(resource, "mchid"),
        state=shape.text(resource, "refund_status"),
        refund_fen=shape.fen(amount, "refund"),
        total_fen=shape.fen(amount, "total"),
        refunded_at=shape.optional_moment(resource, "success_time"),
    )


def _transfer_of(resource: Mapping[str, Any]) -> TransferNotice:
    """Both spellings of the merchant's number are in use (wechat.md §2.3)."""
    mch_id = shape.text(resource, "mch_id" if "mch_id" in resource else "mchid")
    _check_ours(mch_id)
    return TransferNotice(
        bill_number=shape.text(resource, "out_bill_no"),
        transfer_bill_number=shape.text(resource, "transfer_bill_no"),
        mch_id=mch_id,
        openid=shape.text(resource, "openid"),
        state=shape.text(resource, "state"),
        amount_fen=shape.fen(resource, "transfer_amount"),
        fail_reason=shape.optional_text(resource, "fail_reason"),
        updated_at=shape.moment(resource, "update_time"),
    )


class _NotOurs(BadShape):
    """Well shaped, but of another merchant or app."""


def _check_ours(mch_id: str, appid: str | None = None) -> None:
    if mch_id != config().mch_id:
        raise _NotOurs("other_merchant")
    if appid is not None and appid not in (config().mp_appid, config().oa_appid):
        raise _NotOurs("other_app")


def _read(reader: Callable[[Mapping[str, Any]], Read], resource: Mapping[str, Any]) -> Read:
    try:
        return reader(resource)
    except _NotOurs as problem:
        raise _refused(str(problem)) from None
    except BadShape as problem:
        raise _refused("bad_shape", field=str(problem)) from None


def _is_fresh(timestamp: str) -> bool:
    """Replayed or slow notices are refused; WeChat signs each repeat afresh."""
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return is_number and abs(now().timestamp() - int(timestamp)) <= FRESH_SECONDS


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("bad_json") from None
    if not isinstance(read, dict):
        raise _refused("bad_json")
    return read


def _refused(reason: str, **facts: str) -> BadNotice:
    log.warning("bad_notice", reason=reason, **facts)
    log.count("bad_notice", reason=reason)
    return BadNotice(reason)
