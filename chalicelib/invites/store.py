"""Reads and writes of codes, the attribution journal and what is counted from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.expressions.condition import Condition

from chalicelib.distributors import store as distributors
from chalicelib.invites.count_row import CodeStats
from chalicelib.invites.models import (
    AttributionRow,
    CountedRow,
    InviteRow,
    MessageRow,
    SlotRow,
    StatsRow,
    TeamCountRow,
)
from chalicelib.invites.rules import (
    MAX_CHAIN,
    PATH_LENGTH,
    Attribution,
    BindingRules,
    CodeUnknown,
    Invite,
    RelationMoved,
    TeamCounts,
    is_code,
    may_invite,
    normalized,
)
from chalicelib.kernel import aws, log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import IntAttribute, Otherwise, Write, delete, put, put_new, update
from chalicelib.kernel.jobs import mark_once
from chalicelib.kernel.paging import Page, page
from chalicelib.members import store as members
from chalicelib.members.rules import Member

_MESSAGE_KEPT = timedelta(days=7)


def find_code(code: str) -> Invite | None:
    """The code as a person typed or scanned it, revoked or expired ones too; ``None`` when unknown."""
    meant = normalized(code)
    row = InviteRow.find(meant) if is_code(meant) else None
    return row.as_value(Invite) if row else None


def load_own_code(owner_id: str, code: str) -> Invite:
    """A code of this owner. Raises ``CodeUnknown`` when it is nobody's or somebody else's."""
    found = find_code(code)
    if found is None or found.owner_id != owner_id:
        raise CodeUnknown()
    return found


def codes_of(owner_id: str, *, limit: int, cursor: str | None) -> Page[Invite]:
    """A member's codes, newest first, revoked ones too."""
    return page(InviteRow.by_owner, owner_id, limit=limit, cursor=cursor).map(
        lambda row: row.as_value(Invite)
    )


def count_codes(owner_id: str) -> int:
    """How many codes a member has made."""
    return InviteRow.by_owner.count(owner_id)


def code_in_slot(slot: str) -> Invite | None:
    """The last code made for this owner, product and channel, whatever its state."""
    held = SlotRow.find(slot)
    return find_code(held.code) if held else None


def put_code(invite: Invite, instead_of: Invite | None, *, taken: Otherwise) -> list[Write]:
    """Put a fresh code and make it the living one of its slot; ``taken`` is raised on a lost race."""
    unchanged = SlotRow.slot.does_not_exist() if instead_of is None else SlotRow.code == instead_of.code
    slot = update(SlotRow, (invite.slot,), [SlotRow.code.set(invite.code)], unchanged, otherwise=taken)
    return [put_new(InviteRow.of_value(invite), taken), slot]


def revoke_code(invite: Invite, at: datetime) -> Write:
    """Let the code bind nobody from now on; it keeps its first end when it is revoked twice."""
    first_end = InviteRow.revoked_at.set(InviteRow.revoked_at | at)
    return update(InviteRow, (invite.code,), [first_end], InviteRow.code.exists())


def close_code(invite: Invite, at: datetime) -> list[Write]:
    """Revoke the code for good and drop its owner's word for the channel; statistics stay."""
    first_end, no_word = InviteRow.revoked_at.set(InviteRow.revoked_at | at), InviteRow.channel.set("")
    there = InviteRow.code.exists()
    return [update(InviteRow, (invite.code,), [first_end, no_word], there), delete(SlotRow, (invite.slot,))]


def invites_may_bind(inviter: Member, rules: BindingRules) -> bool:
    """Whether this inviter's codes bind now."""
    return may_invite(inviter.status == "ACTIVE", distributors.find(inviter.member_id), rules)


def chain_of(inviter: Member) -> tuple[Member, ...]:
    """The inviter, its inviter, and so on up to the root, each as it stands now.

    A member's stored path is one level sure and the rest a copy that follows; so the path only says
    whom to read, three at once, and the walk goes by each one's own inviter. It stops after
    ``MAX_CHAIN`` ancestors, one more than ``rules.decide`` accepts. Raises ``RelationMoved`` when
    people moved while it was under way.
    """
    chain = [inviter]
    seen = {inviter.member_id}
    while (above := chain[-1].upline) is not None and len(chain) <= MAX_CHAIN:
        read = members.load_many(chain[-1].path)
        while above is not None and above in read:
            if above in seen:  # moved while we walked: nothing that was read can be trusted together
                log.warning("chain_moved_while_walking", member_id=above)
                raise RelationMoved()
            seen.add(above)
            chain.append(read[above])
            above = chain[-1].upline
        if chain[-1].member_id not in read:
            break
    return tuple(chain)


def bind(member: Member, chain: Sequence[Member], *, at: datetime, code: str, max_checks: int) -> list[Write]:
    """Put ``member`` below ``chain[0]``, or below nobody when the chain is empty.

    Every inviter on the chain must still be the one that was read, so two bindings at once can
    never close a loop; of a chain longer than ``max_checks``, the nearest ones and the root are
    watched. The commit raises ``RelationMoved`` when one of them moved.
    """
    path = tuple(one.member_id for one in chain[:PATH_LENGTH])
    watched = chain if len(chain) <= max_checks else (*chain[: max_checks - 1], chain[-1])
    return [
        members.bind_upline(member, path, at=at, code=code, otherwise=RelationMoved),
        *(members.unchanged(one, otherwise=RelationMoved) for one in watched),
    ]


