"""The picture of a code: WeChat's round mini-program code, or a plain QR of the H5 link (I1)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.invites import rules, store
from chalicelib.invites.rules import LANDING_PAGE, MiniCodeUnavailable
from chalicelib.kernel import limits, log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.limits import Limit
from chalicelib.wechat import codes
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

_PER_MEMBER = Limit("code-picture", times=60, minutes=60)
"""Pictures made, not shown: each costs WeChat's quota or our time (trust A6.4)."""


@dataclass(frozen=True)
class Picture:
    """The bytes and what they are: ``image/png`` or ``image/jpeg``."""

    content: bytes
    content_type: str


def draw(owner_id: str, code: str, kind: Literal["mini", "h5"]) -> Picture:
    """The picture, made once and then kept in the media bucket under a key of its content.

    Raises ``CodeUnknown``, ``CodeNotUsable``, ``TooOften``, and ``MiniCodeUnavailable`` when WeChat makes no
    mini-program code (not published, not entitled, out of reach); the plain one works all the same.
    """
    invite = store.load_own_code(owner_id, code)
    if invite.state(now()) != "GOOD":
        raise rules.CodeNotUsable()
    if kind == "h5":
        link = rules.h5_link(config().h5_url, invite)
        key = f"codes/h5/{fingerprint(link)}"
    else:
        parts = (config().mp_appid, config().mp_env_version, LANDING_PAGE, invite.scene)
        key = f"codes/mini/{fingerprint(*parts)}"
    content = store.kept_picture(key)
    if content is None:
        limits.take((_PER_MEMBER, owner_id))
        content = codes.plain_qr(link) if kind == "h5" else _mini_program_code(invite.scene)
        store.keep_picture(key, content, _type_of(content))
    return Picture(content, _type_of(content))


def _mini_program_code(scene: str) -> bytes:
    try:
        return codes.mini_program_code(scene, LANDING_PAGE)
    except (WeChatRefused, WeChatUnavailable) as problem:
        log.warning("mini_code_unavailable", errcode=problem.errcode)
        raise MiniCodeUnavailable() from None


def _type_of(content: bytes) -> str:
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
