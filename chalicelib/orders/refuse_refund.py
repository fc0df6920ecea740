"""Staff do not agree to a refund, and say why (O4)."""

from chalicelib.commissions.rules import CommissionsMoved
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund, RefundMoved


def refuse_refund(refund_id: str, *, said: str) -> Refund:
    """The refused refund; its lines and commissions are free again. Raises ``RefundMoved``."""
    order, refund = store.load_both(refund_id)
    try:
        commit(store.refund_ended(refund, order, "REFUSED", at=now(), said=said))
    except CommissionsMoved:
        raise RefundMoved() from None  # a commission of the order just matured or was taken back
    return store.load_refund(refund_id)
