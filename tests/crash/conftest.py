"""The peer at the other end of every killed call."""

from collections.abc import Iterator

import pytest

from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made
