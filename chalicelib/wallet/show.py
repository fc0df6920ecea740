"""A wallet and a statement as people read them (W1)."""

from chalicelib.kernel.money import Fen
from chalicelib.wallet import store
from chalicelib.wallet.rules import MONTH, Line, Totals, Wallet, month_of, title_of
from chalicelib.wallet.schemas import LineOut, LinesOut, MonthOut, WalletOut, WalletSaysOut


def show(member_id: str) -> WalletOut:
    """The wallet as it stands. Pending and withdrawn follow the books by a second or so, the rest is live."""
    return _wallet(store.find(member_id), store.totals(member_id))


def show_lines(member_id: str, *, month: str | None, limit: int, cursor: str | None) -> LinesOut:
    """The statement, newest first. Raises ``Invalid`` on a month that is none."""
    found = store.lines(member_id, month=month, limit=limit, cursor=cursor)
    months = list(dict.fromkeys(month_of(line.at) for line in found.items))
    return LinesOut(
        items=[_line(line) for line in found.items],
        months=[MonthOut(month=one, earned_fen=_earned(member_id, one)) for one in months],
        next=found.next,
    )


def _wallet(wallet: Wallet, totals: Totals) -> WalletOut:
    parts = (
        totals.pending_fen,
        wallet.available_fen,
        wallet.frozen_fen,
        totals.withdrawn_fen,
        totals.spent_fen,
    )
    return WalletOut(
        pending_fen=totals.pending_fen,
        available_fen=wallet.available_fen,
        frozen_fen=wallet.frozen_fen,
        withdrawn_fen=totals.withdrawn_fen,
        spent_fen=totals.spent_fen,
        debt_fen=wallet.debt_fen,
        earned_fen=Fen(sum(parts) - wallet.debt_fen),
        says=_says(wallet, totals),
    )


def _says(wallet: Wallet, totals: Totals) -> WalletSaysOut:
    has_debt, has_pending = wallet.debt_fen > 0, totals.pending_fen > 0
    return WalletSaysOut(
        pending="买家确认收货、售后期结束后，会自动变为可提现。" if has_pending else "暂时没有待结算的佣金。",
        available="现在就可以申请提现，也可以在付款时当余额用。"
        if wallet.available_fen
        else "暂时没有可提现的佣金。",
        frozen="正在提现，到账后计入已提现；没有成功会退回来。"
        if wallet.frozen_fen
        else "没有正在提现的金额。",
        withdrawn="已经成功提现的金额，包含手续费。",
        spent="在商城付款用掉的余额；订单退款会退回来。",
        debt="有订单在结算后退款，这部分会从之后的佣金里自动抵扣。" if has_debt else "没有待还款。",
    )


def _line(line: Line) -> LineOut:
    return LineOut(
        entry_id=line.entry_id,
        kind=line.kind,
        month=month_of(line.at),
        at=line.at,
        title=title_of(line),
        pending_fen=line.pending_fen,
        available_fen=line.available_fen,
        frozen_fen=line.frozen_fen,
        debt_fen=Fen(-line.debt_fen),
        order_id=line.refs.get("order_id"),
        refund_id=line.refs.get("refund_id"),
        withdrawal_id=line.refs.get("withdrawal_id"),
    )


def _earned(member_id: str, month: str) -> Fen:
    return store.totals(member_id, f"{MONTH}{month}").earned_fen
