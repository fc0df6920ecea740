"""A member asks for money: reserved from the wallet in one commit, or not at all (W2)."""

from chalicelib.kernel import crypto, settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import demand_active
from chalicelib.wallet import store as wallet
from chalicelib.withdrawals import store
from chalicelib.withdrawals.rules import (
    NAME_NEEDED_FROM_FEN,
    BalanceTooLow,
    NoWeChatWallet,
    RealNameNeeded,
    Status,
    Step,
    Withdrawal,
    WithdrawalRules,
    approvals_needed,
    check_amount,
)


def request(member_id: str, amount_fen: Fen, *, key: str, real_name: str | None = None) -> Withdrawal:
    """Reserve ``amount_fen`` of the member's available money for a payout to its own WeChat.

    The same ``key`` with the same content gives the same withdrawal again, else ``KeyReused``. The
    receiver is the member's own mini-program identity as it is now, frozen on the row. Raises
    ``AmountOutOfRange``, ``NotToday``, ``OverDailyLimit``, ``OverMonthlyLimit``, ``BalanceTooLow``,
    ``OneAtATime``, ``NoWeChatWallet``, ``RealNameNeeded``, ``MemberBlocked`` or
    ``MemberClosed``; nothing is changed then.
    """
    withdrawal_id = derived_id("WD", member_id, key)
    name_index = crypto.blind_index(real_name, field="withdrawal_name") if real_name else ""
    fingerprint = crypto.fingerprint(str(amount_fen), name_index)
    asked_before = store.find(withdrawal_id)
    if asked_before is not None:
        return _same(asked_before, fingerprint)
    rules = settings.read(WithdrawalRules)
    check_amount(rules, amount_fen, now())
    withdrawal = _decided(withdrawal_id, member_id, amount_fen, fingerprint, real_name=real_name)
    try:
        commit(
            store.add(
                withdrawal,
                due_at=withdrawal.requested_at if withdrawal.status == "APPROVED" else None,
                otherwise=_AskedAlready,
            ),
            wallet.move(member_id, available_fen=-amount_fen, frozen_fen=amount_fen, otherwise=BalanceTooLow),
            store.take_limits(withdrawal, daily_fen=rules.daily_fen, monthly_fen=rules.monthly_fen),
            wallet.entry(
                f"RESERVE:{withdrawal_id}",
                withdrawal.requested_at,
                [(f"m:{member_id}:available", -amount_fen), (f"m:{member_id}:frozen", amount_fen)],
                {"withdrawal_id": withdrawal_id, "member_id": member_id},
            ),
        )
    except _AskedAlready:
        return _same(store.load(withdrawal_id), fingerprint)
    return withdrawal


def _decided(
    withdrawal_id: str, member_id: str, amount_fen: Fen, fingerprint: str, *, real_name: str | None
) -> Withdrawal:
    rules, at = settings.read(WithdrawalRules), now()
    fee_fen = rules.fee_of(amount_fen)
    needed = approvals_needed(rules, amount_fen)
    appid, openid = _payee(member_id)
    status: Status = "AUDIT" if needed else "APPROVED"
    return Withdrawal(
        withdrawal_id=withdrawal_id,
        member_id=member_id,
        status=status,
        version=1,
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        appid=appid,
        openid=openid,
        remark=rules.remark,
        approvals_needed=needed,
        approvals=(),
        requested_at=at,
        fingerprint=fingerprint,
        history=(Step(at, status, member_id),),
        real_name_sealed=_sealed(withdrawal_id, amount_fen - fee_fen, real_name),
    )


def _payee(member_id: str) -> tuple[str, str]:
    member = members.load(member_id)
    demand_active(member)
    appid = config().mp_appid
    if appid not in member.openids:
        raise NoWeChatWallet()
    return appid, member.openids[appid]


def _sealed(withdrawal_id: str, paid_fen: int, real_name: str | None) -> str | None:
    """The name is kept only where WeChat demands it."""
    if paid_fen < NAME_NEEDED_FROM_FEN:
        return None
    if not real_name:
        raise RealNameNeeded(fields={"real_name": "请填写微信实名姓名"})
    return crypto.seal(real_name, context=f"{withdrawal_id}:real_name")


def _same(found: Withdrawal, fingerprint: str) -> Withdrawal:
    if found.fingerprint != fingerprint:
        raise KeyReused()
    return found


class _AskedAlready(Conflict):
    """The same request came twice at once."""
