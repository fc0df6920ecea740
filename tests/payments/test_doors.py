"""The doors of payments as clients, staff and WeChat see them (O1, O2, O4, trust A6)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.content import store as content
from chalicelib.kernel.jobs import Change
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.jobs import find_unnotified, send_refunds, tell_late_payer
from chalicelib.payments.settle import late_refund_id
from chalicelib.wechat.pay_call import PayRefused, PayUnknown
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.payments.signed import deliver, keys
from tests.support import api
from tests.support.world import Clock, dump, dump_all
from tests.wechat import fake

PAID, REFUNDED = "/wechat/paid", "/wechat/refunded"
SUCCESS = "TRANSACTION.SUCCESS"


@pytest.fixture(autouse=True)
def _keys(world: Clock) -> Iterator[None]:
    with keys():
        yield


def refund_resource(peer: WeChatPay, number: str, **changes: Any) -> dict[str, Any]:
    refund = peer.refunds[number]
    amount = {**refund["amount"], "payer_total": refund["amount"]["total"], "payer_refund": 1}
    return {
        "mchid": "1900000001",
        "transaction_id": "4200000000000001",
        "out_trade_no": refund["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": number,
        "refund_status": "SUCCESS",
        "success_time": "2026-11-23T18:00:00+08:00",
        "amount": amount,
        **changes,
    }


def test_from_the_buyers_button_to_204(who: shop.People, peer: WeChatPay) -> None:
    """O1, O2: params for wx.requestPayment, then WeChat's own call settles the order."""
    order = shop.place(who)
    answer = api.post(f"/shop/orders/{order.order_id}/payment", token=api.member_token(who.c))
    assert answer.status == 200
    assert set(answer.json) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    peer.buy(order.order_id)
    answer = deliver(PAID, SUCCESS, peer.trades[order.order_id])
    assert (answer.status, answer.body) == (204, b"")
    assert orders.load(order.order_id).status == "PAID"
    assert deliver(PAID, SUCCESS, peer.trades[order.order_id]).status == 204


def test_whose_order_it_is_not_gets_404(who: shop.People, peer: WeChatPay) -> None:
    """Trust A6.1, and a session of another app 409."""
    path = f"/shop/orders/{shop.place(who).order_id}/payment"
    assert api.post(path).status == 401
    assert api.post(path, token=api.member_token(who.a)).status == 404
    refused = api.post(path, token=api.member_token(who.c, via="oa"))
    assert (refused.status, refused.json["code"]) == (409, "PAY_ELSEWHERE")


def test_an_open_answer_is_a_503_that_may_be_repeated(who: shop.People, peer: WeChatPay) -> None:
    """O1: nothing is lost; the same tap again succeeds."""
    path = f"/shop/orders/{shop.place(who).order_id}/payment"
    token = api.member_token(who.c)
    peer.lose("prepay", PayUnknown("timeout"))
    assert api.post(path, token=token).status == 503
    assert api.post(path, token=token).status == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": {"total": 1, "payer_total": 1, "currency": "CNY"}}, 409),
        ({"payer": {"openid": "o-thief"}}, 409),
        ({"out_trade_no": "OR00000000000000000000000000"}, 404),
        ({"mchid": "1900000009"}, 401),
        ({"appid": "wx9999999999999999"}, 401),
    ],
)
def test_what_disagrees_is_refused_in_wechats_words_and_kept(
    who: shop.People, peer: WeChatPay, changes: dict[str, Any], status: int
) -> None:
    """wechat.md §6.3: 4xx with ``{"code":"FAIL"}``, a case for a person, the order untouched."""
    order = shop.place(who)
    shop.bought(peer, order)
    answer = deliver(PAID, SUCCESS, {**peer.trades[order.order_id], **changes})
    assert (answer.status, answer.json["code"]) == (status, "FAIL")
    assert answer.json["message"]
    assert orders.load(order.order_id).status == "UNPAID"
    token = api.staff_token("wallet.read", "refunds.audit")
    listed = api.get("/console/quarantined-payments", token=token).json["items"]
    assert len(listed) == 1


def test_a_forged_notice_is_401_and_changes_nothing(who: shop.People, peer: WeChatPay) -> None:
    """ASVS 4.1.5, trust A6.10: signed by a stranger, of the wrong kind, or no notice at all."""
    order = shop.place(who)
    shop.bought(peer, order)
    before = dump_all()
    trade = peer.trades[order.order_id]
    for path in (PAID, REFUNDED):
        assert deliver(path, SUCCESS, trade, key=fake.STRANGER).status == 401
        assert api.post(path, json={"hello": 1}).status == 401
        assert deliver(path, "SOMETHING.ELSE", trade).status == 401
    assert dump_all() == before


def test_staff_approve_a_refund_and_wechat_ends_it(who: shop.People, peer: WeChatPay) -> None:
    """O4: reserve, send and post, with the audit row of the person who agreed."""
    order = shop.paid_order(peer, who)
    refund_id = shop.ask(order.order_id, Slice(1, 1)).refund_id
    path = f"/console/refunds/{refund_id}/approve"
    assert api.post(path, json={}, token=api.staff_token("refunds.read")).status == 403
    token = api.staff_token("refunds.audit", staff_id="STANNA")
    answer = api.post(path, json={}, token=token)
    assert (answer.status, answer.json["status"]) == (200, "SENT")
    again = api.post(path, json={}, token=token)
    assert (again.status, again.json["status"]) == (200, "SENT")
    assert deliver(REFUNDED, "REFUND.SUCCESS", refund_resource(peer, refund_id)).status == 204
    assert deliver(REFUNDED, "REFUND.SUCCESS", refund_resource(peer, refund_id)).status == 204
    assert orders.load_refund(refund_id).status == "POSTED"


