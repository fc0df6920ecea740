"""Who is this? WeChat's codes exchanged for identities (M1); ``session_key`` never leaves this file.

An openid comes only from here, never from what a client says (wechat.md §6.1). Codes are good once
and for five minutes.
"""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from chalicelib.kernel import log
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Forbidden, Unauthorized, Unavailable
from chalicelib.kernel.secrets import secret
from chalicelib.wechat import token, transport
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

_CODE_EXPIRED = 40029
_CODE_USED = 40163
_CODE_BLOCKED = 40226
_CHINA = "86"


@dataclass(frozen=True)
class Identity:
    """One WeChat person in one app. ``unionid`` joins apps of the same Open Platform account."""

    appid: str
    openid: str
    unionid: str | None


class CodeUsed(Unauthorized):
    """40163: this login code was exchanged before."""

    title = "登录没有成功"
    detail = "这次登录已经用过了，请再点一次登录。"


class CodeExpired(Unauthorized):
    """40029: unknown to WeChat, or older than five minutes."""

    title = "登录已超时"
    detail = "等待的时间有点久，请再点一次登录。"


class LoginBlocked(Forbidden):
    """40226: WeChat itself holds this person for a risk."""

    title = "暂时不能登录"
    detail = "微信提示此账号暂时不能登录，请在微信中查看账号状态。"


class SnapshotUser(Forbidden):
    """A page opened in snapshot mode has a made-up person behind it: never bound, never paid."""

    title = "请使用完整服务"
    detail = "当前是快照页，请点击右下角“使用完整服务”后再继续。"


class PhoneUnavailable(Unavailable):
    """The paid quota of numbers is used up or not granted; the shop works without one (wechat.md §3.1)."""

    title = "暂时取不到手机号"
    detail = "现在不能从微信读取手机号，您可以先跳过，不影响购物。"


def identity_of_code(code: str) -> Identity:
    """Exchange a ``wx.login`` code of the mini-program.

    Raises ``CodeUsed``, ``CodeExpired``, ``LoginBlocked`` or ``WeChatUnavailable``.
    """
    appid = config().mp_appid
    answer = _exchange(
        "/sns/jscode2session",
        appid=appid,
        secret=secret("wechat/mp-secret"),
        js_code=code,
        grant_type="authorization_code",
    )
    return _identity(appid, answer)


def oauth_url(
    state: str, redirect_url: str, scope: Literal["snsapi_base", "snsapi_userinfo"] = "snsapi_base"
) -> str:
    """Where to send an H5 visitor inside WeChat to be known (网页授权).

    WeChat sends them to ``redirect_url`` with ``code`` and ``state``; the caller binds ``state`` to
    the browser and allows only its own addresses.
    """
    query = urlencode(
        {
            "appid": config().oa_appid,
            "redirect_uri": redirect_url,
            "response_type": "code",
            "scope": scope,
            "state": state,
        }
    )
    return f"{config().wechat_open_url}/connect/oauth2/authorize?{query}#wechat_redirect"


def identity_of_oauth_code(code: str) -> Identity:
    """Exchange the code that came back from ``oauth_url``.

    Raises ``SnapshotUser`` and whatever ``identity_of_code`` raises.
    """
    appid = config().oa_appid
    answer = _exchange(
        "/sns/oauth2/access_token",
        appid=appid,
        secret=secret("wechat/oa-secret"),
        code=code,
        grant_type="authorization_code",
    )
    if answer.get("is_snapshotuser"):
        raise SnapshotUser()
    return _identity(appid, answer)


def phone_of_code(code: str) -> str:
    """Exchange the code of a ``getPhoneNumber`` button for the number.

    Digits alone for a number of mainland China, ``+`` and the country code before any other.
    Raises ``CodeExpired``, ``CodeUsed``, ``PhoneUnavailable`` or ``WeChatUnavailable``.
    """
    try:
        answer = token.post("mp", "wxa/business/getuserphonenumber", {"code": code})
    except WeChatRefused as refused:
        log.warning("wechat_phone_refused", errcode=refused.errcode)
        raise _code_problem(refused) or PhoneUnavailable() from None
    except WeChatUnavailable as problem:
        if problem.errcode in (None, -1):
            raise
        raise PhoneUnavailable() from None
    number = answer.get("phone_info", {})
    pure, country = str(number.get("purePhoneNumber") or ""), str(number.get("countryCode") or _CHINA)
    if not pure:
        raise PhoneUnavailable()
    return pure if country == _CHINA else f"+{country}{pure}"


def _exchange(path: str, **query: str) -> dict[str, Any]:
    try:
        return transport.call("GET", config().wechat_api_url + path, params=query)
    except WeChatRefused as refused:
        raise _code_problem(refused) or refused from None


def _code_problem(refused: WeChatRefused) -> Exception | None:
    known: dict[int, type[Exception]] = {
        _CODE_EXPIRED: CodeExpired,
        _CODE_USED: CodeUsed,
        _CODE_BLOCKED: LoginBlocked,
    }
    return known[refused.errcode]() if refused.errcode in known else None


def _identity(appid: str, answer: dict[str, Any]) -> Identity:
    """Keep the names, drop ``session_key`` and the page's access token at once."""
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid:
        raise WeChatUnavailable()
    return Identity(appid, openid, answer.get("unionid") or None)
