"""Reads of withdrawals as values, and their writes for a verb's one commit."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.kernel.clock import business_day
from chalicelib.kernel.dynamo import Otherwise, Write, delete, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.paging import Page, page
from chalicelib.withdrawals.models import WithdrawalLimitRow, WithdrawalRow
from chalicelib.withdrawals.rules import (
    ENDED,
    OneAtATime,
    OverDailyLimit,
    OverMonthlyLimit,
    Withdrawal,
    WithdrawalMovedOn,
    WithdrawalUnknown,
    periods,
)

DUE_SHARDS = 8
_OPEN = "OPEN"


def find(withdrawal_id: str) -> Withdrawal | None:
    """The withdrawal of this id."""
    row = WithdrawalRow.find(withdrawal_id)
    return row.as_value(Withdrawal) if row else None


def load(withdrawal_id: str) -> Withdrawal:
    """The withdrawal of this id. Raises ``WithdrawalUnknown``."""
    found = find(withdrawal_id)
    if found is None:
        raise WithdrawalUnknown()
    return found


def load_own(member_id: str, withdrawal_id: str) -> Withdrawal:
    """The member's own withdrawal; anybody else's is ``WithdrawalUnknown``."""
    found = load(withdrawal_id)
    if found.member_id != member_id:
        raise WithdrawalUnknown()
    return found


def of_member(member_id: str, *, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """The member's withdrawals, newest first."""
    found = page(WithdrawalRow.of_member, member_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Withdrawal))


def open_of_status(status: str, *, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """Withdrawals under way in this status, the longest waiting first."""
    found = page(WithdrawalRow.open_by_status, status, limit=limit, cursor=cursor, newest_first=False)
    return found.map(lambda row: row.as_value(Withdrawal))


def of_day(day: str, *, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """Withdrawals asked for on this business day, newest first."""
    found = page(WithdrawalRow.of_day, day, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Withdrawal))


def due(at: datetime, limit: int) -> Iterator[str]:
    """Ids of what must be sent or asked about by ``at``, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in WithdrawalRow.due.query(str(shard), WithdrawalRow.due_at <= at, limit=limit):
            yield row.withdrawal_id


def find_due(withdrawal_id: str, at: datetime) -> Withdrawal | None:
    """The withdrawal, unless another worker has taken it up since it was listed as due."""
    row = WithdrawalRow.find(withdrawal_id)
    if row is None or row.due_at is None or row.due_at > at:
        return None
    return row.as_value(Withdrawal)


def of_image(image: dict[str, object]) -> Withdrawal:
    """The withdrawal that a stream record holds."""
    return WithdrawalRow.of_image(image).as_value(Withdrawal)


def add(withdrawal: Withdrawal, *, due_at: datetime | None, otherwise: Otherwise) -> Write:
    """Put a new withdrawal."""
    return put_new(_row(withdrawal, due_at), otherwise)


def replace_withdrawal(
    before: Withdrawal,
    after: Withdrawal,
    *,
    due_at: datetime | None,
    otherwise: Otherwise = WithdrawalMovedOn,
) -> Write:
    """Write ``after`` over exactly ``before``, so that each step is taken once (invariant 5)."""
    is_as_seen = (WithdrawalRow.status == before.status) & (WithdrawalRow.version == before.version)
    return put(_row(after, due_at), is_as_seen, otherwise)


def postpone(withdrawal: Withdrawal, due_at: datetime) -> Write:
    """Look again at ``due_at``; nothing else has changed."""
    is_as_seen = WithdrawalRow.version == withdrawal.version
    actions = [
        WithdrawalRow.due_at.set(due_at),
        WithdrawalRow.due_shard.set(_shard(withdrawal.withdrawal_id)),
    ]
    return update(
        WithdrawalRow, (withdrawal.withdrawal_id,), actions, is_as_seen, otherwise=WithdrawalMovedOn
    )


def take_limits(withdrawal: Withdrawal, *, daily_fen: int, monthly_fen: int) -> list[Write]:
    """Claim the member's one open place, and count the amount against its day and month."""
    day, month = periods(withdrawal.requested_at)
    amount_fen = withdrawal.amount_fen
    place = WithdrawalLimitRow(withdrawal.member_id, _OPEN, withdrawal_id=withdrawal.withdrawal_id)
    return [
        put_new(place, OneAtATime),
        _use(withdrawal.member_id, day, amount_fen, limit_fen=daily_fen, otherwise=OverDailyLimit),
        _use(withdrawal.member_id, month, amount_fen, limit_fen=monthly_fen, otherwise=OverMonthlyLimit),
    ]


def free_place(withdrawal: Withdrawal) -> Write:
    """The member may ask again."""
    is_ours = WithdrawalLimitRow.withdrawal_id == withdrawal.withdrawal_id
    return delete(WithdrawalLimitRow, (withdrawal.member_id, _OPEN), is_ours)


def give_back_limits(withdrawal: Withdrawal) -> list[Write]:
    """Free the place and take the amount off its day and month: this money did not leave."""
    return [
        free_place(withdrawal),
        *(
            _unuse(withdrawal.member_id, slot, withdrawal.amount_fen)
            for slot in periods(withdrawal.requested_at)
        ),
    ]


def open_id(member_id: str) -> str | None:
    """The member's withdrawal under way, if there is one."""
    place = WithdrawalLimitRow.find(member_id, _OPEN)
    return place.withdrawal_id if place else None


def used_fen(member_id: str, at: datetime) -> tuple[int, int]:
    """What the member has used of its limits of the day and of the month of ``at``."""
    day, month = (WithdrawalLimitRow.find(member_id, slot) for slot in periods(at))
    return (day.used_fen or 0 if day else 0), (month.used_fen or 0 if month else 0)


def _use(member_id: str, slot: str, amount_fen: int, *, limit_fen: int, otherwise: Otherwise) -> Write:
    used = WithdrawalLimitRow.used_fen
    has_room = used.does_not_exist() | (used <= limit_fen - amount_fen)
    return update(
        WithdrawalLimitRow,
        (member_id, slot),
        [used.set((used | 0) + amount_fen)],
        has_room,
        otherwise=otherwise,
    )


def _unuse(member_id: str, slot: str, amount_fen: int) -> Write:
    used = WithdrawalLimitRow.used_fen
    return update(WithdrawalLimitRow, (member_id, slot), [used.set(used - amount_fen)], used >= amount_fen)


def _row(withdrawal: Withdrawal, due_at: datetime | None) -> WithdrawalRow:
    return WithdrawalRow.of_value(
        withdrawal,
        day=business_day(withdrawal.requested_at).isoformat(),
        open_status=None if withdrawal.status in ENDED else withdrawal.status,
        due_shard=None if due_at is None else _shard(withdrawal.withdrawal_id),
        due_at=due_at,
    )


def _shard(withdrawal_id: str) -> str:
    return str(shard_of(withdrawal_id, DUE_SHARDS))
