"""Doors of withdrawals: the distributor's own, and WeChat's notice."""

from dataclasses import asdict
from typing import Any

from chalicelib.distributors.enter import distributor
from chalicelib.kernel import auth, settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.http import Ask, Doors, Paging, Reply
from chalicelib.kernel.money import Fen
from chalicelib.members.rules import MemberBlocked
from chalicelib.wallet import store as wallet
from chalicelib.wechat import pay
from chalicelib.wechat.answer import NotTaken, answered
from chalicelib.withdrawals import store
from chalicelib.withdrawals.call_back import call_back
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.explain import arrival_by_amount, explain
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.quote import left_fen, quote
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import (
    NAME_NEEDED_FROM_FEN,
    AmountOutOfRange,
    BalanceTooLow,
    NotToday,
    NoWeChatWallet,
    OneAtATime,
    Outcome,
    OverDailyLimit,
    OverMonthlyLimit,
    RealNameNeeded,
    TooLateToCancel,
    TransferMismatch,
    Withdrawal,
    WithdrawalMovedOn,
    WithdrawalRules,
    WithdrawalUnknown,
)
from chalicelib.withdrawals.schemas import (
    AskWithdrawal,
    ConfirmParams,
    LimitsOut,
    QuoteAsked,
    QuoteOut,
    WithdrawalOut,
    WithdrawalsOut,
)

doors = Doors("/distributor")
wechat_doors = Doors("/wechat")

_FINISHED = "MCHTRANSFER.BILL.FINISHED"


@doors.post(
    "/withdrawals",
    who=distributor,
    body=AskWithdrawal,
    returns=WithdrawalOut,
    status=201,
    takes_key=True,
    errors=(
        AmountOutOfRange,
        NotToday,
        OverDailyLimit,
        OverMonthlyLimit,
        BalanceTooLow,
        OneAtATime,
        NoWeChatWallet,
        RealNameNeeded,
        MemberBlocked,
        KeyReused,
    ),
)
def ask_withdrawal(ask: Ask[AskWithdrawal]) -> WithdrawalOut:
    """Ask for a payout of available commission to one's own WeChat balance."""
    asked = request(ask.who.id, Fen(ask.body.amount_fen), key=ask.key, real_name=ask.body.real_name)
    return _shown(asked)


@doors.get("/withdrawals", who=distributor, query=Paging, returns=WithdrawalsOut)
def list_withdrawals(ask: Ask[Any]) -> WithdrawalsOut:
    """One's own withdrawals, newest first."""
    found = store.of_member(ask.who.id, limit=ask.query.limit, cursor=ask.query.next).map(_shown)
    return WithdrawalsOut(items=found.items, next=found.next)


@doors.get("/withdrawal-limits", who=distributor, returns=LimitsOut)
def read_limits(ask: Ask[Any]) -> LimitsOut:
    """What one may ask for now, so that the app can say it before."""
    rules, at, available_fen = settings.read(WithdrawalRules), now(), wallet.find(ask.who.id).available_fen
    left_today_fen, left_this_month_fen = left_fen(ask.who.id, rules, at)
    return LimitsOut(
        available_fen=available_fen,
        min_fen=rules.min_fen,
        max_fen=rules.max_fen,
        fee_bps=rules.fee_bps,
        daily_fen=rules.daily_fen,
        monthly_fen=rules.monthly_fen,
        left_today_fen=left_today_fen,
        left_this_month_fen=left_this_month_fen,
        most_fen=min(available_fen, rules.max_fen, left_today_fen, left_this_month_fen),
        allowed_weekdays=sorted(set(rules.allowed_weekdays)),
        is_allowed_today=rules.is_open(at),
        days_says=rules.days_text,
        arrives=arrival_by_amount(rules),
        name_needed_from_fen=NAME_NEEDED_FROM_FEN,
        open_withdrawal_id=store.open_id(ask.who.id),
    )


@doors.get("/withdrawal-quote", who=distributor, query=QuoteAsked, returns=QuoteOut)
def read_quote(ask: Ask[Any]) -> QuoteOut:
    """What asking for an amount would come to, before it is asked for; nothing is reserved."""
    return QuoteOut.model_validate(quote(ask.who.id, Fen(ask.query.amount_fen)))


@doors.get(
    "/withdrawals/{withdrawal_id}", who=distributor, returns=WithdrawalOut, errors=(WithdrawalUnknown,)
)
def read_withdrawal(ask: Ask[Any]) -> WithdrawalOut:
    """One of one's own withdrawals; while it waits, with what confirms it in WeChat."""
    return _shown(store.load_own(ask.who.id, ask.path["withdrawal_id"]))


@doors.post(
    "/withdrawals/{withdrawal_id}/cancel",
    who=distributor,
    returns=WithdrawalOut,
    errors=(WithdrawalUnknown, TooLateToCancel, WithdrawalMovedOn),
)
def cancel_withdrawal(ask: Ask[Any]) -> WithdrawalOut:
    """Call a withdrawal off that has not been confirmed yet."""
    withdrawal = cancel(ask.who.id, ask.path["withdrawal_id"])
    outcome = call_back(withdrawal) if withdrawal.status == "CANCELING" else None
    return _shown(post(withdrawal.withdrawal_id, outcome) if outcome else withdrawal)


@wechat_doors.post(
    "/transferred",
    who=auth.wechat,
    returns=None,
    status=204,
    errors=(pay.BadNotice, WithdrawalUnknown, TransferMismatch),
    refusal=NotTaken,
)
def transferred(ask: Ask[Any]) -> Reply:
    """WeChat's notice that a transfer ended."""
    return answered(lambda: _take(ask))


def _take(ask: Ask[Any]) -> None:
    notice = pay.open_notice(ask.headers, ask.raw_body, _FINISHED)
    ended = pay.TransferNotice.of(notice.resource)
    outcome = Outcome(
        state=ended.state,
        transfer_bill_number=ended.transfer_bill_number,
        fail_reason=ended.fail_reason,
        amount_fen=ended.amount_fen,
        openid=ended.openid,
    )
    post(ended.bill_number, outcome)


def _shown(withdrawal: Withdrawal) -> WithdrawalOut:
    words = explain(withdrawal)
    can_confirm = withdrawal.status in ("WAITING", "PAYING") and withdrawal.package_info is not None
    confirm = (
        ConfirmParams(mchId=config().mch_id, appId=withdrawal.appid, package=withdrawal.package_info or "")
        if can_confirm
        else None
    )
    return WithdrawalOut(
        **{name: value for name, value in asdict(withdrawal).items() if name in WithdrawalOut.model_fields},
        paid_fen=withdrawal.paid_fen,
        title=words.title,
        next=words.next,
        until=words.until,
        can_cancel=withdrawal.status in ("AUDIT", "APPROVED", "WAITING"),
        confirm=confirm,
    )
