"""What follows from the journal and from the members: statistics, team counts, the inviter's notice.

All of it comes after the commit that bound, and may come again: each count carries its mark in the
same commit, so a replay adds nothing.
"""

from chalicelib.content.notify import notify
from chalicelib.invites import store
from chalicelib.invites.count_row import CodeStats, count_row
from chalicelib.invites.rules import Attribution
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs, count_once
from chalicelib.members import store as members
from chalicelib.members.rules import masked

jobs = Jobs("invites")


@jobs.follow("attributions")
def count_attribution(change: Change) -> None:
    """Count scans, sign-ups and bindings for the code, each exactly once (I5)."""
    row = _added(change)
    if row is None or row.code is None or row.rule == "CODE_UNKNOWN":
        return
    more = count_row(CodeStats(row.code), row)
    if more == CodeStats(row.code):
        return
    count_once(store.mark_counted(row.attribution_id), store.add_to_stats(more))


@jobs.follow("attributions")
def tell_inviter(change: Change) -> None:
    """Tell the inviter that somebody has joined the team; never in the way of the binding."""
    row = _added(change)
    if row is None or row.decision != "BOUND" or row.rule == "MOVED_BY_STAFF" or row.inviter_id is None:
        return
    people = members.load_many([row.inviter_id, row.member_id])
    inviter, newcomer = people.get(row.inviter_id), people.get(row.member_id)
    if inviter is None or newcomer is None:
        return
    notify(
        row.attribution_id,
        inviter.member_id,
        "new_downline",
        {"name": masked(newcomer.nickname)},
        openid=inviter.openids.get(config().mp_appid),
    )


@jobs.follow("members")
def count_team(change: Change) -> None:
    """Keep the number of members below each one, as uplines come and go (D7)."""
    before, after = members.images_of(change)
    gone = before.path if before else ()
    come = after.path
    if change.new is None:
        gone, come = after.path, ()
    if gone == come:
        return
    deltas: dict[str, list[int]] = {}
    for path, step in ((gone, -1), (come, 1)):
        for place, upline_id in enumerate(path):
            deltas.setdefault(upline_id, [0, 0, 0])[place] += step
    counts = [
        store.add_to_team(upline_id, by_level) for upline_id, by_level in deltas.items() if any(by_level)
    ]
    count_once(store.mark_counted(f"team:{change.id}"), counts)


def _added(change: Change) -> Attribution | None:
    """The journal row, if this is its coming into being: rows are never changed."""
    if change.new is None or change.old is not None:
        return None
    return store.attribution_of_image(change.new)
