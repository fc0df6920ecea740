"""The decision about a scan, without tables (I3): which rule speaks, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.distributors.rules import Distributor, Status
from chalicelib.invites import rules
from chalicelib.invites.rules import Attribution, BindingRules, Invite, Rule, Scan, Verdict
from chalicelib.invites.tell import tell, tell_follower

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CODE = Invite("7KD9QX2M", "INVITER", "", None, AT - timedelta(days=9))
REBIND = BindingRules(rebind_after_protection=True, protect_days=15)
AT_LOGIN = BindingRules(bind_at="LOGIN")
AT_PURCHASE = BindingRules(bind_at="PURCHASE", scan_valid_days=30)


def scan(**more: Any) -> Scan:
    plain = Scan(
        member_id="ME",
        at=AT,
        joined_at=AT - timedelta(minutes=1),
        upline=None,
        bound_at=None,
        invite=CODE,
        scanned_at=AT,
        inviter_may_invite=True,
        chain=("INVITER", "ROOT"),
    )
    return replace(plain, **more)


def row(**more: Any) -> Attribution:
    plain = Attribution(
        "ME", 1, AT, "MINI_CODE", "BOUND", "FIRST_BINDING", code=CODE.code, inviter_id="INVITER"
    )
    return replace(plain, **more)


@pytest.mark.parametrize(
    ("facts", "binding", "expected"),
    [
        ({}, BindingRules(), Verdict("BOUND", "FIRST_BINDING")),
        ({"invite": None}, BindingRules(), Verdict("REFUSED", "CODE_UNKNOWN")),
        ({"invite": replace(CODE, revoked_at=AT)}, BindingRules(), Verdict("REFUSED", "CODE_REVOKED")),
        ({"invite": replace(CODE, expires_at=AT)}, BindingRules(), Verdict("REFUSED", "CODE_EXPIRED")),
        ({"member_id": "INVITER"}, BindingRules(), Verdict("REFUSED", "OWN_CODE")),
        ({"inviter_may_invite": False}, BindingRules(), Verdict("REFUSED", "INVITER_MAY_NOT_INVITE")),
        ({"chain": ("INVITER", "X", "ME")}, BindingRules(), Verdict("REFUSED", "WOULD_MAKE_LOOP")),
        ({"chain": ("A",) * 901}, BindingRules(), Verdict("REFUSED", "CHAIN_TOO_LONG")),
        ({"upline": "INVITER", "bound_at": AT}, REBIND, Verdict("KEPT", "ALREADY_BOUND_HERE")),
        ({"upline": "OTHER", "bound_at": AT}, BindingRules(), Verdict("KEPT", "BOUND_FOR_GOOD")),
        (
            {"upline": "OTHER", "bound_at": AT - timedelta(days=15) + timedelta(seconds=1)},
            REBIND,
            Verdict("KEPT", "PROTECTED", AT + timedelta(seconds=1)),
        ),
        (
            {"upline": "OTHER", "bound_at": AT - timedelta(days=15)},
            REBIND,
            Verdict("BOUND", "AFTER_PROTECTION"),
        ),
        ({}, AT_LOGIN, Verdict("BOUND", "FIRST_BINDING")),
        ({"joined_at": AT - timedelta(hours=24)}, AT_LOGIN, Verdict("KEPT", "NOT_A_NEW_MEMBER")),
        ({}, AT_PURCHASE, Verdict("WAITING", "WAITS_FOR_PURCHASE", AT + timedelta(days=30))),
        (
            {"waiting_for": "EARLIER"},
            AT_PURCHASE,
            Verdict("WAITING", "WAITS_BEHIND_EARLIER_SCAN", AT + timedelta(days=30)),
        ),
        ({"chain": ("INVITER", "ME")}, AT_PURCHASE, Verdict("REFUSED", "WOULD_MAKE_LOOP")),
        ({"is_purchase": True}, AT_PURCHASE, Verdict("BOUND", "FIRST_BINDING")),
        (
            {
                "is_purchase": True,
                "scanned_at": AT - timedelta(days=3),
                "invite": replace(CODE, revoked_at=AT),
            },
            AT_PURCHASE,
            Verdict("BOUND", "FIRST_BINDING"),
        ),
    ],
)
def test_the_first_rule_that_speaks_decides(
    facts: dict[str, Any], binding: BindingRules, expected: Verdict
) -> None:
    """I3: bind at scan, login or purchase; protection; no loops, not to oneself; codes that ended (I5)."""
    assert rules.decide(scan(**facts), binding) == expected


people = st.sampled_from(["ME", "INVITER", "A", "B", "C"])


@given(
    upline=st.none() | people,
    age_days=st.integers(0, 60),
    chain=st.lists(people, max_size=5).map(tuple),
    may_invite=st.booleans(),
    mode=st.sampled_from(["SCAN", "LOGIN", "PURCHASE"]),
    rebind=st.booleans(),
    protect_days=st.integers(0, 40),
)
def test_whoever_is_bound_is_never_below_their_own_team_nor_won_over_in_protection(
    *,
    upline: str | None,
    age_days: int,
    chain: tuple[str, ...],
    may_invite: bool,
    mode: Any,
    rebind: bool,
    protect_days: int,
) -> None:
    """Invariant 9 and I3, for any facts."""
    bound_at = AT - timedelta(days=age_days) if upline else None
    facts = scan(upline=upline, bound_at=bound_at, chain=chain, inviter_may_invite=may_invite)
    binding = BindingRules(mode, 30, protect_days, rebind)
    verdict = rules.decide(facts, binding)
    if verdict.decision == "BOUND":
        assert may_invite and "ME" not in chain
        assert upline is None or (rebind and age_days >= protect_days and upline != "INVITER")
        assert mode != "PURCHASE"
    if upline == "INVITER" or (upline and not rebind):
        assert verdict.decision in ("KEPT", "REFUSED")


@pytest.mark.parametrize("status", [None, *get_args(Status)])
@pytest.mark.parametrize("who", ["DISTRIBUTORS", "MEMBERS"])
def test_who_may_invite(status: Status | None, who: Any) -> None:
    """I3: approved distributors only, or all members; the disabled never."""
    distributor = Distributor("D", status, "normal", AT) if status else None
    expected = status == "APPROVED" or (who == "MEMBERS" and status != "DISABLED")
    assert rules.may_invite(True, distributor, BindingRules(who_may_invite=who)) is expected
    assert rules.may_invite(False, distributor, BindingRules(who_may_invite=who)) is False


def test_the_earliest_scan_that_still_waits_comes_first_until_a_binding_ends_it() -> None:
    """I3: what an order is rewarded for is the first scan within its validity."""

    def waits(number: int, until_days: int) -> Attribution:
        until = AT + timedelta(days=until_days)
        return row(number=number, decision="WAITING", rule="WAITS_FOR_PURCHASE", until=until)

    lapsed, first, second = waits(1, 0), waits(2, 1), waits(3, 9)
    assert rules.first_waiting([second, first, lapsed], AT) == first
    assert rules.first_waiting([second, row(number=2, decision="UNBOUND"), first], AT) == second
    assert rules.first_waiting([row(number=2), lapsed], AT) is None
    assert rules.first_waiting([], AT) is None


def test_the_same_scan_is_told_by_code_way_time_and_outcome() -> None:
    """Trust 22: a repeat gives the same answer."""
    first = row()
    again = row(number=2, at=AT + timedelta(minutes=9), decision="KEPT", rule="ALREADY_BOUND_HERE")
    assert rules.is_repeat(first, again)
    assert not rules.is_repeat(None, again)
    assert not rules.is_repeat(first, replace(again, at=AT + timedelta(minutes=10)))
    assert not rules.is_repeat(first, replace(again, code="OTHER"))
    assert not rules.is_repeat(first, replace(again, source="LINK"))
    assert not rules.is_repeat(first, row(number=2))
    refused = row(decision="REFUSED", rule="INVITER_MAY_NOT_INVITE")
    assert rules.is_repeat(refused, replace(refused, number=2))
    assert not rules.is_repeat(refused, again)


@pytest.mark.parametrize(
    ("given_text", "code"),
    [
        ("i=7KD9QX2M", "7KD9QX2M"),
        ("i=7KD9QX2M&p=1a2b", "7KD9QX2M"),
        ("p=1&i=7kd9qx2m", "7KD9QX2M"),
        (" 7kd9qx2m ", "7KD9QX2M"),
        ("7KD9QXOI", "7KD9QX01"),
    ],
)
def test_a_code_is_read_from_scenes_and_from_what_people_type(given_text: str, code: str) -> None:
    """I1: letters that look like digits are read as digits."""
    assert rules.code_of_scene(given_text) == code
    assert rules.is_code(code)


@given(st.text(max_size=40))
def test_any_scene_is_read_without_a_fault(text: str) -> None:
    """WeChat hands on whatever stood in a code."""
    rules.is_code(rules.code_of_scene(text))


@pytest.mark.parametrize(
    ("h5_url", "product_id", "link"),
    [
        ("https://a.cn/h5/", None, "https://a.cn/h5/?inv=7KD9QX2M"),
        ("https://a.cn/h5/", "PR1", "https://a.cn/h5/?inv=7KD9QX2M#/pages/product/detail?id=PR1"),
        ("https://a.cn/?v=2#/", None, "https://a.cn/?v=2&inv=7KD9QX2M#/"),
    ],
)
def test_the_code_stands_before_the_hash_of_a_link(h5_url: str, product_id: str | None, link: str) -> None:
    """I1, I2: so that a WeChat sign-in keeps it."""
    assert rules.h5_link(h5_url, replace(CODE, product_id=product_id)) == link


def test_a_scene_fits_into_a_mini_program_code() -> None:
    """WeChat takes 32 visible characters (wechat.md §3.2)."""
    assert CODE.scene == "i=7KD9QX2M"


@pytest.mark.parametrize("rule", get_args(Rule))
def test_every_rule_has_its_sentence(rule: Rule) -> None:
    """Nothing is hidden from the member (peers §5.4)."""
    told = tell(row(rule=rule, until=AT), "小明")
    assert told.endswith("。") and "None" not in told


def test_nobody_writes_a_link_by_name() -> None:
    """WeChat shows links in replies, so names lose their brackets."""
    told = tell_follower(row(), "<a href='x'>免费</a>", "https://a.cn/h5/", CODE)
    assert told.count("<a ") == 1
    assert "https://a.cn/h5/?inv=7KD9QX2M" in told


def test_what_counts_for_a_code() -> None:
    """I5: scans of codes that exist; sign-ups of new members by good codes of others."""
    assert rules.counts_as_scan(row()) and rules.counts_as_scan(row(rule="CODE_REVOKED"))
    assert not rules.counts_as_scan(row(rule="CODE_UNKNOWN"))
    assert not rules.counts_as_scan(row(source="PURCHASE")) and not rules.counts_as_scan(row(code=None))


def test_a_sign_up_is_one_scan_of_a_newcomer() -> None:
    """I5: by a good code of somebody else, within a day of joining, and the first such row."""
    joined_at = AT - timedelta(hours=23)
    assert rules.is_sign_up(row(), joined_at, [])
    assert rules.is_sign_up(row(decision="WAITING", rule="WAITS_FOR_PURCHASE"), joined_at, [row()])
    assert not rules.is_sign_up(row(), joined_at, [row(is_sign_up=True)])
    assert not rules.is_sign_up(row(), AT - timedelta(hours=24), [])
    assert not rules.is_sign_up(row(decision="REFUSED", rule="OWN_CODE"), joined_at, [])
    assert not rules.is_sign_up(row(source="PURCHASE"), joined_at, [])


@pytest.mark.parametrize(
    "wrong",
    [
        BindingRules(scan_valid_days=0),
        BindingRules(scan_valid_days=366),
        BindingRules(protect_days=-1),
        BindingRules(protect_days=3651),
    ],
)
def test_binding_rules_refuse_days_that_mean_nothing(wrong: BindingRules) -> None:
    """G3: settings are validated."""
    BindingRules().check()
    with pytest.raises(ValueError, match="之间"):
        wrong.check()


def test_a_code_knows_its_place_and_a_row_its_number() -> None:
    """I2: one living code for each channel and product; the row's id is the same each time it is made."""
    assert CODE.scene == "i=7KD9QX2M"
    assert CODE.slot == rules.slot_of("INVITER", "", None) == "INVITER||"
    assert row().attribution_id == row().attribution_id != row(number=2).attribution_id