def test_freight_is_the_staffs_word_within_what_is_left(who: shop.People, peer: WeChatPay) -> None:
    """O4: freight by rule or by hand, never more than was paid."""
    order = shop.paid_order(peer, who)
    refund_id = shop.ask(order.order_id, Slice(1, 1)).refund_id
    path, token = f"/console/refunds/{refund_id}/approve", api.staff_token("refunds.audit")
    assert api.post(path, json={"freight_fen": 1_201}, token=token).status == 422
    assert api.post(path, json={"freight_fen": 200}, token=token).status == 200
    assert peer.told[refund_id]["amount"]["refund"] == 3_533


@pytest.mark.parametrize("problem", [PayUnknown("timeout"), PayRefused("NOT_ENOUGH")])
def test_what_wechat_does_not_take_now_goes_later(
    who: shop.People, peer: WeChatPay, world: Clock, problem: Exception
) -> None:
    """O4: the click is not lost; the sweeper sends it under the same number."""
    order = shop.paid_order(peer, who)
    refund_id = shop.ask(order.order_id, Slice(1, 1)).refund_id
    peer.fail("refund", problem)
    path = f"/console/refunds/{refund_id}/approve"
    answer = api.post(path, json={}, token=api.staff_token("refunds.audit"))
    assert (answer.status, answer.json["status"], peer.refunds) == (200, "SENT", {})
    world.advance(minutes=6)
    send_refunds()
    assert list(peer.refunds) == [refund_id]


def test_a_refund_notice_that_is_not_ours_is_refused_and_kept(who: shop.People, peer: WeChatPay) -> None:
    """W5: made by hand in the merchant platform."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refunds()
    resource = refund_resource(peer, refund.refund_id, out_refund_no="BYHAND1")
    answer = deliver(REFUNDED, "REFUND.SUCCESS", resource)
    assert (answer.status, answer.json["code"]) == (404, "FAIL")


def test_late_money_comes_and_goes_through_the_doors(who: shop.People, peer: WeChatPay) -> None:
    """wechat.md §6.7: 204 to WeChat, the refund under its own number, its notice posts it; staff see it."""
    order = shop.place(who)
    shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    assert deliver(PAID, SUCCESS, peer.trades[order.order_id]).status == 204
    find_unnotified()
    number = late_refund_id(order.order_id)
    assert deliver(REFUNDED, "REFUND.SUCCESS", refund_resource(peer, number)).status == 204
    seen = api.get(f"/console/payments/{order.order_id}", token=api.staff_token("orders.read")).json
    assert (seen["status"], seen["refund_id"], seen["refund_status"]) == ("LATE", number, "POSTED")
    assert "openid" not in seen
    missing = api.get("/console/payments/ORNOBODY", token=api.staff_token("orders.read"))
    assert missing.status == 404


def test_a_case_is_resolved_once_with_a_note(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 4: somebody dealt with it and said how."""
    order = shop.place(who)
    shop.bought(peer, order)
    deliver(PAID, SUCCESS, {**peer.trades[order.order_id], "payer": {"openid": "o-thief"}})
    token = api.staff_token("wallet.read", "refunds.audit", staff_id="STANNA")
    (case,) = api.get("/console/quarantined-payments", token=token).json["items"]
    assert (case["reason"], case["amount_fen"], case["expected_fen"]) == ("payer", 12_200, 12_200)
    path = f"/console/quarantined-payments/{case['quarantine_id']}/resolve"
    solved = api.post(path, json={"note": "已在商户平台退款"}, token=token)
    assert (solved.status, solved.json["resolved_by"]) == (200, "STANNA")
    assert api.post(path, json={"note": "再来一次"}, token=token).status == 409
    assert (
        api.post(path.replace(case["quarantine_id"], "QNNONE"), json={"note": "没有的"}, token=token).status
        == 404
    )
    assert api.get("/console/quarantined-payments", token=token).json["items"] == []
    resolved = api.get("/console/quarantined-payments?state=RESOLVED", token=token).json["items"]
    assert [one["note"] for one in resolved] == ["已在商户平台退款"]


def test_the_buyer_reads_that_late_money_is_back(who: shop.People, peer: WeChatPay) -> None:
    """N2: from the journal's stream, once however often it is delivered."""
    order = shop.place(who)
    shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    deliver(PAID, SUCCESS, peer.trades[order.order_id])
    find_unnotified()
    number = late_refund_id(order.order_id)
    deliver(REFUNDED, "REFUND.SUCCESS", refund_resource(peer, number))
    for _ in range(2):
        for entry in dump("journal"):
            tell_late_payer(Change("journal", "1", None, json.loads(entry)))
    assert f"REFUND:{number}" in "".join(dump("journal"))
    (notice,) = content.notices(who.c).items
    assert notice.kind == "refund_done" and "¥122.00" in notice.text
