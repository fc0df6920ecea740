"""Points that buying brings: once, at the good end, netted by any refunds (W6, invariants 11, 19)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app  # noqa: F401 - opens the front door, which loads settings of its own
from chalicelib.content import store as content
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.jobs import deliver
from chalicelib.orders import store
from chalicelib.orders.complete import complete
from chalicelib.orders.jobs import complete_by_itself
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.rules import Order, OrderMoved
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.jobs import tell_of_points
from chalicelib.wallet.move_points import PointsMoved, spend_points
from chalicelib.wallet.points_for import points_for
from tests.conftest import Policy
from tests.marketing import campaigns
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock


@pytest.fixture(autouse=True)
def a_point_for_each_ten_yuan(shop: Shop, policies: Policy) -> None:
    policies.put("points_earning", purchase_fen_per_point=1_000)


def held(shop: Shop) -> tuple[int, int]:
    found = wallet.find_points(shop.c)
    return found.available, found.debt


def completed(shop: Shop, world: Clock, order: Order | None = None) -> Order:
    """3 × ¥33.33 and 1 × ¥10.01, received, the window over: ¥110.00 of goods."""
    received = receive(shop.shipped(order or shop.paid()))
    world.advance(days=8)
    assert complete_by_itself() == 1
    return store.load(received.order_id)


def _only(shop: Shop) -> Order:
    (found,) = store.of_buyer(shop.c, None, limit=5, cursor=None).items
    return found


class TestEarning:
    def test_nothing_before_the_good_end_then_once(self, shop: Shop, world: Clock) -> None:
        """¥110.00 paid for goods, ¥12 of freight count nothing: eleven points."""
        order = shop.paid()
        receive(shop.shipped(order))
        assert held(shop) == (0, 0)
        world.advance(days=8)
        assert complete_by_itself() == 1 and held(shop) == (11, 0)
        assert complete_by_itself() == 0 and held(shop) == (11, 0)
        with pytest.raises(OrderMoved):
            complete(store.load(order.order_id))
        entry = wallet.load_entry(f"EARN:{order.order_id}")
        assert {one.account: one.points for one in entry.points} == {
            "points:issued": -11,
            f"p:{shop.c}:available": 11,
        }

    def test_an_older_copy_of_the_order_brings_nothing_more(self, shop: Shop, world: Clock) -> None:
        """Invariant 22: the edge and the points are one transaction."""
        receive(shop.shipped(shop.paid()))
        world.advance(days=8)
        copy = _only(shop)
        complete(copy)
        with pytest.raises((OrderMoved, ConditionFailed)):
            complete(copy)
        assert held(shop) == (11, 0)

    def test_what_coupon_and_points_paid_brings_none(self, shop: Shop, world: Clock) -> None:
        """110 yuan less 20 by coupon less 30 by points: 60 in money, six points beside the 70 kept."""
        coupon = campaigns.coupon(shop.c)
        campaigns.points(shop.c, 100)
        order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id, 30)))
        completed(shop, world, order)
        assert held(shop) == (76, 0)

    def test_the_rule_is_the_one_of_the_placement(self, shop: Shop, world: Clock, policies: Policy) -> None:
        order = shop.paid()
        policies.put("points_earning", purchase_fen_per_point=10)
        completed(shop, world, order)
        assert held(shop) == (11, 0)

    def test_off_means_none(self, shop: Shop, world: Clock, policies: Policy) -> None:
        policies.put("points_earning")
        completed(shop, world)
        assert held(shop) == (0, 0)

    def test_the_buyer_reads_of_it_once(self, shop: Shop, world: Clock) -> None:
        """N2: the notice names the points and the order."""
        order = completed(shop, world)
        items = aws.client("dynamodb").scan(TableName="fenxiao-test-journal")["Items"]
        records = [
            {"eventID": one["entry_id"]["S"], "dynamodb": {"NewImage": one, "SequenceNumber": "1"}}
            for one in items
        ]
        for _ in range(2):
            assert deliver("journal", records, [tell_of_points]) == []
        told = [
            one for one in content.notices(shop.c, limit=20, cursor=None).items if one.kind == "points_earned"
        ]
        assert len(told) == 1 and "11" in told[0].text and order.order_id in told[0].text


class TestRefunds:
    def test_before_the_end_they_only_leave_less(self, shop: Shop, world: Clock) -> None:
        """One pack of ¥33.33 goes back: ¥76.67 stay, seven points."""
        order = shop.paid()
        receive(shop.shipped(order))
        shop.pay_back(shop.ask(order, Slice(1, 1)))
        world.advance(days=8)
        complete_by_itself()
        assert held(shop) == (7, 0)

    def test_after_the_end_they_take_back_what_is_there_and_then_a_debt(
        self, shop: Shop, world: Clock
    ) -> None:
        """Eleven earned and nine spent; all goods go back: two are taken, nine are owed (W1)."""
        order = completed(shop, world)
        before = wallet.find_points(shop.c)
        commit(book_points(before, spend_points(before, 9)))
        shop.pay_back(shop.ask(order, Slice(1, 3), Slice(2, 1), by="ST1"))
        assert held(shop) == (0, 9)
        assert store.load(order.order_id).status == "CLOSED"

    @pytest.mark.parametrize("parts", [(1, 1, 1), (2, 1), (3,), (1, 2)])
    def test_any_slices_end_equal(self, shop: Shop, world: Clock, parts: Sequence[int]) -> None:
        """Invariant 11: three packs of ¥33.33 back in whatever parts leave ¥10.01, one point."""
        order = completed(shop, world)
        for number, quantity in enumerate(parts):
            world.advance(minutes=2)
            now = store.load(order.order_id)
            shop.pay_back(shop.ask(now, Slice(1, quantity), key=f"refund-{number:04d}", by="ST1"))
        assert held(shop) == (1, 0)

    def test_the_last_refund_before_the_end_and_the_first_after_it(self, shop: Shop, world: Clock) -> None:
        order = shop.paid()
        receive(shop.shipped(order))
        shop.pay_back(shop.ask(order, Slice(1, 1)))
        world.advance(days=8)
        complete_by_itself()
        shop.pay_back(shop.ask(store.load(order.order_id), Slice(1, 2), key="refund-0002", by="ST1"))
        assert held(shop) == (1, 0)

    @given(
        paid=st.integers(0, 10**9),
        rule=st.integers(0, 10**6),
        cuts=st.lists(st.integers(0, 10**9), max_size=6),
    )
    def test_what_is_taken_back_telescopes(self, paid: int, rule: int, cuts: list[int]) -> None:
        """Invariant 11 for points: never below zero, and what is left is always that of what is kept."""
        kept, earned = paid, points_for(paid, rule)
        for cut in cuts:
            after = kept - min(cut, kept)
            taken = points_for(kept, rule) - points_for(after, rule)
            assert taken >= 0
            earned, kept = earned - taken, after  # type: ignore[assignment]
        assert earned == points_for(kept, rule)


class TestRaces:
    def test_points_that_move_meanwhile_are_read_again(
        self, shop: Shop, world: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A grant comes between the reading and the commit: both are there."""
        receive(shop.shipped(shop.paid()))
        world.advance(days=8)
        real, given_points = book_points, []

        def late(before, move):  # type: ignore[no-untyped-def]
            if not given_points:
                given_points.append(True)
                campaigns.points(shop.c, 5)
            return real(before, move)

        monkeypatch.setattr("chalicelib.orders.earned_points.book_points", late)
        complete(_only(shop))
        assert held(shop) == (16, 0)

    def test_points_that_keep_moving_leave_the_order_for_the_next_run(
        self, shop: Shop, world: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive(shop.shipped(shop.paid()))
        world.advance(days=8)
        real = wallet.find_points
        monkeypatch.setattr(
            "chalicelib.orders.earned_points.wallet.find_points",
            lambda member_id: type(real(member_id))(member_id, version=9),
        )
        with pytest.raises(PointsMoved):
            complete(_only(shop))
        assert _only(shop).status == "RECEIVED"


class TestDoors:
    def test_quote_and_order_say_what_they_bring(self, shop: Shop, world: Clock) -> None:
        token = api.member_token(shop.c)
        lines = [
            {"product_id": one.product_id, "sku_id": one.sku_id, "quantity": one.quantity}
            for one in shop.basket
        ]
        assert api.post("/shop/quote", {"lines": lines}, token=token).json["earns_points"] == 11
        order = shop.paid()
        seen = api.get(f"/shop/orders/{order.order_id}", token=token).json
        assert seen["earns_points"] == 11
        completed(shop, world, order)
        shop.pay_back(shop.ask(store.load(order.order_id), Slice(1, 3), by="ST1"))
        token = api.member_token(shop.c)
        assert api.get(f"/shop/orders/{order.order_id}", token=token).json["earns_points"] == 1

    def test_the_quote_says_whose_link_the_order_will_count_for(self, shop: Shop) -> None:
        """R2: what the order then freezes; a code that is not good keeps nobody from buying."""
        token = api.member_token(shop.c)
        lines = [
            {"product_id": one.product_id, "sku_id": one.sku_id, "quantity": one.quantity}
            for one in shop.basket
        ]

        def quoted(code: str | None) -> tuple[bool, str | None]:
            told = api.post("/shop/quote", {"lines": lines, "share_code": code}, token=token).json
            assert sum(one["net_fen"] for one in told["lines"]) == told["goods_fen"]
            return told["is_shared"], told["share_problem"]

        made = make_code(shop.a).code
        assert quoted(made) == (True, None) and quoted(None) == (False, None)
        assert shop.place(share_code=made).sharer_id == shop.a
        is_shared, problem = quoted("NOSUCH00")
        assert not is_shared and problem is not None and "没有找到" in problem
        token = api.member_token(shop.a)
        is_shared, problem = quoted(made)
        assert not is_shared and problem is not None and "自己" in problem