def journal(row: Attribution) -> Write:
    """Put the next row of a member's journal. Raises ``RelationMoved`` when another was quicker."""
    return put_new(AttributionRow.of_value(row), RelationMoved)


def last_attributions(member_id: str, limit: int = 1) -> list[Attribution]:
    """A member's newest rows, last first, read consistently."""
    rows = AttributionRow.query(member_id, scan_index_forward=False, limit=limit, consistent_read=True)
    return [row.as_value(Attribution) for row in rows]


def attributions(member_id: str, *, limit: int, cursor: str | None) -> Page[Attribution]:
    """A member's journal, last first."""
    return page(AttributionRow, member_id, limit=limit, cursor=cursor).map(
        lambda row: row.as_value(Attribution)
    )


def attribution_of_image(image: dict[str, Any]) -> Attribution:
    """The row that a stream record of ``attributions`` holds."""
    return AttributionRow.of_image(image).as_value(Attribution)


def stats_of(codes: Iterable[str]) -> dict[str, CodeStats]:
    """What these codes brought, zeros for those that brought nothing yet; at most 100."""
    wanted = list(codes)
    found = {code: CodeStats(code) for code in wanted}
    for row in StatsRow.batch_get(wanted):
        found[row.code] = row.as_value(CodeStats)
    return found


def add_to_stats(more: CodeStats) -> Write:
    """Count more for a code; the caller's mark in the same commit keeps it to once."""
    grown = [attribute.add(number) for attribute, number in _stats(more) if number]
    assert grown, "statistics that grow by nothing"
    return update(StatsRow, (more.code,), grown)


def team_counts(member_id: str) -> TeamCounts:
    """How many stand below this member, a moment behind the truth."""
    row = TeamCountRow.find(member_id)
    if row is None:
        return TeamCounts(member_id)
    return TeamCounts(member_id, row.level_1 or 0, row.level_2 or 0, row.level_3 or 0)


def add_to_team(member_id: str, by_level: Sequence[int]) -> Write:
    """Count members more or fewer on levels 1 … 3; the caller's mark keeps it to once."""
    columns = (TeamCountRow.level_1, TeamCountRow.level_2, TeamCountRow.level_3)
    actions = [column.add(more) for column, more in zip(columns, by_level, strict=True) if more]
    return update(TeamCountRow, (member_id,), actions)


def put_team_counts(counted: TeamCounts, seen: TeamCounts) -> Write:
    """Write recounted teams over exactly those seen, else ``RelationMoved``."""
    row = TeamCountRow
    pairs = ((row.level_1, seen.level_1), (row.level_2, seen.level_2), (row.level_3, seen.level_3))
    return put(TeamCountRow.of_value(counted), _as_seen(pairs), RelationMoved)


def put_stats(counted: CodeStats, seen: CodeStats) -> Write:
    """Write recounted statistics over exactly those seen, else ``RelationMoved``."""
    return put(StatsRow.of_value(counted), _as_seen(_stats(seen)), RelationMoved)


def _stats(stats: CodeStats) -> tuple[tuple[IntAttribute, int], ...]:
    row = StatsRow
    return (
        (row.scans, stats.scans),
        (row.sign_ups, stats.sign_ups),
        (row.bindings, stats.bindings),
        (row.orders, stats.orders),
        (row.sales_fen, stats.sales_fen),
    )


def _as_seen(pairs: Sequence[tuple[IntAttribute, int]]) -> Condition:
    """Each equal to its number, where an absent one is zero."""
    first, *rest = (
        (attribute == number) | attribute.does_not_exist() if number == 0 else attribute == number
        for attribute, number in pairs
    )
    for one in rest:
        first = first & one
    return first


def mark_counted(mark: str) -> Write:
    """Remember that an event was counted; ``CountedBefore`` when it was before."""
    return mark_once(CountedRow, mark)


def answer_given(message_id: str) -> str | None:
    """The answer that this push of the official account got, if it was handled."""
    row = MessageRow.find(message_id)
    return row.reply if row else None


def put_answer(message_id: str, reply: str, otherwise: Otherwise) -> Write:
    """Remember the answer to a push, so that a repeat gets the same one and changes nothing."""
    return put_new(MessageRow(message_id=message_id, reply=reply, forget_at=_epoch(_MESSAGE_KEPT)), otherwise)


def kept_picture(key: str) -> bytes | None:
    """The picture kept under this key, or ``None``."""
    try:
        answer = aws.client("s3").get_object(Bucket=config().media_bucket, Key=key)
    except ClientError as problem:
        if problem.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    return bytes(answer["Body"].read())


def keep_picture(key: str, content: bytes, content_type: str) -> None:
    """Keep a picture; the key names its content, so writing it twice writes the same."""
    aws.client("s3").put_object(Bucket=config().media_bucket, Key=key, Body=content, ContentType=content_type)


def _epoch(kept: timedelta) -> int:
    return int((now() + kept).timestamp())
