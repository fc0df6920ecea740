"""What is counted from the journal and the members, exactly, whatever is replayed (I5, D7, N2)."""

from chalicelib.content import store as content
from chalicelib.invites import jobs, store
from chalicelib.invites.bind_at_purchase import bind_at_purchase
from chalicelib.invites.count_row import CodeStats
from chalicelib.invites.make_code import make_code
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.rules import TeamCounts
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from tests.invites.conftest import SetRules
from tests.invites.support import (
    changes,
    code_of,
    count_team,
    follow_attributions,
    member_change,
    seller,
    shopper,
)
from tests.support import world as support
from tests.support.world import Clock


def stats(code: str) -> CodeStats:
    return store.stats_of([code])[code]


def test_scans_sign_ups_and_bindings_are_counted_once(world: Clock) -> None:
    """I5: exact under replay, in any order."""
    inviter, old = seller("邀"), shopper("老")
    code = code_of(inviter)
    world.advance(days=3)
    new = shopper("新")
    for member_id in (old, new):
        record_scan(member_id, code, source="LINK")
    world.advance(hours=1)
    record_scan(new, code, source="LINK")
    record_scan(inviter, code, source="LINK")
    rows = changes("attributions")
    for change in [*rows, *reversed(rows), *rows]:
        jobs.count_attribution(change)
    assert stats(code) == CodeStats(code, scans=4, sign_ups=1, bindings=2)


def test_a_sign_up_is_the_merit_of_one_code(world: Clock) -> None:
    """I5: a newcomer who scans two codes signed up once."""
    first, second, new = seller("甲"), seller("乙"), shopper("新")
    codes = [code_of(first), code_of(second)]
    for code in codes:
        record_scan(new, code, source="LINK")
    follow_attributions()
    follow_attributions()
    assert [stats(code).sign_ups for code in codes] == [1, 0]
    assert [stats(code).scans for code in codes] == [1, 1]
    assert [stats(code).bindings for code in codes] == [1, 0]


def test_channels_have_statistics_of_their_own_and_unknown_codes_have_none(world: Clock) -> None:
    """I5."""
    inviter, new = seller("甲"), shopper("新")
    shop, moments = make_code(inviter, channel="门店").code, make_code(inviter, channel="朋友圈").code
    record_scan(new, shop, source="H5_QR")
    record_scan(new, "ABCDEFGH", source="H5_QR")
    follow_attributions()
    assert (stats(shop).scans, stats(moments).scans, stats("ABCDEFGH").scans) == (1, 0, 0)


def test_a_binding_at_purchase_counts_for_its_code_but_is_no_scan(world: Clock, binding: SetRules) -> None:
    """I3, I5."""
    binding(bind_at="PURCHASE")
    inviter, new = seller("甲"), shopper("新")
    code = code_of(inviter)
    record_scan(new, code, source="LINK")
    commit(bind_at_purchase(members.load(new), world.now())[1])
    follow_attributions()
    assert stats(code) == CodeStats(code, scans=1, sign_ups=1, bindings=1)


def test_the_inviter_hears_of_a_newcomer_once_and_by_a_masked_name(world: Clock) -> None:
    """N2, and no word about moves that staff made."""
    inviter, other, new = seller("甲"), seller("乙"), shopper("王小明")
    record_scan(new, code_of(inviter), source="LINK")
    world.advance(hours=1)
    record_scan(new, code_of(inviter), source="LINK")
    move(new, other, by="ST1", reason="调整")
    follow_attributions()
    follow_attributions()
    (notice,) = content.notices(inviter).items
    assert notice.kind == "new_downline" and "王**" in notice.text and "王小明" not in notice.text
    assert content.notices(other).items == []


def test_teams_are_counted_by_level_as_paths_change(world: Clock) -> None:
    """D7: idempotent by the event; commutative, so that order does not matter."""
    me = shopper("我")
    moves: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
        (me, (), ("A", "B")),
        (me, ("A", "B"), ("A", "B", "C")),
        (me, ("A", "B", "C"), ("B", "C")),
    ]
    for _ in range(2):
        count_team(moves[::-1])
    assert store.team_counts("A") == TeamCounts("A", 0, 0, 0)
    assert store.team_counts("B") == TeamCounts("B", 1, 0, 0)
    assert store.team_counts("C") == TeamCounts("C", 0, 1, 0)


def test_a_change_that_leaves_the_path_alone_counts_nothing(world: Clock) -> None:
    """Members change often; only their uplines concern the teams."""
    me = shopper("我")
    before = support.dump_all()
    jobs.count_team(member_change(me, ("A",), ("A",), "e1"))
    assert support.dump_all() == before
