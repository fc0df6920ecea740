"""Access tokens of our two apps, and calls that need one.

``stable_token`` is the source: it hands every caller the same token until shortly before its end, so
two refreshes at once do no harm (wechat.md §3.3). The token is shared through a table, refreshed by
one container at a time, and held in memory beside it. The HTTP client is wechatpy's, with its
unbounded retry switched off and its address made ours (wechat.md §1.4, §1.5).
"""

import functools
import time
from datetime import timedelta
from typing import Any, Literal

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.secrets import secret
from chalicelib.wechat import store, transport
from chalicelib.wechat.store import Token
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

App = Literal["mp", "oa"]
"""The mini-program and the official account."""

TOKEN_REJECTED = {40001, 40014, 42001}
EARLY = timedelta(minutes=1)
"""We ask again this long before the end; WeChat has a new token ready five minutes before it."""

FORCED_APART = timedelta(hours=24) / 20
"""WeChat allows 20 forced refreshes a day."""

_WAIT_SECONDS = 0.1
_WAITS = 120
_held: dict[str, Token] = {}


def post(app: App, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST ``body`` as JSON to ``path`` (no leading slash) and read a JSON answer.

    A rejected token is renewed once and the call repeated once. Raises ``WeChatUnavailable`` when
    WeChat cannot be reached or is busy, ``WeChatRefused`` on any other ``errcode``.
    """
    return _object(_with_token(app, "post", path, {"data": body}))


def get(app: App, path: str, **params: str) -> dict[str, Any]:
    """GET ``path``; otherwise as ``post``."""
    return _object(_with_token(app, "get", path, {"params": params}))


def post_for_picture(app: App, path: str, body: dict[str, Any]) -> bytes:
    """POST and expect a picture; an error comes as JSON all the same and is raised as by ``post``."""
    answer = _with_token(app, "post", path, {"data": body})
    kind = getattr(answer, "headers", {}).get("Content-Type", "")
    if not kind.startswith("image/") or not answer.content:
        raise WeChatUnavailable()
    return bytes(answer.content)


def access_token(app: App, rejected: str | None = None) -> str:
    """A valid access token; ``rejected`` is one that WeChat has just refused.

    Many callers at once make one call to WeChat: the winner of a conditional write fetches, the
    others wait for what it stores. Raises ``WeChatUnavailable``, ``WeChatRefused``.
    """
    held = _held.get(app)
    if held and _is_good(held, rejected):
        return held.access_token
    for _ in range(_WAITS):
        stored = store.find(app)
        if stored and _is_good(stored, rejected):
            _hold(app, stored)
            return stored.access_token
        if store.take_refresh_lock(app, stored):
            return _refresh(app, stored, rejected)
        time.sleep(_WAIT_SECONDS)
    raise WeChatUnavailable()


def forget() -> None:
    """Drop what is held in memory, as a fresh container would."""
    _held.clear()


def _is_good(token: Token, rejected: str | None) -> bool:
    return token.access_token != rejected and token.expires_at - EARLY > now()


def _hold(app: App, token: Token) -> None:
    log.hide(token.access_token)
    _held[app] = token


def _refresh(app: App, stored: Token | None, rejected: str | None) -> str:
    """Fetch and store a token; the caller holds the lock."""
    try:
        fresh = _fetch(app, forced=False)
        last_forced_at = stored.forced_at if stored else None
        is_stuck = fresh.access_token == rejected
        if is_stuck and (last_forced_at is None or now() - last_forced_at >= FORCED_APART):
            fresh = _fetch(app, forced=True)
        store.keep(app, fresh)
    except BaseException:
        store.release_refresh_lock(app)
        raise
    _hold(app, fresh)
    return fresh.access_token


def try_secret(app: App, value: str) -> None:
    """Ask for a token with this secret, and keep nothing. Raises ``WeChatRefused``, ``WeChatUnavailable``."""
    _ask_for_token(app, value, forced=False)


def _ask_for_token(app: App, with_secret: str, *, forced: bool) -> dict[str, Any]:
    asked = {
        "grant_type": "client_credential",
        "appid": appid_of(app),
        "secret": with_secret,
        "force_refresh": forced,
    }
    return transport.call("POST", f"{config().wechat_api_url}/cgi-bin/stable_token", json=asked)


def _fetch(app: App, *, forced: bool) -> Token:
    asked_at = now()
    answer = _ask_for_token(app, secret(f"wechat/{app}-secret"), forced=forced)
    try:
        token, expires_in = str(answer["access_token"]), int(answer["expires_in"])
    except (KeyError, TypeError, ValueError):
        raise WeChatUnavailable() from None
    return Token(token, asked_at + timedelta(seconds=expires_in), asked_at if forced else None)


def appid_of(app: App) -> str:
    """The appid that WeChat gave this app."""
    return config().mp_appid if app == "mp" else config().oa_appid


def _with_token(app: App, method: str, path: str, options: dict[str, Any]) -> Any:
    token = access_token(app)
    try:
        return _send(app, method, path, options, token=token)
    except WeChatRefused as refused:
        if refused.errcode not in TOKEN_REJECTED:
            raise
        log.warning("wechat_token_rejected", app=app, errcode=refused.errcode)
    return _send(app, method, path, options, token=access_token(app, rejected=token))


def _send(app: App, method: str, path: str, options: dict[str, Any], *, token: str) -> Any:
    import requests
    from wechatpy.exceptions import WeChatClientException

    params = {**options.get("params", {}), "access_token": token}
    headers = {"Content-Type": "application/json"} if "data" in options else {}
    try:
        return _client(app).request(method, path, **{**options, "params": params, "headers": headers})
    except WeChatClientException as problem:
        errcode, errmsg = problem.errcode, str(problem.errmsg)
    except requests.RequestException:
        raise WeChatUnavailable() from None
    if errcode is None:  # an HTTP status that is not 2xx
        raise WeChatUnavailable()
    transport.judge({"errcode": errcode, "errmsg": errmsg})
    raise AssertionError("wechatpy raised on success")


@functools.cache
def _client(app: App) -> Any:
    """wechatpy's client without what is unsafe in it; the token is always given by the caller."""
    from wechatpy.client.base import BaseWeChatClient

    transport.quiet()

    class Client(BaseWeChatClient):  # type: ignore[misc]  # wechatpy has no types
        def __init__(self) -> None:
            super().__init__(appid_of(app), timeout=transport.TIMEOUT_SECONDS, auto_retry=False)
            self.API_BASE_URL = f"{config().wechat_api_url}/"
            self._http = transport.session()

        def request(self, method: str, path: str, **options: Any) -> Any:
            return self._request(method, path, allow_redirects=False, **options)

    return Client()


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise WeChatUnavailable()
    return answer
