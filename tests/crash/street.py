"""WeChat with both its halves: the money of ``tests.payments.fakes``, and api.weixin.qq.com.

The second half stands behind the real gateways, in the place of their HTTP session, so tokens,
retries and answers are read as ever. Codes are good once, and what was said is kept as a set: to be
told the same again is no news to WeChat.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from chalicelib.kernel import secrets
from chalicelib.wechat import token, transport
from chalicelib.wechat.pay_call import PayUnknown
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import put_secret


class Street(WeChatPay):
    """``said`` is what WeChat was told: path and body."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        self.used_codes: set[str] = set()
        self._codes = 0

    def state(self) -> dict[str, Any]:
        return {**super().state(), "said": self.said, "used_codes": self.used_codes, "_codes": self._codes}

    def code(self, openid: str) -> str:
        """A fresh code of this person's phone."""
        self._codes += 1
        return f"{openid}#{self._codes}"

    def get(self, path: str) -> dict[str, Any]:
        """Bills are made the next morning at the earliest; those of the audit have tests of their own."""
        if path.startswith("/v3/bill/"):
            raise PayUnknown("no bill yet")
        return super().get(path)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """In place of ``requests.Session.request``."""
        path = urlsplit(url).path

        def answer() -> requests.Response:
            response = requests.Response()
            response.status_code = 200
            response._content = json.dumps(self._answer(path, options)).encode()
            return response

        if self.wire is None:
            return answer()
        carried: requests.Response = self.wire(f"{method.upper()} {path}", answer)
        return carried

    def _answer(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        if path == "/cgi-bin/stable_token":
            return {"access_token": "token-1", "expires_in": 7200}
        if path == "/sns/jscode2session":
            return self._exchange(options["params"]["js_code"])
        body = options["data"]
        told = json.loads(body) if isinstance(body, str | bytes) else body
        if path == "/wxa/business/getuserphonenumber":
            return {**self._exchange(told["code"]), "phone_info": {"purePhoneNumber": "13800138000"}}
        if path == "/wxa/msg_sec_check":
            return {"errcode": 0, "result": {"suggest": "pass"}}
        assert path in ("/wxa/sec/order/upload_shipping_info", "/cgi-bin/message/subscribe/send"), path
        told.pop("upload_time", None)
        self.said.add(path + json.dumps(told, ensure_ascii=False, sort_keys=True))
        return {"errcode": 0}

    def _exchange(self, code: str) -> dict[str, Any]:
        if code in self.used_codes:
            return {"errcode": 40163, "errmsg": "code been used"}
        self.used_codes.add(code)
        openid = code.partition("#")[0]
        return {"openid": openid, "unionid": f"u-{openid}", "session_key": "never kept"}


@contextmanager
def opened() -> Iterator[Street]:
    """A WeChat that the gateways talk to."""
    peer = Street()
    put_secret("wechat/mp-secret", "planted-mp-app-secret")
    with installed(peer), pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "session", lambda: peer)
        token._client.cache_clear()
        token.forget()
        yield peer
    token._client.cache_clear()
    token.forget()
    secrets.forget()
