"""What WeChat says of a refund must fit what we know of it; else a person looks, and nothing moves (O4)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.payments import store
from chalicelib.payments.jobs import find_unnotified
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.rules import PaymentMismatch
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.wechat.pay import RefundNotice
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import dump_all


def kept_apart(
    notice: RefundNotice, reason: str, *, take: Callable[[RefundNotice], None] = post_refund
) -> None:
    """The notice is refused, kept for a person, and changes nothing else."""
    before = dump_all()
    with pytest.raises(PaymentMismatch):
        take(notice)
    after = dump_all()
    assert {name for name in after if after[name] != before[name]} == {"payment-quarantine"}
    (case,) = store.quarantined("OPEN", limit=10, cursor=None).items
    assert case.reason == reason


def test_a_refund_that_nobody_agreed_to(who: shop.People, peer: WeChatPay) -> None:
    """ASKED by the buyer, and WeChat says that it is paid: somebody used our number by hand."""
    order = shop.paid_order(peer, who)
    sent = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(sent.refund_id)
    asked = shop.ask(order.order_id, Slice(2, 1), key="refund-2")
    notice = peer.end_refund(sent.refund_id)
    kept_apart(
        replace(notice, refund_number=asked.refund_id, refund_fen=asked.amount_fen), "refund_not_reserved"
    )


@pytest.mark.parametrize(
    ("first", "then"), [("SUCCESS", "CLOSED"), ("SUCCESS", "ABNORMAL"), ("CLOSED", "SUCCESS")]
)
def test_an_end_that_is_followed_by_another(who: shop.People, peer: WeChatPay, first: str, then: str) -> None:
    """Invariant 5: an end is an end; money that moved after all is a person's to look at."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    post_refund(peer.end_refund(refund.refund_id, first))
    ended = orders.load_refund(refund.refund_id).status
    kept_apart(peer.end_refund(refund.refund_id, then), "refund_contradiction")
    assert orders.load_refund(refund.refund_id).status == ended


@pytest.mark.parametrize(
    ("forged", "reason"),
    [({"refund_fen": 12_201}, "late_refund_amount"), ({"refund_number": "RLOTHER"}, "unknown_late_refund")],
)
def test_a_late_payment_that_went_back_otherwise(
    who: shop.People, peer: WeChatPay, forged: dict[str, Any], reason: str
) -> None:
    """Money that came too late goes back whole, under its own number; another sum is not booked as that."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    find_unnotified()
    notice = peer.end_refund(late_refund_id(order.order_id))
    kept_apart(replace(notice, **forged), reason, take=post_late_refund)
