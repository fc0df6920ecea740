"""Paying members out (W2): one bill for ever, and money freed only by a definite refusal."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from chalicelib.wechat import transfer
from chalicelib.wechat.transfer import NameNeeded, PayRefused, PayUnknown, Scene, TransferState
from tests.wechat import fake
from tests.wechat.fake import FakeWeChat, Reply, refusal, signed

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
BILL = f"{BILLS}/out-bill-no/WD1"
WAITING = {
    "out_bill_no": "WD1",
    "transfer_bill_no": "1330000071100999991182020050700019480001",
    "create_time": "2026-11-23T13:29:35.120+08:00",
    "state": "WAIT_USER_CONFIRM",
    "package_info": "planted-package-info==",
}


def _send(amount_fen: int = 2000, **more: Any) -> TransferState:
    return transfer.send(bill_number="WD1", openid="o1", amount_fen=amount_fen, remark="11月推广佣金", **more)


def test_a_transfer_waits_for_the_member(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, signed(WAITING))
    assert _send() == TransferState(
        "WAIT_USER_CONFIRM", "1330000071100999991182020050700019480001", "planted-package-info=="
    )
    assert wechat.calls(BILLS)[0].json == {
        "appid": "wx0000000000000001",
        "out_bill_no": "WD1",
        "openid": "o1",
        "transfer_amount": 2000,
        "transfer_remark": "11月推广佣金",
        "notify_url": "https://shop.example.com/wechat/transferred",
        "transfer_scene_id": "1005",
        "transfer_scene_report_infos": [
            {"info_type": "岗位类型", "info_content": "推广员"},
            {"info_type": "报酬说明", "info_content": "商品推广佣金"},
        ],
    }


def test_the_package_is_not_shown_by_accident() -> None:
    assert "planted" not in repr(TransferState("WAIT_USER_CONFIRM", "1", "planted-package-info=="))


def test_an_openid_of_the_official_account_goes_with_its_appid(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, signed(WAITING))
    _send(appid="wx0000000000000002")
    assert wechat.calls(BILLS)[0].json["appid"] == "wx0000000000000002"


def test_a_name_travels_sealed(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, signed(WAITING))
    _send(200_000, user_name="张三")
    (seen,) = wechat.calls(BILLS)
    scheme = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    sealed = base64.b64decode(seen.json["user_name"])
    assert fake.PLATFORM.decrypt(sealed, scheme).decode() == "张三"
    assert seen.headers["Wechatpay-Serial"] == fake.KEY_ID
    assert "张三".encode() not in seen.body


def test_from_two_thousand_yuan_on_a_name_is_needed(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, signed(WAITING))
    _send(199_999)
    with pytest.raises(NameNeeded):
        _send(200_000)
    assert len(wechat.calls(BILLS)) == 1


def test_below_thirty_fen_the_name_stays_at_home(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, signed(WAITING))
    _send(29, user_name="张三")
    _send(30, user_name="张三")
    assert ["user_name" in seen.json for seen in wechat.calls(BILLS)] == [False, True]


@pytest.mark.parametrize("amount", [9, True, 10.0])
def test_less_than_ten_fen_is_never_sent(wechat: FakeWeChat, amount: Any) -> None:
    with pytest.raises(AssertionError):
        _send(amount)


@pytest.mark.parametrize(
    ("number", "remark"), [("WD-1", "x"), ("W" * 33, "x"), ("", "x"), ("WD1", "佣" * 33)]
)
def test_numbers_and_remarks_wechat_refuses_are_never_sent(
    wechat: FakeWeChat, number: str, remark: str
) -> None:
    with pytest.raises(ValueError, match="remark"):
        transfer.send(bill_number=number, openid="o1", amount_fen=100, remark=remark)
    assert wechat.seen == []


def test_a_first_refusal_of_a_bill_wechat_does_not_hold_is_definite(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, refusal("INVALID_REQUEST", 400, "此IP地址不允许调用该接口\t"))
    wechat.on(BILL, refusal("NOT_FOUND", 404, "记录不存在"))
    with pytest.raises(PayRefused) as refused:
        _send()
    assert refused.value.refusal == "INVALID_REQUEST"


def test_a_refused_repeat_is_unknown(wechat: FakeWeChat) -> None:
    """A 404 may mean "still being accepted" (wechat.md §4.9), so it frees nothing (invariant 15)."""
    wechat.on(BILLS, refusal("INVALID_REQUEST", 400, "单号已存在但信息不一致,请查单后比较确认"))
    wechat.on(BILL, refusal("NOT_FOUND", 404, "记录不存在"))
    with pytest.raises(PayUnknown):
        _send(is_retry=True)


@pytest.mark.parametrize("is_retry", [False, True])
def test_a_refused_bill_that_wechat_holds_is_returned(wechat: FakeWeChat, is_retry: bool) -> None:
    wechat.on(BILLS, refusal("INVALID_REQUEST", 400, "单号已存在但信息不一致,请查单后比较确认"))
    wechat.on(BILL, signed({**WAITING, "mch_id": "1900000001"}))
    assert _send(is_retry=is_retry).state == "WAIT_USER_CONFIRM"


def test_a_refused_bill_that_cannot_be_looked_up_is_unknown(wechat: FakeWeChat) -> None:
    wechat.on(BILLS, refusal("INVALID_REQUEST", 400))
    wechat.on(BILL, Reply(is_cut=True))
    with pytest.raises(PayUnknown):
        _send()


@pytest.mark.parametrize("kind", ["500", "unsigned", "cut", "new state", "other bill"])
def test_what_proves_nothing_is_unknown(wechat: FakeWeChat, kind: str) -> None:
    wechat.on(
        BILLS,
        {
            "500": lambda: refusal("SYSTEM_ERROR", 500),
            "unsigned": lambda: fake.of_json(WAITING),
            "cut": lambda: Reply(is_cut=True),
            "new state": lambda: signed({**WAITING, "state": "NEW"}),
            "other bill": lambda: signed({**WAITING, "out_bill_no": "WD2"}),
        }[kind](),
    )
    with pytest.raises(PayUnknown):
        _send()


def test_a_transfer_is_found_or_not(wechat: FakeWeChat) -> None:
    failed = {**WAITING, "state": "FAIL", "fail_reason": "OVERDUE_CLOSE"}
    del failed["package_info"]
    wechat.on(BILL, signed(failed), refusal("NOT_FOUND", 404), refusal("NO_AUTH", 403))
    assert transfer.query("WD1") == TransferState(
        "FAIL", "1330000071100999991182020050700019480001", None, "OVERDUE_CLOSE"
    )
    assert transfer.query("WD1") is None
    with pytest.raises(PayRefused):
        transfer.query("WD1")


def test_a_transfer_is_called_back(wechat: FakeWeChat) -> None:
    canceling = {
        "out_bill_no": "WD1",
        "transfer_bill_no": "13300",
        "state": "CANCELING",
        "update_time": "2026-11-23T18:00:00+08:00",
    }
    wechat.on(f"{BILL}/cancel", signed(canceling), refusal("INVALID_REQUEST", 400))
    assert transfer.cancel("WD1").state == "CANCELING"
    with pytest.raises(PayRefused):
        transfer.cancel("WD1")


@pytest.mark.parametrize("wrong", [{"id": "1000"}, {"position": ""}, {"explanation": "佣" * 33}])
def test_a_scene_that_wechat_would_refuse_stops_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"1005|report info"):
        Scene(**wrong)


def test_a_perception_is_sent_only_when_set() -> None:
    assert "user_recv_perception" not in Scene().as_body()
    assert Scene(perception="劳务报酬").as_body()["user_recv_perception"] == "劳务报酬"
