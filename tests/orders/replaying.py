"""Generated plans and orders, and the shop in which they really happen, for holding simulations against."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

import app  # noqa: F401 - opens the front door: marketing hands out coupons and gifts
from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Promotion, Sku
from chalicelib.commissions import store as commissions
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.kinds.as_json import rules_json, rules_of
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_line import LineCap
from chalicelib.commissions.kinds.cap_order import OrderCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.cap_product import ProductCap
from chalicelib.commissions.kinds.condition_clean_record import CleanRecordCondition
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.kinds.condition_first_order import FirstOrderCondition
from chalicelib.commissions.kinds.condition_level import LevelCondition
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.form_gift import GiftForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.kinds.model import Form, Plan, Rule
from chalicelib.commissions.load_people import load_people
from chalicelib.commissions.mature import mature
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.trim import holds_over_time
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.distributors.set_level import set_level
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import clock
from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change, deliver
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.orders import jobs, store
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.rules import Order
from chalicelib.standing import store as standing
from chalicelib.standing.hold_territory import hold_territory
from chalicelib.standing.period_of import period_of
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from tests.marketing import campaigns
from tests.orders.as_line import as_line
from tests.orders.shop import HOME, WEST, Shop, add_to_shelf
from tests.payments.fakes import installed
from tests.support.world import ACCOUNT_ID, START, Clock

RULES = [rule for one in plan_templates() for rule in one.plan.rules]
"""Every kind of rule, as shipped; plans are any of them together, with other forms, conditions and caps."""
_NEEDS = frozenset({"BUYER", "CHAIN", "SHARER", "REGION", "DIRECT_BUYERS", "VIOLATIONS", "FIRST_ORDER"})
WHOLE = 99
_ALL_PAGES = 1_000
"""By the clock a run closes some pages; here one run closes them all at the hour itself."""
_CLOSES_AFTER = timedelta(days=2)
HONEY = (
    Sku("", "按比例", Fen(6_000), cost_fen=Fen(2_000), promotion=Promotion(rates_bps=(1_200, 300))),
    Sku("", "按金额", Fen(4_321), cost_fen=Fen(5_000), promotion=Promotion(fixed_fen=(700, 50))),
    Sku("", "不参与", Fen(2_000), promotion=Promotion(takes_part=False)),
)


@dataclass(frozen=True)
class Buying:
    """One order as somebody wants it, and what becomes of it."""

    buyer: str
    basket: tuple[tuple[int, int], ...]
    """Articles of the shelf, and how many."""
    days: int
    """After the one before."""
    at_night: bool
    """Placed ten minutes before midnight in China."""
    minutes: int
    """From placing to paying."""
    sharer: str | None
    address_id: str
    points: int
    given_back: tuple[tuple[str, int], ...] = ()
    """When (PAID, RECEIVED, MATURED), and how many pieces of the first line; ``WHOLE`` is the whole order."""


buyings = st.builds(
    Buying,
    st.sampled_from("cccba"),
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 2)), min_size=1, max_size=3, unique_by=lambda one: one[0]
    ).map(tuple),
    st.sampled_from([7, 1, 2, 3, 20]),
    st.booleans(),
    st.integers(0, 25),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([HOME, HOME, WEST]),
    st.sampled_from([0, 0, 3]),
    st.lists(
        st.tuples(st.sampled_from(["PAID", "RECEIVED", "MATURED"]), st.sampled_from([1, 1, WHOLE])),
        max_size=2,
    ).map(tuple),
)

_shares = st.sampled_from([(10_000,), (7_000, 3_000), (5_000, 3_000, 2_000)])


@st.composite
def forms(draw: st.DrawFn) -> tuple[Form, ...]:
    """No forms, one, or a split over several; ids are those that ``open_street`` makes."""
    if draw(st.booleans()):
        return ()
    parts = draw(_shares)
    kinds = draw(st.permutations(["CASH", "POINTS", "COUPON", "GIFT"]))[: len(parts)]
    made: dict[str, Any] = {
        "CASH": CashForm,
        "POINTS": lambda bps: PointsForm(bps, draw(st.sampled_from([1, 30, 100]))),
        "COUPON": lambda bps: CouponForm("CAMPAIGN", 700, bps),
        "GIFT": lambda bps: GiftForm("PRESENT", 500, bps),
    }
    return tuple(made[kind](bps) for kind, bps in zip(kinds, parts, strict=True))


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    """A shipped rule with other conditions, forms and caps of its own."""
    shipped = draw(st.sampled_from(RULES))
    more = [LevelCondition(("silver", "gold")), DirectBuyersCondition(1), CleanRecordCondition()]
    more += [] if shipped.is_of_period else [FirstOrderCondition()]
    caps = [PayeePeriodCap("MONTH", 900), PayeePeriodCap("YEAR", 2_500)]
    caps += [] if shipped.is_of_period else [OrderCap(1_000, 800), LineCap(None, 500), ProductCap(600)]
    if shipped.who.kind in ("UPLINE", "BUYER", "SHARER") and not shipped.is_of_period:
        caps.append(BudgetCap(1_500))  # one payee an order: then no two vie for what is left of it
    return replace(
        shipped,
        rule_id=f"R{number}",
        how=replace(shipped.how, of_rules=("R0",)) if shipped.how.follows else shipped.how,  # type: ignore[type-var]
        conditions=(*shipped.conditions, *draw(st.lists(st.sampled_from(more), max_size=1))),
        forms=draw(forms()),
        caps=tuple(draw(st.lists(st.sampled_from(caps), max_size=1))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Up to five rules of any kind."""
    given = tuple(draw(rules(number)) for number in range(draw(st.integers(1, 5))))
    caps = draw(st.lists(st.sampled_from([PayeePeriodCap("QUARTER", 2_000), OrderCap(2_000)]), max_size=1))
    return Plan("PLNEW", 99, "新方案", "PUBLISHED", given, draw(st.sampled_from([700, 3_000])), tuple(caps))


