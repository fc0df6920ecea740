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


def share_problem(code: str, buyer_id: str, at: datetime) -> str | None:
    """Why this purchase does not count for the code's owner, in words; ``None`` when it does."""
    invite = store.find_code(code)
    if invite is None:
        return "没有找到这个分享码，不影响下单。"
    if invite.owner_id == buyer_id:
        return "这是您自己的分享码，这次购买不计分享奖励。"
    return None if invite.state(at) == "GOOD" else "这个分享码已经失效了，不影响下单。"
