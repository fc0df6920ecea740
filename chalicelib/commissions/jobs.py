"""What runs by the clock and what follows: maturing, notices, and the trees of the compliance report."""

from chalicelib.commissions import store
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.store import CountedBefore
from chalicelib.content.notify import notify
from chalicelib.kernel import log
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.kernel.money import yuan
from chalicelib.members import store as members
from chalicelib.standing.period_of import period_named

jobs = Jobs("commissions")
_ROUNDS = 10
"""After a festival more may be due than one round takes; a run that is cut off harms nothing."""
_PAGE = "pages/distributor/commissions"


@jobs.every(minutes=1)
def mature_due() -> None:
    """Turn commissions whose window has passed into available money, a bounded number of rounds."""
    for _ in range(_ROUNDS):
        done = mature()
        log.info("matured", rows=done.matured, amount_fen=done.amount_fen, left_behind=done.left_behind)
        if done.left_behind:
            log.count("not_matured", done.left_behind)
        if done.matured == 0:
            return


@jobs.every(minutes=10)
def close_periods() -> None:
    """Close months, quarters and years that are over, a bounded number of payees (R8)."""
    done = close_period()
    if done.payees or done.left_behind:
        log.info("periods_closed", payees=done.payees, amount_fen=done.amount_fen)


@jobs.follow("commissions")
def tell_payee(change: Change) -> None:
    """Tell the payee of a new commission, of one that may be withdrawn, and of one taken back (N2)."""
    if change.new is None:
        return
    before = store.of_image(change.old) if change.old else None
    after = store.of_image(change.new)
    if before is None:
        if after.state == "PENDING" and after.period_id:
            _tell(after, "commission_of_period", after.amount_fen, "NEW")
        elif after.state == "PENDING":
            _tell(after, "commission_pending", after.amount_fen, "NEW")
        return
    if after.state == "MATURED" and before.state == "PENDING" and after.form == "CASH" and after.left_fen:
        _tell(after, "commission_available", after.left_fen, "MATURED")
    if after.state == "MATURED" and before.state == "PENDING" and after.form == "POINTS" and after.left_units:
        _tell(after, "reward_points_available", after.left_fen, "MATURED")
    if after.clawed_fen > before.clawed_fen:
        taken_fen = after.clawed_fen - before.clawed_fen
        _tell(after, "commission_taken_back", taken_fen, f"TAKEN:{after.refunded_fen}")


@jobs.follow("commissions")
def count_earnings(change: Change) -> None:
    """Keep what each tree's root earned, by level, net of clawbacks (R12)."""
    if change.new is None:
        return
    after = store.of_image(change.new)
    earned_fen = _worth_fen(after) - (_worth_fen(store.of_image(change.old)) if change.old else 0)
    if earned_fen == 0:
        return
    try:
        commit(store.count_tree(change.id, after.payee_id, earned_fen=earned_fen, level=after.level))
    except CountedBefore:
        return


@jobs.follow("members")
def count_heads(change: Change) -> None:
    """Keep how many people stand below each member, by level, as uplines come and go (R12)."""
    if change.new is None:
        return
    before, after = members.images_of(change)
    before_path = before.path if before else ()
    if before_path == after.path:
        return
    heads: dict[str, list[int]] = {}
    for path, step in ((before_path, -1), (after.path, 1)):
        for place, root_id in enumerate(path):
            heads.setdefault(root_id, [0, 0, 0])[place] += step
    counted = [
        store.count_tree(change.id, root, heads=counts) for root, counts in heads.items() if any(counts)
    ]
    try:
        commit(*counted)
    except CountedBefore:
        return


def _source(row: Commission) -> dict[str, str]:
    return {"period": period_named(row.period_id).title} if row.period_id else {"order": row.order_id}


def _worth_fen(row: Commission) -> int:
    """In every form; what is too little for one point or coupon is worth nothing."""
    return 0 if row.state == "ZERO" else row.left_fen


def _tell(row: Commission, kind: str, amount_fen: int, what: str) -> None:
    payee = members.find(row.payee_id)
    if payee is None:
        return
    notify(
        f"{row.order_id}:{row.payee_rule}:{what}",
        row.payee_id,
        kind,
        {"amount": yuan(amount_fen), "points": str(row.left_units), **_source(row)},
        openid=payee.openids.get(config().mp_appid),
        page=f"{_PAGE}?order_id={row.order_id}",
    )
