"""The daily bills (W5): whole, of WeChat's own host, exact to the fen."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.wechat import bills, transport
from chalicelib.wechat.bills import BadBill, BillNotReady
from tests.wechat.fake import FakeWeChat, Reply, refusal, signed

DAY = date(2026, 11, 22)
TRADE, FUND, FILE = "/v3/bill/tradebill", "/v3/bill/fundflowbill", "/v3/billdownload/file"
TRADE_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUM = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
PAID = (
    "`2026-11-22 18:33:45,`wx0000000000000001,`1900000001,`0,`,`4200001,`OR1,`o1,`JSAPI,`SUCCESS,`CMC,`CNY,"
    "`0.29,`0.00,`0,`0,`0.00,`0.00,`,`,`茶, 杯,壶,`,`0.00174,`0.60%,`0.29,`0.00,`"
)
REFUNDED = (
    "`2026-11-22 19:00:00,`wx0000000000000001,`1900000001,`0,`,`4200001,`OR1,`o1,`JSAPI,`REFUND,`CMC,`CNY,"
    "`0.00,`0.00,`5000,`RF1,`0.10,`0.00,`ORIGINAL,`SUCCESS,`茶,`,`-0.00060,`0.60%,`0.00,`0.10,`"
)
FUND_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,"
    "资金变更提交申请人,备注,业务凭证号"
)
FUND_SUM = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
TRANSFERRED = "`2026-11-22 20:00:00,`1330,`F1,`商家转账,`转账,`支出,`20.00,`1980.00,`1900000001API,`佣金,`WD1"
INCOME = "`2026-11-22 18:33:45,`4200001,`F2,`交易,`交易,`收入,`0.29,`2000.00,`SYSTEM,`,`OR1"


def _bill(head: str, *rows: str, tail: str) -> bytes:
    return ("\ufeff" + "\r\n".join([head, *rows, tail, "`1,`2"]) + "\r\n").encode()


TRADE_BILL = _bill(TRADE_HEAD, PAID, REFUNDED, tail=TRADE_SUM)
FUND_BILL = _bill(FUND_HEAD, TRANSFERRED, INCOME, tail=FUND_SUM)


def _offer(wechat: FakeWeChat, csv: bytes, path: str = TRADE, **change: Any) -> None:
    ticket = {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(csv).hexdigest(),
        "download_url": f"{wechat.url}{FILE}?token=planted-bill-token",
    }
    wechat.on(path, signed({**ticket, **change}))
    wechat.on(FILE, Reply(csv, headers={"Content-Type": "text/plain"}))


def _bad(wechat: FakeWeChat) -> str:
    with pytest.raises(BadBill) as bad:
        bills.trade_bill(DAY)
    return bad.value.reason


def test_payments_and_refunds_are_read(wechat: FakeWeChat) -> None:
    """A product's name may hold commas; yuan become fen without a float (wechat.md §6.20)."""
    _offer(wechat, TRADE_BILL)
    bill = bills.trade_bill(DAY)
    paid, refunded = bill.rows
    assert bill.day == DAY
    assert (paid.order_number, paid.transaction_id, paid.state, paid.order_fen) == (
        "OR1",
        "4200001",
        "SUCCESS",
        29,
    )
    assert paid.at == datetime(2026, 11, 22, 10, 33, 45, tzinfo=UTC)
    assert (paid.refund_number, paid.refund_id, paid.refund_fen, paid.fee_fen) == ("", "", 0, 0)
    assert (refunded.state, refunded.refund_number, refunded.refund_fen) == ("REFUND", "RF1", 10)
    assert refunded.refund_state == "SUCCESS"
    assert wechat.calls(TRADE)[0].query == {"bill_date": "2026-11-22", "bill_type": "ALL"}


def test_the_download_is_signed_too(wechat: FakeWeChat) -> None:
    _offer(wechat, TRADE_BILL)
    bills.trade_bill(DAY)
    (seen,) = wechat.calls(FILE)
    assert seen.headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")
    assert seen.query == {"token": "planted-bill-token"}


def test_transfers_stand_in_the_fund_flow_bill(wechat: FakeWeChat) -> None:
    _offer(wechat, FUND_BILL, FUND)
    out, income = bills.fund_flow_bill(DAY).rows
    assert (out.is_income, out.amount_fen, out.balance_fen, out.voucher) == (False, 2000, 198000, "WD1")
    assert (income.is_income, income.amount_fen, income.business_number) == (True, 29, "4200001")
    assert wechat.calls(FUND)[0].query == {"bill_date": "2026-11-22", "account_type": "BASIC"}


