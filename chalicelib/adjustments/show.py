"""An adjustment as staff read it."""

from chalicelib.adjustments.rules import Adjustment, effect_of
from chalicelib.adjustments.schemas import AdjustmentEffectOut, AdjustmentOut
from chalicelib.kernel.money import yuan
from chalicelib.wallet import store as wallet

_ENDS = {"DONE": "已经同意，余额已调整。", "REJECTED": "已经拒绝，余额没有变化。"}


def show(one: Adjustment) -> AdjustmentEffectOut:
    """The adjustment with what agreeing would do to the wallet as it is now."""
    told = vars(AdjustmentOut.model_validate(one))
    return AdjustmentEffectOut(**told, says=_effect(one) if one.status == "WAITING" else _ENDS[one.status])


def _effect(one: Adjustment) -> str:
    purse = wallet.find(one.member_id)
    effect = effect_of(one.amount_fen, purse)
    changes = [
        f"{name} {yuan(before_fen)} → {yuan(before_fen + change_fen)}"
        for name, before_fen, change_fen in (
            ("可提现", purse.available_fen, effect.available_fen),
            ("待还款", purse.debt_fen, effect.debt_fen),
        )
        if change_fen
    ]
    return f"同意后，{'，'.join(changes)}。"
