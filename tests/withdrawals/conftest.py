"""The peer, and the rules of the day."""

import functools
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Policy
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made


@pytest.fixture
def policy(world: Clock, policies: Policy) -> Callable[..., None]:
    """Set the withdrawal rules."""
    return functools.partial(policies.put, "withdrawals")
