"""What the doors of this room take and give."""

from datetime import datetime

from pydantic import Field, field_validator

from chalicelib.adjustments.rules import AdjustmentStatus
from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.kernel.money import Fen

MAX_ADJUSTMENT_FEN = 10_000_000


class WalletAdjustmentIn(Body):
    """Money for a member, or below zero from them, and why."""

    amount_fen: int = Field(
        title="金额", ge=-MAX_ADJUSTMENT_FEN, le=MAX_ADJUSTMENT_FEN, description="负数为扣除"
    )
    reason: str = Field(
        title="原因", min_length=2, max_length=100, pattern=r"\S", description="会员会在账单里看到"
    )

    @field_validator("amount_fen")
    @classmethod
    def _moves_something(cls, value: int) -> int:
        if value == 0:
            raise ValueError("金额不能是 0")
        return value


class AdjustmentOut(Out):
    """A change of a wallet by staff. ``WAITING`` needs a second person."""

    adjustment_id: str
    member_id: str
    amount_fen: Fen
    reason: str
    status: AdjustmentStatus
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class AdjustmentEffectOut(AdjustmentOut):
    """The same with what agreeing would do to the wallet as it is now."""

    says: str


class AdjustmentsAsked(Paging):
    """Adjustments of one state."""

    status: AdjustmentStatus = Field("WAITING", title="状态")


class AdjustmentsOut(Out):
    """One page of adjustments, last asked first."""

    items: list[AdjustmentOut]
    next: str | None


class AgreementIn(Body):
    """The second person's word."""

    is_agreed: bool = Field(title="同意")
