"""Rewards in every form, handed out at maturing and taken back; period caps and budgets (R7, R9, W6)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.commissions import forms, store
from chalicelib.commissions.commissions_of import MAX_THINGS
from chalicelib.commissions.explain import explain
from chalicelib.commissions.hold import hold
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.form_gift import GiftForm
from chalicelib.commissions.kinds.model import Form, Plan
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import FormName, Sale
from chalicelib.commissions.start_window import start_window
from chalicelib.introductions import _Rewards
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.marketing import store as marketing
from chalicelib.wallet import store as wallet
from tests.commissions import moment, support
from tests.marketing import campaigns
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


class Drawer:
    """Keeps what was handed out; ``used`` of it cannot be revoked."""

    def __init__(self) -> None:
        self.given: list[forms.Reward] = []
        self.revoked = self.used = 0

    def hand_out(self, reward: forms.Reward) -> list[Write]:
        self.given.append(reward)
        return []

    def take_back(self, reward: forms.Reward, units: int) -> forms.TakenBack:
        free = min(units, reward.units - self.used - self.revoked)
        self.revoked += free
        return forms.TakenBack([], free)

    def known(self) -> frozenset[str]:
        return frozenset({"CHOOSE"})


@pytest.fixture(autouse=True)
def nobody_else_hands_out(world: Clock) -> Iterator[None]:
    before: dict[FormName, forms.Maker | None] = {one: forms.maker_of(one) for one in ("COUPON", "GIFT")}
    support.add_levels()
    support.add_distributor("MBA")
    yield
    for form, maker in before.items():
        forms.install(form, maker)


def paid(plan: Plan, order_id: str, paid_fen: int = 12_345) -> Sale:
    """A paid order of this plan whose window is over."""
    facts = moment.order(moment.article(paid_fen), chain=[moment.A])
    sale = replace(moment.sale(plan, facts), order_id=order_id)
    support.pay(sale)
    commit(start_window(order_id, now()))
    return sale


class TestPoints:
    def test_cash_and_points_mature_and_go_back(self) -> None:
        """8.64 in cash and 3 points; half back takes floor(864/2) and floor(3 × 185/370)."""
        sale = paid(moment.plan("12_cash_and_points"), "OR1")
        assert mature().amount_fen == 864
        assert (wallet.find("MBA").available_fen, wallet.find_points("MBA").available) == (864, 3)
        support.refund(sale, "RF1", {1: 12_345})
        assert (wallet.find("MBA").available_fen, wallet.find_points("MBA").available) == (0, 0)
        assert all(row.left_units == 0 for row in store.of_order("OR1"))

    def test_points_that_are_not_due_yet_shrink(self) -> None:
        sale = paid(moment.plan("12_cash_and_points"), "OR1")
        support.refund(sale, "RF1", {1: 12_345})
        mature()
        assert (wallet.find("MBA").available_fen, wallet.find_points("MBA").available) == (0, 0)

    def test_too_little_for_a_point_stays_nothing_after_a_refund(self) -> None:
        """30 % of 3.00 are 0.90, no whole point: nothing to hold, and nothing that could be taken back."""
        sale = paid(moment.plan("12_cash_and_points"), "OR1", 3_000)
        (row,) = (one for one in store.of_order("OR1") if one.form == "POINTS")
        assert (row.state, row.amount_fen, row.units) == ("ZERO", 90, 0)
        before = explain(row).says
        assert len(hold("OR1", "RF1", [1])) == 1, "of the cash alone"
        support.refund(sale, "RF1", {1: 3_000})
        (row,) = (one for one in store.of_order("OR1") if one.form == "POINTS")
        assert (row.state, row.clawed_fen, explain(row).says) == ("ZERO", 0, before)


class TestCoupons:
    def test_unused_ones_are_revoked_and_used_ones_recorded(self) -> None:
        drawer = Drawer()
        forms.install("COUPON", drawer)
        sale = paid(moment.plan("12_coupons"), "OR1", 123_450)
        mature()
        assert [(one.key, one.ref, one.units) for one in drawer.given] == [
            ("OR1:MBA#L1#COUPON", "CHOOSE", 12)
        ]
        drawer.used = 5
        support.refund(sale, "RF1", {1: 123_450})
        (row,) = store.of_order("OR1")
        assert (drawer.revoked, row.kept_units, row.left_units) == (7, 5, 0)

    @pytest.mark.parametrize("kind", ["COUPON", "GIFT"])
    def test_the_most_that_an_order_gives_matures_and_goes_back(self, kind: FormName) -> None:
        """17.60 and 4.40 in things of 1.00: an order gives twenty in all, each one an item of the one commit
        that hands them out, and of the one that takes them back; the first rule's come first."""
        forms.install(kind, _Rewards("COUPON" if kind == "COUPON" else "GIFT"))
        if kind == "COUPON":
            form: Form = CouponForm(thing := campaigns.campaign(quantity=30).template_id, 100)
        else:
            form = GiftForm(thing := campaigns.gift(30).gift_id, 100)
        shipped = moment.plan("01_two_levels")
        plan = replace(shipped, rules=tuple(replace(one, forms=(form,)) for one in shipped.rules))
        support.add_distributor("MBB")
        facts = moment.order(moment.article(22_000), chain=[moment.A, moment.B])
        sale = moment.sale(plan, facts)
        support.pay(sale)
        commit(start_window("OR1", now()))
        assert [(row.payee_id, row.units) for row in store.of_order("OR1")] == [("MBA", 17), ("MBB", 3)]
        assert "一次合计最多发 20 个" in "".join(explain(store.of_order("OR1")[1]).says)
        assert mature().left_behind == 0
        assert sum(marketing.left(thing).values()) == 10
        support.refund(sale, "RF1", {1: 22_000})
        assert [(row.left_units, row.kept_units) for row in store.of_order("OR1")] == [(0, 0), (0, 0)]
        assert sum(marketing.left(thing).values()) == (30 if kind == "GIFT" else 10)

    def test_who_comes_too_late_for_a_thing_has_nothing(self) -> None:
        """25.00 × 8 % = 20 things: none is left for the second payee, whose row is worth nothing."""
        shipped = moment.plan("01_two_levels")
        form = GiftForm("GF1", 100)
        plan = replace(shipped, rules=tuple(replace(one, forms=(form,)) for one in shipped.rules))
        rows = moment.rows(plan, moment.order(moment.article(25_000), chain=[moment.A, moment.B]))
        assert [(row.payee_id, row.units, row.state) for row in rows] == [
            ("MBA", MAX_THINGS, "PENDING"),
            ("MBB", 0, "ZERO"),
        ]

    def test_one_that_nobody_hands_out_waits(self) -> None:
        forms.install("COUPON", None)
        paid(moment.plan("12_coupons"), "OR1", 123_450)
        assert mature().left_behind == 1
        assert store.of_order("OR1")[0].state == "PENDING"


