"""The second factor: codes of RFC 6238 (SHA-1, six digits, half a minute) from a phone (G2). Pure."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, Forbidden, Invalid, Unauthorized

_SECONDS = 30
_DRIFT = (0, -1, 1)
"""Phones run fast or slow, and typing takes a while: one code before and one after are good, too."""


@settings.declare("staff", "后台登录")
@dataclass(frozen=True)
class StaffRules:
    """What the shop asks of everybody who works in the console (G2)."""

    must_have_factor: bool = False
    """Whoever has no second factor can do nothing but set one up."""


class FactorNeeded(Unauthorized):
    """The password was right; a code is asked for."""

    title = "还需要动态验证码"
    detail = "请输入手机验证器上的 6 位动态验证码。"


class WrongCode(Unauthorized):
    """Wrong, too old, or used before."""

    title = "动态验证码不对"
    detail = "动态验证码不对或已经用过，请等验证器换出新的一组再试。"


class WrongFirstCode(Invalid):
    title = "动态验证码不对"
    detail = "动态验证码不对，请确认手机时间准确，再输入最新的一组。"


class FactorThere(Conflict):
    title = "已经绑定过验证器"
    detail = "您已经绑定过验证器；换手机时，请店主先为您解除。"


class FactorNotOffered(Conflict):
    title = "请重新扫码"
    detail = "没有等待确认的验证器，请重新扫描二维码。"


class FactorMustBeSet(Forbidden):
    title = "请先绑定验证器"
    detail = "商城要求后台账号绑定手机验证器，绑定后才能继续使用。"


def matching_step(secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
    """The number of the half minute whose code this is, later than ``after``; else ``None``."""
    from pyotp import HOTP

    now_step, codes = int(at.timestamp()) // _SECONDS, HOTP(secret)
    for step in (now_step + drift for drift in _DRIFT):
        if hmac.compare_digest(codes.at(step).encode(), code.encode()) and (after is None or step > after):
            return step
    return None
