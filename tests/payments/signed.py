"""Notices as WeChat sends them: really signed and sealed, through the real doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.kernel.config import config
from chalicelib.wechat import pay_crypto
from tests.support import api
from tests.support.api import Answer
from tests.support.world import put_secret
from tests.wechat import fake


@contextmanager
def keys() -> Iterator[None]:
    """The secrets by which notices are judged."""
    put_secret("wechat/pay-public-key", fake.public_pem(fake.PLATFORM))
    put_secret("wechat/api-v3-key", fake.API_V3_KEY)
    pay_crypto.forget()
    yield
    pay_crypto.forget()


def deliver(path: str, kind: str, resource: dict[str, Any], *, key: Any = fake.PLATFORM) -> Answer:
    """WeChat calls; ``key`` may be somebody else's."""
    body = fake.notice_body(resource, kind, "transaction")
    headers = fake.signature_headers(body, key=key, serial=config().pay_public_key_id)
    return api.post(path, body=body, headers=headers)
