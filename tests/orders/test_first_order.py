"""The buyer's first order and who shared it (R2, R6)."""

from dataclasses import replace

from chalicelib.commissions import store as commissions
from chalicelib.commissions.kinds.condition_first_order import FirstOrderCondition
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.who_sharer import SharerWho
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.close import close
from chalicelib.orders.rules import Order
from tests.orders.shop import Shop


def rates(order: Order, rule: str) -> list[tuple[str, int]]:
    """What each payee of the rule is granted on the first line."""
    payees = enumerate(order.terms.payees)
    grants = order.terms.lines[0].grants
    return [(one.member_id, grants[place].rate_bps) for place, one in payees if one.rule == rule]


def publish() -> None:
    plan = commissions.plans()[0]
    first = replace(plan.rules[0], rule_id="FIRST", how=RateHow(300), conditions=(FirstOrderCondition(),))
    share = replace(plan.rules[0], rule_id="SHARE", who=SharerWho(), how=RateHow(200))
    new = replace(plan, plan_id="PLNEW", version=99, rules=(*plan.rules, first, share), starts_at=clock.now())
    commit(commissions.add_plan(new))
    commissions.forget_plans()


def test_of_many_unpaid_orders_one_is_the_first(shop: Shop) -> None:
    """Only one claims it; when it dies unpaid, the next one may."""
    publish()
    one, other = shop.place(key="order-0001"), shop.place(key="order-0002")
    assert rates(one, "FIRST") == [(shop.b, 300)]
    assert rates(other, "FIRST") == [(shop.b, 0)]
    assert (one.terms.claims_first_order, other.terms.claims_first_order) == (True, False)
    close(other.order_id)
    assert store.first_order_of(shop.c) == one.order_id
    close(one.order_id)
    assert store.first_order_of(shop.c) is None
    assert rates(shop.place(key="order-0003"), "FIRST") == [(shop.b, 300)]


def test_the_sharer_is_the_owner_of_the_code(shop: Shop) -> None:
    """R2: never the buyer itself; an unknown code keeps nobody from buying."""
    publish()
    code = make_code(shop.a).code
    shared = shop.place(share_code=code)
    assert shared.sharer_id == shop.a
    assert rates(shared, "SHARE") == [(shop.a, 200)]
    assert shop.place(key="order-0002", share_code="NOSUCH00").sharer_id is None
