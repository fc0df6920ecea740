"""Money that staff give a member or take; one person asks, another agrees (trust A6.5). Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import Wallet, account_of, turned

AdjustmentStatus = Literal["WAITING", "DONE", "REJECTED"]
ADJUSTMENTS = "shop:adjustments"
"""The shop's side of every adjustment."""


@dataclass(frozen=True)
class Adjustment:
    """``amount_fen`` above zero is given to the member, below zero taken from them."""

    adjustment_id: str
    member_id: str
    amount_fen: Fen
    reason: str
    """The member reads it in the statement."""
    status: AdjustmentStatus
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True)
class Effect:
    """What an adjustment does to a wallet as it is now."""

    available_fen: Fen
    """More, or below zero less, to withdraw."""
    debt_fen: Fen
    """More, or below zero less, to pay back."""


class AdjustmentUnknown(NotFound):
    """No adjustment has this id."""

    title = "没有这笔调整"
    detail = "没有找到这笔余额调整，请返回列表刷新。"


class AdjustmentMoved(Conflict):
    """Somebody decided it meanwhile."""

    title = "已经处理过"
    detail = "这笔余额调整已经有人处理了，请刷新查看。"


class AdjustmentNeedsAnother(Conflict):
    """Who asked may not agree as well."""

    title = "需要另一位同事确认"
    detail = "余额调整需要另一位同事确认，不能由发起人自己确认。"


def effect_of(amount_fen: int, wallet: Wallet) -> Effect:
    """A debt is paid off first; what is taken beyond the available money becomes a debt (W1)."""
    _, after = turned(wallet, back_fen=max(0, amount_fen), taken_fen=max(0, -amount_fen))
    return Effect(Fen(after.available_fen - wallet.available_fen), Fen(after.debt_fen - wallet.debt_fen))


def postings_of(adjustment: Adjustment, effect: Effect) -> list[tuple[str, int]]:
    """Its journal entry's, which sum to zero; a debt's account is below zero by what is owed."""
    return [
        (account_of(adjustment.member_id, "available"), effect.available_fen),
        (account_of(adjustment.member_id, "debt"), -effect.debt_fen),
        (ADJUSTMENTS, -adjustment.amount_fen),
    ]
