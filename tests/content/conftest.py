"""A fake WeChat that takes subscribe messages."""

from collections.abc import Iterator

import pytest

from chalicelib.kernel.config import config
from chalicelib.wechat import token
from tests.support import world as support
from tests.wechat import fake


@pytest.fixture(scope="session")
def _served() -> fake.FakeWeChat:
    return fake.FakeWeChat()


@pytest.fixture
def wechat(
    _served: fake.FakeWeChat, world: support.Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[fake.FakeWeChat]:
    """A WeChat that answers what the test says; nothing is remembered from the test before."""
    monkeypatch.setenv("FENXIAO_WECHAT_API_URL", _served.url)
    support.put_secret("wechat/mp-secret", "planted-app-secret")
    _forget()
    _served.reset()
    _served.on("/cgi-bin/stable_token", {"access_token": "planted-access-token", "expires_in": 7200})
    yield _served
    _forget()


def _forget() -> None:
    config.cache_clear()
    token.forget()
    token._client.cache_clear()
