"""Who may do what, and hand on what (G2); how the chain is made (invariant 24)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.link import SealedRow, digest, link
from chalicelib.admin.rules import (
    CATALOGUE,
    EVERYTHING,
    OWNER,
    PRESETS,
    BadStaffUsername,
    CannotChangeSelf,
    NotYoursToGrant,
    OnlyOwners,
    PermissionUnknown,
    Role,
    RoleUnknown,
    Staff,
    cleaned_staff_username,
    demand_known,
    demand_may_change,
    granted,
)
from chalicelib.kernel.auth import OWN

AT = datetime(2026, 11, 23, tzinfo=UTC)
BOSS = Staff("ST1", "boss", "店主", "ACTIVE", (OWNER,), False, AT, None, 1)
MANAGER = replace(BOSS, staff_id="ST2", role_ids=("manager",))
CLERK = replace(BOSS, staff_id="ST3", role_ids=("service",))
ROLES = {**PRESETS, "manager": Role("manager", "主管", ("staff.edit", *PRESETS["service"].permissions))}


class TestCatalogue:
    def test_every_permission_has_a_chinese_title_and_one_place(self) -> None:
        names = [name for group in CATALOGUE for name in group.permissions]
        titles = [title for group in CATALOGUE for title in (group.title, *group.permissions.values())]
        assert len(names) == len(set(names)) == len(EVERYTHING)
        assert all("\u4e00" <= title[0] <= "\u9fff" for title in titles)
        assert OWN not in EVERYTHING

    def test_presets_grant_only_what_exists(self) -> None:
        assert set(PRESETS) == {"owner", "operator", "finance", "service", "warehouse"}
        for role in PRESETS.values():
            demand_known(role.permissions)

    def test_money_and_staff_are_kept_from_those_who_do_not_need_them(self) -> None:
        for role_id in ("operator", "service", "warehouse"):
            held = set(PRESETS[role_id].permissions)
            assert not held & {
                "withdrawals.audit",
                "refunds.audit",
                "staff.edit",
                "settings.edit",
                "plans.publish",
            }
        assert "staff.edit" not in PRESETS["finance"].permissions


class TestGranted:
    def test_the_union_of_the_roles(self) -> None:
        both = replace(CLERK, role_ids=("service", "warehouse"))
        wanted = set(PRESETS["service"].permissions) | set(PRESETS["warehouse"].permissions)
        assert granted(both, ROLES) == wanted

    def test_an_owner_may_do_everything(self) -> None:
        assert granted(BOSS, {}) == EVERYTHING

    def test_a_role_that_is_gone_grants_nothing(self) -> None:
        assert granted(replace(CLERK, role_ids=("gone",)), ROLES) == frozenset()


class TestMayChange:
    def test_nobody_changes_itself(self) -> None:
        with pytest.raises(CannotChangeSelf):
            demand_may_change(BOSS, BOSS, (OWNER,), ROLES)

    @pytest.mark.parametrize(
        ("target", "wanted"), [(None, (OWNER,)), (BOSS, ("service",)), (CLERK, (OWNER,))]
    )
    def test_only_owners_make_and_unmake_owners(self, target: Staff | None, wanted: tuple[str, ...]) -> None:
        with pytest.raises(OnlyOwners):
            demand_may_change(MANAGER, target, wanted, ROLES)
        other_boss = replace(BOSS, staff_id="ST9")
        demand_may_change(other_boss, target, wanted, ROLES)

    def test_nobody_hands_out_more_than_they_hold(self) -> None:
        demand_may_change(MANAGER, None, ("service",), ROLES)
        with pytest.raises(NotYoursToGrant):
            demand_may_change(MANAGER, None, ("finance",), ROLES)

    def test_nobody_overrules_one_who_holds_more(self) -> None:
        finance = replace(CLERK, role_ids=("finance",))
        with pytest.raises(NotYoursToGrant):
            demand_may_change(MANAGER, finance, (), ROLES)

    def test_a_role_must_exist(self) -> None:
        with pytest.raises(RoleUnknown):
            demand_may_change(BOSS, None, ("nonsense",), ROLES)

    @given(
        st.sampled_from([MANAGER, CLERK]),
        st.lists(st.sampled_from(sorted(ROLES)), max_size=3),
        st.lists(st.sampled_from(sorted(ROLES)), max_size=3),
    )
    def test_no_change_makes_anybody_stronger_than_its_maker(
        self, actor: Staff, held: list[str], wanted: list[str]
    ) -> None:
        target = replace(CLERK, staff_id="ST8", role_ids=tuple(held))
        try:
            demand_may_change(actor, target, wanted, ROLES)
        except (OnlyOwners, NotYoursToGrant):
            return
        after = replace(target, role_ids=tuple(wanted))
        assert granted(after, ROLES) <= granted(actor, ROLES)


@pytest.mark.parametrize("name", ["ab", "1ab", "a b c", "王经理", "x" * 21, "a-b"])
def test_odd_usernames_are_refused(name: str) -> None:
    with pytest.raises(BadStaffUsername):
        cleaned_staff_username(name)


def test_unknown_permissions_are_refused() -> None:
    with pytest.raises(PermissionUnknown):
        demand_known(["orders.ship", "orders.steal"])


class TestChain:
    ROWS = (SealedRow("AU1", "aa"), SealedRow("AU2", "bb"))

    def test_links_hang_together(self) -> None:
        first = link(None, "2026-11-23", self.ROWS)
        second = link(first, "2026-11-24", self.ROWS)
        assert (first.number, first.previous_hash) == (1, "")
        assert (second.number, second.previous_hash) == (2, first.hash)

    @pytest.mark.parametrize(
        "rows",
        [ROWS[:1], ROWS[::-1], (ROWS[0], SealedRow("AU2", "bc")), (ROWS[0], SealedRow("AU3", "bb")), ()],
    )
    def test_any_other_rows_make_another_hash(self, rows: tuple[SealedRow, ...]) -> None:
        assert link(None, "2026-11-23", rows).hash != link(None, "2026-11-23", self.ROWS).hash

    def test_the_day_and_the_past_are_part_of_it(self) -> None:
        first = link(None, "2026-11-23", self.ROWS)
        assert link(None, "2026-11-24", self.ROWS).hash != first.hash
        other_past = link(None, "2026-11-23", self.ROWS[:1])
        assert link(first, "2026-11-23", self.ROWS).hash != link(other_past, "2026-11-23", self.ROWS).hash

    def test_a_digest_does_not_depend_on_the_order_of_names(self) -> None:
        assert digest({"a": {"S": "1"}, "b": {"N": "2"}}) == digest({"b": {"N": "2"}, "a": {"S": "1"}})
        assert digest({"a": {"S": "1"}}) != digest({"a": {"N": "1"}})


def test_a_fine_username_is_kept_in_lower_case() -> None:
    assert cleaned_staff_username(" Wang.01_x ") == "wang.01_x"
