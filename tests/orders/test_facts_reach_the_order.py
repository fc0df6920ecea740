"""What staff and the street know of people reaches the order as it is placed: violations, direct buyers,
territories (D3, R6, R13), and stays there whatever becomes of them (design §2)."""

from dataclasses import replace

from chalicelib.commissions import store as commissions
from chalicelib.commissions.kinds.condition_clean_record import CleanRecordCondition
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.kinds.how_rate import RateHow
from chalicelib.commissions.kinds.model import Rule
from chalicelib.commissions.kinds.who_region_holder import RegionHolderWho
from chalicelib.commissions.rules import Payee
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order
from chalicelib.orders.sale_events import sale_events
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.hold_territory import hold_territory
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from tests.orders.shop import Shop
from tests.orders.test_first_order import rates


def publish(**of_rule: object) -> None:
    """The first plan, and one rule more, named R9."""
    plan = commissions.plans()[0]
    more: Rule = replace(plan.rules[0], rule_id="R9", how=RateHow(300), **of_rule)  # type: ignore[arg-type]
    new = replace(plan, plan_id="PLNEW", version=99, rules=(*plan.rules, more), starts_at=clock.now())
    commit(commissions.add_plan(new))
    commissions.forget_plans()


def warn(member_id: str) -> None:
    told = "低价销售"
    record_violation(Violation(member_id, "VI1", "PRICE_CUTTING", "WARN", told, "", clock.now(), "ST1"))


def paid_by(shop: Shop, rule: str, *, key: str) -> dict[str, int]:
    """Place, pay, and read what the rule credited to whom."""
    order = shop.pay(shop.place(key=key))
    return {row.payee_id: row.amount_fen for row in commissions.of_order(order.order_id) if row.rule == rule}


def test_an_open_violation_is_frozen_on_the_order(shop: Shop) -> None:
    """Before it 3 % of ¥99.99 and of ¥10.01; after it nothing, and the order says why."""
    publish(conditions=(CleanRecordCondition(),))
    clean = shop.place(key="order-0001")
    warn(shop.b)
    assert rates(clean, "R9") == [(shop.b, 300)]
    marked = shop.place(key="order-0002")
    ((place, payee),) = _of(marked, "R9")
    assert (payee.member_id, marked.terms.lines[0].grants[place].source) == (shop.b, "UNMET")
    assert [note.figures["met"] for note in payee.notes if note.kind == "CLEAN_RECORD"] == [0]
    shop.pay(clean)
    (row,) = [one for one in commissions.of_order(clean.order_id) if one.rule == "R9"]
    assert row.amount_fen == 299 + 30, "what was placed before it is paid as it was frozen"
    assert paid_by(shop, "R9", key="order-0003") == {shop.b: 0}


def test_direct_buyers_are_those_who_have_bought_by_then(shop: Shop) -> None:
    """R6: one who has bought is counted by the follower of the first order, for the second."""
    publish(conditions=(DirectBuyersCondition(1),))
    first = shop.pay(shop.place(key="order-0001"))
    assert rates(first, "R9") == [(shop.b, 0)]
    for event in sale_events(store.load(first.order_id)):
        count_sale(event)
    second = shop.place(key="order-0002")
    assert rates(second, "R9") == [(shop.b, 300)]
    ((_, payee),) = _of(second, "R9")
    (note,) = [one for one in payee.notes if one.kind == "DIRECT_BUYERS"]
    assert (note.figures["there_are"], note.figures["at_least"], note.figures["met"]) == (1, 1, 1)


def test_the_holder_of_the_region_is_the_one_of_the_placement(shop: Shop) -> None:
    """R13: the narrowest holder where the parcel goes; passing the region on moves no past order."""
    publish(who=RegionHolderWho())
    nobody = shop.place(key="order-0000")
    assert rates(nobody, "R9") == []
    region = store.load(nobody.order_id).ship_to
    hold_territory(region.province, "PROVINCE", shop.a, by="ST1", reason="签约")
    before = shop.place(key="order-0001")
    city = f"{region.province}/{region.city}"
    hold_territory(city, "CITY", shop.b, by="ST1", reason="签约")
    after = shop.place(key="order-0002")
    assert (rates(before, "R9"), rates(after, "R9")) == ([(shop.a, 300)], [(shop.b, 300)])
    shop.pay(before)
    (row,) = [one for one in commissions.of_order(before.order_id) if one.rule == "R9"]
    assert (row.payee_id, row.amount_fen) == (shop.a, 329)


def _of(order: Order, rule: str) -> list[tuple[int, Payee]]:
    return [(place, one) for place, one in enumerate(order.terms.payees) if one.rule == rule]
