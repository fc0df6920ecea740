"""Send an H5 visitor to WeChat, and know the same browser when it comes back (wechat.md §6.19).

The browser holds a random nonce in a cookie that no script reads; the state that travels through
WeChat is signed, names the nonce by its hash, and lives ten minutes. Somebody else's way back,
slipped to a victim, meets a browser without the nonce.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.kernel import clock, crypto
from chalicelib.kernel.config import config
from chalicelib.members.rules import STATE_LIFETIME, demand_within
from chalicelib.wechat.login import oauth_url


@dataclass(frozen=True)
class Begun:
    """Where to go, and what the browser must remember meanwhile."""

    url: str
    nonce: str
    lifetime: timedelta


def begin_oauth(return_to: str) -> Begun:
    """The way to WeChat and back to ``return_to``. Raises ``BadReturnAddress`` outside the H5 shop."""
    demand_within(config().h5_url, return_to)
    nonce = crypto.random_token()
    return Begun(oauth_url(_state(nonce), return_to), nonce, STATE_LIFETIME)


def _state(nonce: str) -> str:
    """WeChat takes at most 128 letters and digits, so the signed text travels in base32."""
    until = int((clock.now() + STATE_LIFETIME).timestamp())
    payload = until.to_bytes(4) + hashlib.sha256(nonce.encode()).digest()[:16]
    signed = crypto.sign(payload, purpose="oauth-state")
    return base64.b32encode(signed.encode()).decode().rstrip("=")
