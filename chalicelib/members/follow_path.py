"""Keep the paths below a member true when its own path changed (design §3, Bind).

A path is at most three ids, so a move reaches two levels down: each correction is a change of its
own, whose event corrects the next level. Every write is held to the present path of the member
above, so replays, late events and two quick moves all end at the same, true paths.
"""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Member, MemberChanged, below

_PAGE = 100


def follow_path(member_id: str) -> int:
    """Correct this member's own path and those of its direct downlines; returns how many it wrote."""
    member = store.find(member_id)
    if member is None:
        return 0
    written = _correct_own(member)
    if written:
        return written  # its own event comes next and goes on from the true path
    return sum(_correct(one, member) for one in _direct_downlines(member_id))


def _correct_own(member: Member) -> int:
    """The inviter may have moved while this member was being bound below it."""
    inviter = store.find(member.upline) if member.upline else None
    return 0 if inviter is None else _correct(member, inviter)


def _correct(member: Member, inviter: Member) -> int:
    path = below(inviter.member_id, inviter.path)
    if member.path == path:
        return 0
    try:
        commit(store.same_path(inviter), store.set_path(member, path))
    except MemberChanged:
        return 0  # somebody moved meanwhile; that change has an event of its own
    return 1


def _direct_downlines(member_id: str) -> list[Member]:
    found: list[Member] = []
    cursor: str | None = None
    while True:
        page = store.downline(member_id, 1, limit=_PAGE, cursor=cursor)
        found.extend(page.items)
        cursor = page.next
        if cursor is None:
            return found
