"""The daily bills for reconciliation (W5): what WeChat says came in, went back and went out.

The trade bill holds payments and refunds; transfers to members stand only in the fund-flow bill.
Ready the next day after ten o'clock. Amounts are texts in yuan and become fen without a float.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from urllib.parse import urlsplit

from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.money import Fen
from chalicelib.wechat import pay_call, shape, transport
from chalicelib.wechat.pay_call import PayRefused

MAX_BILL_BYTES = 64 * 1024 * 1024
_NOTHING_THAT_DAY = "NO_STATEMENT_EXIST"
_NOT_READY = "STATEMENT_CREATING"


class BillNotReady(Unavailable):
    """WeChat is still writing this bill: try again in half an hour."""

    title = "账单还没有生成"
    detail = "微信还在生成这一天的账单，请半小时后再试。"


class BadBill(Unavailable):
    """The bill is not what WeChat's hash, address or layout promised: nothing of it is used."""

    title = "账单不完整"
    detail = "微信账单没有通过校验，请稍后重新下载。"

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason=reason)
        self.reason = reason


@dataclass(frozen=True)
class TradeRow:
    """One payment (``state`` SUCCESS) or one refund (REFUND, with the refund's own columns).

    ``order_fen`` and ``refund_fen`` are what we asked for, before any coupon of WeChat's own.
    """

    at: datetime
    appid: str
    transaction_id: str
    order_number: str
    openid: str = field(repr=False)
    state: str
    currency: str
    order_fen: Fen
    refund_id: str
    refund_number: str
    refund_fen: Fen
    refund_state: str
    fee_fen: Fen


@dataclass(frozen=True)
class TradeBill:
    """A day's payments and refunds in WeChat's order; empty when nothing was traded."""

    day: date
    rows: tuple[TradeRow, ...]


@dataclass(frozen=True)
class FundFlowRow:
    """One movement of the merchant's balance. ``voucher`` is our own number for refunds and transfers."""

    at: datetime
    business_number: str
    flow_number: str
    business_name: str
    business_type: str
    is_income: bool
    amount_fen: Fen
    balance_fen: Fen
    remark: str
    voucher: str


@dataclass(frozen=True)
class FundFlowBill:
    """A day's movements of the basic account; empty when there were none."""

    day: date
    rows: tuple[FundFlowRow, ...]


