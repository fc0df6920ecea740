"""A page of one's team with what each brought (D7)."""

from chalicelib.distributors import store as distributors
from chalicelib.invites import store as invites
from chalicelib.kernel.paging import Page
from chalicelib.members import store as members
from chalicelib.members.rules import Member, masked
from chalicelib.team import store
from chalicelib.team.rules import Contribution, TeamSort
from chalicelib.team.schemas import TeammateOut, TeamOut


def show_team(member_id: str, level: int, sort: TeamSort, *, limit: int, cursor: str | None) -> TeamOut:
    """One level in the order asked for; names are masked. Raises ``BadCursor``."""
    found = _by_earned if sort == "EARNED" else _by_joined
    page = found(member_id, level, limit, cursor)
    standings = distributors.load_many(one.member_id for one, _ in page.items)
    counts = invites.team_counts(member_id)
    return TeamOut(
        level_1=counts.level_1,
        level_2=counts.level_2,
        items=[
            TeammateOut(
                name=masked(one.nickname),
                avatar_url=one.avatar_url,
                bound_at=one.bound_at,
                has_bought=one.bought_at is not None,
                is_distributor=one.member_id in standings and standings[one.member_id].is_active,
                earned_fen=brought.earned_fen,
                orders=brought.orders,
                sales_fen=brought.sales_fen,
            )
            for one, brought in page.items
        ],
        next=page.next,
    )


def _by_joined(
    member_id: str, level: int, limit: int, cursor: str | None
) -> Page[tuple[Member, Contribution]]:
    found = members.downline(member_id, level, limit=limit, cursor=cursor)
    brought = store.contributions(member_id, (one.member_id for one in found.items))
    return found.map(lambda one: (one, brought[one.member_id]))


def _by_earned(
    member_id: str, level: int, limit: int, cursor: str | None
) -> Page[tuple[Member, Contribution]]:
    found = store.best(member_id, level, limit=limit, cursor=cursor)
    people = members.load_many(one.downline_id for one in found.items)
    return found.map(lambda one: (people[one.downline_id], one))
