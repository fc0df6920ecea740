"""A refund has ended at WeChat: the order's sums, the journal and every clawback in one commit (O4)."""

from chalicelib.commissions.claw_back import claw_back
from chalicelib.commissions.rules import RefundedLine
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, Crowded, DomainError
from chalicelib.kernel.money import Fen
from chalicelib.orders import store as orders
from chalicelib.orders.earned_points import take_points_back
from chalicelib.orders.hold_discount import restore_discount
from chalicelib.orders.move_refund import Refund
from chalicelib.orders.rules import Order
from chalicelib.payments.quarantine import quarantine
from chalicelib.payments.rules import REFUND_REPAIR_AFTER, NotARefundOfOurs, PaymentMismatch
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import PointsTurn
from chalicelib.wechat.pay import RefundNotice, RefundState

_TRIES = 4
_CLOSED_TEXT = "微信没有完成这笔退款，请联系客服重新处理。"


def post_refund(ended: RefundNotice | RefundState, *, notice_id: str = "QUERY") -> None:
    """Book how a refund stands at WeChat; again and again is the same as once.

    ``SUCCESS`` posts it with its clawbacks; ``CLOSED`` frees what was reserved and lifts the hold,
    so that staff may start a new one. ``ABNORMAL`` keeps both: the money is on WeChat's way to
    another account of the buyer, which staff must name in the merchant platform, and then its
    success is reported. Raises ``NotARefundOfOurs`` or ``PaymentMismatch``, kept in quarantine.
    """
    for _ in range(_TRIES):
        order = orders.find(ended.order_number)
        refund = orders.find_refund(ended.refund_number)  # after its order: see orders.store.load_both
        if refund is None:
            raise _quarantined(ended, notice_id, "unknown_refund", expected_fen=None)
        reason = _mismatch(ended, refund, order)
        if reason is not None:
            raise _quarantined(ended, notice_id, reason, expected_fen=refund.amount_fen)
        assert order is not None
        if (refund.status, ended.state) in (("POSTED", "SUCCESS"), ("FAILED", "CLOSED")):
            return
        if ended.state == "PROCESSING":
            return
        try:
            _book(ended.state, refund, order)
        except Conflict:
            continue  # order, refund or a payee's wallet moved meanwhile: decide on what is there now
        return
    raise Crowded()


def refunded_lines(refund: Refund, order: Order) -> dict[int, RefundedLine]:
    """What each line has given back before and after this refund, by line number."""
    lines = {}
    for part in refund.lines:
        line = order.line(part.line_no)
        after_fen = Fen(line.refunded_fen + part.amount_fen)
        lines[part.line_no] = RefundedLine(line.paid_fen, line.refunded_fen, after_fen)
    return lines


def back_to_balance(refund: Refund, order: Order) -> dict[str, Fen]:
    """What this refund puts into whose balance: money goes back to where it came from (decision 11)."""
    is_from_balance = order.paid_by == "BALANCE" and refund.amount_fen > 0
    return {order.buyer_id: refund.amount_fen} if is_from_balance else {}


def _book(state: str, refund: Refund, order: Order) -> None:
    if state == "SUCCESS":
        _post(refund, order)
    elif state == "CLOSED":
        commit(orders.refund_ended(refund, order, "FAILED", at=now(), said=_CLOSED_TEXT))
        log.error("refund_closed_by_wechat", refund_id=refund.refund_id)
        log.count("refund_failed")
    else:
        log.error("refund_abnormal", refund_id=refund.refund_id, state=state)
        log.count("refund_abnormal")
        commit(orders.refund_postponed(refund, due_at=now() + REFUND_REPAIR_AFTER))


def _post(refund: Refund, order: Order) -> None:
    at = now()
    turn = PointsTurn()
    lines = refunded_lines(refund, order)
    back = back_to_balance(refund, order)
    clawed = claw_back(order.order_id, refund.refund_id, lines, at, turn=turn, back=back)
    coupon = restore_discount(order, refund, turn, at)
    take_points_back(order, refund, turn)
    by_wechat = [] if back else [("wx:cash", refund.amount_fen), ("shop:sales", -refund.amount_fen)]
    moved = [posting for posting in (*by_wechat, *clawed.postings) if posting[1]]
    refs = {"order_id": order.order_id, "refund_id": refund.refund_id}
    booked = []
    if moved or turn.postings:
        booked.append(wallet.entry(f"REFUND:{refund.refund_id}", at, moved, refs, points=turn.postings))
    if back:
        repaid = [("shop:sales", -refund.amount_fen), *clawed.returned]
        booked.append(wallet.entry(f"REPAY:{refund.refund_id}", at, repaid, refs))
    commit(orders.refund_posted(refund, order, at=at), clawed.writes, coupon, turn.writes(), booked)


def _mismatch(ended: RefundNotice | RefundState, refund: Refund, order: Order | None) -> str | None:
    if order is None or refund.order_id != order.order_id:
        return "refund_of_other_order"
    if (ended.refund_fen, ended.total_fen) != (refund.amount_fen, order.total_fen):
        return "refund_amount"
    if refund.status not in ("RESERVED", "SENT", "POSTED", "FAILED"):
        return "refund_not_reserved"
    if (refund.status, ended.state) in (("FAILED", "SUCCESS"), ("POSTED", "CLOSED"), ("POSTED", "ABNORMAL")):
        return "refund_contradiction"
    return None


def _quarantined(
    ended: RefundNotice | RefundState, notice_id: str, reason: str, *, expected_fen: Fen | None
) -> DomainError:
    quarantine(
        reason=reason,
        order_number=ended.order_number,
        transaction_id=ended.refund_number,
        amount_fen=ended.refund_fen,
        expected_fen=expected_fen,
        notice_id=notice_id,
    )
    return NotARefundOfOurs() if reason == "unknown_refund" else PaymentMismatch()
