"""Reporting shipments, which frees the merchant's money (wechat.md §3.4)."""

import pytest

from chalicelib.wechat.shipping import Parcel, ShippingAnswer, upload_shipping
from chalicelib.wechat.transport import WeChatUnavailable
from tests.wechat.fake import FakeWeChat, Reply

PATH = "/wxa/sec/order/upload_shipping_info"
PARCEL = Parcel("龙井茶*1", "SF", "SF123", "13800138000")


def _upload(*parcels: Parcel, is_all_delivered: bool = True) -> ShippingAnswer:
    return upload_shipping(
        order_number="OR1",
        openid="o1",
        delivery="EXPRESS",
        parcels=parcels,
        is_all_delivered=is_all_delivered,
    )


def test_one_parcel_is_reported_whole(wechat: FakeWeChat) -> None:
    wechat.on(PATH, {"errcode": 0, "errmsg": "ok"})
    assert _upload(PARCEL) == ShippingAnswer("OK")
    assert wechat.calls(PATH)[0].json == {
        "order_key": {"order_number_type": 1, "mchid": "1900000001", "out_trade_no": "OR1"},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [
            {
                "item_desc": "龙井茶*1",
                "tracking_no": "SF123",
                "express_company": "SF",
                "contact": {"receiver_contact": "138****8000"},
            }
        ],
        "upload_time": "2026-11-23T10:00:00.000+08:00",
        "payer": {"openid": "o1"},
    }


def test_a_part_or_several_parcels_are_a_split_delivery(wechat: FakeWeChat) -> None:
    wechat.on(PATH, {"errcode": 0})
    _upload(PARCEL, Parcel("茶杯*2", "SF", "SF124", "13800138000"))
    _upload(PARCEL, is_all_delivered=False)
    several, part = (seen.json for seen in wechat.calls(PATH))
    assert (several["delivery_mode"], several["is_all_delivered"]) == (2, True)
    assert (part["delivery_mode"], part["is_all_delivered"]) == (2, False)


def test_a_pick_up_needs_no_company(wechat: FakeWeChat) -> None:
    wechat.on(PATH, {"errcode": 0})
    upload_shipping(order_number="OR1", openid="o1", delivery="PICK_UP", parcels=[Parcel("茶" * 121)])
    sent = wechat.calls(PATH)[0].json
    assert sent["logistics_type"] == 4 and sent["shipping_list"] == [{"item_desc": "茶" * 120}]


@pytest.mark.parametrize(
    ("errcode", "state"),
    [
        (10060001, "NOT_YET"),
        (10060002, "ALREADY"),
        (10060003, "ALREADY"),
        (10060004, "REFUSED"),
        (47001, "REFUSED"),
    ],
)
def test_each_answer_says_what_to_do_next(wechat: FakeWeChat, errcode: int, state: str) -> None:
    wechat.on(PATH, {"errcode": errcode, "errmsg": "支付单"})
    answer = _upload(PARCEL)
    assert answer.state == state
    assert answer.reason == (f"{errcode} 支付单" if state == "REFUSED" else "")


def test_an_outage_is_raised(wechat: FakeWeChat) -> None:
    wechat.on(PATH, Reply(status=500))
    with pytest.raises(WeChatUnavailable):
        _upload(PARCEL)


@pytest.mark.parametrize("count", [0, 16])
def test_wechat_takes_one_to_fifteen_parcels(wechat: FakeWeChat, count: int) -> None:
    with pytest.raises(ValueError, match="parcels"):
        _upload(*[PARCEL] * count)
