"""A distributor's centre: what there is, what is coming, and when."""

from chalicelib.commissions import store
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.schemas import CentreOut, ComingOut
from chalicelib.kernel.clock import now
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import day_scope, month_scope


def show_centre(member_id: str) -> CentreOut:
    """The figures of the centre. The estimates are commissions credited minus taken back in the period."""
    at = now()
    purse, totals = wallet.find(member_id), wallet.totals(member_id)
    coming = store.next_coming(member_id, at)
    here_fen, gone_fen = purse.available_fen + purse.frozen_fen, totals.withdrawn_fen + totals.spent_fen
    return CentreOut(
        available_fen=purse.available_fen,
        pending_fen=totals.pending_fen,
        frozen_fen=purse.frozen_fen,
        withdrawn_fen=totals.withdrawn_fen,
        debt_fen=purse.debt_fen,
        earned_fen=Fen(totals.pending_fen + here_fen + gone_fen - purse.debt_fen),
        today_fen=wallet.totals(member_id, day_scope(at)).earned_fen,
        month_fen=wallet.totals(member_id, month_scope(at)).earned_fen,
        coming=_coming(coming),
        says=[
            "待结算的佣金在买家确认收货、售后期结束后自动变为可提现。",
            "订单退款会按比例扣回佣金；已结算的从可提现里扣，不够的部分从以后的佣金里抵扣。",
        ],
    )


def _coming(row: Commission | None) -> ComingOut | None:
    if row is None or row.matures_at is None:
        return None
    return ComingOut(at=row.matures_at, amount_fen=row.left_fen, order_id=row.order_id)
