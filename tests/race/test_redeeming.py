"""One coupon, one purse of points, the last of a campaign: sixteen at once (invariants 18, 19)."""

from typing import Any

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.marketing import store as marketing
from chalicelib.orders import store as orders
from chalicelib.orders.cancel import cancel
from chalicelib.orders.close import close
from chalicelib.orders.redeem import Redeem
from chalicelib.wallet import store as wallet
from tests.conftest import Policy
from tests.marketing import campaigns
from tests.orders.shop import Shop, open_shop
from tests.payments.fakes import WeChatPay
from tests.race.harness import MANY, Together
from tests.race.test_buying import body, place
from tests.support import api
from tests.support.world import dump


@pytest.fixture
def shop(peer: WeChatPay) -> Shop:
    made = open_shop(peer)
    distributors.forget_levels()
    return made


def order_of(shop: Shop, off_fen: int, **redeem: Any) -> dict[str, Any]:
    """An order of two packs of tea with this much off."""
    wanted = {**body(shop, 2), **redeem}
    return {**wanted, "expected_total_fen": wanted["expected_total_fen"] - off_fen}


def test_one_coupon_and_sixteen_orders(together: Together, shop: Shop) -> None:
    """Invariant 18: used once; whoever comes too late is told, and holds no stock."""
    coupon = campaigns.coupon(shop.c)
    wanted = order_of(shop, 2_000, coupon_id=coupon.coupon_id)
    told = together(*[lambda n=n: place(shop.c, wanted, f"order-{n:04d}") for n in range(MANY)])  # type: ignore[misc]
    assert told["201"] == 1, told
    assert told["409 CANNOT_REDEEM"] + told["409 COUPON_MOVED"] == MANY - 1, told
    assert shop.left(shop.tea) == 8 and len(dump("orders")) == 1


def test_a_purse_of_points_and_sixteen_orders(together: Together, shop: Shop) -> None:
    """Invariant 19: a hundred points pay three orders of thirty at most, and never a fourth."""
    campaigns.points(shop.c, 100)
    wanted = order_of(shop, 3_000, points=30)
    told = together(*[lambda n=n: place(shop.c, wanted, f"order-{n:04d}") for n in range(MANY)])  # type: ignore[misc]
    assert 1 <= told["201"] <= 3, told
    assert wallet.find_points(shop.c).available == 100 - 30 * told["201"]


def test_the_last_five_coupons_and_sixteen_members(together: Together, shop: Shop) -> None:
    """Invariant 18: five are claimed, over eight counters none too many."""
    made = campaigns.campaign(quantity=5)
    door = f"/shop/coupon-offers/{made.template_id}/claim"

    def claim(number: int) -> Any:
        return api.post(door, token=api.member_token(f"MB{number}"), key="claim-0001")

    told = together(*[lambda n=n: claim(n) for n in range(MANY)])  # type: ignore[misc]
    assert (told["201"], told["409 SOLD_OUT"]) == (5, MANY - 5), told
    assert sum(marketing.left(made.template_id).values()) == 0
    assert len(dump("coupons")) == 5


def test_a_limit_of_two_and_sixteen_taps(together: Together, shop: Shop) -> None:
    """Invariant 18: one member takes two, however fast."""
    made = campaigns.campaign(limit=2)
    door = f"/shop/coupon-offers/{made.template_id}/claim"
    token = api.member_token(shop.c)
    told = together(*[lambda n=n: api.post(door, token=token, key=f"claim-{n:04d}") for n in range(MANY)])  # type: ignore[misc]
    assert told["201"] == 2 and len(dump("coupons")) == 2, told


def test_cancelling_and_closing_give_back_once(together: Together, shop: Shop) -> None:
    """Invariants 18, 19, 22: whoever ends the order, coupon and points come back once."""
    campaigns.points(shop.c, 100)
    coupon = campaigns.coupon(shop.c)
    order = shop.place(redeem=Redeem(coupon.coupon_id, 30))
    acts = [lambda: cancel(order, reason="BUYER"), lambda: close(order.order_id)] * (MANY // 2)
    together(*acts)
    assert orders.load(order.order_id).status == "CLOSED"
    assert wallet.find_points(shop.c).available == 100
    assert marketing.load_coupon(shop.c, coupon.coupon_id).status == "UNUSED"


def test_sixteen_taps_on_one_day(together: Together, shop: Shop, policies: Policy) -> None:
    """W6, invariant 19: whoever taps how often, one day brings its points once."""
    policies.put("points_earning", check_in_points=2)
    token = api.member_token(shop.c)
    told = together(*[lambda: api.post("/shop/check-in", token=token) for _ in range(MANY)])
    assert told == {"200": MANY}, told
    assert wallet.find_points(shop.c).available == 2
    assert len([one for one in dump("journal") if "CHECKIN:" in one]) == 1


def test_one_purse_and_sixteen_exchanges(together: Together, shop: Shop) -> None:
    """W6, invariants 18 and 19: a hundred points buy three coupons of thirty at most."""
    campaigns.points(shop.c, 100)
    made = campaigns.campaign(limit=100, points_price=30)
    token, door = api.member_token(shop.c), f"/shop/points-offers/{made.template_id}/exchange"

    def exchange(number: int) -> Any:
        return api.post(door, token=token, key=f"exchange-{number:04d}")

    told = together(*[lambda n=n: exchange(n) for n in range(MANY)])  # type: ignore[misc]
    assert 1 <= told["201"] <= 3, told
    assert wallet.find_points(shop.c).available == 100 - 30 * told["201"]
    assert len(dump("coupons")) == told["201"] == 100 - sum(marketing.left(made.template_id).values())
