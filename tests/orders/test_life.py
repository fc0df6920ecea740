"""From payment to the good end, or to the close: each edge once, each verb one commit (O2, O3)."""

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.inventory import store as inventory
from chalicelib.kernel import clock
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.cancel import cancel
from chalicelib.orders.close import close
from chalicelib.orders.complete import complete
from chalicelib.orders.correct_parcel import AlreadyReshipped, ParcelUnknown, correct_parcel
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import (
    OrderAlreadyPaid,
    OrderMoved,
    OrderUnknown,
    Parcel,
    ParcelLine,
)
from chalicelib.orders.ship import MixedDelivery, NothingToShip, Shipment, TooManyParcels, packed, ship
from chalicelib.orders.tell_again import tell_again
from chalicelib.orders.tell_wechat import MAX_TRIES, tell_wechat
from chalicelib.payments.prepay import prepay
from chalicelib.wechat.pay import PayUnknown
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable
from tests.orders.conftest import Desk
from tests.orders.shop import STOCK, Shop
from tests.support.world import Clock

# -- closing ------------------------------------------------------------------------------------


def test_closing_gives_the_stock_back_once(shop: Shop, commits: Callable[[], int]) -> None:
    """Invariant 21: a dead order gives back once, however often it is closed."""
    order = shop.place()
    assert shop.left(shop.tea) == STOCK - 3
    commits()
    assert close(order.order_id).close_reason == "EXPIRED"
    assert commits() == 1
    assert close(order.order_id).status == "CLOSED"
    assert commits() == 0
    assert (shop.left(shop.tea), shop.left(shop.samples)) == (STOCK, STOCK)
    held = {one.sku_id: (one.held, one.released) for one in inventory.reservations(order.order_id)}
    assert set(held.values()) == {(0, 3), (0, 1)}


def test_closing_at_the_same_moment_gives_back_once(shop: Shop) -> None:
    order, barrier = shop.place(), threading.Barrier(4)

    def once() -> None:
        barrier.wait()
        with contextlib.suppress(OrderMoved):
            close(order.order_id)

    threads = [threading.Thread(target=once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load(order.order_id).status == "CLOSED"
    assert shop.left(shop.tea) == STOCK


def test_a_paid_order_is_not_closed(shop: Shop) -> None:
    order = shop.paid()
    with pytest.raises(OrderAlreadyPaid):
        close(order.order_id)
    assert shop.left(shop.tea) == STOCK - 3


def test_cancelling_closes_at_wechat_first(shop: Shop) -> None:
    """wechat.md §6.7: stock goes back only after WeChat takes no more money."""
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    cancel(store.load(order.order_id), reason="BUYER")
    assert shop.peer.trades[order.order_id]["trade_state"] == "CLOSED"
    closed = store.load(order.order_id)
    assert (closed.status, closed.close_reason) == ("CLOSED", "BUYER")
    assert cancel(closed, reason="BUYER") == closed


def test_what_was_paid_meanwhile_cannot_be_cancelled(shop: Shop) -> None:
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    shop.peer.buy(order.order_id)
    with pytest.raises(OrderAlreadyPaid):
        cancel(store.load(order.order_id), reason="BUYER")
    assert store.load(order.order_id).status == "UNPAID"
    assert shop.left(shop.tea) == STOCK - 3


def test_while_wechat_cannot_be_asked_nothing_is_cancelled(shop: Shop) -> None:
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    shop.peer.fail("close", PayUnknown("timeout"))
    with pytest.raises(PayUnknown):
        cancel(store.load(order.order_id), reason="BUYER")
    assert store.load(order.order_id).status == "UNPAID"


def test_an_order_of_the_web_is_cancelled_without_wechat(shop: Shop) -> None:
    order = shop.place(via="web")
    assert cancel(order, reason="BUYER").status == "CLOSED"
    assert shop.peer.calls == []


# -- shipping -----------------------------------------------------------------------------------


def test_shipping_everything(shop: Shop, commits: Callable[[], int]) -> None:
    order = shop.paid()
    commits()
    sent = shop.shipped(order)
    assert commits() == 1
    assert sent.status == "SHIPPED"
    assert sent.parcels[0].lines == (ParcelLine(1, 3), ParcelLine(2, 1))
    assert sent.receive_at == clock.now() + timedelta(days=10)
    assert shop.shipped(sent) == store.load(order.order_id)
    assert commits() == 0


def test_shipping_in_parts(shop: Shop) -> None:
    """O3: SHIPPED when all goods are out, not before."""
    order = shop.paid()
    first = shop.shipped(order, ParcelLine(1, 2), number="SF10000001")
    assert first.status == "PAID"
    with pytest.raises(NothingToShip):
        shop.shipped(order, ParcelLine(1, 2), number="SF10000002")
    last = shop.shipped(order, number="SF10000003")
    assert last.status == "SHIPPED"
    assert last.parcels[1].lines == (ParcelLine(1, 1), ParcelLine(2, 1))


def test_what_is_asked_back_stays_here(shop: Shop) -> None:
    order = shop.paid()
    shop.ask(order, Slice(1, 3))
    sent = shop.shipped(order)
    assert sent.status == "PAID"
    assert sent.parcels[0].lines == (ParcelLine(2, 1),)
    with pytest.raises(NothingToShip):
        shop.shipped(order, number="SF10000002")


def test_an_order_has_one_way_of_delivery_and_fifteen_parcels(shop: Shop) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 1))
    with pytest.raises(MixedDelivery):
        ship(order.order_id, Shipment("CITY"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.orders.ship.MAX_PARCELS", 1)
        with pytest.raises(TooManyParcels):
            shop.shipped(order, ParcelLine(1, 1), number="SF10000002")


@pytest.mark.parametrize("status", ["UNPAID", "SHIPPED", "CLOSED"])
def test_only_a_paid_order_is_shipped(shop: Shop, status: str) -> None:
    order = shop.place() if status != "SHIPPED" else shop.shipped(shop.paid())
    if status == "CLOSED":
        close(order.order_id)
    with pytest.raises(OrderMoved):
        ship(order.order_id, Shipment("EXPRESS", "ZTO", "ZT10000009"))


def test_a_parcel_is_corrected_once(shop: Shop, desk: Desk, commits: Callable[[], int]) -> None:
    """wechat.md §3.4: WeChat lets the shipping be corrected once."""
    order = shop.paid()
    with pytest.raises(ParcelUnknown):
        correct_parcel(order.order_id, 1, express_company="ZTO", tracking_number="ZT1")
    shop.shipped(order)
    tell_wechat(order.order_id)
    commits()
    right = correct_parcel(order.order_id, 1, express_company="ZTO", tracking_number="ZT10000001")
    assert commits() == 1
    assert (right.parcels[0].express_company, right.parcels[0].tracking_number) == ("ZTO", "ZT10000001")
    assert correct_parcel(order.order_id, 1, express_company="ZTO", tracking_number="ZT10000001") == right
    with pytest.raises(AlreadyReshipped):
        correct_parcel(order.order_id, 1, express_company="YTO", tracking_number="YT10000001")
    tell_wechat(order.order_id)
    assert desk.told[1]["shipping_list"][0]["express_company"] == "ZTO"


def test_a_parcel_is_corrected_only_on_its_way(shop: Shop) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 1))
    with pytest.raises(OrderMoved):
        correct_parcel(order.order_id, 1, express_company="ZTO", tracking_number="ZT10000001")


