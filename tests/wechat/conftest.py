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
from tests.wechat import street as streets
from tests.wechat.street import Street

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


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with streets.running(tmp_path_factory.mktemp("street")) as made:
        yield made


@pytest.fixture
def street(_running: Street, world: support.Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """A simulator without people, whose keys and clock the gateways share."""
    keys = _running.keys
    for name, value in {
        "WECHAT_API_URL": _running.url,
        "WECHAT_OPEN_URL": _running.url,
        "WECHAT_PAY_URL": _running.url,
        "PUBLIC_URL": _running.shop.url,
        "MP_APPID": keys["mp_appid"],
        "OA_APPID": keys["oa_appid"],
        "MCH_ID": keys["mch_id"],
        "MCH_SERIAL": keys["mch_serial"],
        "PAY_PUBLIC_KEY_ID": keys["platform_public_key_id"],
    }.items():
        monkeypatch.setenv(f"FENXIAO_{name}", value)
    for name, field in {
        "mp-secret": "mp_secret",
        "oa-secret": "oa_secret",
        "oa-token": "oa_token",
        "oa-encoding-aes-key": "oa_encoding_aes_key",
        "mch-private-key": "mch_private_key_pem",
        "api-v3-key": "api_v3_key",
        "pay-public-key": "platform_public_key_pem",
    }.items():
        support.put_secret(f"wechat/{name}", keys[field])
    forget()
    _running.reset()
    clock.install(_running.now)
    yield _running
    forget()


def forget() -> None:
    """Be as fresh as a container that just started."""
    config.cache_clear()
    token.forget()
    token._client.cache_clear()
    pay_crypto.forget()
