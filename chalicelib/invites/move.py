"""Staff put a member under another inviter, or under none (M3)."""

from chalicelib.invites import rules, store
from chalicelib.invites.rules import Attribution, RelationMoved
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import Member

MAX_TRIES = 8
MAX_CHECKS = 90


def move(member_id: str, inviter_id: str | None, *, by: str, reason: str) -> Attribution:
    """Move the member with its whole team; past orders keep the chain they froze.

    The journal gets a row like any scan's. Raises ``MemberUnknown``, ``WouldMakeLoop``,
    ``ChainTooLong``, ``AlreadyThere``, and ``RelationMoved`` when others kept changing the same people.
    """
    for _ in range(MAX_TRIES):
        try:
            return _move(member_id, inviter_id, by, reason)
        except RelationMoved:
            continue
    raise RelationMoved()


def _move(member_id: str, inviter_id: str | None, by: str, reason: str) -> Attribution:
    journal = store.last_attributions(member_id)
    member = members.load(member_id)
    if member.upline == inviter_id:
        raise rules.AlreadyThere()
    chain: tuple[Member, ...] = () if inviter_id is None else store.chain_of(members.load(inviter_id))
    if member_id in (one.member_id for one in chain):
        raise rules.WouldMakeLoop()
    if len(chain) > rules.MAX_CHAIN:
        raise rules.ChainTooLong()
    at = now()
    row = Attribution(
        member_id=member_id,
        number=journal[0].number + 1 if journal else 1,
        at=at,
        source="CONSOLE",
        decision="BOUND" if inviter_id else "UNBOUND",
        rule="MOVED_BY_STAFF",
        inviter_id=inviter_id,
        upline_before=member.upline,
        upline=inviter_id,
        by=by,
        reason=reason,
    )
    commit(store.journal(row), store.bind(member, chain, at=at, code="", max_checks=MAX_CHECKS))
    return row
