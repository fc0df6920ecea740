"""What follows the journal: statements and totals; and points whose last day has come."""

from chalicelib.content.notify import notify
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members
from chalicelib.wallet import store
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.count_points import count_points
from chalicelib.wallet.expire_lots import expire_lots

jobs = Jobs("wallet")


@jobs.follow("journal")
def count_in_statements(change: Change) -> None:
    """Count a new entry for each member it touches; entries never change."""
    if change.new is not None and change.old is None:
        entry = store.entry_of_image(change.new)
        count_entry(entry)
        count_points(entry)


@jobs.every(minutes=10)
def expire_points() -> int:
    """Tell of points that run out soon, and take away those that have (W6)."""
    return expire_lots()


@jobs.follow("journal")
def tell_of_grant(change: Change) -> None:
    """Tell the member of points that staff gave (N2)."""
    entry = store.entry_of_image(change.new) if change.new else None
    if entry is None or entry.kind != "GRANT":
        return
    grant = store.load_grant(entry.refs["grant_id"])
    owner = members.find(grant.member_id)
    if owner is None:
        return
    notify(
        entry.entry_id,
        grant.member_id,
        "points_received",
        {"points": str(grant.points), "reason": grant.reason},
        openid=owner.openids.get(config().mp_appid),
        page="pages/points/index",
    )
