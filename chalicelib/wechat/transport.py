"""How this room speaks HTTP: one pooled session, time-outs always, secrets never in an error.

WeChat's own way is to put app secrets and access tokens into addresses, and the texts of
``requests`` errors quote the address; so a failed call is re-raised without it and without its
cause (wechat.md §1.5).
"""

import functools
import json
import logging
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = (2, 5)
"""To connect, and between two bytes of the answer: a request must end well within API Gateway's 29 s."""

_BUSY = {-1, 45009, 45011}
"""System busy, the daily quota, the quota of a minute."""


class WeChatUnavailable(Unavailable):
    """WeChat cannot be reached or is too busy; ``errcode`` is WeChat's number if it gave one."""

    title = "微信暂时没有回应"
    detail = "微信那边有点忙，请稍后再试。"

    def __init__(self, detail: str | None = None, *, errcode: int | None = None) -> None:
        super().__init__(detail, errcode=errcode)
        self.errcode = errcode


class WeChatRefused(Unavailable):
    """WeChat answered with an ``errcode`` that the gateway has no better word for: our set-up is wrong."""

    title = "微信没有受理"
    detail = "这次操作微信没有受理，我们会尽快处理，请稍后再试。"

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        super().__init__(None, errcode=errcode, errmsg=errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@functools.cache
def session() -> "requests.Session":
    """The one session, which keeps connections alive.

    It trusts no environment: a ``.netrc`` would replace the pay gateway's Authorization header.
    """
    import requests
    from requests.adapters import HTTPAdapter

    quiet()
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", HTTPAdapter(pool_maxsize=32))
    made.mount("http://", HTTPAdapter(pool_maxsize=32))
    return made


def quiet() -> None:
    """Keep libraries from printing addresses and bodies at DEBUG (wechat.md §2.1 g)."""
    for name in ("urllib3", "requests", "wechatpy", "wechatpayv3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def call(method: str, url: str, **options: Any) -> dict[str, Any]:
    """Call an address of api.weixin.qq.com that needs no access token; its JSON answer.

    Raises ``WeChatUnavailable`` when there is no answer to read or WeChat is busy, ``WeChatRefused``
    on any other ``errcode``.
    """
    import requests

    try:
        response = session().request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **options)
    except requests.RequestException:
        raise WeChatUnavailable() from None
    if response.status_code != 200:
        raise WeChatUnavailable()
    try:
        answer = json.loads(response.content)
    except ValueError:
        raise WeChatUnavailable() from None
    if not isinstance(answer, dict):
        raise WeChatUnavailable()
    judge(answer)
    return answer


def judge(answer: dict[str, Any]) -> None:
    """Raise what the ``errcode`` in ``answer`` means; no code, or 0, is success."""
    errcode = answer.get("errcode", 0)
    if errcode == 0:
        return
    if errcode in _BUSY:
        raise WeChatUnavailable(errcode=errcode)
    raise WeChatRefused(int(errcode), str(answer.get("errmsg", "")))
