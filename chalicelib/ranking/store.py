"""Reads and writes of boards, drafts and who wants to be seen. Write-makers commit nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.dynamo import Write, delete, put, put_new
from chalicelib.kernel.ids import shard_of
from chalicelib.ranking.models import BoardRow, DraftRow, EntrantRow
from chalicelib.ranking.rules import SHARDS, Board, Draft


class DraftMoved(Exception):
    """Another run of the same folding was quicker."""


class AlreadyIn(Exception):
    """This one opted in before; the first moment stays."""


def is_in(member_id: str) -> bool:
    """Whether this one wants to be seen."""
    return EntrantRow.find(member_id) is not None


def who_is_in(member_ids: Iterable[str]) -> frozenset[str]:
    """Those of these who want to be seen, as it stands this moment; at most 100."""
    wanted = list(dict.fromkeys(member_ids))
    return (
        frozenset(row.member_id for row in EntrantRow.batch_get(wanted, consistent_read=True))
        if wanted
        else frozenset()
    )


def entrants(shard: int, *, limit: int, after: str | None) -> list[str]:
    """Members of one shard who opted in, by id, after the last one seen."""
    beyond = EntrantRow.member_id > after if after else None
    return [row.member_id for row in EntrantRow.by_shard.query(str(shard), beyond, limit=limit)]


def enter(member_id: str, at: datetime) -> Write:
    """Opt in; the commit raises ``AlreadyIn`` when this one is."""
    row = EntrantRow(member_id=member_id, shard=str(shard_of(member_id, SHARDS)), since=at)
    return put_new(row, AlreadyIn)


def leave(member_id: str) -> Write:
    """Opt out."""
    return delete(EntrantRow, (member_id,))


def find_board(month: str) -> Board | None:
    """The month's board, ``None`` before its first folding ended."""
    row = BoardRow.find(month)
    return row.as_value(Board) if row else None


def find_draft(month: str) -> Draft | None:
    """How far the month's folding is."""
    row = DraftRow.find(month)
    return row.as_value(Draft) if row else None


def put_draft(before: Draft | None, after: Draft) -> Write:
    """The next place of the folding over the one that was read, else ``DraftMoved``."""
    version = before.version if before else 0
    is_as_seen = DraftRow.version == version if version else DraftRow.month.does_not_exist()
    return put(DraftRow.of_value(replace(after, version=version + 1)), is_as_seen, DraftMoved)


def put_board(board: Board) -> Write:
    """The board, whole, over the one before; only with the last step of its draft."""
    return put(BoardRow.of_value(board))