# -- telling WeChat -----------------------------------------------------------------------------


def test_wechat_is_told_the_parcel(shop: Shop, desk: Desk) -> None:
    """O3; SF needs the receiver's phone, and gets it masked."""
    order = shop.shipped(shop.paid())
    tell_wechat(order.order_id)
    (told,) = desk.told
    assert told["order_key"]["out_trade_no"] == order.order_id
    assert (told["delivery_mode"], told["logistics_type"]) == (1, 1)
    assert told["shipping_list"] == [
        {
            "item_desc": "高山绿茶×3；试饮小样×1",
            "tracking_no": "SF10000001",
            "express_company": "SF",
            "contact": {"receiver_contact": "138****8000"},
        }
    ]
    done = store.load(order.order_id).upload
    assert done is not None and (done.state, done.told, done.is_all_told) == ("DONE", 1, True)
    tell_wechat(order.order_id)
    assert len(desk.told) == 1


def test_parts_are_told_as_parts(shop: Shop, desk: Desk) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 1))
    tell_wechat(order.order_id)
    shop.shipped(order, number="SF10000002")
    tell_wechat(order.order_id)
    assert [told["is_all_delivered"] for told in desk.told[:1]] == [False]
    assert [len(told["shipping_list"]) for told in desk.told] == [1, 1]
    assert desk.told[1]["shipping_list"][0]["tracking_no"] == "SF10000002"


def test_parcels_of_one_telling_are_all_told(shop: Shop, desk: Desk) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 1))
    shop.shipped(order, number="SF10000002")
    tell_wechat(order.order_id)
    (told,) = desk.told
    assert (told["delivery_mode"], told["is_all_delivered"], len(told["shipping_list"])) == (2, True, 2)


