"""At placement the terms are decided for ever (P2, R1, R2, R10, R12, invariant 9)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions import store
from chalicelib.commissions.first_plan import first_plan
from chalicelib.commissions.freeze import FreezeLine, freeze
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.level_rules import level_rules
from chalicelib.commissions.rules import Compliance, Grant, Terms
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.rules import Level
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Member
from tests.commissions import support
from tests.conftest import Policy
from tests.support import world as small

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def buyer() -> Member:
    """A buyer below A below B below C, all of them distributors on 普通."""
    support.add_levels(Level("normal", "普通", 1), Level("gold", "金牌", 3, (1200, 400)))
    support.add_distributor("MBC")
    support.add_distributor("MBB", ["MBC"])
    support.add_distributor("MBA", ["MBB", "MBC"])
    return support.add_member("MBX", ["MBA", "MBB", "MBC"])


def publish(**more: Any) -> Plan:
    """A plan in force from now on, without the editor's checks."""
    plan = Plan("PL1", 1, "方案", "PUBLISHED", level_rules((1000, 500)), starts_at=now())
    plan = replace(plan, **more)
    commit(store.add_plan(plan))
    store.forget_plans()
    return plan


def terms_of(buyer: Member, product: Product | None = None, path: Sequence[str] | None = None) -> Terms:
    sold = product or support.product()
    return freeze(buyer, buyer.path if path is None else path, [FreezeLine(1, sold, sold.skus[0])], now())


def grants_of(buyer: Member, product: Product | None = None) -> tuple[Grant, ...]:
    return terms_of(buyer, product).lines[0].grants


class TestPayees:
    def test_two_levels_are_paid_by_default(self, buyer: Member) -> None:
        first_plan()
        terms = terms_of(buyer)
        assert [(one.member_id, one.level, one.rule) for one in terms.payees] == [
            ("MBA", 1, "L1"),
            ("MBB", 2, "L2"),
        ]
        assert [grant.rate_bps for grant in terms.lines[0].grants] == [1000, 500]
        assert (terms.plan_version, terms.cap_bps) == (1, 3000)

    def test_the_third_only_when_somebody_has_answered_for_it(self, buyer: Member, policies: Policy) -> None:
        """R12: who and when, or the engine stays at two whatever the plan says."""
        publish(rules=level_rules((1000, 500, 200)))
        assert len(terms_of(buyer).payees) == 2
        policies.put(
            "compliance", third_level_allowed=True, acknowledged_by="王律师", acknowledged_on="2026-11-01"
        )
        assert [one.member_id for one in terms_of(buyer).payees] == ["MBA", "MBB", "MBC"]

    def test_a_buyer_without_uplines_pays_nobody_but_keeps_the_plan(self, buyer: Member) -> None:
        first_plan()
        terms = terms_of(buyer, path=())
        assert (terms.payees, terms.lines, terms.plan_version) == ((), (), 1)

    def test_without_a_plan_nobody_is_paid(self, buyer: Member) -> None:
        assert terms_of(buyer) == Terms("", 0, "", 0, (), ())

    def test_nobody_stands_twice_in_a_chain_nor_the_buyer_in_its_own(self, buyer: Member) -> None:
        """Invariant 9, even if the path were spoilt."""
        first_plan()
        assert [one.member_id for one in terms_of(buyer, path=["MBX", "MBA", "MBA"]).payees] == ["MBA"]

    @pytest.mark.parametrize("status", ["DISABLED", "DELETED"])
    def test_an_upline_who_may_not_promote_earns_nothing_and_nobody_moves_up(
        self, buyer: Member, status: Any
    ) -> None:
        first_plan()
        change_status("MBA", status, by="STBOSS", reason="违规推广")
        terms = terms_of(buyer)
        excluded = {"DISABLED": "DISABLED", "DELETED": "NOT_DISTRIBUTOR"}[status]
        assert [(one.member_id, one.excluded) for one in terms.payees] == [("MBA", excluded), ("MBB", None)]
        assert terms.lines[0].grants == (Grant("NONE"), Grant("PLAN", 500))

    def test_a_blocked_upline_earns_nothing(self, buyer: Member) -> None:
        first_plan()
        commit(members.set_status(members.load("MBB"), "BLOCKED", reason="欺诈"))
        assert [one.excluded for one in terms_of(buyer).payees] == [None, "BLOCKED"]

    def test_an_upline_who_is_a_mere_shopper_earns_nothing(self, buyer: Member) -> None:
        first_plan()
        support.add_member("MBS")
        assert [one.excluded for one in terms_of(buyer, path=["MBS", "MBA"]).payees] == [
            "NOT_DISTRIBUTOR",
            None,
        ]


