"""What agreeing to a refund will do, for the person who is about to agree (O4, trust A6.5)."""

from pydantic import Field

from chalicelib.commissions.foresee_clawback import foresee_clawback
from chalicelib.commissions.rules import FormName
from chalicelib.kernel.http import Out
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import RefundMoved, freight_back, points_back, units_to_stock
from chalicelib.payments.post_refund import back_to_balance, refunded_lines


class ClawbackOut(Out):
    """What one payee loses by one rule."""

    payee_id: str
    nickname: str
    rule_title: str
    form: FormName
    taken_fen: int
    units: int = Field(description="Points, coupons or gifts; 0 for cash.")
    from_pending_fen: int
    from_available_fen: int
    new_debt_fen: int = Field(description="What is missing; repaid from later commission (W1).")


class RefundPreviewOut(Out):
    """The refund's money, what comes back with it, and every clawback."""

    goods_fen: int
    freight_fen: int = Field(description="By rule; staff may say otherwise.")
    points: int = Field(description="Spent on these units; they go back to the buyer.")
    units_to_stock: int
    clawed_fen: int = Field(description="In cash, of all payees.")
    clawbacks: list[ClawbackOut]


def preview_refund(refund_id: str) -> RefundPreviewOut:
    """As the books stand now; nothing is written. Raises ``RefundUnknown`` or ``RefundMoved``."""
    refund = orders.load_refund(refund_id)
    if not refund.is_open:
        raise RefundMoved()
    order = orders.load(refund.order_id)
    foreseen = foresee_clawback(
        order.order_id, refunded_lines(refund, order), back=back_to_balance(refund, order)
    )
    people = members.load_many({one.payee_id for one in foreseen}) if foreseen else {}
    return RefundPreviewOut(
        goods_fen=sum(line.amount_fen for line in refund.lines),
        freight_fen=refund.freight_fen if refund.reserved_at else freight_back(order, refund.lines),
        points=points_back(order, refund),
        units_to_stock=sum(units_to_stock(refund).values()),
        clawed_fen=sum(one.taken_fen for one in foreseen if one.form == "CASH"),
        clawbacks=[
            ClawbackOut(nickname=people[one.payee_id].nickname if one.payee_id in people else "", **vars(one))
            for one in foreseen
        ],
    )
