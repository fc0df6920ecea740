"""Placing an order: the server's price, frozen terms, reserved stock, once (O1)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.rules import NoDelivery, Sku
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions import store as commissions
from chalicelib.inventory import store as inventory
from chalicelib.inventory.rules import OutOfStock
from chalicelib.kernel import aws, clock
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import AddressUnknown, MemberBlocked
from chalicelib.orders import store
from chalicelib.orders.place import Placement, place
from chalicelib.orders.quote import quote
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.rules import MAX_LINES, CannotBuy, PriceChanged, TooManyUnpaid, TotalOutOfRange
from tests.marketing import campaigns
from tests.orders.shop import NOWHERE, WEST, Shop, add_to_shelf
from tests.support import world as support


def test_the_figure_of_the_demo(shop: Shop) -> None:
    """3 × ¥33.33, 1 × ¥10.01, freight ¥12; lines and freight sum to the total exactly."""
    order = shop.place()
    assert [line.goods_fen for line in order.lines] == [9_999, 1_001]
    assert (order.goods_fen, order.freight_fen, order.total_fen) == (11_000, 1_200, 12_200)
    assert sum(line.paid_fen for line in order.lines) + order.freight_fen == order.total_fen
    assert order.status == "UNPAID"
    assert order.expires_at == clock.now() + timedelta(minutes=30)
    assert store.load(order.order_id) == order


def test_freight_follows_the_address(shop: Shop) -> None:
    assert shop.place(address_id=WEST).freight_fen == 2_500
    with pytest.raises(NoDelivery):
        shop.place(address_id=NOWHERE, key="order-0002", expected_total_fen=1)


def test_a_distributor_pays_the_price_of_its_level(shop: Shop) -> None:
    """P1: the member price is of the buyer's own level; others pay retail."""
    big = shop.wanted(shop.tea, 1, 1)
    assert shop.place(big, buyer_id=shop.b).lines[0].price_fen == 7_000
    assert shop.place(big, buyer_id=shop.c).lines[0].price_fen == 7_900


def test_the_chain_and_the_plan_are_frozen(shop: Shop) -> None:
    """Design §2: what is paid to whom is decided at placement."""
    order = shop.place()
    assert [(one.member_id, one.level) for one in order.terms.payees] == [(shop.b, 1), (shop.a, 2)]
    assert [line.grants[0].rate_bps for line in order.terms.lines] == [1_000, 1_000]
    assert order.chain == (shop.b, shop.a)


def test_the_chain_is_kept_beyond_those_who_are_paid(shop: Shop) -> None:
    """R5: a team counts its orders whether or not the plan pays that upline."""
    commissions.forget_plans()
    clock_before = support.START - timedelta(days=1)
    clock.install(lambda: clock_before)  # no plan is in force yet
    order = shop.place()
    assert order.terms.payees == ()
    assert store.load(order.order_id).chain == (shop.b, shop.a)


def test_stock_is_reserved_and_never_oversold(shop: Shop) -> None:
    """Invariant 21."""
    shop.place(shop.wanted(shop.tea, 0, 4))
    shop.place(shop.wanted(shop.tea, 0, 4), key="order-0002")
    assert shop.left(shop.tea) == 2
    with pytest.raises(CannotBuy, match="只剩 2 件"):
        shop.place(shop.wanted(shop.tea, 0, 3), key="order-0003")
    assert shop.left(shop.tea) == 2


def test_the_last_piece_goes_to_one_of_many(shop: Shop) -> None:
    """Invariant 21 under a race: five orders at once for what is enough for two."""
    quoted = quote(shop.c, [shop.wanted(shop.tea, 0, 5)], province="广东省").total_fen
    barrier, outcomes = threading.Barrier(5), []

    def buy(number: int) -> None:
        barrier.wait()
        try:
            shop.place(shop.wanted(shop.tea, 0, 5), key=f"order-{number:04d}", expected_total_fen=quoted)
            outcomes.append("placed")
        except (OutOfStock, CannotBuy):
            outcomes.append("sold out")

    _together(buy, 5)
    assert sorted(outcomes) == ["placed"] * 2 + ["sold out"] * 3
    assert shop.left(shop.tea) == 0


def test_the_same_key_gives_the_same_order(shop: Shop) -> None:
    first = shop.place()
    again = shop.place(expected_total_fen=first.total_fen)
    assert again == first
    assert shop.left(shop.tea) == 7


def test_the_same_key_at_the_same_moment_gives_one_order(shop: Shop) -> None:
    """Design §3: raced, the loser finds the winner's order."""
    barrier, found = threading.Barrier(4), []

    def buy(number: int) -> None:
        barrier.wait()
        found.append(shop.place(expected_total_fen=12_200).order_id)

    _together(buy, 4)
    assert len(found) == 4 and len(set(found)) == 1
    assert shop.left(shop.tea) == 7


def test_the_same_key_with_other_content_is_refused(shop: Shop) -> None:
    shop.place()
    with pytest.raises(KeyReused):
        shop.place(shop.wanted(shop.tea, 0, 1))


def test_keys_of_two_buyers_do_not_meet(shop: Shop) -> None:
    assert shop.place(buyer_id=shop.b).order_id != shop.place(buyer_id=shop.c).order_id


def test_a_price_the_buyer_has_not_seen_is_refused_with_the_new_one(shop: Shop) -> None:
    with pytest.raises(PriceChanged) as refused:
        shop.place(expected_total_fen=12_199)
    assert "¥122.00" in refused.value.detail
    assert refused.value.facts["quote"].quote.total_fen == 12_200
    assert store.of_buyer(shop.c, None, limit=10, cursor=None).items == []