def test_a_day_without_trade_is_empty(wechat: FakeWeChat) -> None:
    wechat.on(TRADE, refusal("NO_STATEMENT_EXIST", 400, "请求的账单文件不存在"))
    assert bills.trade_bill(DAY) == bills.TradeBill(DAY, ())


def test_a_bill_in_the_making_is_not_ready(wechat: FakeWeChat) -> None:
    wechat.on(TRADE, refusal("STATEMENT_CREATING", 400, "账单生成中"))
    with pytest.raises(BillNotReady):
        bills.trade_bill(DAY)


def test_another_refusal_is_no_empty_day(wechat: FakeWeChat) -> None:
    wechat.on(TRADE, refusal("NO_AUTH", 403))
    with pytest.raises(bills.PayRefused):
        bills.trade_bill(DAY)


def test_a_bill_must_match_its_hash(wechat: FakeWeChat) -> None:
    _offer(wechat, TRADE_BILL)
    wechat.on(FILE, Reply(TRADE_BILL.replace(b"0.29", b"0.92")))
    assert _bad(wechat) == "hash"
    _offer(wechat, TRADE_BILL, hash_type="MD5")
    assert _bad(wechat) == "hash"
    _offer(wechat, TRADE_BILL, hash_value=hashlib.sha1(TRADE_BILL).hexdigest().upper())
    assert len(bills.trade_bill(DAY).rows) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data?x=1",
        "https://evil.example.com/v3/billdownload/file?token=x",
        "https://127.0.0.1/v3/billdownload/file?token=x",
        "file:///etc/passwd",
        "//evil.example.com/x",
    ],
)
def test_only_wechats_own_host_is_asked_for_the_file(wechat: FakeWeChat, url: str) -> None:
    """wechat.md §6.18: no address that somebody else supplies is fetched."""
    _offer(wechat, TRADE_BILL, download_url=url)
    assert _bad(wechat) == "other_host"


def test_a_user_in_the_address_does_not_hide_another_host(wechat: FakeWeChat) -> None:
    _offer(wechat, TRADE_BILL, download_url=f"{wechat.url}@evil.example.com/x?y=1")
    assert _bad(wechat) == "other_host"


@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        (TRADE_BILL.replace(b",`OR1", b""), "columns"),
        (_bill(TRADE_HEAD, PAID.replace("`0.29", "`0.291"), tail=TRADE_SUM), "layout ValueError"),
        (_bill(TRADE_HEAD, PAID.replace("`0.29", "`NaN"), tail=TRADE_SUM), "layout ValueError"),
        (_bill(TRADE_HEAD, PAID.replace("`0.29", "`many"), tail=TRADE_SUM), "layout ValueError"),
        (_bill(TRADE_HEAD, PAID.replace("2026-11-22", "22.11."), tail=TRADE_SUM), "layout ValueError"),
        (_bill(TRADE_HEAD.replace("订单金额", "金额"), PAID, tail=TRADE_SUM), "layout KeyError"),
        ("\r\n".join([TRADE_HEAD, PAID]).encode(), "no_summary"),
        (b"\xff\xfe", "encoding"),
    ],
)
def test_a_bill_of_another_layout_is_refused_whole(wechat: FakeWeChat, csv: bytes, reason: str) -> None:
    _offer(wechat, csv)
    assert _bad(wechat) == reason


def test_an_odd_direction_in_the_fund_flow_is_refused(wechat: FakeWeChat) -> None:
    _offer(wechat, _bill(FUND_HEAD, TRANSFERRED.replace("支出", "其他"), tail=FUND_SUM), FUND)
    with pytest.raises(BadBill):
        bills.fund_flow_bill(DAY)


def test_a_bill_has_a_size(wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bills, "MAX_BILL_BYTES", 100)
    _offer(wechat, TRADE_BILL)
    assert _bad(wechat) == "too_large"


def test_a_download_that_fails_is_an_outage(wechat: FakeWeChat) -> None:
    _offer(wechat, TRADE_BILL)
    wechat.on(FILE, Reply(is_cut=True), Reply(b"no", 403))
    with pytest.raises(transport.WeChatUnavailable):
        bills.trade_bill(DAY)
    assert _bad(wechat) == "http_403"
