"""Plans: drafted, checked, published from a date, retired, compared (R10, R12)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commissions import publish_plan as publishing
from chalicelib.commissions import store
from chalicelib.commissions.check_plan import Shop, check_plan
from chalicelib.commissions.compare_plans import compare_plans
from chalicelib.commissions.draft_plan import draft_plan, edit_draft
from chalicelib.commissions.first_plan import first_plan
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Breach, Known, Plan, When
from chalicelib.commissions.level_rules import level_rules
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.publish_plan import TAKES_EFFECT_AFTER, PlanNotApproved
from chalicelib.commissions.retire_plan import retire_plan
from chalicelib.commissions.rules import (
    Compliance,
    PlanMovedOn,
    PlanNotCompliant,
    PlanNotDraft,
    PlanUnknown,
)
from chalicelib.commissions.submit_plan import (
    PlanNeedsAnother,
    PlanNotSubmitted,
    approve_plan,
    send_back,
    submit_plan,
)
from chalicelib.distributors.rules import Level
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Invalid
from tests.commissions import support
from tests.conftest import Policy
from tests.support.world import START, Clock

DRAFT = Plan("", 0, "春季方案", "DRAFT", level_rules((1000, 500)))
KNOWN = Known(frozenset({"normal", "gold"}), frozenset(), frozenset())
ACKNOWLEDGED = Compliance(True, "王律师", date(2026, 11, 1))


def breaches(plan: Plan, *levels: Level, compliance: Compliance | None = None) -> tuple[Breach, ...]:
    people = [Person("", one.level_id, one.name, one.rates_bps) for one in levels]
    return check_plan(plan, Shop(people, compliance or Compliance(), KNOWN))


def fields_of(plan: Plan, *levels: Level, compliance: Compliance | None = None) -> list[str]:
    return [breach.field for breach in breaches(plan, *levels, compliance=compliance)]


def rated(*rates_bps: int, own: bool = False, **more: Any) -> Plan:
    return replace(DRAFT, rules=level_rules(rates_bps, self_purchase=own), **more)


class TestCompliance:
    """R12: the editor refuses and says which rule."""

    def test_an_ordinary_plan_is_fine(self) -> None:
        assert fields_of(DRAFT, Level("normal", "普通", 1), Level("gold", "金牌", 3, (1200, 400))) == []

    def test_a_third_level_needs_an_acknowledgement(self) -> None:
        three = rated(1000, 500, 200)
        (breach,) = breaches(three)
        assert (breach.field, breach.rule) == ("rules.2.who.level", "《禁止传销条例》第七条")
        assert "合规" in breach.mend
        assert fields_of(three, compliance=ACKNOWLEDGED) == []

    def test_a_fourth_level_is_never_allowed(self) -> None:
        assert fields_of(rated(400, 300, 200, 100), compliance=ACKNOWLEDGED) == ["rules.3.who.level"]

    def test_no_rule_at_all_is_no_plan(self) -> None:
        assert fields_of(rated()) == ["rules"]

    @pytest.mark.parametrize("occasion", ["JOIN", "INVITE"])
    def test_nothing_is_paid_for_recruiting(self, occasion: When) -> None:
        rules = (replace(DRAFT.rules[0], when=occasion), DRAFT.rules[1])
        (breach,) = breaches(replace(DRAFT, rules=rules))
        assert breach.field == "rules.0.when"
        assert "商品" in breach.mend

    def test_ratios_never_exceed_the_cap(self) -> None:
        assert fields_of(rated(2000, 1001)) == ["rules"]
        assert fields_of(rated(2000, 1000)) == []

    def test_own_purchases_count_towards_the_cap(self) -> None:
        assert fields_of(rated(1000, 1001, own=True)) == ["rules"]
        assert fields_of(rated(1000, 1000, own=True)) == []

    def test_the_dearest_levels_count_towards_the_cap(self) -> None:
        assert fields_of(DRAFT, Level("gold", "金牌", 3, (2500, 400)), Level("x", "x", 1, (0, 501))) == [
            "cap_bps"
        ]
        assert fields_of(DRAFT, Level("gold", "金牌", 3, (2500, 400))) == []

    @pytest.mark.parametrize("cap_bps", [0, 10_001])
    def test_a_cap_is_a_real_share(self, cap_bps: int) -> None:
        assert "cap_bps" in fields_of(rated(0, cap_bps=cap_bps))

    def test_a_ratio_out_of_range_names_its_place(self) -> None:
        assert "rules.1.how.rate_bps" in fields_of(rated(100, 10_001, cap_bps=10_000))

    @given(st.lists(st.integers(0, 4000), min_size=1, max_size=2), st.booleans(), st.integers(1, 10_000))
    def test_what_passes_can_never_need_the_cap(self, rates: list[int], own: bool, cap_bps: int) -> None:
        """Of articles without settings of their own: the sum of all payees stays within it."""
        plan = rated(*rates, own=own, cap_bps=cap_bps)
        paid_bps = sum(rates) + (rates[0] if own else 0)
        assert (fields_of(plan) == []) == (paid_bps <= cap_bps)


class TestTimeline:
    def plan(self, version: int, start: int, *, ends: int | None = None) -> Plan:
        ends_at = None if ends is None else START + timedelta(days=ends)
        return Plan(
            f"PL{version}",
            version,
            "",
            "PUBLISHED",
            level_rules((1000,)),
            starts_at=START + timedelta(days=start),
            ends_at=ends_at,
        )

    def version_on(self, day: int, *plans: Plan) -> int | None:
        found = plan_in_force(plans, START + timedelta(days=day))
        return found.version if found else None

    def test_each_counts_until_the_next_starts(self) -> None:
        plans = (self.plan(1, 0), self.plan(2, 5), self.plan(3, 9))
        assert [self.version_on(day, *plans) for day in (-1, 0, 4, 5, 8, 9, 99)] == [None, 1, 1, 2, 2, 3, 3]

    def test_after_the_end_of_the_last_there_is_none(self) -> None:
        plans = (self.plan(1, 0), self.plan(2, 5, ends=7))
        assert [self.version_on(day, *plans) for day in (4, 5, 6, 7, 8)] == [1, 2, 2, None, None]

    def test_one_that_never_began_leaves_no_gap(self) -> None:
        plans = (self.plan(1, 0), self.plan(2, 5, ends=5))
        assert [self.version_on(day, *plans) for day in (4, 5, 6)] == [1, 1, 1]

    def test_a_draft_counts_for_nothing(self) -> None:
        assert plan_in_force([replace(DRAFT, starts_at=None)], START) is None

    @given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 20))
    def test_there_is_never_more_than_one_and_it_is_the_last_started(
        self, starts: list[int], day: int
    ) -> None:
        plans = [self.plan(number, start) for number, start in enumerate(starts, 1)]
        found = self.version_on(day, *plans)
        assert (
            found
            == max(
                ((start, number) for number, start in enumerate(starts, 1) if start <= day), default=(0, None)
            )[1]
        )


def publish_plan(plan_id: str, *, revision: int, starts_at: datetime | None) -> Plan:
    """Submitted by its author and published, where the shop lets one person decide."""
    submitted = submit_plan(plan_id, revision=revision, by="STANNA")
    return publishing.publish_plan(plan_id, revision=submitted.revision, starts_at=starts_at)


@pytest.mark.usefixtures("world")
class TestLife:
    def test_a_draft_is_published_and_takes_effect_everywhere_at_once(self, world: Clock) -> None:
        draft = draft_plan(DRAFT)
        assert (draft.version, draft.status, store.plan_at(now())) == (1, "DRAFT", None)
        published = publish_plan(draft.plan_id, revision=1, starts_at=None)
        assert published.starts_at == now() + TAKES_EFFECT_AFTER
        assert store.plan_at(now()) is None
        world.advance(seconds=15)
        found = store.plan_at(now())
        assert found is not None
        assert (found.plan_id, found.status) == (draft.plan_id, "PUBLISHED")

    def test_versions_count_up(self) -> None:
        first_plan()
        assert [draft_plan(DRAFT).version for _ in range(3)] == [2, 3, 4]
        assert [plan.version for plan in store.plans()] == [4, 3, 2, 1]

    def test_the_first_plan_is_made_once(self) -> None:
        assert first_plan() == first_plan()
        assert len(store.plans()) == 1
        found = store.plan_at(now())
        assert found is not None
        assert (found.rules, found.cap_bps) == (level_rules((1000, 500)), 3000)
        assert breaches(found) == ()

    def test_a_draft_is_edited_by_one_at_a_time(self) -> None:
        draft = draft_plan(DRAFT)
        edited = edit_draft(draft.plan_id, replace(DRAFT, name="夏季方案"), revision=1)
        assert (edited.name, edited.revision, edited.version) == ("夏季方案", 2, 1)
        with pytest.raises(PlanMovedOn):
            edit_draft(draft.plan_id, DRAFT, revision=1)
        with pytest.raises(PlanMovedOn):
            publish_plan(draft.plan_id, revision=1, starts_at=None)

    def test_a_published_plan_is_never_changed(self) -> None:
        plan = first_plan()
        with pytest.raises(PlanNotDraft):
            edit_draft(plan.plan_id, DRAFT, revision=plan.revision)
        with pytest.raises(PlanNotDraft):
            publish_plan(plan.plan_id, revision=plan.revision, starts_at=None)

    def test_a_plan_that_breaks_a_rule_stays_a_draft(self) -> None:
        support.add_levels(Level("gold", "金牌", 3, (2900, 400)))
        draft = draft_plan(rated(1000, 500, 200, entry_fee_fen=99_00))
        with pytest.raises(PlanNotCompliant) as refused:
            publish_plan(draft.plan_id, revision=1, starts_at=None)
        assert refused.value.fields.keys() == {"rules.2.who.level", "entry_fee_fen", "cap_bps"}
        assert store.load_plan(draft.plan_id) == draft

    def test_a_start_in_the_past_or_taken_is_refused(self) -> None:
        tomorrow = now() + timedelta(days=1)
        first, second = draft_plan(DRAFT), draft_plan(DRAFT)
        submit_plan(first.plan_id, revision=1, by="STANNA")
        with pytest.raises(Invalid):
            publishing.publish_plan(first.plan_id, revision=2, starts_at=now() - timedelta(seconds=1))
        publishing.publish_plan(first.plan_id, revision=2, starts_at=tomorrow)
        submit_plan(second.plan_id, revision=1, by="STANNA")
        with pytest.raises(Invalid):
            publishing.publish_plan(second.plan_id, revision=2, starts_at=tomorrow)
        retire_plan(first.plan_id, revision=3)
        publishing.publish_plan(second.plan_id, revision=2, starts_at=tomorrow)

    def test_retiring_the_plan_in_force_ends_it_within_seconds(self, world: Clock) -> None:
        plan = first_plan()
        retired = retire_plan(plan.plan_id, revision=plan.revision)
        assert retired.status == "RETIRED"
        assert store.plan_at(now()) is not None
        world.advance(seconds=15)
        assert store.plan_at(now()) is None
        assert retire_plan(plan.plan_id, revision=1) == retired

    def test_retiring_one_that_has_not_begun_leaves_the_present_one(self, world: Clock) -> None:
        plan = first_plan()
        later = draft_plan(DRAFT)
        published = publish_plan(later.plan_id, revision=1, starts_at=now() + timedelta(days=1))
        with pytest.raises(PlanMovedOn):
            retire_plan(later.plan_id, revision=1)
        retire_plan(later.plan_id, revision=published.revision)
        world.advance(days=2)
        found = store.plan_at(now())
        assert found is not None
        assert found.plan_id == plan.plan_id

    def test_a_draft_is_not_published_before_it_is_submitted(self) -> None:
        draft = draft_plan(DRAFT, by="STANNA")
        with pytest.raises(PlanNotApproved):
            publishing.publish_plan(draft.plan_id, revision=1, starts_at=None)
        assert store.load_plan(draft.plan_id) == draft

    def test_above_the_limit_a_second_person_approves(self) -> None:
        """R10: never who wrote or submitted it."""
        draft = draft_plan(rated(1500, 501), by="STANNA")
        submitted = submit_plan(draft.plan_id, revision=1, by="STBEN")
        assert submitted.status == "SUBMITTED"
        with pytest.raises(PlanNotApproved):
            publishing.publish_plan(draft.plan_id, revision=2, starts_at=None)
        for own in ("STANNA", "STBEN"):
            with pytest.raises(PlanNeedsAnother):
                approve_plan(draft.plan_id, revision=2, by=own)
        with pytest.raises(PlanMovedOn):
            approve_plan(draft.plan_id, revision=1, by="STCARA")
        approved = approve_plan(draft.plan_id, revision=2, by="STCARA")
        assert (approved.status, approved.approved_by) == ("APPROVED", "STCARA")
        assert publishing.publish_plan(draft.plan_id, revision=3, starts_at=None).status == "PUBLISHED"
        with pytest.raises(PlanNotSubmitted):
            approve_plan(draft.plan_id, revision=4, by="STCARA")

    def test_up_to_the_limit_one_person_decides(self, policies: Policy) -> None:
        draft = draft_plan(rated(1500, 500))
        assert submit_plan(draft.plan_id, revision=1, by="STANNA").status == "APPROVED"
        policies.put("plan_approval", limit_bps=0)
        other = draft_plan(rated(1))
        assert submit_plan(other.plan_id, revision=1, by="STANNA").status == "SUBMITTED"

    def test_one_that_was_sent_back_is_a_draft_again(self) -> None:
        draft = draft_plan(DRAFT)
        with pytest.raises(PlanNotSubmitted):
            send_back(draft.plan_id, revision=1)
        submit_plan(draft.plan_id, revision=1, by="STANNA")
        with pytest.raises(PlanNotDraft):
            edit_draft(draft.plan_id, DRAFT, revision=2)
        back = send_back(draft.plan_id, revision=2)
        assert (back.status, back.submitted_by, back.revision) == ("DRAFT", "", 3)
        assert edit_draft(draft.plan_id, DRAFT, revision=3).status == "DRAFT"

    def test_a_draft_is_put_away(self) -> None:
        draft = draft_plan(DRAFT)
        assert retire_plan(draft.plan_id, revision=1).ends_at is None

    def test_what_is_not_there(self) -> None:
        with pytest.raises(PlanUnknown):
            store.load_plan("PL00000000")
        with pytest.raises(PlanUnknown):
            draft_plan(replace(DRAFT, based_on="PL00000000"))


def test_two_plans_are_compared_in_words() -> None:
    start = datetime(2026, 12, 1, 16, tzinfo=START.tzinfo)
    other = rated(1200, own=True, starts_at=start)
    told = {one.title: (one.before, one.after) for one in compare_plans(DRAFT, other)}
    assert told["规则顺序"] == ("L1、L2", "SELF、L1")
    assert told["规则 L1 返多少"] == (
        "按商品、等级的设置，没有设置的 10%",
        "按商品、等级的设置，没有设置的 12%",
    )
    assert told["规则 L2 返给谁"] == ("二级上级", "没有")
    assert told["规则 SELF 返给谁"] == ("没有", "买家本人（自购返利）")
    assert told["开始时间"] == ("未定", "2026-12-02 00:00:00")
    assert {title for title in told if title.startswith("规则 L1")} == {"规则 L1 返多少"}
    assert compare_plans(DRAFT, DRAFT) == ()
