"""Rules: buying, paying, sending, receiving, and what staff change meanwhile."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.commissions import store as commissions
from chalicelib.commissions.draft_plan import draft_plan
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.form_gift import GiftForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.kinds.model import Form, Plan
from chalicelib.commissions.level_rules import level_rules
from chalicelib.commissions.publish_plan import publish_plan
from chalicelib.commissions.submit_plan import approve_plan, submit_plan
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.set_level import set_level
from chalicelib.inventory import store as inventory
from chalicelib.inventory.adjust_stock import Adjustment, adjust_stock
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.invites.move import move
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.ids import derived_id
from chalicelib.orders import store as orders
from chalicelib.orders.cancel import cancel
from chalicelib.orders.close import close
from chalicelib.orders.place import Placement, place
from chalicelib.orders.price import Wanted
from chalicelib.orders.receive import receive
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.rules import ParcelLine
from chalicelib.orders.ship import Shipment, ship
from chalicelib.payments.pay_from_balance import pay_from_balance
from chalicelib.payments.prepay import prepay
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.payments.settle_free import settle_free
from tests.books import streams
from tests.books.auditor_points import FEN_PER_POINT, Refused
from tests.books.auditor_purses import WORTH
from tests.books.machine import Books, picks
from tests.orders.shop import HOME

baskets = st.dictionaries(st.integers(0, 4), st.integers(1, 4), min_size=1, max_size=3)
depths = st.sampled_from([5, 5, 5, 4, 3, 3, 2, 1])
"""How far a sale goes: placed, paid at WeChat, told, sent, received."""
CARD, CARD_FEN = 4, 500
Sale = tuple[int, dict[int, int], int, int | None, int]
some_points = st.sampled_from([0, 0, 30, 100, 101])
"""How much of what can be paid in points, in percent; a point more than all is refused."""
sales = st.tuples(picks, baskets, depths, st.none() | picks, some_points)
plans = st.sampled_from(
    [
        ((1_000, 500), False, 6_100, "CASH", 1_300),
        ((1_100, 450), False, 6_200, "POINTS", 950),
        ((1_234, 567, 89), True, 4_500, "CASH", None),
        ((800,), True, 7_100, "POINTS", None),
        ((1_200, 400), False, 6_150, "COUPON", 700),
        ((1_150,), True, 7_150, "GIFT", 1_000),
        ((2_500, 900), False, 3_000, "CASH", None),
    ]
)
"""Rates, whether own purchases count, the ceiling, the form in which the first level is paid, and the most
that anybody gets of one month."""


class Selling(Books):
    """From the basket to the buyer's door."""

    def __init__(self) -> None:
        super().__init__()
        self.placed: dict[str, Placement] = {}

    def begin(self, sales: list[Sale]) -> None:
        """A shop with some sales behind it, each as far as it goes; what is due is available."""
        for sale in sales:
            self.sell(*sale)
        self.clock.advance(days=7, minutes=1)
        self.complete()
        self.mature()

    @rule(who=picks, basket=baskets, far=depths)
    def sell(
        self, who: int, basket: dict[int, int], far: int, which: int | None = None, percent: int = 0
    ) -> None:
        """Placed, paid at WeChat, told, sent, received: so many of these; with coupon and points if named."""
        buyer = self.people[who % len(self.people)]
        coupon_id = None if which is None else self._coupon(buyer, basket, which)
        order_id = self.place_with(buyer, basket, coupon_id, percent)
        if order_id is None:
            return
        for go_on in (self._buy, self._hear, self._ship, self._receive)[: far - 1]:
            go_on(order_id)

    @rule(who=picks, basket=baskets)
    def place(self, who: int, basket: dict[int, int]) -> None:
        self.place_with(self.people[who % len(self.people)], basket, None, 0)

    def _coupon(self, buyer: str, basket: dict[int, int], which: int) -> str | None:
        """One of the buyer's coupons, one that fits if there is any."""
        held, skus = self.auditor.coupons, list(self.auditor.skus)
        unused = [one for one in held if (held[one]["member"], held[one]["status"]) == (buyer, "UNUSED")]
        goods = self.auditor.goods(buyer, {skus[number]: units for number, units in basket.items()})
        fitting = []
        for one in unused:
            with suppress(Refused):
                self.auditor.redeem(buyer, goods, one, 0, self.at)
                fitting.append(one)
        return self.one_of(fitting or unused, which)

    def place_with(
        self, buyer: str, basket: dict[int, int], coupon_id: str | None, percent: int
    ) -> str | None:
        """An order, if it can be: with this coupon, and so much of what points can pay."""
        skus = list(self.auditor.skus)
        wanted = {skus[number]: quantity for number, quantity in basket.items()}
        points, total = self._reckoned(buyer, wanted, coupon_id, percent)
        key = self.key("order")
        order_id = derived_id("OR", buyer, key)
        asked = tuple(
            Wanted(self.auditor.skus[sku]["product"], sku, quantity) for sku, quantity in wanted.items()
        )
        redeem = Redeem(coupon_id, points)
        self.placed[order_id] = Placement(buyer, "mp", key, repr(asked), asked, HOME, total, redeem=redeem)
        went = self.step(
            lambda: place(self.placed[order_id]),
            lambda: self.auditor.place(order_id, buyer, wanted, self.at, coupon_id=coupon_id, points=points),
        )
        if not went:
            return None
        self.auditor.orders[order_id]["late_id"] = late_refund_id(order_id)
        return order_id

    def _reckoned(
        self, buyer: str, wanted: dict[str, int], coupon_id: str | None, percent: int
    ) -> tuple[int, int]:
        """So many points, and what is left to pay; where the coupon is refused, nobody looks at it."""
        goods = self.auditor.goods(buyer, wanted)
        full = sum(amount for _, amount in goods) + self.auditor.freight(wanted)
        try:
            off = sum(part for part, _, _ in self.auditor.redeem(buyer, goods, coupon_id, 0, self.at))
        except Refused:
            return 0, full
        payable = (full - off - self.auditor.freight(wanted)) // FEN_PER_POINT
        most = min(max(self.auditor.points[buyer], 0), payable)
        points = most + 1 if percent > 100 else most * percent // 100
        return points, full - off - points * FEN_PER_POINT

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def place_the_same_again(self, pick: int) -> None:
        order_id = self.one_of(self.auditor.orders, pick)
        if order_id is not None:
            assert place(self.placed[order_id]).order_id == order_id
            self.nothing_changed()

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def buy(self, pick: int) -> None:
        """The buyer opens the payment and pays on the phone; no word of it reaches us yet."""
        order_id = self.one_of(self.of_status("UNPAID") or self.auditor.orders, pick)
        if order_id is not None:
            self._buy(order_id)

    def _buy(self, order_id: str) -> None:
        buyer = self.auditor.orders[order_id]["buyer"]
        if order_id in self.auditor.free():
            self.step(lambda: settle_free(order_id), lambda: self.auditor.settle_free(order_id, self.at))
            return
        went = self.step(
            lambda: prepay(buyer, order_id, via="mp"), lambda: self.auditor.announce(order_id, self.at)
        )
        if went and not self.is_paid_at_wechat(order_id):
            self.peer.buy(order_id)

    def can_buy_a_card(self) -> list[str]:
        return [one for one in self.people if self.auditor.net[one] >= CARD_FEN]

    @precondition(lambda self: self.can_buy_a_card())
    @rule(pick=picks, is_announced=st.booleans())
    def buy_with_the_balance(self, pick: int, is_announced: bool) -> None:
        """Somebody with money buys a card of it, perhaps after having opened WeChat's window."""
        order_id = self.place_with(str(self.one_of(self.can_buy_a_card(), pick)), {CARD: 1}, None, 0)
        if order_id is not None:
            if is_announced:
                self._buy(order_id)
            self._pay_from_balance(order_id)

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def pay_from_balance(self, pick: int) -> None:
        """Of any order: mostly there is not enough."""
        order_id = self.one_of(self.of_status("UNPAID") or self.auditor.orders, pick)
        if order_id is not None:
            self._pay_from_balance(order_id)

    def _pay_from_balance(self, order_id: str) -> None:
        buyer, key = self.auditor.orders[order_id]["buyer"], self.key("balance")
        bill = derived_id("BP", buyer, key)
        self.step(
            lambda: pay_from_balance(buyer, order_id, key=key),
            lambda: self.auditor.pay_from_balance(order_id, bill, self.at),
        )

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks, times=st.integers(1, 3))
    def paid_notice(self, pick: int, times: int) -> None:
        """WeChat tells us, perhaps again and again (invariants 6, 22)."""
        paid = [one for one in self.peer.trades if self.is_paid_at_wechat(one)]
        untold = [one for one in paid if f"PAID:{one}" not in self.auditor.entries]
        order_id = self.one_of(untold or paid, pick)
        if order_id is not None:
            self._hear(order_id, times)

    def _hear(self, order_id: str, times: int = 1) -> None:
        if not self.auditor.orders[order_id]["total"]:
            return
        notice = self.peer.paid(order_id)
        self.step(lambda: settle(notice), lambda: self.auditor.settle(order_id, self.at))
        for _ in range(times - 1):
            settle(notice)
            self.nothing_changed()

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks, more=st.sampled_from([-1, 1, 10_000]))
    def forged_notice(self, pick: int, more: int) -> None:
        """Of another amount: kept for a person to look at, never settled (invariant 4)."""
        order_id = self.one_of([one for one in self.peer.trades if self.is_paid_at_wechat(one)], pick)
        if order_id is None:
            return
        amount = self.auditor.orders[order_id]["total"] + more
        forged = {"total": amount, "payer_total": amount, "currency": "CNY"}
        try:
            settle(self.peer.paid(order_id, amount=forged))
        except DomainError as problem:
            assert type(problem).__name__ == "PaymentMismatch"
        else:
            raise AssertionError("a payment of another amount was settled")
        self.nothing_changed("payment-quarantine")
        self.compare()

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        order_id = self.one_of(self.of_status("UNPAID") or self.auditor.orders, pick)
        if order_id is not None:
            self.step(
                lambda: cancel(orders.load(order_id), reason="BUYER"), lambda: self._judge_cancel(order_id)
            )

    def _judge_cancel(self, order_id: str) -> None:
        if self.auditor.orders[order_id]["status"] == "UNPAID" and self.is_paid_at_wechat(order_id):
            raise Refused("OrderAlreadyPaid")
        self.auditor.close(order_id, self.at)

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def close_while_the_money_is_on_its_way(self, pick: int) -> None:
        """As when closing and paying cross: the money is late and goes back whole."""
        order_id = self.one_of([one for one in self.of_status("UNPAID") if self.is_paid_at_wechat(one)], pick)
        if order_id is not None:
            self.step(lambda: close(order_id), lambda: self.auditor.close(order_id, self.at))

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks, parcel=st.dictionaries(st.integers(1, 3), st.integers(1, 3), max_size=2))
    def ship(self, pick: int, parcel: dict[int, int]) -> None:
        order_id = self.one_of(self.of_status("PAID") or self.auditor.orders, pick)
        if order_id is None:
            return
        there = self.auditor.orders[order_id]["lines"]
        self._ship(order_id, {number: units for number, units in parcel.items() if number in there})

    def _ship(self, order_id: str, packed: dict[int, int] | None = None) -> None:
        packed = packed or {}
        shipment = Shipment("PICK_UP", lines=[ParcelLine(*one) for one in packed.items()])
        self.step(lambda: ship(order_id, shipment), lambda: self.auditor.ship(order_id, packed, self.at))

    @precondition(lambda self: self.auditor.orders)
    @rule(pick=picks)
    def receive(self, pick: int) -> None:
        order_id = self.one_of(self.of_status("SHIPPED") or self.auditor.orders, pick)
        if order_id is not None:
            self._receive(order_id)

    def _receive(self, order_id: str) -> None:
        self.step(lambda: receive(orders.load(order_id)), lambda: self.auditor.receive(order_id, self.at))

    def of_status(self, status: str) -> list[str]:
        return [one for one, order in self.auditor.orders.items() if order["status"] == status]


