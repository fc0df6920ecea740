"""A second person agrees to a larger grant of points, or refuses it (trust A6.5)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.wallet import store
from chalicelib.wallet.grant_points import book_grant
from chalicelib.wallet.move_points import GrantMoved, GrantNeedsAnother, PointsGrant


def decide_grant(grant_id: str, *, is_agreed: bool, by: str) -> PointsGrant:
    """The grant, DONE with its points or REJECTED. Whoever asked may take it back, but not agree.

    Raises ``GrantUnknown``, ``GrantMoved``, ``GrantNeedsAnother``, ``PointsMoved``.
    """
    grant = store.load_grant(grant_id)
    if grant.status != "WAITING":
        raise GrantMoved()
    if is_agreed and grant.asked_by == by:
        raise GrantNeedsAnother()
    decided = replace(grant, status="DONE" if is_agreed else "REJECTED", decided_by=by, decided_at=now())
    commit(store.decide_grant(grant, decided), book_grant(decided) if is_agreed else [])
    return decided