class TestSelfPurchase:
    """R2: off by default; where on, the buyer earns level 1's rate and the chain earns as always."""

    def test_is_off_by_default(self, buyer: Member) -> None:
        first_plan()
        assert "SELF" not in [one.rule for one in terms_of(members.load("MBA")).payees]

    def test_a_distributor_earns_on_its_own_purchase(self, buyer: Member) -> None:
        publish(rules=level_rules((1000, 500), self_purchase=True))
        terms = terms_of(members.load("MBA"))
        assert [(one.member_id, one.level, one.rule) for one in terms.payees] == [
            ("MBA", 0, "SELF"),
            ("MBB", 1, "L1"),
            ("MBC", 2, "L2"),
        ]
        assert [grant.rate_bps for grant in terms.lines[0].grants] == [1000, 1000, 500]

    def test_a_mere_shopper_does_not(self, buyer: Member) -> None:
        publish(rules=level_rules((1000, 500), self_purchase=True))
        assert [one.rule for one in terms_of(buyer).payees] == ["L1", "L2"]


class TestWhereRatiosComeFrom:
    """P2: SKU amount > SKU ratio > product amount > product ratio > distributor level > plan."""

    @pytest.mark.parametrize(
        ("of_product", "of_sku", "expected"),
        [
            (Promotion(), None, (Grant("PLAN", 1000), Grant("PLAN", 500))),
            (
                Promotion(rates_bps=(800, 300)),
                None,
                (Grant("PRODUCT_RATE", 800), Grant("PRODUCT_RATE", 300)),
            ),
            (
                Promotion(fixed_fen=(500, 200)),
                None,
                (Grant("PRODUCT_FIXED", 0, Fen(500)), Grant("PRODUCT_FIXED", 0, Fen(200))),
            ),
            (
                Promotion(fixed_fen=(500, 200)),
                Promotion(rates_bps=(700,)),
                (Grant("SKU_RATE", 700), Grant("SKU_RATE", 0)),
            ),
            (
                Promotion(rates_bps=(800, 300)),
                Promotion(fixed_fen=(90, 10)),
                (Grant("SKU_FIXED", 0, Fen(90)), Grant("SKU_FIXED", 0, Fen(10))),
            ),
            (
                Promotion(rates_bps=(800, 300)),
                Promotion(),
                (Grant("PRODUCT_RATE", 800), Grant("PRODUCT_RATE", 300)),
            ),
            (Promotion(takes_part=False, rates_bps=(800,)), None, (Grant("OFF"), Grant("OFF"))),
            (Promotion(), Promotion(takes_part=False), (Grant("OFF"), Grant("OFF"))),
            (
                Promotion(takes_part=False),
                Promotion(takes_part=True),
                (Grant("PLAN", 1000), Grant("PLAN", 500)),
            ),
        ],
    )
    def test_the_nearest_setting_counts(
        self, buyer: Member, of_product: Promotion, of_sku: Promotion | None, expected: tuple[Grant, ...]
    ) -> None:
        first_plan()
        sku = Sku("SK1", "500 克", Fen(10_000), promotion=of_sku)
        assert grants_of(buyer, support.product(sku, promotion=of_product)) == expected

    def test_a_distributor_level_with_ratios_of_its_own_comes_before_the_plan(self, buyer: Member) -> None:
        first_plan()
        support.add_distributor("MBG", level_id="gold")
        support.add_distributor("MBH", ["MBG"], level_id="gold")
        low = support.add_member("MBY", ["MBH", "MBG"])
        assert grants_of(low) == (Grant("LEVEL", 1200), Grant("LEVEL", 400))
        assert [one.distributor_level_name for one in terms_of(low).payees] == ["金牌", "金牌"]


class TestWhichPlan:
    def test_an_order_takes_the_plan_of_its_own_moment(self, buyer: Member, world: small.Clock) -> None:
        """R10: start ≤ moment < start of the next."""
        publish(plan_id="PL1", version=1, starts_at=now())
        publish(plan_id="PL2", version=2, rules=level_rules((800,)), starts_at=now() + timedelta(days=2))
        line = FreezeLine(1, support.product(), support.product().skus[0])

        def version_at(at: Any) -> int:
            return freeze(buyer, buyer.path, [line], at).plan_version

        start = now() + timedelta(days=2)
        moment = timedelta(milliseconds=1)
        assert [version_at(at) for at in (now() - moment, now(), start - moment, start)] == [0, 1, 1, 2]

    def test_a_later_change_moves_no_past_terms(self, buyer: Member) -> None:
        publish()
        before = terms_of(buyer)
        publish(plan_id="PL2", version=2, rules=level_rules((100,)))
        change_status("MBA", "DISABLED", by="STBOSS", reason="违规推广")
        assert before.lines[0].grants == (Grant("PLAN", 1000), Grant("PLAN", 500))
        assert terms_of(buyer) != before

    def test_the_terms_survive_being_stored(self, buyer: Member) -> None:
        from chalicelib.kernel import codec

        first_plan()
        terms = terms_of(buyer)
        assert codec.load(Terms, codec.dump(terms)) == terms


def test_an_acknowledgement_names_who_and_when() -> None:
    """R12: the third level is refused in the settings without both."""

    with pytest.raises(ValueError, match="由谁"):
        Compliance(third_level_allowed=True, acknowledged_by=" ", acknowledged_on=date(2026, 1, 1)).check()
    with pytest.raises(ValueError, match="哪一天"):
        Compliance(third_level_allowed=True, acknowledged_by="王律师").check()
    assert Compliance(True, "王律师", date(2026, 1, 1)).max_levels == 3
    assert Compliance(True, "", None).max_levels == 2
