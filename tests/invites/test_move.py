"""Staff move members, with reason and evidence (M3)."""

import pytest

from chalicelib.invites import rules, store
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown
from tests.invites.support import code_of, journal, seller, settle_paths, shopper, upline
from tests.support import world as support
from tests.support.world import Clock


def test_a_member_moves_with_the_reason_and_who_did_it(world: Clock) -> None:
    """M3: under another inviter, though bound for good; the team comes along."""
    old, new, me, below = seller("旧"), seller("新"), seller("我"), shopper("下")
    record_scan(me, code_of(old), source="LINK")
    record_scan(below, code_of(me), source="LINK")
    world.advance(days=1)
    row = move(me, new, by="ST7", reason="客户投诉核实")
    assert (row.decision, row.rule, row.by, row.reason) == ("BOUND", "MOVED_BY_STAFF", "ST7", "客户投诉核实")
    assert (row.upline_before, row.upline) == (old, new)
    assert store.last_attributions(me)[0] == row
    assert members.load(me).path == (new,) and members.load(me).bound_at == world.now()
    settle_paths()
    assert members.load(below).path == (me, new)


def test_a_member_moves_to_nobody_and_may_be_bound_anew(world: Clock) -> None:
    """M3."""
    old, new, me = seller("旧"), seller("新"), shopper("我")
    record_scan(me, code_of(old), source="LINK")
    row = move(me, None, by="ST7", reason="误绑")
    assert (row.decision, row.upline_before, row.upline) == ("UNBOUND", old, None)
    assert members.load(me).path == ()
    assert record_scan(me, code_of(new), source="LINK").rule == "FIRST_BINDING"
    assert [rule for _, rule in journal(me)] == ["FIRST_BINDING", "MOVED_BY_STAFF", "FIRST_BINDING"]


def test_staff_cannot_make_a_loop_either(world: Clock) -> None:
    """Invariant 9; a refused move changes nothing (invariant 17)."""
    top, middle, low = seller("上"), seller("中"), seller("下")
    record_scan(middle, code_of(top), source="LINK")
    record_scan(low, code_of(middle), source="LINK")
    before = support.dump_all()
    for target in (low, top):
        with pytest.raises(rules.WouldMakeLoop):
            move(top, target, by="ST7", reason="试试")
    with pytest.raises(rules.AlreadyThere):
        move(middle, top, by="ST7", reason="试试")
    with pytest.raises(rules.AlreadyThere):
        move(top, None, by="ST7", reason="试试")
    with pytest.raises(MemberUnknown):
        move(low, "MENOBODY", by="ST7", reason="试试")
    assert support.dump_all() == before
    assert upline(low) == middle
