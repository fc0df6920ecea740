"""A wallet is changed by two persons' word once, wherever it dies (trust A6.5, invariant 22)."""

from chalicelib.adjustments.ask_adjustment import ask_adjustment
from chalicelib.adjustments.decide_adjustment import decide_adjustment
from tests.crash.harness import is_whole, kills
from tests.crash.street import Street
from tests.orders.shop import Shop
from tests.support.world import Clock


@kills(ask_adjustment)
def test_asking(shop: Shop, peer: Street, world: Clock) -> None:
    is_whole(peer, world, lambda: ask_adjustment(shop.c, 500, reason="补偿", by="ST2", key="adjust-1"))


@kills(decide_adjustment)
def test_agreeing(shop: Shop, peer: Street, world: Clock) -> None:
    asked = ask_adjustment(shop.c, -500, reason="补偿", by="ST2", key="adjust-1")
    is_whole(peer, world, lambda: decide_adjustment(asked.adjustment_id, is_agreed=True, by="ST1"))
