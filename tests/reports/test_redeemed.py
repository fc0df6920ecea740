"""The audit knows coupons and points on orders (invariants 18, 19, 20)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store as marketing
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.rules import Order
from chalicelib.reports import audit as audit_file
from chalicelib.reports.audit import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.wallet import store as wallet
from tests.marketing import campaigns
from tests.orders.conftest import shop
from tests.orders.shop import Shop

__all__ = ["shop"]


@pytest.fixture(autouse=True)
def only_our_books(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """WeChat's bills and stock movements (made by a stream) are looked at in tests of their own."""
    monkeypatch.setattr(audit_file, "check_bills", lambda walked, at: BillCheck((), ()))
    monkeypatch.setattr(audit_file, "check_stock", lambda found: [])
    monkeypatch.setattr(audit_file.time, "sleep", lambda seconds: None)
    yield


@pytest.fixture
def order(shop: Shop) -> Order:
    """C's order, twenty yuan by coupon and thirty by points."""
    campaigns.points(shop.c, 100)
    coupon = campaigns.coupon(shop.c)
    return shop.place(redeem=Redeem(coupon.coupon_id, 30))


def found() -> set[int]:
    return {finding.invariant for finding in audit(is_full=True).findings}


def test_right_books_are_found_right_all_through_an_orders_life(shop: Shop, order: Order) -> None:
    assert found() == set()
    paid = shop.pay(order)
    assert found() == set()
    shop.pay_back(shop.ask(paid, Slice(1, 1)))
    assert found() == set()


def test_and_when_it_dies_or_goes_back_whole(shop: Shop, order: Order) -> None:
    close(order.order_id)
    assert found() == set()
    assert order.coupon_id is not None
    again = shop.pay(shop.place(redeem=Redeem(order.coupon_id, 30), key="order-0002"))
    shop.pay_back(shop.ask(again, Slice(1, 3), Slice(2, 1)))
    assert found() == set()


def test_a_coupon_used_elsewhere_is_found(shop: Shop, order: Order) -> None:
    assert order.coupon_id is not None
    coupon = marketing.load_coupon(shop.c, order.coupon_id)
    commit(marketing.replace_coupon(coupon, replace(coupon, order_id="ORELSE")))
    assert found() == {18}


def test_a_dead_order_that_keeps_its_coupon_is_found(shop: Shop, order: Order) -> None:
    assert order.coupon_id is not None
    used = marketing.load_coupon(shop.c, order.coupon_id)
    close(order.order_id)
    back = marketing.load_coupon(shop.c, order.coupon_id)
    commit(marketing.replace_coupon(back, used))
    assert found() == {18}


def test_points_that_were_never_spent_are_found(shop: Shop, order: Order) -> None:
    key = {"entry_id": {"S": f"SPEND:{order.order_id}"}}
    aws.client("dynamodb").delete_item(TableName="fenxiao-test-journal", Key=key)
    assert 19 in found()


def test_a_line_that_does_not_add_up_is_found(shop: Shop, order: Order) -> None:
    lines = (replace(order.lines[0], points=order.lines[0].points + 1), *order.lines[1:])
    commit(orders.replace_order(order, replace(order, lines=lines, version=order.version + 1)))
    assert 20 in found()


def test_more_stock_than_there_ever_was_is_found(shop: Shop, order: Order) -> None:
    (campaign,) = marketing.campaigns()
    commit(marketing.put_back(campaign.template_id, 50, near="anywhere"))
    assert found() == {18}
    assert wallet.find_points(shop.c).available == 70
