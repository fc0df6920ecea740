"""A member as rebate rules see it (R1, R6)."""

from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.rules import Exclusion
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor
from chalicelib.members.rules import Member


def as_person(member_id: str, member: Member | None, standing: Distributor | None) -> Person:
    """The person with its level of now, and why it may not earn if it may not."""
    level_id = standing.level_id if standing else ""
    level = distributors.levels().get(level_id)
    return Person(
        member_id,
        level_id,
        level.name if level else level_id,
        level.rates_bps if level else (),
        _exclusion(member, standing),
        (standing.decided_at or standing.applied_at) if standing else None,
    )


def _exclusion(member: Member | None, standing: Distributor | None) -> Exclusion | None:
    if member is None or member.status == "CLOSED":
        return "CLOSED"
    if member.status == "BLOCKED":
        return "BLOCKED"
    if standing is None or standing.status == "DELETED":
        return "NOT_DISTRIBUTOR"
    if standing.is_active:
        return None
    return "DISABLED" if standing.status in ("DISABLED", "SUSPENDED", "EXPELLED") else "NOT_APPROVED"
