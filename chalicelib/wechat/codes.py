"""Pictures to scan: mini-program codes, codes of the official account, plain QR codes (I1, I4)."""

import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.wechat import token
from chalicelib.wechat.transport import WeChatUnavailable

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_PAGE = re.compile(r"[0-9A-Za-z_\-]+(/[0-9A-Za-z_\-]+)*")
_MAX_EXPIRE_DAYS = 30


@dataclass(frozen=True)
class OfficialAccountQr:
    """A code that opens the official account: the address in it, its picture (PNG), its end."""

    url: str
    picture: bytes
    expires_at: datetime


def mini_program_code(scene: str, page: str) -> bytes:
    """The round code (小程序码) that opens ``page`` with ``scene``; a JPEG that stays good for ever.

    ``scene`` is 1 to 32 of WeChat's visible characters, ``page`` has no leading slash and no query
    (wechat.md §3.2): anything else is ``ValueError``. Raises ``WeChatUnavailable``, ``WeChatRefused``.
    """
    if not _SCENE.fullmatch(scene):
        raise ValueError(f"WeChat takes no such scene: {scene!r}")
    if not _PAGE.fullmatch(page):
        raise ValueError(f"a page has neither leading slash nor query: {page!r}")
    body = {
        "scene": scene,
        "page": page,
        "check_path": False,  # the page may come with a version that is not yet published
        "env_version": config().mp_env_version,
        "width": 430,
    }
    return token.post_for_picture("mp", "wxa/getwxacodeunlimit", body)


def official_account_qr(scene: str, expire_days: int = 30) -> OfficialAccountQr:
    """A code of the official account whose scan tells us ``scene`` (1 to 64 characters).

    Temporary, since WeChat grants only 100,000 permanent ones; at most 30 days. Raises
    ``ValueError``, ``WeChatUnavailable``, ``WeChatRefused``.
    """
    if not 1 <= len(scene) <= 64 or not 1 <= expire_days <= _MAX_EXPIRE_DAYS:
        raise ValueError(f"scene {scene!r} or {expire_days} days out of range")
    lifetime = timedelta(days=expire_days)
    body = {
        "expire_seconds": int(lifetime.total_seconds()),
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": scene}},
    }
    expires_at = now() + lifetime
    url = token.post("oa", "cgi-bin/qrcode/create", body).get("url")
    if not isinstance(url, str) or not url:
        raise WeChatUnavailable()
    return OfficialAccountQr(url, plain_qr(url), expires_at)


def plain_qr(text: str) -> bytes:
    """A black and white QR code of ``text`` as PNG, ten dots a module, with the quiet zone of the norm."""
    import segno

    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()
