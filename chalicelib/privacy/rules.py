"""What stands in the way of closing an account, in words (M2). Pure."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen, yuan

Part = (
    Literal["profile", "addresses", "orders", "refunds", "reviews", "cart", "favourites"]
    | Literal["coupons", "coupon_codes", "gifts", "commissions", "wallet", "points", "withdrawals"]
    | Literal["codes", "attribution", "distributor", "figures", "violations", "signatures"]
    | Literal["notices", "messages", "sessions"]
)


class AccountNotClosable(Conflict):
    """Money or an order is still under way; the detail says each in a sentence."""

    title = "还不能注销"
    detail = "还有没处理完的事，办完后就可以注销。"


@dataclass(frozen=True)
class Standing:
    """What a member still has under way; money in fen, counted up to 100."""

    open_orders: int
    available_fen: Fen
    pending_fen: Fen
    frozen_fen: Fen
    debt_fen: Fen
    gifts: int
    """Claimed, and not sent yet: the parcel needs its receiver."""


def reasons_against(standing: Standing) -> list[str]:
    """Why the account stays open, each with what to do; nothing when it may be closed."""
    told = (
        (standing.open_orders, f"还有 {standing.open_orders} 笔订单没有结束，请等它们完成或取消。"),
        (standing.frozen_fen, f"有 {yuan(standing.frozen_fen)} 正在提现，请等到账或先取消。"),
        (standing.available_fen, f"还有 {yuan(standing.available_fen)} 可提现，请先提现。"),
        (standing.pending_fen, f"还有 {yuan(standing.pending_fen)} 佣金待结算，请等结算后提现。"),
        (standing.debt_fen, f"还有 {yuan(standing.debt_fen)} 待抵扣，请联系客服处理。"),
        (standing.gifts, f"还有 {standing.gifts} 件赠品准备寄出，请等寄出后再来。"),
    )
    return [reason for stands, reason in told if stands]
