"""Staff do not agree to a refund, and say why (O4)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund


def refuse_refund(refund_id: str, *, said: str) -> Refund:
    """The refused refund; its lines and commissions are free again. Raises ``RefundMoved``."""
    refund = store.load_refund(refund_id)
    order = store.load(refund.order_id)
    commit(store.refund_ended(refund, order, "REFUSED", at=now(), said=said))
    return store.load_refund(refund_id)
