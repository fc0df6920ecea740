"""Somebody else takes a step between two reads of a refund and its order (O4, invariants 5, 8).

Threads meet this rarely; here it happens before every read in turn.
"""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.rules import Commission
from chalicelib.kernel.errors import Conflict
from chalicelib.orders import store as orders
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock

Act = Callable[[], object]


def before_read(number: int, rival: Act, patch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let ``rival`` act before the ``number``-th read of an order or a refund; how many reads there were."""
    seen = 0

    def watched(read: Callable[[str], Any]) -> Callable[[str], Any]:
        def reading(key: str) -> Any:
            nonlocal seen
            seen += 1
            if seen == number:
                patch.undo()
                rival()
            return read(key)

        return reading

    for name in ("find", "find_refund"):
        patch.setattr(orders, name, watched(getattr(orders, name)))
    return lambda: seen


@pytest.mark.parametrize("rival", ["reserve", "refuse", "cancel"])
@pytest.mark.parametrize("mine", ["reserve", "refuse", "cancel"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_two_decide_on_what_is_asked(
    who: shop.People, peer: WeChatPay, number: int, mine: str, rival: str
) -> None:
    """A refusal, or the same once more; and the order holds what its one refund says."""
    order_id = shop.paid_order(peer, who).order_id
    refund = shop.ask(order_id, Slice(1, 2))
    steps: dict[str, Act] = {
        "reserve": lambda: reserve_refund(refund.refund_id),
        "refuse": lambda: refuse_refund(refund.refund_id, said="商品已使用"),
        "cancel": lambda: cancel_refund(refund),
    }
    with pytest.MonkeyPatch.context() as patch:
        reads = before_read(number, steps[rival], patch)
        try:
            steps[mine]()
        except Conflict:
            assert mine != rival or mine == "refuse"
        assert reads() >= number
    found, order = orders.load_refund(refund.refund_id), orders.load(order_id)
    assert found.status == {"reserve": "RESERVED", "refuse": "REFUSED", "cancel": "CANCELLED"}[rival]
    assert order.refund_reserved_fen == (6_666 if rival == "reserve" else 0)


@pytest.mark.parametrize("is_repeat", [False, True], ids=["the first attempt", "a repeat"])
def test_a_sender_who_is_overtaken_by_another_and_by_the_end(
    who: shop.People, peer: WeChatPay, world: Clock, is_repeat: bool
) -> None:
    """Invariant 5: it read RESERVED or SENT; meanwhile WeChat's word of the end was posted.
    The end stays, and WeChat is not told once more."""
    order_id = shop.paid_order(peer, who).order_id
    refund_id = shop.reserved(order_id, Slice(1, 2)).refund_id
    if is_repeat:
        send_refund(refund_id)
        world.advance(minutes=6)

    def rival() -> None:
        if not is_repeat:
            send_refund(refund_id)
        post_refund(peer.end_refund(refund_id))

    with pytest.MonkeyPatch.context() as patch:
        reads = before_read(2, rival, patch)
        assert send_refund(refund_id) is None
        assert reads() >= 2
    assert orders.load_refund(refund_id).status == "POSTED"
    assert peer.calls.count("refund") == 1


@pytest.mark.parametrize("number", [1, 2])
def test_two_notices_of_one_end(who: shop.People, peer: WeChatPay, number: int) -> None:
    """Invariant 22: the second finds it posted."""
    order_id = shop.paid_order(peer, who).order_id
    refund_id = shop.reserved(order_id, Slice(1, 2)).refund_id
    send_refund(refund_id)
    notice = peer.end_refund(refund_id)
    with pytest.MonkeyPatch.context() as patch:
        reads = before_read(number, lambda: post_refund(notice), patch)
        post_refund(notice)
        assert reads() >= number
    order = orders.load(order_id)
    assert (order.refunded_fen, order.refund_reserved_fen) == (6_666, 0)


def test_the_same_end_posted_before_the_commissions_are_read(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 11, 22: what was counted meanwhile is not counted again, nor is it anybody's bug."""
    order_id = shop.paid_order(peer, who).order_id
    refund_id = shop.reserved(order_id, Slice(1, 3)).refund_id
    send_refund(refund_id)
    notice = peer.end_refund(refund_id)
    read = commissions.of_order

    def reading(asked: str) -> list[Commission]:
        patch.undo()
        post_refund(notice)
        return read(asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commissions, "of_order", reading)
        post_refund(notice)
    assert orders.load_refund(refund_id).status == "POSTED"
    assert {row.rule: row.clawed_fen for row in read(order_id)} == {"L1": 999, "L2": 499}
