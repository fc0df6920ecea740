"""The fake WeChat, and a configuration and secrets that point at it."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.kernel import aws, clock, secrets
from chalicelib.kernel.config import config
from chalicelib.wechat import pay_crypto, token
from scripts.local import tables
from tests.support import world as support
from tests.wechat import fake

SECRETS = {
    "wechat/mp-secret": "planted-mp-app-secret",
    "wechat/oa-secret": "planted-oa-app-secret",
    "wechat/oa-token": "planted-oa-token",
    "wechat/oa-encoding-aes-key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "wechat/mch-private-key": fake.private_pem(fake.MERCHANT),
    "wechat/api-v3-key": fake.API_V3_KEY,
    "wechat/pay-public-key": fake.public_pem(fake.PLATFORM),
}


@pytest.fixture
def world() -> Iterator[support.Clock]:
    """The world with this room's one table only: making all of them would take most of the tests' time."""
    held = support.Clock()
    with mock_aws():
        definition = next(one for one in tables.definitions() if one["TableName"].endswith("-wechat-tokens"))
        wanted = ("TableName", "AttributeDefinitions", "KeySchema", "BillingMode")
        aws.client("dynamodb").create_table(**{name: definition[name] for name in wanted})
        clock.install(held.now)
        try:
            yield held
        finally:
            clock.install(None)
            secrets.forget()


@pytest.fixture(scope="session")
def _served() -> fake.FakeWeChat:
    return fake.FakeWeChat()


@pytest.fixture
def wechat(
    _served: fake.FakeWeChat, world: support.Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[fake.FakeWeChat]:
    """A fake WeChat that the gateways talk to, nothing remembered from the test before."""
    monkeypatch.setenv("FENXIAO_WECHAT_API_URL", _served.url)
    monkeypatch.setenv("FENXIAO_WECHAT_PAY_URL", _served.url)
    monkeypatch.setenv("FENXIAO_MCH_SERIAL", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1")
    monkeypatch.setenv("FENXIAO_PAY_PUBLIC_KEY_ID", fake.KEY_ID)
    for name, value in SECRETS.items():
        support.put_secret(name, value)
    forget()
    _served.reset()
    _served.on("/cgi-bin/stable_token", {"access_token": "planted-access-token-1", "expires_in": 7200})
    yield _served
    forget()


def forget() -> None:
    """Be as fresh as a container that just started."""
    config.cache_clear()
    token.forget()
    token._client.cache_clear()
    pay_crypto.forget()
