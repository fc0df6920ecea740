"""Which code an order came by (I5)."""

from datetime import datetime

from chalicelib.invites import store
from chalicelib.invites.rules import first_waiting, normalized
from chalicelib.members.rules import Member

_JOURNAL_READ = 200


def came_by(
    buyer: Member, upline: str | None, at: datetime, *, share_code: str | None, sharer_id: str | None
) -> str | None:
    """The code of the link that brought this purchase where it counts, else the one that bound the buyer.

    ``upline`` is the inviter frozen on the order. A buyer without one, or whom staff put below one, came
    by no code.
    """
    if share_code is not None and sharer_id is not None:
        return normalized(share_code)
    if upline is None:
        return None
    if upline == buyer.upline:
        return buyer.bound_code or None
    waiting = first_waiting(store.last_attributions(buyer.member_id, _JOURNAL_READ), at)
    return waiting.code if waiting else None  # this very purchase binds (I3)
