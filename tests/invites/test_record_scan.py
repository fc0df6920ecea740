"""A scan binds, or not, and always leaves its evidence (I3)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from chalicelib.distributors.change_status import change_status
from chalicelib.invites import rules, store
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.revoke_code import revoke_code
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from tests.invites.conftest import SetRules
from tests.invites.support import approve, code_of, journal, seller, settle_paths, shopper, upline
from tests.support import world as support
from tests.support.world import Clock


def test_the_first_scan_binds_and_is_evidence(world: Clock) -> None:
    """I3: who, when, by which code and channel; the uplines are three, nearest first (design §3)."""
    great, grand, inviter, me = seller("曾"), seller("祖"), seller("邀"), shopper("我")
    for child, parent in ((grand, great), (inviter, grand)):
        record_scan(child, code_of(parent), source="MINI_CODE")
    settle_paths()
    channel = make_code(inviter, channel="朋友圈", product_id="PR1")
    row = record_scan(me, channel.code, source="LINK")
    assert (row.decision, row.rule) == ("BOUND", "FIRST_BINDING")
    kept = store.last_attributions(me)[0]
    assert kept == row
    assert (kept.member_id, kept.at, kept.code, kept.channel, kept.product_id, kept.source) == (
        me,
        world.now(),
        channel.code,
        "朋友圈",
        "PR1",
        "LINK",
    )
    assert (kept.inviter_id, kept.upline_before, kept.upline) == (inviter, None, inviter)
    member = members.load(me)
    assert member.path == (inviter, grand, great)
    assert (member.bound_at, member.bound_code) == (world.now(), channel.code)


def test_the_same_scan_again_changes_nothing_and_answers_the_same(world: Clock) -> None:
    """Trust 22."""
    inviter, me = seller("甲"), shopper("我")
    code = code_of(inviter)
    first = record_scan(me, code, source="MINI_CODE")
    before = support.dump_all()
    world.advance(minutes=5)
    assert record_scan(me, code, source="MINI_CODE") == first
    assert support.dump_all() == before


def test_a_later_visit_by_the_same_code_is_a_scan_of_its_own(world: Clock) -> None:
    """I5: scans are counted, the binding stays the first."""
    inviter, me = seller("甲"), shopper("我")
    code = code_of(inviter)
    bound_at = record_scan(me, code, source="MINI_CODE").at
    world.advance(hours=2)
    record_scan(me, code, source="MINI_CODE")
    assert journal(me) == [("BOUND", "FIRST_BINDING"), ("KEPT", "ALREADY_BOUND_HERE")]
    assert members.load(me).bound_at == bound_at


def test_a_bound_member_stays_for_good_unless_the_shop_says_otherwise(
    world: Clock, binding: SetRules
) -> None:
    """I3: protection period, and whether a later scan may rebind after it."""
    first, second, me = seller("甲"), seller("乙"), shopper("我")
    record_scan(me, code_of(first), source="MINI_CODE")
    world.advance(days=400)
    record_scan(me, code_of(second), source="MINI_CODE")
    assert upline(me) == first
    binding(rebind_after_protection=True, protect_days=500)
    row = record_scan(me, code_of(second), source="LINK")
    assert (row.rule, row.until) == ("PROTECTED", support.START + timedelta(days=500))
    binding(rebind_after_protection=True, protect_days=15)
    row = record_scan(me, code_of(second), source="LINK")
    assert (row.decision, row.upline_before, row.upline) == ("BOUND", first, second)
    assert upline(me) == second
    assert [rule for _, rule in journal(me)] == [
        "FIRST_BINDING",
        "BOUND_FOR_GOOD",
        "PROTECTED",
        "AFTER_PROTECTION",
    ]


def test_refused_scans_are_evidence_too(world: Clock) -> None:
    """Peers §4.11: every attempt with the rule that decided."""
    inviter, plain, me = seller("甲"), shopper("乙"), shopper("我")
    revoked, expiring = make_code(inviter, channel="门店"), make_code(inviter, channel="短视频", valid_days=1)
    revoke_code(inviter, revoked.code)
    world.advance(days=1)
    approve(plain)
    unlucky = code_of(plain)
    change_status(plain, "DISABLED", by="ST1", reason="违规")
    record_scan(me, "NOSUCHCODE", source="TYPED")
    record_scan(me, revoked.code, source="H5_QR")
    record_scan(me, expiring.code, source="H5_QR")
    record_scan(me, unlucky, source="H5_QR")
    record_scan(inviter, code_of(inviter), source="H5_QR")
    assert [rule for _, rule in journal(me)] == [
        "CODE_UNKNOWN",
        "CODE_REVOKED",
        "CODE_EXPIRED",
        "INVITER_MAY_NOT_INVITE",
    ]
    assert journal(inviter) == [("REFUSED", "OWN_CODE")]
    assert upline(me) is None and upline(inviter) is None


def test_the_code_of_a_blocked_inviter_binds_nobody(world: Clock) -> None:
    """M3."""
    inviter, me = seller("甲"), shopper("我")
    code = code_of(inviter)
    commit(members.set_status(members.load(inviter), "BLOCKED", reason="违规"))
    assert record_scan(me, code, source="H5_QR").rule == "INVITER_MAY_NOT_INVITE"


def test_nobody_is_bound_below_their_own_team_however_deep(world: Clock) -> None:
    """I3, invariant 9: the whole chain is walked, past the three that a row carries."""
    people = [seller(f"第{number}") for number in range(8)]
    for parent, child in pairwise(people):
        record_scan(child, code_of(parent), source="MINI_CODE")
        settle_paths()
    row = record_scan(people[0], code_of(people[-1]), source="MINI_CODE")
    assert (row.decision, row.rule) == ("REFUSED", "WOULD_MAKE_LOOP")
    assert upline(people[0]) is None


def test_the_walk_goes_by_inviters_and_not_by_paths_that_lag(world: Clock) -> None:
    """The path above the inviter is a copy that follows; a stale one must not hide a loop."""
    me, middle, low = seller("我"), seller("中"), seller("下")
    record_scan(low, code_of(middle), source="MINI_CODE")  # low's path knows middle alone
    record_scan(middle, code_of(me), source="MINI_CODE")  # and is not corrected yet
    assert members.load(low).path == (middle,)
    assert record_scan(me, code_of(low), source="MINI_CODE").rule == "WOULD_MAKE_LOOP"
    newcomer = shopper("新")
    record_scan(newcomer, code_of(low), source="MINI_CODE")
    assert members.load(newcomer).path == (low, middle, me)


def test_only_newcomers_are_bound_where_the_shop_binds_at_login(world: Clock, binding: SetRules) -> None:
    """I3: bind at first login."""
    binding(bind_at="LOGIN")
    inviter, old = seller("甲"), shopper("老")
    world.advance(days=2)
    new = shopper("新")
    assert record_scan(old, code_of(inviter), source="LINK").rule == "NOT_A_NEW_MEMBER"
    assert record_scan(new, code_of(inviter), source="LINK").rule == "FIRST_BINDING"
    assert (upline(old), upline(new)) == (None, inviter)


def test_every_member_may_invite_where_the_shop_says_so(world: Clock, binding: SetRules) -> None:
    """I3."""
    plain, me = shopper("乙"), shopper("我")
    with pytest.raises(rules.MayNotInvite):
        make_code(plain)
    binding(who_may_invite="MEMBERS")
    assert record_scan(me, code_of(plain), source="LINK").decision == "BOUND"


def test_riders_go_with_the_decision_or_not_at_all(world: Clock) -> None:
    """One use case, one commit."""
    inviter, me = seller("甲"), shopper("我")
    code = code_of(inviter)

    class _Refused(Exception):
        pass

    commit(store.put_answer("WM1", "好", _Refused))
    before = support.dump_all()
    with pytest.raises(_Refused):
        record_scan(me, code, source="LINK", riders=lambda row: [store.put_answer("WM1", "坏", _Refused)])
    assert support.dump_all() == before