def test_what_is_off_the_shelf_or_over_the_limit_cannot_be_bought(shop: Shop) -> None:
    """P1: on/off shelf, limits; the limit is of the product, over its articles."""
    with pytest.raises(CannotBuy, match="每单限购 5 件"):
        shop.place(shop.wanted(shop.tea, 0, 3), shop.wanted(shop.tea, 1, 3), expected_total_fen=1)
    set_shelf(shop.samples.product_id, is_on_shelf=False, version=shop.samples.version)
    with pytest.raises(CannotBuy, match="下架"):
        shop.place()


def test_a_sku_named_twice_is_one_line(shop: Shop) -> None:
    one = shop.wanted(shop.tea, 0, 1)
    order = shop.place(one, one)
    assert [(line.quantity, line.goods_fen) for line in order.lines] == [(2, 6_666)]


def test_amounts_have_limits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.orders.place.MAX_TOTAL_FEN", 12_199)
    with pytest.raises(TotalOutOfRange):
        shop.place()


@pytest.mark.parametrize("refusal", ["price", "stock", "address"])
def test_a_refused_placement_changes_nothing(shop: Shop, refusal: str) -> None:
    """Invariant 17."""
    before = support.dump_all()
    with pytest.raises((PriceChanged, OutOfStock, AddressUnknown)):
        if refusal == "price":
            shop.place(expected_total_fen=1)
        elif refusal == "address":
            place(Placement(shop.c, "mp", "order-0001", "f", shop.basket, "AD-OTHER", 12_200))
        else:
            _sold_out_meanwhile(shop)
    if refusal != "stock":
        assert support.dump_all() == before
    assert store.of_buyer(shop.c, None, limit=10, cursor=None).items == []


def _sold_out_meanwhile(shop: Shop) -> None:
    """The stock goes between the quote and the commit: only the transaction can tell."""
    sku_id = shop.tea.skus[0].sku_id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory, "available", lambda sku_ids: dict.fromkeys(sku_ids, 99))
        commit(inventory.adjust_stock(sku_id, -8))
        shop.place()


def test_nobody_holds_the_shop_with_unpaid_orders(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust A6.6: each unpaid order holds stock."""
    monkeypatch.setattr("chalicelib.orders.place.MAX_UNPAID", 1)
    first = shop.place()
    with pytest.raises(TooManyUnpaid):
        shop.place(key="order-0002")
    shop.pay(first)
    assert shop.place(key="order-0002").status == "UNPAID"


def test_a_blocked_member_cannot_buy(shop: Shop) -> None:
    commit(members.set_status(members.load(shop.c), "BLOCKED", reason="违规"))
    with pytest.raises(MemberBlocked):
        shop.place()


def test_the_payer_is_the_identity_of_the_app_one_is_in(shop: Shop) -> None:
    """O1: WeChat Pay needs the openid of the appid in use; a web session has none and may place."""
    assert (shop.place().payer_appid, shop.place().payer_openid) == (config().mp_appid, "o-c")
    web = shop.place(key="order-0002", via="web")
    assert (web.payer_appid, web.payer_openid) == (None, None)
    assert shop.place(key="order-0003", via="oa").payer_openid is None


def test_the_receiver_is_sealed_on_the_order(shop: Shop) -> None:
    """N4: who and where exactly is unreadable in the table."""
    order = shop.place()
    assert store.receiver_of(order) == ("李雷", "13800138000", "某路 1 号")
    assert order.ship_to.province == "广东省"
    stored = "".join(support.dump("orders"))
    assert "13800138000" not in stored and "李雷" not in stored and "某路" not in stored


def test_an_address_changed_later_moves_no_parcel(shop: Shop) -> None:
    order = shop.place()
    book, version = members.address_book(shop.c)
    moved = tuple(replace(one, street="别处") for one in book)
    commit(members.put_address_book(shop.c, moved, version=version))
    assert store.receiver_of(store.load(order.order_id))[2] == "某路 1 号"


def test_without_a_plan_an_order_earns_nobody_anything(shop: Shop) -> None:
    order = shop.place(buyer_id=shop.a)
    assert order.terms.payees == ()


def test_the_longest_order_is_one_transaction(shop: Shop) -> None:
    """Order, counter and reservation of each line, coupon, points and their entry; nineteen items are
    left for a binding at purchase and one for the claim of a first order."""
    freight_id, category_id = shop.tea.freight_template_id, shop.tea.category_id
    assert freight_id is not None
    goods = [Sku("", f"{number} 号", Fen(100)) for number in range(MAX_LINES)]
    many = add_to_shelf("四十种茶", category_id, freight_id, *goods, limit_per_order=None)
    sizes: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        real = aws.client("dynamodb").transact_write_items

        def sized(**request: Any) -> Any:
            sizes.append(len(request["TransactItems"]))
            return real(**request)

        patch.setattr(aws.client("dynamodb"), "transact_write_items", sized)
        coupon = campaigns.coupon(shop.c, off_fen=200, threshold_fen=0)
        campaigns.points(shop.c, 5)
        sizes.clear()
        basket = [shop.wanted(many, number, 1) for number in range(MAX_LINES)]
        order = shop.place(*basket, redeem=Redeem(coupon.coupon_id, 5))
    assert len(order.lines) == MAX_LINES
    assert sizes == [1 + 2 * MAX_LINES + 3] and sizes[0] + 19 + 1 <= 100


def _together(act: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=act, args=(one,)) for one in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