class Deciding(Books):
    """What staff change, and time."""

    @rule(who=picks, to=picks)
    def move(self, who: int, to: int) -> None:
        """Re-bind by staff, to somebody or to nobody (M3, invariant 9)."""
        member, inviter = self.people[who % 5], [*self.people, None][to % 6]
        self.step(
            lambda: move(member, inviter, by="ST1", reason="调整"),
            lambda: self.auditor.move(member, inviter),
        )

    @rule(who=picks, level=st.sampled_from(["normal", "gold"]))
    def set_level(self, who: int, level: str) -> None:
        member = self.people[who % 5]
        self.step(
            lambda: set_level(member, level, by="ST1", reason="调整"),
            lambda: self.auditor.set_level(member, level),
        )

    @rule(who=picks, is_active=st.booleans())
    def set_status(self, who: int, is_active: bool) -> None:
        member = self.people[who % 5]
        status = "APPROVED" if is_active else "DISABLED"
        self.step(
            lambda: change_status(member, status, by="ST1", reason="调整"),  # type: ignore[arg-type]
            lambda: self.auditor.set_status(member, status),
        )

    @rule(plan=plans)
    def publish(self, plan: tuple[tuple[int, ...], bool, int, str, int | None]) -> None:
        rates, own, cap_bps, form, month_fen = plan
        paid_in: dict[str, Form] = {
            "CASH": CashForm(),
            "POINTS": PointsForm(),
            "COUPON": CouponForm(self.auditor.coupon_form, WORTH["COUPON"]),
            "GIFT": GiftForm(self.auditor.gift_form, WORTH["GIFT"]),
        }
        rules = tuple(
            replace(one, forms=(paid_in[form],)) if one.rule_id == "L1" else one
            for one in level_rules(rates, self_purchase=own)
        )
        caps = () if month_fen is None else (PayeePeriodCap("MONTH", month_fen),)
        draft = draft_plan(Plan("", 0, "新方案", "DRAFT", rules, cap_bps=cap_bps, caps=caps))
        self.compare()
        self.step(
            lambda: _publish(draft),
            lambda: self.auditor.publish(
                rates, own=own, cap_bps=cap_bps, form=form, month_fen=month_fen, at=self.at
            ),
        )

    @rule(pick=picks, change=st.integers(-12, 8).filter(bool))
    def adjust_stock(self, pick: int, change: int) -> None:
        sku = self.one_of(self.auditor.skus, pick)
        assert sku is not None
        adjustment = Adjustment(sku, change, "ST1", "盘点", self.key("stock"))
        self.step(lambda: adjust_stock(adjustment), lambda: self.auditor.adjust_stock(sku, change))

    @rule(pick=picks, counted=st.integers(0, 12))
    def count_stock(self, pick: int, counted: int) -> None:
        sku = self.one_of(self.auditor.skus, pick)
        assert sku is not None
        version = inventory.load(sku).version
        told = Count(
            self.auditor.skus[sku]["product"], sku, counted, 2, version=version, by="ST1", reason="盘点"
        )
        self.step(lambda: set_stock(told), lambda: self.auditor.count_stock(sku, counted))

    @rule(seconds=st.sampled_from([20, 61, 3_600, 86_400, 7 * 86_400 + 1, 11 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def sweepers(self) -> None:
        self.an_hour_of_sweepers()
        self.compare()

    @rule()
    def streams_are_delivered(self) -> None:
        """Followers change projections and paths, and not one fen."""
        streams.drain()
        self.followed()
        self.compare()


def _publish(draft: Plan) -> Plan:
    """Submitted by one, approved by another where it can pay much, published."""
    plan = commissions.load_plan(draft.plan_id)
    if plan.status == "DRAFT":
        plan = submit_plan(plan.plan_id, revision=plan.revision, by="ST1")
    if plan.status == "SUBMITTED":
        plan = approve_plan(plan.plan_id, revision=plan.revision, by="ST2")
    return publish_plan(plan.plan_id, revision=plan.revision, starts_at=None)
