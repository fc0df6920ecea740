"""A member looks in, once a business day, and gets points for it (W6, 签到)."""

from dataclasses import replace

from chalicelib.kernel import settings
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.wallet import store
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.move_points import PointsMoved, PointsRules, PointsWallet, earn_points, last_moment
from chalicelib.wallet.points_for import CheckInClosed, PointsEarning

_TRIES = 20
"""Each other tap at the same moment may take one; the first that wins ends it for all."""


def check_in(member_id: str) -> PointsWallet:
    """The wallet with today's points; checked in already today, as it stands.

    The day stands in the wallet and in the entry's id, both in the transaction that brings the points,
    so one day brings them once, whatever comes at once (invariants 19, 22). Raises ``CheckInClosed``,
    or ``PointsMoved`` when the points keep moving.
    """
    earning = settings.read(PointsEarning)
    for _ in range(_TRIES):
        at = now()
        today, before = business_day(at), store.find_points(member_id)
        if before.streak.last_day == today:
            return before
        if not earning.check_in_points:
            raise CheckInClosed()
        days = before.streak.on(today)
        entry_id = f"CHECKIN:{member_id}:{today.isoformat()}"
        until = last_moment(at, settings.read(PointsRules).valid_days)
        move = earn_points(before, earning.points_of_day(days), lot_id=entry_id, expires_at=until)
        after = replace(move.wallet, checked_in_on=today.isoformat(), streak_days=days)
        entry = store.entry(entry_id, at, [], {"member_id": member_id}, points=move.postings)
        try:
            commit(book_points(before, replace(move, wallet=after)), entry)
        except (PointsMoved, ConditionFailed):
            continue
        return after
    raise PointsMoved()
