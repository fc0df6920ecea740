"""WeChat Pay as two functions, ``post`` and ``get``, put in the place of the gateways' transport.

It keeps what it was told, as WeChat does: one number has one set of parameters, a repeat gives the
same answer, refunds never exceed the payment. Signatures and wire faults are tested in tests/wechat.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.config import config
from chalicelib.wechat import pay_call, pay_crypto
from chalicelib.wechat.pay import PaidNotice, RefundNotice, TransferNotice
from chalicelib.wechat.pay_call import PayRefused

Json = dict[str, Any]

_STATE = ("trades", "refunds", "bills", "told", "calls", "faults", "lost")


class WeChatPay:
    """The state of the peer. ``calls`` lists every request; ``faults`` are raised before the effect."""

    def __init__(self) -> None:
        self.trades: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.bills: dict[str, Json] = {}
        self.told: dict[str, Json] = {}
        self.calls: list[str] = []
        self.faults: dict[str, list[Exception]] = {}
        self.lost: dict[str, list[Exception]] = {}
        self.wire: Callable[[str, Callable[[], Any]], Any] | None = None
        self.starting_state = "WAIT_USER_CONFIRM"
        """What a transfer begins with; ``PROCESSING`` while our balance is short."""
        self._next = 0

    def post(self, path: str, body: Json) -> Json:
        """In place of ``pay_call.post``."""
        return self._carried("POST " + path, lambda: self._post(path, body))

    def get(self, path: str) -> Json:
        """In place of ``pay_call.get``."""
        return self._carried("GET " + path, lambda: self._get(path))

    def state(self) -> dict[str, Any]:
        """All it knows, to begin again from."""
        return {name: getattr(self, name) for name in _STATE} | {"_next": self._next}

    def set_state(self, state: dict[str, Any]) -> None:
        """Know exactly this."""
        for name, value in state.items():
            setattr(self, name, value)

    def _carried(self, name: str, call: Callable[[], Json]) -> Json:
        if self.wire is None:
            return call()
        answer: Json = self.wire(name, call)
        return answer

    def _post(self, path: str, body: Json) -> Json:
        kind, number = _kind_of(path, body)
        self._seen(kind)
        answer: Json = getattr(self, f"_{kind}")(number, copy.deepcopy(body))
        self._lose(kind)
        return copy.deepcopy(answer)

    def _get(self, path: str) -> Json:
        if path.startswith("/v3/bill/"):
            raise PayRefused("NO_STATEMENT_EXIST", "账单文件不存在")  # bills are tested in tests/wechat
        kind, number = _query_of(path)
        self._seen(f"query_{kind}")
        known: Json | None = getattr(self, f"{kind}s").get(number)
        if known is None or known.get("hidden"):
            raise PayRefused("ORDER_NOT_EXIST" if kind == "trade" else "NOT_FOUND", "记录不存在", "", 404)
        self._lose(f"query_{kind}")
        answer = copy.deepcopy(known)
        answer.pop("package_info", None)
        return answer

    def fail(self, kind: str, *problems: Exception) -> None:
        """Raise these on the next calls of ``kind``, before anything happens at WeChat."""
        self.faults.setdefault(kind, []).extend(problems)

    def lose(self, kind: str, *problems: Exception) -> None:
        """Raise these on the next calls of ``kind`` after it has happened at WeChat."""
        self.lost.setdefault(kind, []).extend(problems)

    # What people do on their phones, and what WeChat then tells us.

    def buy(self, number: str, **changes: Any) -> PaidNotice:
        """The buyer pays."""
        trade = self.trades[number]
        assert trade["trade_state"] == "NOTPAY", trade
        told = self.told[number]
        trade.update(
            trade_state="SUCCESS",
            transaction_id=f"42000{self._number():020d}",
            trade_type="JSAPI",
            success_time=_moment(),
            payer={"openid": told["payer"]["openid"]},
            amount={
                "total": told["amount"]["total"],
                "payer_total": told["amount"]["total"],
                "currency": "CNY",
            },
        )
        return self.paid(number, **changes)

    def paid(self, number: str, **changes: Any) -> PaidNotice:
        """The notice of a payment; ``changes`` forge it."""
        return PaidNotice.of({**self.trades[number], **changes})

    def end_refund(self, number: str, state: str = "SUCCESS") -> RefundNotice:
        """The refund ends; its notice."""
        refund = self.refunds[number]
        refund.update(status=state, success_time=_moment())
        return RefundNotice.of(
            {**refund, "mchid": config().mch_id, "refund_status": state, "transaction_id": "4200000000000001"}
        )

    def end_transfer(
        self, number: str, state: str = "SUCCESS", fail_reason: str | None = None
    ) -> TransferNotice:
        """The member confirms, or does not; the notice."""
        bill = self.bills[number]
        bill.update(state=state, update_time=_moment())
        if fail_reason:
            bill["fail_reason"] = fail_reason
        return TransferNotice.of(bill)

    # The endpoints.

    def _prepay(self, number: str, body: Json) -> Json:
        trade = self.trades.get(number)
        if trade and trade["trade_state"] == "SUCCESS":
            raise PayRefused("ORDERPAID", "该订单已支付")
        if trade and trade["trade_state"] == "CLOSED":
            raise PayRefused("ORDER_CLOSED", "该订单已关闭")
        if self.told.setdefault(number, body) != body:
            raise PayRefused("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        if trade is None:
            self.trades[number] = {
                "out_trade_no": number,
                "appid": body["appid"],
                "mchid": body["mchid"],
                "trade_state": "NOTPAY",
                "amount": body["amount"],
            }
        return {"prepay_id": f"wx{self._number():030d}"}

    def _close(self, number: str, body: Json) -> Json:
        trade = self.trades.get(number)
        if trade is None:
            raise PayRefused("ORDER_NOT_EXIST", "订单不存在", "", 404)
        if trade["trade_state"] == "SUCCESS":
            raise PayRefused("ORDER_PAID", "订单已支付")
        trade["trade_state"] = "CLOSED"
        return {}

    def _refund(self, number: str, body: Json) -> Json:
        if self.told.setdefault(number, body) != body:
            raise PayRefused("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致")
        if number not in self.refunds:
            trade = self.trades[body["out_trade_no"]]
            same_order = [one for one in self.refunds.values() if one["out_trade_no"] == body["out_trade_no"]]
            given_back = sum(one["amount"]["refund"] for one in same_order if one["status"] != "CLOSED")
            if trade["trade_state"] != "SUCCESS" or body["amount"]["total"] != trade["amount"]["total"]:
                raise PayRefused("INVALID_REQUEST", "订单金额不一致")
            if given_back + body["amount"]["refund"] > trade["amount"]["total"]:
                raise PayRefused("INVALID_REQUEST", "退款金额大于支付金额")
            self.refunds[number] = {
                "refund_id": f"50200{self._number():020d}",
                "out_refund_no": number,
                "out_trade_no": body["out_trade_no"],
                "status": "PROCESSING",
                "amount": body["amount"],
            }
        return self.refunds[number]

    def _transfer(self, number: str, body: Json) -> Json:
        seen = {**body, "user_name": "sealed" if "user_name" in body else None}
        if self.told.setdefault(number, seen) != seen:
            raise PayRefused("INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认")
        if number not in self.bills:
            self.bills[number] = {
                "mch_id": config().mch_id,
                "out_bill_no": number,
                "transfer_bill_no": f"13300{self._number():020d}",
                "state": self.starting_state,
                "package_info": f"package-{number}",
                "transfer_amount": body["transfer_amount"],
                "openid": body["openid"],
                "create_time": _moment(),
                "update_time": _moment(),
            }
        return self.bills[number]

    def _cancel(self, number: str, body: Json) -> Json:
        bill = self.bills[number]
        if bill["state"] not in ("WAIT_USER_CONFIRM", "CANCELING", "CANCELLED"):
            raise PayRefused("INVALID_REQUEST", "当前状态不可撤销")
        if bill["state"] == "WAIT_USER_CONFIRM":
            bill["state"] = "CANCELING"
        return bill

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _seen(self, kind: str) -> None:
        self.calls.append(kind)
        if self.faults.get(kind):
            raise self.faults[kind].pop(0)

    def _lose(self, kind: str) -> None:
        if self.lost.get(kind):
            raise self.lost[kind].pop(0)


@contextmanager
def installed(made: WeChatPay | None = None) -> Iterator[WeChatPay]:
    """A WeChat Pay that the gateways talk to: a fresh one, or the one given."""
    peer = made or WeChatPay()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pay_call, "post", peer.post)
        patch.setattr(pay_call, "get", peer.get)
        patch.setattr(pay_crypto, "sign", lambda *lines: "signed:" + "|".join(lines))
        patch.setattr(pay_crypto, "seal", lambda text: "sealed:" + text)
        yield peer


def _kind_of(path: str, body: Json) -> tuple[str, str]:
    parts = path.strip("/").split("/")
    if path == "/v3/pay/transactions/jsapi":
        return "prepay", body["out_trade_no"]
    if path == "/v3/refund/domestic/refunds":
        return "refund", body["out_refund_no"]
    if path == "/v3/fund-app/mch-transfer/transfer-bills":
        return "transfer", body["out_bill_no"]
    assert parts[-1] in ("close", "cancel"), path
    return parts[-1], parts[-2]


def _query_of(path: str) -> tuple[str, str]:
    number = path.partition("?")[0].rsplit("/", 1)[1]
    for kind, part in (("trade", "/transactions/"), ("refund", "/refunds/"), ("bill", "/transfer-bills/")):
        if part in path:
            return kind, number
    raise AssertionError(path)


def _moment() -> str:
    return clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")
