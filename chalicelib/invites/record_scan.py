"""A member scans a code or opens an invite link (锁客, I3, I4)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chalicelib.invites import rules, store
from chalicelib.invites.rules import Attribution, BindingRules, RelationMoved, Scan, Source
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.members import store as members
from chalicelib.members.rules import Member

MAX_TRIES = 8
MAX_CHECKS = 90
"""The transaction's hundred items leave room for the member, the journal and the caller's rows."""

_JOURNAL_READ = 50
Riders = Callable[[Attribution], Sequence[Write]]


def record_scan(member_id: str, code: str, *, source: Source, riders: Riders = lambda row: ()) -> Attribution:
    """Decide, and write the decision to the journal in the transaction that binds.

    The same scan again gives the same row and writes nothing of its own. ``riders`` makes more
    writes for the same transaction. Raises ``MemberUnknown``, and ``RelationMoved`` when others
    kept changing the same people through every try.
    """
    for _ in range(MAX_TRIES):
        try:
            return _record(member_id, code, source, riders)
        except RelationMoved:
            continue
    raise RelationMoved()


def _record(member_id: str, code: str, source: Source, riders: Riders) -> Attribution:
    journal = store.last_attributions(member_id, _JOURNAL_READ)
    last = journal[0] if journal else None
    member = members.load(member_id)
    row, chain = _judged(member, code, source, journal)
    if last is not None and rules.is_repeat(last, row):
        commit(riders(last))
        return last
    binding: list[Write] = []
    if row.decision == "BOUND":
        binding = store.bind(member, chain, at=row.at, code=row.code or "", max_checks=MAX_CHECKS)
    commit(store.journal(row), binding, riders(row))
    return row


def _judged(
    member: Member, code: str, source: Source, journal: Sequence[Attribution]
) -> tuple[Attribution, tuple[Member, ...]]:
    """The row to write, and the chain above the inviter where the decision needed it."""
    at, binding = now(), settings.read(BindingRules)
    invite = store.find_code(code)
    inviter = members.find(invite.owner_id) if invite else None
    waiting = rules.first_waiting(journal, at)
    scan = Scan(
        member_id=member.member_id,
        at=at,
        joined_at=member.joined_at,
        upline=member.upline,
        bound_at=member.bound_at,
        invite=invite,
        scanned_at=at,
        inviter_may_invite=inviter is not None and store.invites_may_bind(inviter, binding),
        waiting_for=waiting.inviter_id if waiting else None,
    )
    chain: tuple[Member, ...] = ()
    verdict = rules.decide(scan, binding)
    if inviter is not None and verdict.decision in ("BOUND", "WAITING"):
        chain = store.chain_of(inviter)
        verdict = rules.decide(replace(scan, chain=tuple(one.member_id for one in chain)), binding)
    row = Attribution(
        member_id=member.member_id,
        number=journal[0].number + 1 if journal else 1,
        at=at,
        source=source,
        decision=verdict.decision,
        rule=verdict.rule,
        code=invite.code if invite else rules.normalized(code)[:32],
        channel=invite.channel if invite else "",
        product_id=invite.product_id if invite else None,
        inviter_id=invite.owner_id if invite else None,
        upline_before=member.upline,
        upline=invite.owner_id if invite and verdict.decision == "BOUND" else member.upline,
        until=verdict.until,
    )
    is_early = row.number <= _JOURNAL_READ  # so that no earlier row goes unseen
    return replace(row, is_sign_up=is_early and rules.is_sign_up(row, member.joined_at, journal)), chain
