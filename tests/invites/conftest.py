"""Fixtures of this room."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.invites.rules import BindingRules
from tests.conftest import Policy
from tests.support import world as support
from tests.wechat import fake
from tests.wechat.conftest import SECRETS, forget

SetRules = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    distributors.forget_levels()


@pytest.fixture
def binding(policies: Policy) -> SetRules:
    """Set the binding rules of the shop."""

    def change(**rules: Any) -> None:
        policies.put("binding", **asdict(BindingRules(**rules)))

    return change


@pytest.fixture(scope="session")
def _served() -> fake.FakeWeChat:
    return fake.FakeWeChat()


@pytest.fixture
def wechat(
    _served: fake.FakeWeChat, world: support.Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[fake.FakeWeChat]:
    """A fake WeChat behind the real gateways, with the official account's keys."""
    monkeypatch.setenv("FENXIAO_WECHAT_API_URL", _served.url)
    for name, value in SECRETS.items():
        support.put_secret(name, value)
    forget()
    _served.reset()
    _served.on("/cgi-bin/stable_token", {"access_token": "planted-access-token-1", "expires_in": 7200})
    yield _served
    monkeypatch.undo()
    forget()
