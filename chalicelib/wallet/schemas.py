"""What the doors of this room take and give."""

from datetime import date, datetime

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.kernel.money import Fen


class WalletSaysOut(Out):
    """One Chinese sentence for each amount: what it waits for."""

    pending: str
    available: str
    frozen: str
    withdrawn: str
    debt: str


class WalletOut(Out):
    """A member's wallet. ``earned_fen`` = pending + available + frozen + withdrawn - debt, always."""

    pending_fen: Fen = Field(title="待结算")
    available_fen: Fen = Field(title="可提现")
    frozen_fen: Fen = Field(title="提现中")
    withdrawn_fen: Fen = Field(title="已提现", description="Paid out, fees included.")
    debt_fen: Fen = Field(title="待还款")
    earned_fen: Fen = Field(title="累计收入", description="Earned and not taken back.")
    says: WalletSaysOut


class LinesAsked(Paging):
    """A statement may be asked for one month."""

    month: str | None = Field(None, title="月份", pattern=r"^\d{4}-\d{2}$", description="2026-11, in China.")


class LineOut(Out):
    """One line of the statement; the amounts are what each purse grew by."""

    entry_id: str
    kind: str
    month: str
    at: datetime
    title: str
    pending_fen: Fen
    available_fen: Fen
    frozen_fen: Fen
    debt_fen: Fen = Field(description="Above zero when debt grew.")
    order_id: str | None
    refund_id: str | None
    withdrawal_id: str | None


class MonthOut(Out):
    """What a month brought: commission credited minus taken back."""

    month: str
    earned_fen: Fen


class LinesOut(Out):
    """One page of the statement, newest first, with the months it touches."""

    items: list[LineOut]
    months: list[MonthOut]
    next: str | None


class RebuildIn(Body):
    """How far back lines are looked for in the journal."""

    since: date | None = Field(
        None, title="从哪天起核对流水", description="Without it only the totals are folded again."
    )


class EntryAsked(Query):
    """An entry by its id, e.g. ``PAID:OR01…``."""

    entry_id: str = Field(title="流水号", min_length=3, max_length=200)


class PostingOut(Out):
    """One side of an entry; what somebody has a claim to is positive."""

    account: str
    amount_fen: Fen


class EntryOut(Out):
    """One entry of the journal."""

    entry_id: str
    kind: str
    at: datetime
    postings: list[PostingOut]
    refs: dict[str, str]
