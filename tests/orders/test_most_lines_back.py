"""A refund is one transaction, however much it takes back: what would not fit is asked for in parts (O4)."""

from dataclasses import replace

import pytest

from chalicelib.catalog.rules import Sku
from chalicelib.commissions import store as commissions
from chalicelib.commissions.check_plan import MAX_ROWS
from chalicelib.commissions.commissions_of import MAX_THINGS
from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.rules import FormTerm, Payee, Terms
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import MAX_ITEMS, commit
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from chalicelib.orders import store
from chalicelib.orders.most_lines_back import most_lines_back
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.rules import MAX_LINES, Order
from tests.orders.build import order
from tests.orders.shop import Shop, add_to_shelf
from tests.support.world import Clock

HALVES = (CashForm(5_000), PointsForm(5_000, 1))


def bought_much(shop: Shop) -> Order:
    """37 articles, whose two payees earn by ten rules each in two forms: 40 commissions."""
    rules = [
        Rule(f"R{level}{number}", "返利", UplineWho(level), PaidBase(), RateHow(100), forms=HALVES)
        for level in (1, 2)
        for number in range(10)
    ]
    plan = Plan("PL9", 9, "许多规则", "PUBLISHED", tuple(rules), starts_at=clock.now())
    commit(commissions.add_plan(plan))
    commissions.forget_plans()
    skus = [Sku("", f"{number} 号", Fen(1_000)) for number in range(MAX_LINES)]
    product = add_to_shelf(
        "杂货", shop.tea.category_id, shop.tea.freight_template_id or "", *skus, limit_per_order=None
    )
    return shop.paid(*(shop.wanted(product, number, 1) for number in range(MAX_LINES)))


def test_the_greatest_refund_is_asked_in_parts_and_each_is_booked(shop: Shop, world: Clock) -> None:
    """37 lines and 40 commissions at once would be more than the hundred items of a transaction."""
    bought = bought_much(shop)
    assert len(commissions.of_order(bought.order_id)) == 40
    most = most_lines_back(bought)
    lines = [Slice(one.line_no, 1) for one in bought.lines]
    with pytest.raises(Invalid, match=f"一次最多退 {most} 件商品"):
        shop.ask(bought, *lines[: most + 1])
    for start in range(0, MAX_LINES, most):
        world.advance(minutes=2)
        part = shop.ask(bought, *lines[start : start + most], key=f"refund-{start:04d}")
        assert shop.pay_back(part).status == "POSTED"
    assert store.load(bought.order_id).refunded_fen == bought.total_fen
    assert all(row.left_fen == 0 for row in commissions.of_order(bought.order_id))


def test_an_ordinary_plan_takes_back_any_order_at_once(shop: Shop) -> None:
    assert most_lines_back(shop.paid()) == MAX_LINES


def test_whatever_a_plan_may_promise_some_lines_fit() -> None:
    """The most rows that a plan may have, ten people, coupons and gifts: still several lines at once."""
    forms = (FormTerm("GIFT"), FormTerm("POINTS"), FormTerm("CASH"), FormTerm("COUPON"))
    payees = [Payee(f"M{number}", 1, "", f"R{number}", forms=forms) for number in range(MAX_ROWS // 4)]
    paid = replace(order(), terms=Terms("", 0, "", 0, tuple(payees), ()))
    assert most_lines_back(paid) == 1
    few = replace(paid, terms=Terms("", 0, "", 0, tuple(payees[:5]), ()))
    rows, wallets, others = 20, 2 * (5 + 1), 6
    assert most_lines_back(few) == (MAX_ITEMS - rows - 5 - MAX_THINGS - wallets - others) // 2
