"""Points survive a death at every call: given once, run out once (W6, invariants 19, 22)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.orders.complete import complete
from chalicelib.orders.jobs import complete_by_itself
from chalicelib.orders.receive import receive
from chalicelib.wallet import store as wallet
from chalicelib.wallet.check_in import check_in
from chalicelib.wallet.expire_lots import expire_lots
from chalicelib.wallet.grant_points import grant_points
from tests.conftest import Policy
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.orders.shop import Shop
from tests.support.world import START, Clock


def grant(key: str, points: int = 100) -> None:
    grant_points("MBA", points, reason="生日礼物", by="ST1", key=key)


@kills(grant_points)
def test_giving(peer: Street, world: Clock) -> None:
    """The same key again is the same grant, wherever the first one died."""
    commit(members.put_member(new_member("MBA", START)))
    assert survives(peer, world, lambda: grant("key-0001"), sweep=expire_lots) >= 4
    assert wallet.find_points("MBA").available == 100


@kills(expire_lots)
def test_running_out(peer: Street, world: Clock) -> None:
    """Two lots are two commits; the one that was not reached comes with the next run."""
    commit(members.put_member(new_member("MBA", START)))
    grant("key-0001")
    world.advance(days=1)
    grant("key-0002", 50)
    world.advance(days=370)
    assert survives(peer, world, expire_lots, sweep=expire_lots, money_commits=2) >= 8
    assert wallet.find_points("MBA").available == 0 and wallet.lots("MBA") == []


@kills(check_in)
def test_checking_in(peer: Street, world: Clock, policies: Policy) -> None:
    """The day and its points are one commit: who died in between finds the day done or to be done."""
    policies.put("points_earning", check_in_points=2)
    commit(members.put_member(new_member("MBA", START)))
    assert survives(peer, world, lambda: check_in("MBA"), sweep=expire_lots) >= 4
    assert wallet.find_points("MBA").available == 2


@kills(complete)
def test_an_order_that_brings_points(shop: Shop, peer: Street, world: Clock, policies: Policy) -> None:
    """The good end and its points are one commit; the next run of the clock finds the rest (W6)."""
    policies.put("points_earning", purchase_fen_per_point=1_000)
    receive(shop.shipped(shop.paid()))
    world.advance(days=8)
    assert survives(peer, world, complete_by_itself, sweep=complete_by_itself) >= 4
    assert wallet.find_points(shop.c).available == 11
