"""Orders with coupon and points: held at placement, back once, restored by refunds (O1, O2, O4, W6, A1)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.catalog.rules import Sku
from chalicelib.commissions import store as commissions
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store as marketing
from chalicelib.marketing.rules import Coupon
from chalicelib.orders import store
from chalicelib.orders.cancel import cancel
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import CannotRedeem, Order, PriceChanged
from chalicelib.payments.jobs import close_unpaid, look_at_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.rules import OrderNotPayable
from chalicelib.payments.settle_free import settle_free
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.expire_lots import expire_lots
from chalicelib.wallet.move_points import claw_points
from tests.conftest import Policy
from tests.marketing import campaigns
from tests.orders.shop import Shop, add_to_shelf
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock


@pytest.fixture
def coupon(shop: Shop) -> Coupon:
    return campaigns.coupon(shop.c)


@pytest.fixture
def points(shop: Shop) -> None:
    campaigns.points(shop.c, 100)


def held(shop: Shop) -> int:
    return wallet.find_points(shop.c).available


def state(shop: Shop, coupon: Coupon) -> tuple[str, str | None]:
    found = marketing.load_coupon(shop.c, coupon.coupon_id)
    return found.status, found.order_id


@pytest.mark.usefixtures("points")
class TestPlacing:
    def test_the_discount_stands_on_the_lines_and_in_the_books(self, shop: Shop, coupon: Coupon) -> None:
        """110 yuan of goods, 20 by coupon, 30 by points: 60 and the freight in money."""
        order = shop.place(redeem=Redeem(coupon.coupon_id, 30))
        assert [(one.coupon_fen, one.points_fen, one.points, one.paid_fen) for one in order.lines] == [
            (1_818, 2_727, 27, 5_454),
            (182, 273, 3, 546),
        ]
        assert (order.total_fen, order.coupon_fen, order.points, order.points_fen) == (
            7_200,
            2_000,
            30,
            3_000,
        )
        assert all(one.discount_fen == one.coupon_fen + one.points_fen for one in order.lines)
        assert store.load(order.order_id) == order
        assert (held(shop), state(shop, coupon)) == (70, ("USED", order.order_id))
        spent = {one.account: one.points for one in wallet.load_entry(f"SPEND:{order.order_id}").points}
        assert spent == {"points:spent": 30, f"p:{shop.c}:available": -30}

    def test_commission_is_earned_on_what_was_paid_in_money(self, shop: Shop, coupon: Coupon) -> None:
        """Design §2: after coupons and points, without freight: ten per cent of 54.54 and of 5.46."""
        order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id, 30)))
        earned = {row.payee_id: row.amount_fen for row in commissions.of_order(order.order_id)}
        assert earned[shop.b] == 545 + 54

    def test_the_same_key_again_uses_nothing_twice(self, shop: Shop, coupon: Coupon) -> None:
        wanted = Redeem(coupon.coupon_id, 30)
        first = shop.place(redeem=wanted)
        assert shop.place(redeem=wanted, expected_total_fen=1).order_id == first.order_id
        assert held(shop) == 70

    def test_a_used_coupon_and_too_many_points_are_refused_in_words(self, shop: Shop, coupon: Coupon) -> None:
        """Invariant 17: what is refused changes nothing."""
        shop.place(redeem=Redeem(coupon.coupon_id))
        before = support.dump_all()
        with pytest.raises(CannotRedeem, match="已经用过"):
            shop.place(redeem=Redeem(coupon.coupon_id), key="order-0002")
        with pytest.raises(CannotRedeem, match="最多可用 55 积分"):
            shop.place(redeem=Redeem(None, 60), key="order-0003")
        assert support.dump_all() == before

    def test_nobody_uses_anothers_coupon(self, shop: Shop, coupon: Coupon) -> None:
        """Trust A6.1: the owner is in the key."""
        with pytest.raises(CannotRedeem, match="没有找到"):
            shop.place(redeem=Redeem(coupon.coupon_id), buyer_id=shop.b)

    def test_a_total_without_the_discount_is_not_the_buyers_price(self, shop: Shop, coupon: Coupon) -> None:
        with pytest.raises(PriceChanged):
            shop.place(redeem=Redeem(coupon.coupon_id), expected_total_fen=12_200)

    def test_of_sixteen_orders_with_one_coupon_one_is_placed(self, shop: Shop, coupon: Coupon) -> None:
        """Invariant 18 under a race: used at most once."""
        barrier, outcomes = threading.Barrier(16), []

        def buy(number: int) -> None:
            barrier.wait()
            try:
                shop.place(
                    shop.wanted(shop.tea, 1, 1),
                    key=f"order-{number:04d}",
                    redeem=Redeem(coupon.coupon_id),
                    expected_total_fen=7_900 - 2_000 + 1_200,
                )
            except DomainError as refusal:
                outcomes.append(type(refusal).__name__)
            else:
                outcomes.append("placed")

        threads = [threading.Thread(target=buy, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("placed") == 1 and len(outcomes) == 16
        assert shop.left(shop.tea, 1) == 9, "the refused ones hold no stock"

    def test_placing_stays_one_commit(self, shop: Shop, coupon: Coupon, commits: Callable[[], int]) -> None:
        quoted = 12_200 - 2_000 - 3_000
        commits()
        shop.place(redeem=Redeem(coupon.coupon_id, 30), expected_total_fen=quoted)
        assert commits() == 1


@pytest.mark.usefixtures("points")
class TestDying:
    @pytest.mark.parametrize("how", ["cancel", "expire"])
    def test_everything_comes_back_once(self, shop: Shop, coupon: Coupon, how: str, world: Clock) -> None:
        """Invariants 18, 19, 22."""
        order = shop.place(redeem=Redeem(coupon.coupon_id, 30))
        if how == "cancel":
            cancel(order, reason="BUYER")
        else:
            world.advance(minutes=31)
            close_unpaid()
        assert store.load(order.order_id).status == "CLOSED"
        assert (held(shop), state(shop, coupon)) == (100, ("UNUSED", None))
        before = support.dump_all()
        close(order.order_id)
        assert support.dump_all() == before
        again = shop.place(redeem=Redeem(coupon.coupon_id, 30), key="order-0002")
        assert state(shop, coupon) == ("USED", again.order_id)

    def test_points_that_ran_out_meanwhile_live_one_day_more(self, shop: Shop, world: Clock) -> None:
        order = shop.place(redeem=Redeem(None, 30))
        (lot,) = wallet.lots(shop.c)
        world.moment = lot.expires_at
        expire_lots()
        assert held(shop) == 0
        close(order.order_id)
        assert held(shop) == 30
        world.advance(days=2)
        expire_lots()
        assert wallet.find_points(shop.c).available == wallet.find_points(shop.c).used == 0

    def test_an_order_that_was_paid_gives_nothing_back(self, shop: Shop, coupon: Coupon) -> None:
        order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id, 30)))
        with pytest.raises(DomainError):
            close(order.order_id)
        assert held(shop) == 70


@pytest.mark.usefixtures("points")
class TestRefunds:
    def test_points_come_back_by_units_and_the_coupon_with_the_last(
        self, shop: Shop, coupon: Coupon, world: Clock
    ) -> None:
        """Three units of 27 points: 9, 9, 9; the coupon when the whole order has gone back."""
        order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id, 30)))
        balances = []
        for number, one in enumerate([Slice(1, 1), Slice(1, 2), Slice(2, 1)]):
            shop.pay_back(shop.ask(order, one, key=f"refund-{number:04d}"))
            world.advance(minutes=2)
            balances.append(held(shop))
            assert state(shop, coupon)[0] == ("UNUSED" if number == 2 else "USED")
        assert balances == [79, 97, 100]
        after = store.load(order.order_id)
        assert (after.status, after.refunded_fen) == ("CLOSED", after.total_fen)
        entry = wallet.load_entry(f"REFUND:{after.refund_ids[0]}")
        assert {one.account for one in entry.points} == {"points:spent", f"p:{shop.c}:available"}
        assert commissions_left(order) == 0

    def test_a_coupon_that_ran_out_meanwhile_stays_used(
        self, shop: Shop, coupon: Coupon, world: Clock
    ) -> None:
        order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id)))
        world.advance(days=8)
        shop.pay_back(shop.ask(order, Slice(1, 3), Slice(2, 1)))
        assert state(shop, coupon) == ("USED", order.order_id)

    def test_a_debt_is_paid_off_by_what_a_refund_gives_back(self, shop: Shop) -> None:
        order = shop.pay(shop.place(redeem=Redeem(None, 55)))
        before = wallet.find_points(shop.c)
        move = claw_points(before, 60)
        commit(
            book_points(before, move),
            wallet.entry("ADJUST:1", clock.now(), [], {}, points=move.postings),
        )
        assert (held(shop), wallet.find_points(shop.c).debt) == (0, 15)
        shop.pay_back(shop.ask(order, Slice(1, 3), Slice(2, 1)))
        assert (held(shop), wallet.find_points(shop.c).debt) == (40, 0)


class TestNothingToPay:
    @pytest.fixture
    def free(self, shop: Shop, policies: Policy) -> Order:
        """Ten yuan and a fen of samples without freight: a coupon takes it all."""
        policies.put("points", max_share_bps=10_000)
        letter = add_to_shelf("电子贺卡", shop.samples.category_id, None, *_card())  # type: ignore[arg-type]
        made = campaigns.coupon(shop.c, off_fen=500, threshold_fen=0)
        campaigns.points(shop.c, 20)
        order = shop.place(shop.wanted(letter, 0, 3), redeem=Redeem(made.coupon_id, 10))
        assert order.total_fen == 0
        return order

    def test_it_is_paid_without_wechat_and_earns_nobody(self, shop: Shop, free: Order) -> None:
        """O1: the same settle logic, rows that say why, no money in the books."""
        assert settle_free(free.order_id) and settle_free(free.order_id)
        after = store.load(free.order_id)
        assert (after.status, after.transaction_id) == ("PAID", None)
        rows = commissions.of_order(free.order_id)
        assert {row.state for row in rows} == {"ZERO"} and len(rows) == 2
        assert not any(f"PAID:{free.order_id}" in item for item in support.dump("journal"))
        assert "pay" not in "".join(shop.peer.calls)

    def test_the_sweeper_settles_what_everybody_else_forgot(self, free: Order, world: Clock) -> None:
        world.advance(minutes=31)
        close_unpaid()
        assert store.load(free.order_id).status == "PAID"

    def test_wechat_is_never_asked_for_nothing(self, shop: Shop, free: Order) -> None:
        with pytest.raises(OrderNotPayable):
            prepay(shop.c, free.order_id, via="mp")

    def test_it_can_be_cancelled_until_it_is_paid(self, shop: Shop, free: Order) -> None:
        cancel(free, reason="BUYER")
        settle_free(free.order_id)
        assert store.load(free.order_id).status == "CLOSED" and held(shop) == 20

    def test_it_goes_back_whole(self, shop: Shop, free: Order) -> None:
        """Points and coupon come back, WeChat hears nothing."""
        settle_free(free.order_id)
        refund = shop.ask(store.load(free.order_id), Slice(1, 3))
        assert refund.amount_fen == 0
        reserve_refund(refund.refund_id)
        look_at_refund(refund.refund_id)
        after = store.load(free.order_id)
        assert (after.status, held(shop)) == ("CLOSED", 20)
        assert after.coupon_id is not None
        assert marketing.load_coupon(shop.c, after.coupon_id).status == "UNUSED"
        assert shop.peer.refunds == {}

    def test_its_owner_confirms_at_the_door(self, shop: Shop, free: Order) -> None:
        door = f"/shop/orders/{free.order_id}/free-payment"
        assert api.post(door, token=api.member_token(shop.b)).status == 404
        assert (
            api.get(f"/shop/orders/{free.order_id}", token=api.member_token(shop.c)).json["can_pay"] is False
        )
        assert api.post(door, token=api.member_token(shop.c)).json["status"] == "PAID"
        assert api.post(door, token=api.member_token(shop.c)).json["status"] == "PAID"
        other = shop.place(key="order-0009")
        assert (
            api.post(f"/shop/orders/{other.order_id}/free-payment", token=api.member_token(shop.c)).status
            == 409
        )


class TestDoors:
    def test_the_quote_tells_what_fits_and_the_order_keeps_it(self, shop: Shop, coupon: Coupon) -> None:
        campaigns.points(shop.c, 100)
        far = campaigns.coupon(shop.c, threshold_fen=50_000, of="campaign-2", name="满 500 减 20")
        token = api.member_token(shop.c)
        lines = [
            {"product_id": one.product_id, "sku_id": one.sku_id, "quantity": one.quantity}
            for one in shop.basket
        ]
        asked: dict[str, Any] = {"lines": lines, "address_id": "AD-HOME"}
        seen = api.post("/shop/quote", asked, token=token).json
        assert (seen["total_fen"], seen["best_coupon_id"], seen["max_points"]) == (
            12_200,
            coupon.coupon_id,
            55,
        )
        assert {one["coupon_id"]: one["problem"] for one in seen["coupons"]} == {
            coupon.coupon_id: None,
            far.coupon_id: "还差 ¥390.00 可用",
        }
        asked |= {"coupon_id": coupon.coupon_id, "points": 30}
        seen = api.post("/shop/quote", asked, token=token).json
        assert (seen["total_fen"], seen["coupon_fen"], seen["points_fen"]) == (7_200, 2_000, 3_000)
        wanted = {**asked, "expected_total_fen": 7_200}
        placed = api.post("/shop/orders", wanted, token=token, key="order-0001")
        assert placed.status == 201
        assert (placed.json["coupon_name"], placed.json["points"]) == ("满 50 减 20", 30)
        late = api.post("/shop/orders", wanted, token=token, key="order-0002")
        assert (late.status, late.json["code"]) == (409, "CANNOT_REDEEM")
        assert late.json["quote"]["coupon_problem"] == "这张券已经用过或失效了"

    def test_points_are_a_whole_number_not_below_zero(self, shop: Shop) -> None:
        asked = {"lines": [{"product_id": "P", "sku_id": "S", "quantity": 1}], "points": -1}
        token = api.member_token(shop.c)
        assert api.post("/shop/quote", asked, token=token).status == 422
        assert api.post("/shop/quote", {**asked, "points": 1.0}, token=token).status == 422


def commissions_left(order: Order) -> int:
    return sum(row.left_fen for row in commissions.of_order(order.order_id))


def _card() -> list[Any]:
    return [Sku("", "一张", Fen(500), cost_fen=Fen(1))]
