"""The gateways against the real simulator, a peer with cryptography of its own (N3): money."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.config import config
from chalicelib.wechat import bills, pay, pay_crypto, shipping, transfer, transport
from chalicelib.wechat.pay import BadNotice, PaidNotice, PayBusy, PayUnknown, RefundNotice, TransferNotice
from tests.support import world as support
from tests.wechat.street import Street, bought, opened, prepaid, pushed, wait_for


def test_an_order_is_paid(street: Street) -> None:
    """O1: the notice and the query say the same."""
    person = street.person()
    paid = bought(street, person)
    assert (paid.order_number, paid.amount_fen, paid.currency) == ("OR000001", 1000, "CNY")
    assert (paid.openid, paid.appid, paid.mch_id) == (person["mp_openid"], config().mp_appid, config().mch_id)
    trade = pay.query("OR000001")
    assert trade is not None and trade.state == "SUCCESS" and trade.paid == paid
    assert pay.close("OR000001") == "PAID"


def test_an_unpaid_order_is_closed_for_good(street: Street) -> None:
    person = street.person()
    prepaid(person["mp_openid"])
    trade = pay.query("OR000001")
    assert trade is not None and (trade.state, trade.paid) == ("NOTPAY", None)
    assert pay.close("OR000001") == "CLOSED"
    assert pay.close("OR000001") == "CLOSED"
    trade = pay.query("OR000001")
    assert trade is not None and trade.state == "CLOSED"
    assert pay.query("OR000002") is None and pay.close("OR000002") == "CLOSED"


def test_changed_content_under_the_same_number_is_refused(street: Street) -> None:
    person = street.person()
    prepaid(person["mp_openid"], amount_fen=1000)
    prepaid(person["mp_openid"], amount_fen=1000)
    with pytest.raises(pay.PayRefused):
        prepaid(person["mp_openid"], amount_fen=1001)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("system_error_after_commit", PayUnknown),
        ("unsigned_response", PayUnknown),
        ("bad_signature_response", PayUnknown),
        ("bad_gateway", PayUnknown),
        ("rate_limited", PayBusy),
    ],
)
def test_a_bad_answer_is_repeated_under_the_same_number(
    street: Street, fault: str, error: type[Exception]
) -> None:
    person = street.person()
    street.fault(fault, "pay.prepay")
    with pytest.raises(error):
        prepaid(person["mp_openid"])
    assert prepaid(person["mp_openid"]).startswith("wx")


def test_a_time_out_after_the_deed_is_unknown(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", (1, 0.3))
    person = street.person()
    street.fault("timeout_after_commit", "pay.prepay", seconds=1)
    with pytest.raises(PayUnknown):
        prepaid(person["mp_openid"])
    assert pay.query("OR000001") is not None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("notify_stale", "stale"),
        ("notify_wrong_serial", "unknown_serial"),
        ("notify_tampered", "bad_cipher"),
        ("notify_signtest", "signtest"),
        ("notify_other_mchid", "other_merchant"),
        ("notify_other_appid", "other_app"),
    ],
)
def test_a_forged_notice_is_refused_and_the_true_one_taken(street: Street, fault: str, reason: str) -> None:
    person = street.person()
    street.fault(fault)
    params = pay.payment_params(config().mp_appid, prepaid(person["mp_openid"]))
    street.do(f"phones/{person['id']}/pay", params=params, action="pay")
    forged = street.called(pay.PAID_PATH)[0]
    with pytest.raises(BadNotice) as bad:
        PaidNotice.of(opened(forged).resource)
    assert bad.value.reason == reason
    (callback,) = street.look("callbacks")
    street.do(f"callbacks/{callback['id']}/redeliver", times=1)
    assert PaidNotice.of(opened(street.shop.calls(pay.PAID_PATH)[-1]).resource).order_number == "OR000001"


def test_money_goes_back_in_two_parts(street: Street) -> None:
    """O4: partial refunds, and never more than was paid."""
    bought(street, street.person())
    first = pay.refund(
        order_number="OR000001", refund_number="RF000001", refund_fen=400, total_fen=1000, reason="不合适"
    )
    assert (first.state, first.refund_fen) == ("PROCESSING", 400)
    street.advance(seconds=61)
    notice = RefundNotice.of(opened(street.called(pay.REFUNDED_PATH)[-1]).resource)
    assert (notice.refund_number, notice.state, notice.refund_fen) == ("RF000001", "SUCCESS", 400)
    held = pay.query_refund("RF000001")
    assert held is not None and held.state == "SUCCESS" and held.refunded_at == notice.refunded_at
    with pytest.raises(pay.PayRefused):
        pay.refund(
            order_number="OR000001", refund_number="RF000002", refund_fen=601, total_fen=1000, reason="不合适"
        )
    pay.refund(
        order_number="OR000001", refund_number="RF000003", refund_fen=600, total_fen=1000, reason="不合适"
    )
    assert pay.query_refund("RF000002") is None
    trade = pay.query("OR000001")
    assert trade is not None and trade.state == "REFUND" and trade.paid is not None


def test_an_order_is_reported_as_shipped(street: Street) -> None:
    person = street.person()
    street.fault("shipping_not_found", times=None, seconds=30)
    bought(street, person)

    def ship() -> str:
        return shipping.upload_shipping(
            order_number="OR000001",
            openid=person["mp_openid"],
            delivery="EXPRESS",
            parcels=[shipping.Parcel("龙井茶*1", "SF", "SF123", "13800138000")],
        ).state

    assert ship() == "NOT_YET"
    street.advance(seconds=31)
    assert ship() == "OK"
    assert pushed(street, "trade_manage_order_settlement").raw["merchant_trade_no"] == "OR000001"


def _send(person: dict[str, Any], amount_fen: int = 2000, **more: Any) -> transfer.TransferState:
    return transfer.send(
        bill_number="WD1", openid=person["mp_openid"], amount_fen=amount_fen, remark="推广佣金", **more
    )


def test_a_member_is_paid_out(street: Street) -> None:
    """W2: the member confirms, the notice tells."""
    person = street.person()
    state = _send(person)
    assert state.state == "WAIT_USER_CONFIRM" and state.package_info
    assert _send(person, is_retry=True).transfer_bill_number == state.transfer_bill_number
    street.do(f"phones/{person['id']}/transfers/WD1/confirm", package=state.package_info)
    street.advance(seconds=5)
    notice = TransferNotice.of(opened(street.called(transfer.TRANSFERRED_PATH)[-1]).resource)
    assert (notice.bill_number, notice.state, notice.amount_fen) == ("WD1", "SUCCESS", 2000)
    held = transfer.query("WD1")
    assert held is not None and held.state == "SUCCESS" and held.package_info is None


def test_a_transfer_nobody_confirms_fails_after_a_day(street: Street) -> None:
    person = street.person()
    _send(person)
    street.advance(hours=25)
    notice = TransferNotice.of(opened(street.called(transfer.TRANSFERRED_PATH)[-1]).resource)
    assert (notice.state, notice.fail_reason) == ("FAIL", "OVERDUE_CLOSE")


def test_a_transfer_is_called_back(street: Street) -> None:
    _send(street.person())
    assert transfer.cancel("WD1").state == "CANCELING"
    street.advance(seconds=5)
    wait_for(lambda: ((held := transfer.query("WD1")) and held.state == "CANCELLED") or None)


def test_a_lost_answer_to_a_transfer_pays_once(street: Street) -> None:
    """Invariant 15: the same number meets the same bill."""
    person = street.person()
    street.fault("system_error_after_commit", "pay.transfer")
    with pytest.raises(PayUnknown):
        _send(person)
    assert _send(person, is_retry=True).state == "WAIT_USER_CONFIRM"
    assert len(street.look("transfers")) == 1


def test_a_changed_repeat_of_a_transfer_returns_the_bill_there_is(street: Street) -> None:
    person = street.person()
    first = _send(person)
    assert _send(person, 2001).transfer_bill_number == first.transfer_bill_number
    assert len(street.look("transfers")) == 1


def test_a_transfer_from_a_strange_address_is_refused(street: Street) -> None:
    street.fault("transfer_ip_denied")
    with pytest.raises(transfer.PayRefused):
        _send(street.person())
    assert transfer.query("WD1") is None


def test_a_large_transfer_carries_a_sealed_name(street: Street) -> None:
    street.do("settings", transfer_max_fen=500_000, transfer_user_day_fen=500_000)
    person = street.person()
    street.do(f"phones/{person['id']}", real_name="张三")
    assert _send(person, 200_000, user_name="张三").state == "WAIT_USER_CONFIRM"


def test_the_bills_of_a_day_hold_what_happened(street: Street) -> None:
    """W5: payments and refunds in one bill, transfers only in the other."""
    person = street.person()
    day = business_day(now())
    bought(street, person)
    bought(street, person, "OR000002", 29)
    pay.refund(
        order_number="OR000001", refund_number="RF000001", refund_fen=400, total_fen=1000, reason="不合适"
    )
    state = _send(person)
    street.do(f"phones/{person['id']}/transfers/WD1/confirm", package=state.package_info)
    street.called(transfer.TRANSFERRED_PATH)
    with pytest.raises((bills.BillNotReady, pay.PayRefused)):
        bills.trade_bill(day)
    street.advance(hours=36)
    rows = bills.trade_bill(day).rows
    assert {(row.order_number, row.order_fen) for row in rows if row.state == "SUCCESS"} == {
        ("OR000001", 1000),
        ("OR000002", 29),
    }
    assert [(row.refund_number, row.refund_fen) for row in rows if row.state == "REFUND"] == [
        ("RF000001", 400)
    ]
    flows = bills.fund_flow_bill(day).rows
    assert [row.amount_fen for row in flows if row.voucher == "WD1" and not row.is_income] == [2000]
    assert bills.trade_bill(day - timedelta(days=1)).rows == ()
    street.fault("bill_bad_hash", "pay.*")
    with pytest.raises(bills.BadBill):
        bills.trade_bill(day)


def test_the_key_can_be_changed_without_losing_a_notice(street: Street) -> None:
    """wechat.md §6.15: old and new key are both good meanwhile."""
    person = street.person()
    street.do("keys/rotate", sign_with="new")
    fresh = json.loads((Path(street._clock_file).parent / "keys.json").read_text())["platform_keys"][-1]
    support.put_secret(
        "wechat/pay-public-key-previous", json.dumps({"id": fresh["id"], "pem": fresh["public_key_pem"]})
    )
    pay_crypto.forget()
    assert bought(street, person).order_number == "OR000001"
