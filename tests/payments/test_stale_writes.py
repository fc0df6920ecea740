"""A payment's row knows what was decided on it (invariants 4, 6, 7): what came in between stays as it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, Write, commit
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.rules import Payment
from chalicelib.payments.settle import settle
from tests.payments import shop
from tests.payments.fakes import WeChatPay


def refused(write: Write, order_id: str) -> bool:
    before = store.find(order_id)
    with pytest.raises(ConditionFailed):
        commit(write)
    return store.find(order_id) == before


@pytest.mark.parametrize(
    "late",
    [
        lambda seen: store.prepaid(seen.order_id, "wx-prepay-other", now()),
        lambda seen: store.postponed(seen, now()),
        lambda seen: store.closed(seen.order_id),
    ],
    ids=["a prepay id", "another look", "closed at WeChat"],
)
def test_what_was_paid_meanwhile_stays_paid(
    who: shop.People, peer: WeChatPay, late: Callable[[Payment], Write]
) -> None:
    order = shop.place(who)
    bought = shop.bought(peer, order)
    seen = store.find(order.order_id)
    assert seen is not None and seen.status == "PREPAID"
    settle(bought)
    assert refused(late(seen), order.order_id)


def test_the_money_of_an_order_is_booked_once(who: shop.People, peer: WeChatPay) -> None:
    order_id = shop.paid_order(peer, who).order_id
    paid = store.find(order_id)
    assert paid is not None
    other = replace(paid, transaction_id="4200000000000099")
    assert refused(store.arrived(other, "PAID"), order_id)


def test_the_return_of_late_money_takes_each_step_once(who: shop.People, peer: WeChatPay) -> None:
    order = shop.place(who)
    bought = shop.bought(peer, order)
    close(order.order_id)
    settle(bought)
    seen = store.find(order.order_id)
    assert seen is not None and seen.refund_status == "RESERVED"
    commit(store.late_refund(seen, "POSTED", at=now(), due_at=None))
    assert refused(store.late_refund(seen, "SENT", at=now(), due_at=now()), order.order_id)
