"""What may be paid, what a payment must agree with, and when WeChat is asked again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.kernel.money import Fen, yuan
from chalicelib.orders.rules import Order
from chalicelib.wallet.rules import Wallet

PaymentStatus = Literal["PREPAID", "PAID", "LATE", "CLOSED"]
"""Announced to WeChat; in our books; paid when nobody waited for it, so it goes back; closed at WeChat."""

LateRefundStatus = Literal["RESERVED", "SENT", "POSTED", "FAILED"]

PREPAY_LIFETIME = timedelta(hours=2)
"""How long WeChat honours a prepay id (wechat.md §4.9)."""
PREPAY_MARGIN = timedelta(minutes=5)
SHORTEST_EXPIRY = timedelta(minutes=1)
"""WeChat takes no ``time_expire`` nearer than this."""
CHECK_AFTER = (timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=10))
"""After prepay, WeChat is asked this long afterwards whether its notice went astray; then at expiry."""
RETRY_AFTER = timedelta(minutes=1)
STUCK_AFTER = timedelta(hours=2)
"""An order still unpaid this long past its expiry is stuck (invariant 23)."""
REFUND_STUCK_AFTER = timedelta(hours=48)
REFUND_QUIET_AFTER = timedelta(hours=2)
"""A refund call whose answer was lost cannot turn up at WeChat any more after this long."""
REFUND_ASK_AFTER = timedelta(minutes=5)
REFUND_REPAIR_AFTER = timedelta(hours=6)
"""An abnormal refund waits for staff in WeChat's merchant platform; it is asked about this often."""
LATER_REFUSALS = {"NOT_ENOUGH", "ACCOUNT_ERROR", "SIGN_ERROR", "NO_AUTH", "RULE_LIMIT"}
"""Refusals that are about our account or the moment, not about this refund."""
REFUND_GAP = timedelta(minutes=1)
"""WeChat wants a minute between two refunds of one order."""
MAX_DESCRIPTION = 40


@dataclass(frozen=True)
class Payment:
    """What WeChat was told about an order, and what it told us; one per order, for ever.

    ``refund_id`` and ``refund_status`` belong to a late payment, which goes back whole.
    """

    order_id: str
    status: PaymentStatus
    amount_fen: Fen
    appid: str
    openid: str
    description: str
    expires_at: datetime
    reserved_at: datetime
    prepay_id: str | None = None
    prepaid_at: datetime | None = None
    checks: int = 0
    transaction_id: str | None = None
    paid_at: datetime | None = None
    notice_id: str | None = None
    refund_id: str | None = None
    refund_status: LateRefundStatus | None = None
    refund_reserved_at: datetime | None = None
    last_refund_id: str | None = None
    last_refund_at: datetime | None = None

    def is_signable(self, at: datetime) -> bool:
        """Whether a repeat may sign the same prepay id again."""
        return (
            self.prepay_id is not None
            and self.prepaid_at is not None
            and at < self.prepaid_at + PREPAY_LIFETIME - PREPAY_MARGIN
        )


@dataclass(frozen=True)
class Quarantined:
    """A payment or refund that WeChat signed but our books cannot take; a person must look (invariant 4)."""

    quarantine_id: str
    reason: str
    order_number: str
    transaction_id: str
    amount_fen: Fen
    expected_fen: Fen | None
    notice_id: str
    at: datetime
    state: Literal["OPEN", "RESOLVED"] = "OPEN"
    note: str | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None


class OrderNotPayable(Conflict):
    """Paid, shipped, closed …: nothing to pay."""

    title = "不用付款"
    detail = "这个订单现在不需要付款，请刷新查看订单状态。"


class PaymentArriving(Conflict):
    """WeChat has the money, its notice is still on the way."""

    title = "已收到付款"
    detail = "微信已收到您的付款，订单状态马上更新，请不要重复付款。"


class OrderExpired(Conflict):
    """The time to pay is over, or nearly."""

    title = "订单已超时"
    detail = "付款时间已过，商品还在的话请重新下单。"


class PayElsewhere(Conflict):
    """The order was placed in another app or by a session without WeChat; its payer is frozen."""

    title = "请换个地方付款"
    detail = "请回到下单的地方（小程序或公众号）付款，或在这里重新下单。"