def shipped(template_id: str) -> Plan:
    """A template as it is shipped."""
    given = next(one.plan for one in plan_templates() if one.template_id == template_id)
    return Plan("PLNEW", 99, given.name, "PUBLISHED", given.rules, given.cap_bps, given.caps)


@dataclass
class Street:
    """The shop, its people and goods, and what simulating is told of its orders."""

    shop: Shop
    clock: Clock
    plan: Plan
    shelf: list[tuple[str, str]]
    people: dict[str, str]
    codes: dict[str, str]
    told: list[dict[str, Any]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    waiting: list[datetime] = field(default_factory=list)
    """When something matures or closes by itself."""

    def live(self, wanted: Sequence[Buying]) -> None:
        """All of it, and then all that is still to happen by itself."""
        late: list[tuple[datetime, Order, int]] = []
        for number, one in enumerate(wanted):
            day = self.clock.moment.astimezone(SHANGHAI) + timedelta(days=one.days)
            self._go(day.replace(hour=23, minute=50) if one.at_night else day.replace(hour=10))
            self._buy(one, f"order-{number:04}", late)
        self._go(None)
        for _, order, pieces in late:
            self._give_back(order, pieces)

    def _buy(self, one: Buying, key: str, late: list[tuple[datetime, Order, int]]) -> None:
        lines = [
            self.shop.wanted(catalog.load(self.shelf[n][0]), int(self.shelf[n][1]), q) for n, q in one.basket
        ]
        more = {"buyer_id": self.people[one.buyer], "address_id": one.address_id}
        redeem = Redeem(points=one.points if one.buyer == "c" else 0)
        placed = self.shop.place(
            *lines, key=key, share_code=self.codes.get(one.sharer or ""), redeem=redeem, **more
        )
        told = self.as_told(placed)
        self.clock.advance(minutes=one.minutes)
        order = self.shop.pay(placed)
        self.told.append({**told, "paid_at": order.paid_at})
        self.orders.append(order)
        self.follow()
        for kind in self.plan.period_rules:
            self.waiting.append(period_of(kind.when, self.clock.moment).ends_at + _CLOSES_AFTER)  # type: ignore[arg-type]
        given_back = dict(one.given_back)
        if "PAID" in given_back and self._may_give_back_early:
            self._give_back(order, given_back["PAID"])
        order = store.load(order.order_id)
        if order.status == "CLOSED":
            return
        order = receive(self.shop.shipped(order))
        if "RECEIVED" in given_back and self._may_give_back_early:
            self._give_back(order, given_back["RECEIVED"])
        order = store.load(order.order_id)
        if order.after_sale_until is not None:
            self.waiting += [order.after_sale_until]
        if "MATURED" in given_back and not self.plan.period_rules:
            late.append((self.clock.moment, order, given_back["MATURED"]))

    @property
    def _may_give_back_early(self) -> bool:
        """A simulation knows no refunds: they would leave room under a cap, or take from a figure."""
        return not self.plan.period_rules and not holds_over_time(self.plan)

    def _give_back(self, order: Order, pieces: int) -> None:
        """Pieces of the first line, or the whole order; staff ask, so it may be late."""
        self.clock.advance(minutes=2)  # WeChat wants a pause between two refunds of an order
        order = store.load(order.order_id)
        lines = order.lines if pieces == WHOLE else order.lines[:1]
        slices = [
            Slice(one.line_no, min(pieces, one.refundable_quantity))
            for one in lines
            if one.refundable_quantity
        ]
        if slices:
            key = f"refund-{order.order_id}-{clock.now().timestamp():.0f}-{pieces}"
            self.shop.pay_back(self.shop.ask(order, *slices, key=key, by="ST1"))
            self.follow()

    def _go(self, until: datetime | None) -> None:
        """The clock moves on, and at its hour each thing happens by itself."""
        while due := [one for one in self.waiting if until is None or one <= until]:
            moment = min(due)
            self.waiting = [one for one in self.waiting if one > moment]
            self.clock.moment = max(moment, self.clock.moment)
            mature()
            if self.plan.period_rules and close_period(pages=_ALL_PAGES).payees:
                self.waiting += [
                    one.matures_at
                    for one in all_rows()
                    if one.period_id and one.state == "PENDING" and one.matures_at
                ]
        if until is not None:
            self.clock.moment = until

    def follow(self) -> None:
        """What orders and refunds bring about: figures, and who has bought."""
        follow("orders", jobs.mark_bought, jobs.count_order)
        follow("refunds", jobs.count_refund)

    def as_told(self, order: Order) -> dict[str, Any]:
        """The placed order as a file of orders has it, as of this moment, without its terms."""
        held = standing.holders(order.ship_to.province, order.ship_to.city, order.ship_to.district)
        ids = dict.fromkeys(
            [order.buyer_id, *order.chain, *filter(None, [order.sharer_id]), *(one.member_id for one in held)]
        )
        people = {one: asdict(known) for one, known in load_people(_NEEDS, list(ids), {}).items()}
        before = [one for one in self.orders if one.buyer_id == order.buyer_id]
        return {
            "order_id": order.order_id,
            "at": order.placed_at,
            "buyer": people[order.buyer_id],
            "uplines": [people[one] for one in order.chain],
            "sharer": people[order.sharer_id] if order.sharer_id else None,
            "holders": [{"area": one.level, "person": people[one.member_id]} for one in held],
            "region": [order.ship_to.province, order.ship_to.city, order.ship_to.district],
            "is_first_order": not before,
            "lines": [as_line(one) for one in order.lines],
        }


def open_street(shop: Shop, clock: Clock, wanted: Plan, *, warned: str | None) -> Street:
    """The shop with two levels more, holders of regions, honey of its own ratios, and the plan in force."""
    street, made = open_shops_street(shop, clock, warned=warned)
    text = rules_json(wanted.rules)
    for name, value in made.items():
        text = text.replace(f'"{name}"', f'"{value}"')
    plan = replace(wanted, rules=rules_of(text), starts_at=clock.now())
    commit(commissions.add_plan(plan))
    commissions.forget_plans()
    return replace(street, plan=plan)


def open_shops_street(
    shop: Shop, clock: Clock, *, warned: str | None, honey: Sequence[Sku] = HONEY, off_fen: int = 2_000
) -> tuple[Street, dict[str, str]]:
    """The same under the shop's own plan, and what stands for ``CAMPAIGN``, ``PRESENT`` and ``CHOOSE``."""
    for place, (level_id, name) in enumerate((("silver", "银牌"), ("gold", "金牌")), 2):
        save_level(Level(level_id, name, place), is_new=True)
    distributors.forget_levels()
    set_level(shop.b, "silver", by="ST1", reason="测试")
    tea = shop.tea
    assert tea.freight_template_id
    listed = add_to_shelf("蜂蜜", tea.category_id, tea.freight_template_id, *honey)
    products = (tea, shop.samples, listed)
    address = members.address(shop.c, HOME)
    hold_territory(address.province, "PROVINCE", shop.a, by="ST1", reason="签约")
    hold_territory(f"{address.province}/{address.city}", "CITY", shop.b, by="ST1", reason="签约")
    if warned:
        record_violation(
            Violation(getattr(shop, warned), "VI1", "OTHER", "WARN", "警告", "", clock.now(), "ST1")
        )
    campaigns.points(shop.c, 50)
    coupons = campaigns.campaign(off_fen=off_fen, quantity=None)
    made = {"CAMPAIGN": coupons.template_id, "PRESENT": campaigns.gift(200).gift_id}
    shelf = [(product.product_id, str(place)) for product in products for place in range(len(product.skus))]
    people = {"a": shop.a, "b": shop.b, "c": shop.c}
    codes = {name: make_code(people[name]).code for name in "ab"}
    (plan,) = commissions.plans()
    street = Street(shop, clock, plan, shelf, people, codes)
    street.follow()
    return street, {**made, "CHOOSE": tea.category_id}


@contextmanager
def fresh(shop: Shop, clock: Clock, tables: Any) -> Iterator[Shop]:
    """The shop as it was opened, with a WeChat Pay of its own, for each of many examples."""
    state = dynamodb_backends[ACCOUNT_ID][config().region]
    state.tables = copy.deepcopy(tables)
    clock.moment = START
    distributors.forget_levels()
    commissions.forget_plans()
    with installed() as peer:
        yield replace(shop, peer=peer)


def follow(table: str, *followers: Callable[[Change], None]) -> None:
    """Let these followers see what the table's stream has gathered."""
    shard = _tables()[f"fenxiao-{config().stage}-{table}"].stream_shard
    records = [copy.deepcopy(one.to_json()) for one in shard.items]
    shard.items.clear()
    assert deliver(table, records, list(followers)) == []


def tables_now() -> Any:
    """A copy of all tables, for ``fresh``."""
    return copy.deepcopy(_tables())


def all_rows() -> list[Commission]:
    """Every commission row there is."""
    found = _tables()[f"fenxiao-{config().stage}-commissions"].all_items()
    return [commissions.of_image(one.to_json()["Attributes"]) for one in found]


def _tables() -> Any:
    return dynamodb_backends[ACCOUNT_ID][config().region].tables
