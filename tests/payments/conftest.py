"""The peer, and a small shop beside it."""

from collections.abc import Iterator

import pytest

from tests.payments import shop
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made


@pytest.fixture
def who(peer: WeChatPay) -> shop.People:
    """A invites B invites C; ten pieces of everything in stock."""
    shop.stock()
    return shop.people()
