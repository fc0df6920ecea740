"""Count a member's team again from the members themselves (D7)."""

from chalicelib.invites import store
from chalicelib.invites.rules import TeamCounts
from chalicelib.kernel.jobs import Drift, recount
from chalicelib.members import store as members


def recount_team(member_id: str, believed: Drift[TeamCounts] | None = None) -> Drift[TeamCounts] | None:
    """How the projection differs from the members, mended when it did before too (``kernel.jobs.recount``).

    Raises ``RelationMoved`` when it moved at that very moment; nothing is written then.
    """
    counted = TeamCounts(member_id, *(members.count_downline(member_id, level) for level in (1, 2, 3)))
    return recount(store.team_counts(member_id), counted, believed, store.put_team_counts)
