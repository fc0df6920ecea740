"""A refund that is not wanted any more, or whose goods never came back (O4)."""

from chalicelib.commissions.rules import CommissionsMoved
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund, RefundMoved


def cancel_refund(refund: Refund, *, said: str | None = None) -> Refund:
    """The cancelled refund; its lines and commissions are free again. Cancelled already, it stays so.

    Only before its money is reserved and its goods are on their way. Raises ``RefundMoved``.
    """
    order, refund = store.load_both(refund.refund_id)
    if refund.status == "CANCELLED":
        return refund
    try:
        commit(store.refund_ended(refund, order, "CANCELLED", at=now(), said=said))
    except CommissionsMoved:
        raise RefundMoved() from None  # a commission of the order just matured or was taken back
    return store.load_refund(refund.refund_id)
