"""Whose link or code brought a purchase (R2, I2)."""

from datetime import datetime

from chalicelib.invites import store


def sharer_of(code: str | None, buyer_id: str, at: datetime) -> str | None:
    """The owner of the code that this purchase came by, or ``None``.

    A code that is unknown, revoked or expired, or the buyer's own, brings nobody anything; it never
    keeps an order from being placed. Whether the owner may earn is judged by the rebate plan.
    """
    invite = store.find_code(code) if code else None
    if invite is None or invite.state(at) != "GOOD" or invite.owner_id == buyer_id:
        return None
    return invite.owner_id