def trade_bill(day: date) -> TradeBill:
    """The trade bill of a business day in Shanghai.

    Raises ``BillNotReady``, ``BadBill``, or ``PayRefused``, ``PayBusy``, ``PayUnknown`` as in ``pay_call``.
    """
    csv = _fetched(f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
    return TradeBill(day, tuple(_trade_row(cells) for cells in _rows(csv)))


def fund_flow_bill(day: date) -> FundFlowBill:
    """The fund-flow bill of the basic account; raises as ``trade_bill``."""
    csv = _fetched(f"/v3/bill/fundflowbill?bill_date={day.isoformat()}&account_type=BASIC")
    return FundFlowBill(day, tuple(_fund_flow_row(cells) for cells in _rows(csv)))


def _fetched(path: str) -> bytes:
    """The CSV, proven whole by its SHA1; empty when WeChat has no bill for that day."""
    try:
        answer = pay_call.get(path)
    except PayRefused as refused:
        if refused.refusal == _NOTHING_THAT_DAY:
            return b""
        if refused.refusal == _NOT_READY:
            raise BillNotReady() from None
        raise
    url, kind, promised = pay_call.reading(
        lambda: tuple(shape.text(answer, name) for name in ("download_url", "hash_type", "hash_value"))
    )
    csv = _downloaded(url)
    if kind != "SHA1" or not hmac.compare_digest(hashlib.sha1(csv).hexdigest(), promised.lower()):
        raise BadBill("hash")
    return csv


def _downloaded(url: str) -> bytes:
    """The file behind ``url``, which must be of WeChat Pay's own host (wechat.md §6.18).

    The request is signed, the answer is not: its hash came in a signed one.
    """
    import requests

    base, given = urlsplit(config().wechat_pay_url), urlsplit(url)
    if (given.scheme, given.netloc) != (base.scheme, base.netloc):
        raise BadBill("other_host")
    path = f"{given.path}?{given.query}"
    received = bytearray()
    try:
        with transport.session().get(
            config().wechat_pay_url + path,
            headers=pay_call.headers("GET", path, ""),
            timeout=transport.TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != 200:
                raise BadBill(f"http_{response.status_code}")
            for chunk in response.iter_content(64 * 1024):
                received += chunk
                if len(received) > MAX_BILL_BYTES:
                    raise BadBill("too_large")
    except requests.RequestException:
        raise transport.WeChatUnavailable() from None
    return bytes(received)


def _rows(csv: bytes) -> Iterator[dict[str, str]]:
    """Each row by its column names; the summary at the end is left out.

    Every cell starts with a backtick, and a product's name may hold commas: so rows are cut at a
    comma with its backtick, never at a comma alone.
    """
    if not csv:
        return
    try:
        lines = [line.rstrip("\r") for line in csv.decode("utf-8-sig").split("\n")]
    except UnicodeDecodeError:
        raise BadBill("encoding") from None
    names = [name.strip() for name in lines[0].split(",")]
    for line in lines[1:]:
        if not line.startswith("`"):
            return
        cells = [cell.strip() for cell in line[1:].split(",`")]
        if len(cells) != len(names):
            raise BadBill("columns")
        yield dict(zip(names, cells, strict=True))
    raise BadBill("no_summary")


def _trade_row(cells: dict[str, str]) -> TradeRow:
    try:
        return TradeRow(
            at=_moment(cells["交易时间"]),
            appid=cells["公众账号ID"],
            transaction_id=cells["微信订单号"],
            order_number=cells["商户订单号"],
            openid=cells["用户标识"],
            state=cells["交易状态"],
            currency=cells["货币种类"],
            order_fen=_fen(cells["订单金额"]),
            refund_id=_number(cells["微信退款单号"]),
            refund_number=_number(cells["商户退款单号"]),
            refund_fen=_fen(cells["申请退款金额"]),
            refund_state=cells["退款状态"],
            fee_fen=_rounded_fen(cells["手续费"]),
        )
    except (KeyError, ValueError) as problem:
        raise BadBill(f"layout {type(problem).__name__}") from None


def _fund_flow_row(cells: dict[str, str]) -> FundFlowRow:
    try:
        direction = cells["收支类型"]
        if direction not in ("收入", "支出"):
            raise ValueError("收支类型")
        return FundFlowRow(
            at=_moment(cells["记账时间"]),
            business_number=cells["微信支付业务单号"],
            flow_number=cells["资金流水单号"],
            business_name=cells["业务名称"],
            business_type=cells["业务类型"],
            is_income=direction == "收入",
            amount_fen=_fen(cells["收支金额（元）"]),
            balance_fen=_fen(cells["账户结余（元）"]),
            remark=cells["备注"],
            voucher=cells["业务凭证号"],
        )
    except (KeyError, ValueError) as problem:
        raise BadBill(f"layout {type(problem).__name__}") from None


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI).astimezone(UTC)


def _number(text: str) -> str:
    """WeChat writes ``0`` where a payment has no refund's number."""
    return "" if text == "0" else text


def _fen(text: str) -> Fen:
    """Yuan to fen, exactly; a part of a fen is refused."""
    exact = _exact_fen(text)
    if exact != exact.to_integral_value():
        raise ValueError("part of a fen")
    return Fen(int(exact))


def _rounded_fen(text: str) -> Fen:
    """WeChat's fee is written with five decimals and booked in whole fen."""
    return Fen(int(_exact_fen(text).to_integral_value(ROUND_HALF_UP)))


def _exact_fen(text: str) -> Decimal:
    try:
        exact = Decimal(text or "0") * 100
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not exact.is_finite():
        raise ValueError("not an amount")
    return exact
