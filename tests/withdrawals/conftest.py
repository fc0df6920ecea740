"""The peer, and the rules of the day."""

from collections.abc import Callable, Iterator

import pytest

from chalicelib.kernel import settings
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made


@pytest.fixture
def policy(world: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Set the withdrawal rules; what was in force before is again afterwards."""

    def put(**changes: object) -> None:
        monkeypatch.setattr(settings, "_loader", lambda name: changes if name == "withdrawals" else None)
        settings.forget()

    yield put
    settings.forget()
