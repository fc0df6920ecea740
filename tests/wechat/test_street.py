"""The gateways against the real simulator, a peer with cryptography of its own (N3)."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.kernel import clock
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.config import config
from chalicelib.wechat import (
    bills,
    codes,
    login,
    messages,
    official_account,
    pay,
    shipping,
    transfer,
    transport,
)
from chalicelib.wechat.pay import BadNotice, PaidNotice, PayBusy, PayUnknown, RefundNotice, TransferNotice
from tests.support import world as support
from tests.wechat import street as streets
from tests.wechat.conftest import forget
from tests.wechat.fake import Seen
from tests.wechat.street import Street, wait_for


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with streets.running(tmp_path_factory.mktemp("street")) as made:
        yield made


@pytest.fixture
def street(_running: Street, world: support.Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """A simulator without people, whose keys and clock the gateways share."""
    keys = _running.keys
    for name, value in {
        "WECHAT_API_URL": _running.url,
        "WECHAT_OPEN_URL": _running.url,
        "WECHAT_PAY_URL": _running.url,
        "PUBLIC_URL": _running.shop.url,
        "MP_APPID": keys["mp_appid"],
        "OA_APPID": keys["oa_appid"],
        "MCH_ID": keys["mch_id"],
        "MCH_SERIAL": keys["mch_serial"],
        "PAY_PUBLIC_KEY_ID": keys["platform_public_key_id"],
    }.items():
        monkeypatch.setenv(f"FENXIAO_{name}", value)
    for name, field in {
        "mp-secret": "mp_secret",
        "oa-secret": "oa_secret",
        "oa-token": "oa_token",
        "oa-encoding-aes-key": "oa_encoding_aes_key",
        "mch-private-key": "mch_private_key_pem",
        "api-v3-key": "api_v3_key",
        "pay-public-key": "platform_public_key_pem",
    }.items():
        support.put_secret(f"wechat/{name}", keys[field])
    forget()
    _running.reset()
    clock.install(_running.now)
    yield _running
    forget()


def _order(openid: str, number: str = "OR1", amount_fen: int = 1000) -> str:
    return pay.prepay(
        order_number=number,
        amount_fen=amount_fen,
        appid=config().mp_appid,
        openid=openid,
        description="龙井茶, 250克",
        expires_at=now() + timedelta(minutes=30),
    )


def _buy(street: Street, person: dict[str, Any], number: str = "OR1", amount_fen: int = 1000) -> PaidNotice:
    """Prepay, pay on the phone, and open the notice that comes."""
    before = len(street.shop.calls(pay.PAID_PATH))
    params = pay.payment_params(config().mp_appid, _order(person["mp_openid"], number, amount_fen))
    street.do(f"phones/{person['id']}/pay", params=params, action="pay")
    return PaidNotice.of(_opened(street.called(pay.PAID_PATH, before + 1)[-1]).resource)


def _opened(seen: Seen) -> pay.Notice:
    return pay.open_notice(seen.headers, seen.body)


def _push(street: Street, event: str) -> official_account.Message:
    """Wait for the push of this event and open it."""

    def look() -> official_account.Message | None:
        for seen in street.shop.calls("/wechat/official-account"):
            if seen.method == "POST":
                message = official_account.open_message(seen.query, seen.body)
                if message.event == event or message.kind == event:
                    return message
        return None

    return wait_for(look)


def test_sign_in_by_both_doors_is_one_person(street: Street) -> None:
    """M1: unionid joins the mini-program and the official account."""
    person = street.person()
    mine = login.identity_of_code(street.do(f"phones/{person['id']}/login", app="mp")["code"])
    h5 = login.identity_of_oauth_code(street.do(f"phones/{person['id']}/login", app="oa")["code"])
    assert (mine.appid, mine.openid) == (config().mp_appid, person["mp_openid"])
    assert (h5.appid, h5.openid) == (config().oa_appid, person["oa_openid"])
    assert mine.unionid == person["unionid"]


def test_a_code_is_good_once_and_for_five_minutes(street: Street) -> None:
    person = street.person()
    code = street.do(f"phones/{person['id']}/login", app="mp")["code"]
    login.identity_of_code(code)
    with pytest.raises(login.CodeUsed):
        login.identity_of_code(code)
    late = street.do(f"phones/{person['id']}/login", app="mp")["code"]
    street.advance(seconds=301)
    with pytest.raises(login.CodeExpired):
        login.identity_of_code(late)


def test_a_snapshot_page_is_refused(street: Street) -> None:
    person = street.person()
    street.fault("snapshot_user")
    code = street.do(f"phones/{person['id']}/login", app="oa", scope="snsapi_userinfo")["code"]
    with pytest.raises(login.SnapshotUser):
        login.identity_of_oauth_code(code)


def test_a_phone_number_is_read(street: Street) -> None:
    person = street.person()
    code = street.do(f"phones/{person['id']}/phone-code")["code"]
    assert login.phone_of_code(code) == person["phone_number"]


@pytest.mark.parametrize("fault", ["token_expired", "token_invalid"])
def test_a_rejected_token_is_renewed_on_the_way(street: Street, fault: str) -> None:
    person = street.person()
    street.fault(fault)
    code = street.do(f"phones/{person['id']}/phone-code")["code"]
    assert login.phone_of_code(code) == person["phone_number"]


def test_a_printed_code_leads_to_its_page(street: Street) -> None:
    """I1: the mini-program code carries the invite."""
    import base64

    person = street.person()
    picture = codes.mini_program_code("i=7Kd9Qx2m", "pages/index/index")
    assert Image.open(io.BytesIO(picture)).width >= 280
    found = street.do(f"phones/{person['id']}/scan", image_base64=base64.b64encode(picture).decode())
    assert (found["kind"], found["scene"], found["page"]) == (
        "mini_program",
        "i=7Kd9Qx2m",
        "pages/index/index",
    )


def test_scanning_the_official_accounts_code_brings_its_scene(street: Street) -> None:
    """I4."""
    person = street.person()
    made = codes.official_account_qr("i=7Kd9Qx2m")
    street.do(f"phones/{person['id']}/scan", text=made.url)
    message = _push(street, "subscribe")
    assert (message.scene, message.openid) == ("i=7Kd9Qx2m", person["oa_openid"])
    assert official_account.user_unionid(person["oa_openid"]) == person["unionid"]


def test_a_sealed_reply_is_shown_on_the_phone(street: Street) -> None:
    person = street.person()
    street.do(f"phones/{person['id']}/follow")
    message = _push(street, "subscribe")
    sealed = official_account.seal_reply(official_account.text_reply(message, "欢迎来到分销商城 <3"))
    from tests.wechat.fake import Reply

    street.shop.on("/wechat/official-account", Reply(sealed, headers={"Content-Type": "text/xml"}))
    street.do(f"phones/{person['id']}/say", text="你好")
    assert _push(street, "text").text == "你好"
    shown = wait_for(
        lambda: next(
            (
                one
                for one in street.look(f"phones/{person['id']}/messages")
                if "欢迎来到分销商城 <3" in str(one)
            ),
            None,
        )
    )
    assert shown


def test_our_address_answers_wechats_check(street: Street) -> None:
    street.do("official-account/check-url")
    seen = street.called("/wechat/official-account")[-1]
    assert official_account.echo(seen.query) == seen.query["echostr"]


def test_a_menu_is_published_and_a_wrong_one_explained(street: Street) -> None:
    official_account.create_menu([{"type": "click", "name": "推广码", "key": "MY_QR"}])
    with pytest.raises(official_account.MenuRefused):
        official_account.create_menu([{"type": "click", "name": "推广码" * 6, "key": "MY_QR"}])


def test_a_message_needs_the_members_consent_each_time(street: Street) -> None:
    person = street.person()
    values = {"thing1": "您的订单已发货，请注意查收，感谢您的支持", "amount2": "¥12.00"}
    args = (person["mp_openid"], "T1", "pages/orders/detail?id=1", values)
    assert messages.send_subscribe(*args) is False
    street.do(f"phones/{person['id']}/subscribe", template_ids=["T1"], accept=True)
    assert messages.send_subscribe(*args) is True
    assert messages.send_subscribe(*args) is False


def test_texts_are_judged(street: Street) -> None:
    person = street.person()
    street.do(f"phones/{person['id']}/login", app="mp")
    assert messages.text_is_fine(person["mp_openid"], "茶很香", 2) == "pass"
    street.fault("content_risky")
    assert messages.text_is_fine(person["mp_openid"], "茶很香", 2) == "risky"


def test_an_order_is_paid(street: Street) -> None:
    """O1: the notice and the query say the same."""
    person = street.person()
    paid = _buy(street, person)
    assert (paid.order_number, paid.amount_fen, paid.currency) == ("OR1", 1000, "CNY")
    assert (paid.openid, paid.appid, paid.mch_id) == (person["mp_openid"], config().mp_appid, config().mch_id)
    trade = pay.query("OR1")
    assert trade is not None and trade.state == "SUCCESS" and trade.paid == paid
    assert pay.close("OR1") == "PAID"


def test_an_unpaid_order_is_closed_for_good(street: Street) -> None:
    person = street.person()
    _order(person["mp_openid"])
    trade = pay.query("OR1")
    assert trade is not None and (trade.state, trade.paid) == ("NOTPAY", None)
    assert pay.close("OR1") == "CLOSED"
    assert pay.close("OR1") == "CLOSED"
    trade = pay.query("OR1")
    assert trade is not None and trade.state == "CLOSED"
    assert pay.query("OR2") is None and pay.close("OR2") == "CLOSED"


def test_changed_content_under_the_same_number_is_refused(street: Street) -> None:
    person = street.person()
    _order(person["mp_openid"], amount_fen=1000)
    _order(person["mp_openid"], amount_fen=1000)
    with pytest.raises(pay.PayRefused):
        _order(person["mp_openid"], amount_fen=1001)


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
        _order(person["mp_openid"])
    assert _order(person["mp_openid"]).startswith("wx")


def test_a_time_out_after_the_deed_is_unknown(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", (1, 0.3))
    person = street.person()
    street.fault("timeout_after_commit", "pay.prepay", seconds=1)
    with pytest.raises(PayUnknown):
        _order(person["mp_openid"])
    assert pay.query("OR1") is not None


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
    params = pay.payment_params(config().mp_appid, _order(person["mp_openid"]))
    street.do(f"phones/{person['id']}/pay", params=params, action="pay")
    forged = street.called(pay.PAID_PATH)[0]
    with pytest.raises(BadNotice) as bad:
        PaidNotice.of(_opened(forged).resource)
    assert bad.value.reason == reason
    (callback,) = street.look("callbacks")
    street.do(f"callbacks/{callback['id']}/redeliver", times=1)
    assert PaidNotice.of(_opened(street.shop.calls(pay.PAID_PATH)[-1]).resource).order_number == "OR1"


def test_money_goes_back_in_two_parts(street: Street) -> None:
    """O4: partial refunds, and never more than was paid."""
    _buy(street, street.person())
    first = pay.refund(
        order_number="OR1", refund_number="RF1", refund_fen=400, total_fen=1000, reason="不合适"
    )
    assert (first.state, first.refund_fen) == ("PROCESSING", 400)
    street.advance(seconds=61)
    notice = RefundNotice.of(_opened(street.called(pay.REFUNDED_PATH)[-1]).resource)
    assert (notice.refund_number, notice.state, notice.refund_fen) == ("RF1", "SUCCESS", 400)
    held = pay.query_refund("RF1")
    assert held is not None and held.state == "SUCCESS" and held.refunded_at == notice.refunded_at
    with pytest.raises(pay.PayRefused):
        pay.refund(order_number="OR1", refund_number="RF2", refund_fen=601, total_fen=1000, reason="不合适")
    pay.refund(order_number="OR1", refund_number="RF3", refund_fen=600, total_fen=1000, reason="不合适")
    assert pay.query_refund("RF2") is None
    trade = pay.query("OR1")
    assert trade is not None and trade.state == "REFUND" and trade.paid is not None


def test_an_order_is_reported_as_shipped(street: Street) -> None:
    person = street.person()
    street.fault("shipping_not_found", times=None, seconds=30)
    _buy(street, person)

    def ship() -> str:
        return shipping.upload_shipping(
            order_number="OR1",
            openid=person["mp_openid"],
            delivery="EXPRESS",
            parcels=[shipping.Parcel("龙井茶*1", "SF", "SF123", "13800138000")],
        ).state

    assert ship() == "NOT_YET"
    street.advance(seconds=31)
    assert ship() == "OK"
    assert _push(street, "trade_manage_order_settlement").raw["merchant_trade_no"] == "OR1"


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
    notice = TransferNotice.of(_opened(street.called(transfer.TRANSFERRED_PATH)[-1]).resource)
    assert (notice.bill_number, notice.state, notice.amount_fen) == ("WD1", "SUCCESS", 2000)
    held = transfer.query("WD1")
    assert held is not None and held.state == "SUCCESS" and held.package_info is None


def test_a_transfer_nobody_confirms_fails_after_a_day(street: Street) -> None:
    person = street.person()
    _send(person)
    street.advance(hours=25)
    notice = TransferNotice.of(_opened(street.called(transfer.TRANSFERRED_PATH)[-1]).resource)
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
    _buy(street, person)
    _buy(street, person, "OR2", 29)
    pay.refund(order_number="OR1", refund_number="RF1", refund_fen=400, total_fen=1000, reason="不合适")
    state = _send(person)
    street.do(f"phones/{person['id']}/transfers/WD1/confirm", package=state.package_info)
    street.called(transfer.TRANSFERRED_PATH)
    with pytest.raises((bills.BillNotReady, pay.PayRefused)):
        bills.trade_bill(day)
    street.advance(hours=36)
    rows = bills.trade_bill(day).rows
    assert {(row.order_number, row.order_fen) for row in rows if row.state == "SUCCESS"} == {
        ("OR1", 1000),
        ("OR2", 29),
    }
    assert [(row.refund_number, row.refund_fen) for row in rows if row.state == "REFUND"] == [("RF1", 400)]
    flows = bills.fund_flow_bill(day).rows
    assert [row.amount_fen for row in flows if row.voucher == "WD1" and not row.is_income] == [2000]
    assert bills.trade_bill(day - timedelta(days=1)).rows == ()
    street.fault("bill_bad_hash", "pay.*")
    with pytest.raises(bills.BadBill):
        bills.trade_bill(day)


def test_the_key_can_be_changed_without_losing_a_notice(street: Street, _running: Street) -> None:
    """wechat.md §6.15: old and new key are both good meanwhile."""
    import json

    from chalicelib.wechat import pay_crypto

    person = street.person()
    street.do("keys/rotate", sign_with="new")
    fresh = json.loads((Path(street._clock_file).parent / "keys.json").read_text())["platform_keys"][-1]
    support.put_secret(
        "wechat/pay-public-key-previous", json.dumps({"id": fresh["id"], "pem": fresh["public_key_pem"]})
    )
    pay_crypto.forget()
    assert _buy(street, person).order_number == "OR1"