class BalanceNotEnough(Conflict):
    """Less is available than the order costs, or money is owed; ``detail`` says what is there (W1)."""

    title = "余额不够"
    detail = "余额刚刚有变化，不够付这个订单，请刷新后再试，或用微信支付。"


class BalanceHeld(Conflict):
    """A violation holds the member's commission, or its right to promote: its balance waits too (D3)."""

    title = "余额暂时不能用"
    detail = "您有还没有解除的违规处理，余额暂时不能付款，请用微信支付，如有疑问请联系客服。"


class PrepayChanged(Conflict):
    """The same order number may not be announced with other content (wechat.md §6.8)."""

    title = "订单有变化"
    detail = "订单内容有变化，请重新下单。"


class UnknownOrder(NotFound):
    """WeChat speaks of an order that is not ours; kept in quarantine."""

    title = "没有这个订单"
    detail = "没有找到这个订单。"


class PaymentMismatch(Conflict):
    """The payment disagrees with the order; kept in quarantine, the order is untouched (invariant 4)."""

    title = "付款与订单不符"
    detail = "付款信息与订单不符，已记录待核对。"


class NotARefundOfOurs(NotFound):
    """WeChat speaks of a refund that we never asked for; kept in quarantine."""

    title = "没有这笔退款"
    detail = "没有找到这笔退款。"


class PaymentUnknown(NotFound):
    """Nobody has started to pay this order."""

    title = "没有付款记录"
    detail = "这个订单还没有发起过微信支付。"


class CaseUnknown(NotFound):
    """No such case in quarantine."""

    title = "没有这条记录"
    detail = "没有找到这条待核对记录。"


class CaseClosed(Conflict):
    """Somebody else has dealt with it already."""

    title = "已经处理过"
    detail = "这条记录已经有人处理了，请刷新查看。"


class RefundTooSoon(Conflict):
    """Less than a minute after another refund of the order; sent by itself a little later."""

    title = "退款已安排"
    detail = "同一订单的两次退款需要间隔一分钟，系统会自动发出。"


def check_payable(order: Order, at: datetime) -> None:
    """Raises ``OrderNotPayable`` or ``OrderExpired``."""
    if order.status != "UNPAID" or order.total_fen == 0:
        raise OrderNotPayable()
    if order.expires_at - at < SHORTEST_EXPIRY:
        raise OrderExpired()


def balance_problem(
    wallet: Wallet, distributor: Distributor | None, total_fen: Fen
) -> BalanceNotEnough | BalanceHeld | None:
    """Why this wallet cannot pay so much, in words with what is there; ``None`` when it can."""
    if distributor is not None and (distributor.status == "SUSPENDED" or distributor.frozen_by):
        return BalanceHeld()
    if wallet.debt_fen:
        return BalanceNotEnough(
            f"还有 {yuan(wallet.debt_fen)} 待抵扣，抵扣完之前不能用余额付款，请用微信支付。"
        )
    if wallet.available_fen < total_fen:
        there, wanted = yuan(wallet.available_fen), yuan(total_fen)
        return BalanceNotEnough(
            f"余额有 {there}，这个订单要付 {wanted}，余额需要够付整个订单，请用微信支付。"
        )
    return None


def mismatch(order: Order, *, appid: str, openid: str, amount_fen: int, currency: str) -> str | None:
    """Why this payment is not the order's (wechat.md §6.3), or ``None`` when all agrees."""
    if amount_fen != order.total_fen:
        return "amount"
    if currency != "CNY":
        return "currency"
    if appid != order.payer_appid:
        return "appid"
    if openid != order.payer_openid:
        return "payer"
    return None


def describe(order: Order) -> str:
    """What the buyer reads on WeChat's bill."""
    first = order.lines[0].title
    text = first if len(order.lines) == 1 else f"{first} 等{len(order.lines)}种商品"
    return text[:MAX_DESCRIPTION]


def next_check(payment: Payment, at: datetime) -> datetime:
    """When WeChat is to be asked about this unpaid order again."""
    if at >= payment.expires_at:
        return at + RETRY_AFTER
    if payment.checks >= len(CHECK_AFTER):
        return payment.expires_at
    started_at = payment.prepaid_at or payment.reserved_at
    return min(payment.expires_at, max(at, started_at) + CHECK_AFTER[payment.checks])
