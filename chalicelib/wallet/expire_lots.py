"""Points that were not used by their last day run out; before that their owner is told (W6)."""

from chalicelib.content.notify import notify
from chalicelib.kernel import log
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.wallet import store
from chalicelib.wallet.move_points import Lot, PointsMoved, expire_points, last_day, left_of

_PAGE = "pages/points/index"


def expire_lots(limit: int = 50) -> int:
    """Look at what is due, at most ``limit`` lots of each shard; how many were dealt with.

    Each lot is one transaction of its own under its own entry, so a run that is cut off, or two at
    once, end in the same books. One failure keeps no other from its turn.
    """
    at, done = now(), 0
    for lot in list(store.due_lots(at, limit)):
        try:
            if lot.expires_at <= at:
                _expire(lot)
            else:
                _tell(lot)
            done += 1
        except PointsMoved:
            continue  # the wallet moved or another run took the lot: the next run looks again
        except Exception as problem:
            log.error("lot_failed", problem, member_id=lot.member_id, lot_id=lot.lot_id)
            log.count("lot_failed")
    return done


def _expire(lot: Lot) -> None:
    before = store.find_points(lot.member_id)
    move = expire_points(before, lot)
    refs = {"member_id": lot.member_id, "lot_id": lot.lot_id}
    booked = []
    if move.postings:
        booked.append(store.entry(f"EXPIRE:{lot.lot_id}", now(), [], refs, points=move.postings))
    commit(store.take_lot(lot), store.replace_points(before, move.wallet), booked)


def _tell(lot: Lot) -> None:
    """One notice a day of expiry, of what would really be lost as things stand."""
    due = store.lots(lot.member_id, until=lot.expires_at)
    left = sum(points for _, points in left_of(store.find_points(lot.member_id), due))
    owner = members.find(lot.member_id)
    if left and owner is not None:
        notify(
            f"POINTS-EXPIRING:{lot.member_id}:{business_day(lot.expires_at)}",
            lot.member_id,
            "points_expiring",
            {"points": str(left), "until": last_day(lot.expires_at)},
            openid=owner.openids.get(config().mp_appid),
            page=_PAGE,
        )
    commit(store.told_lot(lot))