class TestCapsAtMaturing:
    def publish(self, *caps: PayeePeriodCap | BudgetCap, shared: tuple[Form, ...] = ()) -> Plan:
        shipped = moment.plan("01_two_levels")
        rules = tuple(replace(one, forms=shared) for one in shipped.rules)
        plan = replace(shipped, caps=caps, rules=rules, starts_at=now())
        commit(store.add_plan(plan))
        store.forget_plans()
        return plan

    def test_a_month_holds_over_orders_and_the_rest_goes_back(self, world: Clock) -> None:
        """Each order earns 8.00; 10.00 a month: 8.00, 2.00, 0, and 8.00 again in the next month."""
        plan = self.publish(PayeePeriodCap("MONTH", 1_000))
        for number in range(3):
            paid(plan, f"OR{number}", 10_000)
        mature()
        assert wallet.find("MBA").available_fen == 1_000
        left = sorted(row.left_fen for number in range(3) for row in store.of_order(f"OR{number}"))
        assert left == [0, 200, 800]
        world.advance(days=10)
        paid(plan, "OR9", 10_000)
        mature()
        assert wallet.find("MBA").available_fen == 1_800

    def test_what_was_earned_first_is_paid_first_whatever_its_form(self) -> None:
        """Each order earns 8.00, half as a coupon of 4.00, then half in cash. Of 10.00 a month 2.00 are
        left for the second order: no whole coupon, and its cash of 2.00; as a simulation trims it."""
        drawer = Drawer()
        forms.install("COUPON", drawer)
        halves: tuple[Form, ...] = (CouponForm("CHOOSE", 400, 5_000), CashForm(5_000))
        plan = self.publish(PayeePeriodCap("MONTH", 1_000), shared=halves)
        paid(plan, "OR1", 10_000)
        paid(plan, "OR2", 10_000)
        mature()
        assert [(one.key, one.units) for one in drawer.given] == [("OR1:MBA#L1#COUPON", 1)]
        assert [row.left_fen for row in store.of_order("OR2")] == [200, 0]
        assert wallet.find("MBA").available_fen == 600

    def test_a_budget_holds_for_all(self) -> None:
        plan = self.publish(BudgetCap(900))
        for number in range(2):
            paid(plan, f"OR{number}", 10_000)
        assert mature().amount_fen == 900

    def test_a_refund_takes_what_was_left_out_first(self) -> None:
        """8.00 earned, 5.00 paid: half back (4.00) leaves 4.00, all back leaves nothing."""
        sale = paid(self.publish(BudgetCap(500)), "OR1", 10_000)
        mature()
        support.refund(sale, "RF1", {1: 5_000})
        assert wallet.find("MBA").available_fen == 400
        support.refund(sale, "RF2", {1: 5_000})
        assert (wallet.find("MBA").available_fen, wallet.find("MBA").debt_fen) == (0, 0)
