"""What follows the journal: statements and totals; and points whose last day has come."""

from chalicelib.content.notify import notify
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members
from chalicelib.wallet import store
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.count_points import count_points
from chalicelib.wallet.expire_lots import expire_lots
from chalicelib.wallet.rules import Entry

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
def tell_of_points(change: Change) -> None:
    """Tell the member of points that staff gave, or that an order brought (N2)."""
    entry = store.entry_of_image(change.new) if change.new else None
    if entry is None or entry.kind not in ("GRANT", "EARN"):
        return
    owner = members.find(entry.refs["member_id"])
    if owner is None:
        return
    notify(
        entry.entry_id,
        owner.member_id,
        "points_received" if entry.kind == "GRANT" else "points_earned",
        _facts(entry),
        openid=owner.openids.get(config().mp_appid),
        page="pages/points/index",
    )


def _facts(entry: Entry) -> dict[str, str]:
    if entry.kind == "GRANT":
        grant = store.load_grant(entry.refs["grant_id"])
        return {"points": str(grant.points), "reason": grant.reason}
    brought = sum(one.points for one in entry.points if one.points > 0)
    return {"points": str(brought), "order": entry.refs["order_id"]}
