"""Staff give a member points; above a limit a second person must agree (W6, trust A6.5)."""

from dataclasses import replace

from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Points
from chalicelib.wallet import store
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.move_points import PointsGrant, PointsRules, earn_points, last_moment


class _TakenMeanwhile(Conflict):
    """The grant of this key was made while this request was being read."""


def grant_points(member_id: str, points: int, *, reason: str, by: str, key: str) -> PointsGrant:
    """The grant, DONE, or WAITING for a second person; the same key and content again gives the same.

    Raises ``KeyReused``, or ``PointsMoved`` when the member's points moved at this very moment.
    """
    grant_id = derived_id("PG", by, key)
    found = store.find_grant(grant_id)
    if found is not None:
        return _same(found, member_id, points, reason)
    at = now()
    grant = PointsGrant(grant_id, member_id, Points(points), reason, "WAITING", by, at)
    writes: list[Write] = []
    if points <= settings.read(PointsRules).two_persons_above:
        grant = replace(grant, status="DONE", decided_by=by, decided_at=at)
        writes = book_grant(grant)
    try:
        commit(store.put_grant(grant, _TakenMeanwhile), writes)
    except _TakenMeanwhile:
        return _same(store.load_grant(grant_id), member_id, points, reason)
    return grant


def book_grant(grant: PointsGrant) -> list[Write]:
    """The writes that bring the points: wallet, lot and entry."""
    at = now()
    entry_id = f"GRANT:{grant.grant_id}"
    until = last_moment(at, settings.read(PointsRules).valid_days)
    before = store.find_points(grant.member_id)
    move = earn_points(before, grant.points, lot_id=entry_id, expires_at=until)
    refs = {"member_id": grant.member_id, "grant_id": grant.grant_id}
    return [
        *book_points(before, move),
        store.entry(entry_id, at, [], refs, points=move.postings),
    ]


def _same(found: PointsGrant, member_id: str, points: int, reason: str) -> PointsGrant:
    if (found.member_id, found.points, found.reason) != (member_id, points, reason):
        raise KeyReused()
    return found