@pytest.mark.parametrize(
    "problem", [WeChatRefused(10060001, "支付单不存在"), WeChatUnavailable()], ids=["not yet", "out of reach"]
)
def test_wechat_is_told_later(shop: Shop, desk: Desk, world: Clock, problem: Exception) -> None:
    """wechat.md §3.4: right after payment WeChat may not know it yet; the order does not wait."""
    order = shop.shipped(shop.paid())
    desk.refusals = [problem]
    tell_wechat(order.order_id)
    waiting = store.load(order.order_id)
    assert waiting.status == "SHIPPED"
    assert waiting.upload is not None and waiting.upload.state == "WAITING" and waiting.upload.tries == 1
    assert list(store.due_uploads(clock.now(), 9)) == []
    world.advance(seconds=30)
    assert list(store.due_uploads(clock.now(), 9)) == [order.order_id]
    tell_wechat(order.order_id)
    assert len(desk.told) == 1
    assert list(store.due_uploads(clock.now() + timedelta(days=1), 9)) == []


def test_a_refusal_is_kept_for_staff_and_tried_again_by_them(shop: Shop, desk: Desk) -> None:
    order = shop.shipped(shop.paid())
    desk.refusals = [WeChatRefused(268485216, "参数错误")]
    tell_wechat(order.order_id)
    refused = store.load(order.order_id).upload
    assert refused is not None and refused.state == "REFUSED" and "参数错误" in (refused.reason or "")
    tell_wechat(order.order_id)
    assert desk.told == []
    tell_again(order.order_id)
    tell_wechat(order.order_id)
    assert len(desk.told) == 1
    assert tell_again(order.order_id).upload == store.load(order.order_id).upload


def test_telling_has_an_end(shop: Shop, desk: Desk) -> None:
    """Everything has a limit; then staff see it."""
    order = shop.shipped(shop.paid())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.orders.tell_wechat.MAX_TRIES", 1)
        for _ in range(2):
            desk.refusals = [WeChatUnavailable()]
            tell_wechat(order.order_id)
    assert MAX_TRIES > 48
    upload = store.load(order.order_id).upload
    assert upload is not None and (upload.state, upload.due_at) == ("REFUSED", None)


def test_an_order_paid_elsewhere_is_not_uploaded(shop: Shop, desk: Desk) -> None:
    """Only payments of the mini-program are under its shipping management."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.orders.ship.config", lambda: _other_app())
        order = shop.shipped(shop.paid())
    assert order.upload is None
    tell_wechat(order.order_id)
    assert desk.told == []


def _other_app() -> object:
    class Other:
        mp_appid = config().oa_appid

    return Other()


# -- receipt and the end ------------------------------------------------------------------------


def test_receipt_starts_the_window(shop: Shop, commits: Callable[[], int]) -> None:
    """Invariant 12: commissions mature when the window ends, set in the receipt's own commit."""
    order = shop.shipped(shop.paid())
    commits()
    there = receive(order)
    assert commits() == 1
    assert there.after_sale_until == clock.now() + timedelta(days=7)
    rows = commissions.of_order(order.order_id)
    assert rows and {row.matures_at for row in rows} == {there.after_sale_until}
    assert receive(there) == there
    assert commits() == 0


@pytest.mark.parametrize("status", ["UNPAID", "PAID", "CLOSED"])
def test_only_what_was_shipped_is_received(shop: Shop, status: str) -> None:
    order = shop.paid() if status == "PAID" else shop.place()
    order = close(order.order_id) if status == "CLOSED" else order
    with pytest.raises(OrderMoved):
        receive(order)


def test_who_confirms_while_wechat_is_told_of_the_parcel_is_not_refused(shop: Shop, desk: Desk) -> None:
    """O3: the shipping was entered at WeChat between reading the order and receiving it."""
    seen = shop.shipped(shop.paid())
    tell_wechat(seen.order_id)
    assert len(desk.told) == 1
    assert receive(seen).status == "RECEIVED"
    assert store.load(seen.order_id).status == "RECEIVED"


def test_an_order_is_complete_after_its_window(shop: Shop, world: Clock, commits: Callable[[], int]) -> None:
    order = receive(shop.shipped(shop.paid()))
    with pytest.raises(OrderMoved):
        complete(order)
    world.advance(days=7)
    commits()
    assert complete(order).status == "COMPLETED"
    assert commits() == 1
    with pytest.raises(OrderMoved):
        complete(order)


def test_two_steps_from_one_reading_are_one(shop: Shop) -> None:
    """Invariant 5: the second of two who read the same order is refused, and nothing changes."""
    stale = shop.paid()
    shop.shipped(stale, ParcelLine(1, 1))
    parcel = Parcel(1, "EXPRESS", (ParcelLine(1, 3), ParcelLine(2, 1)), clock.now(), "SF", "SF10000009")
    with pytest.raises(OrderMoved):
        commit(store.replace_order(stale, packed(stale, parcel)))
    assert len(store.load(stale.order_id).parcels) == 1


def test_orders_of_others_are_unknown(shop: Shop) -> None:
    """Invariant 25."""
    order = shop.place()
    with pytest.raises(OrderUnknown):
        store.load_own(shop.b, order.order_id)
    with pytest.raises(OrderUnknown):
        store.load("OR0")
