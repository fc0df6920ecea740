"""Bind at the first order after a scan, where the shop's rules say so (I3)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.invites import rules, store
from chalicelib.invites.rules import PATH_LENGTH, BindingRules, Scan
from chalicelib.kernel import settings
from chalicelib.kernel.dynamo import Write
from chalicelib.members import store as members
from chalicelib.members.rules import Member

MAX_CHECKS = 16
"""An order of many lines needs the room in the transaction more."""

_JOURNAL_READ = 200


def bind_at_purchase(member: Member, at: datetime) -> tuple[tuple[str, ...], list[Write]]:
    """The uplines to freeze on an order placed now, and the writes that must go with it.

    Unless the rules bind at purchase and a scan of this member still waits, that is the present
    path and nothing to write. The commit raises ``RelationMoved`` (nothing was written: read again)
    when the relation changed meanwhile.
    """
    binding = settings.read(BindingRules)
    if binding.bind_at != "PURCHASE":
        return member.path, []
    journal = store.last_attributions(member.member_id, _JOURNAL_READ)
    waiting = rules.first_waiting(journal, at)
    invite = store.find_code(waiting.code) if waiting and waiting.code else None
    inviter = members.find(invite.owner_id) if invite else None
    if waiting is None or invite is None or inviter is None:
        return member.path, []
    chain = store.chain_of(inviter)
    scan = Scan(
        member_id=member.member_id,
        at=at,
        joined_at=member.joined_at,
        upline=member.upline,
        bound_at=member.bound_at,
        invite=invite,
        scanned_at=waiting.at,
        inviter_may_invite=store.invites_may_bind(inviter, binding),
        chain=tuple(one.member_id for one in chain),
        is_purchase=True,
    )
    verdict = rules.decide(scan, binding)
    if verdict.decision != "BOUND":
        return member.path, []
    row = replace(
        waiting,
        number=journal[0].number + 1,
        at=at,
        source="PURCHASE",
        decision=verdict.decision,
        rule=verdict.rule,
        upline_before=member.upline,
        upline=inviter.member_id,
        until=None,
        is_sign_up=False,
    )
    writes = store.bind(member, chain, at=at, code=invite.code, max_checks=MAX_CHECKS)
    return scan.chain[:PATH_LENGTH], [store.journal(row), *writes]
