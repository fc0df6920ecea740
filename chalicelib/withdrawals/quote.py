"""What asking for an amount would come to: fee, what arrives and when, and what stands in the way (W2)."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.money import Fen, yuan
from chalicelib.members import store as members
from chalicelib.wallet import store as wallet
from chalicelib.withdrawals import store
from chalicelib.withdrawals.explain import arrival
from chalicelib.withdrawals.rules import (
    NAME_NEEDED_FROM_FEN,
    BalanceTooLow,
    NoWeChatWallet,
    OneAtATime,
    WithdrawalRules,
    approvals_needed,
    check_amount,
)


@dataclass(frozen=True)
class Quote:
    """``problem`` is what the request would be refused for as things stand; the request itself decides."""

    amount_fen: Fen
    fee_fen: Fen
    paid_fen: Fen
    needs_name: bool
    arrives: str
    problem: str | None


def quote(member_id: str, amount_fen: Fen) -> Quote:
    """The request as it would be made now. Reads only."""
    rules, at = settings.read(WithdrawalRules), now()
    fee_fen = rules.fee_of(amount_fen)
    return Quote(
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        paid_fen=Fen(amount_fen - fee_fen),
        needs_name=amount_fen - fee_fen >= NAME_NEEDED_FROM_FEN,
        arrives=arrival(approvals_needed(rules, amount_fen)),
        problem=_problem(member_id, amount_fen, rules, at),
    )


def _problem(member_id: str, amount_fen: int, rules: WithdrawalRules, at: datetime) -> str | None:
    if config().mp_appid not in members.load(member_id).openids:
        return NoWeChatWallet.detail
    if store.open_id(member_id):
        return OneAtATime.detail
    try:
        check_amount(rules, amount_fen, at)
    except DomainError as refusal:
        return refusal.detail
    if amount_fen > wallet.find(member_id).available_fen:
        return BalanceTooLow.detail
    left_today_fen, left_this_month_fen = left_fen(member_id, rules, at)
    if amount_fen > left_today_fen:
        return f"今天还能提现 {yuan(left_today_fen)}，请明天再来，或减少金额。"
    if amount_fen > left_this_month_fen:
        return f"本月还能提现 {yuan(left_this_month_fen)}，请下个月再来，或减少金额。"
    return None


def left_fen(member_id: str, rules: WithdrawalRules, at: datetime) -> tuple[Fen, Fen]:
    """What is left of the member's limits of the day and of the month."""
    used_today_fen, used_this_month_fen = store.used_fen(member_id, at)
    return (
        Fen(max(0, rules.daily_fen - used_today_fen)),
        Fen(max(0, rules.monthly_fen - used_this_month_fen)),
    )
