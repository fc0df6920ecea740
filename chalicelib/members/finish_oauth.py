"""Take an H5 visitor back from WeChat."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from chalicelib.kernel import clock, crypto, limits
from chalicelib.kernel.limits import UsedBefore
from chalicelib.members.rules import BadState
from chalicelib.wechat.login import Identity, identity_of_oauth_code


def finish_oauth(code: str, state: str, nonce: str) -> Identity:
    """Who came back, if the way began in this browser; a state is good once.

    Raises ``BadState``, and what WeChat's exchange raises (``SnapshotUser``, ``CodeUsed`` …).
    """
    until = _checked(state, nonce)
    try:
        limits.use_once("oauth-state", state, until=until)
    except UsedBefore:
        raise BadState() from None
    return identity_of_oauth_code(code)


def _checked(state: str, nonce: str) -> datetime:
    try:
        signed = base64.b32decode(state + "=" * (-len(state) % 8)).decode()
    except ValueError:
        raise BadState() from None
    payload = crypto.open_signed(signed, purpose="oauth-state")
    if payload is None:
        raise BadState()
    until = datetime.fromtimestamp(int.from_bytes(payload[:4]), UTC)
    held = hashlib.sha256(nonce.encode()).digest()[:16]
    if until <= clock.now() or not hmac.compare_digest(payload[4:], held):
        raise BadState()
    return until
