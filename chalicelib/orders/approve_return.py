"""Staff agree that goods come back; the buyer has some days to send them (O4)."""

from datetime import timedelta

from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund, RefundMoved, advanced
from chalicelib.orders.rules import OrderRules


def approve_return(refund_id: str) -> Refund:
    """The refund, RETURNING; unsent in time it is cancelled by itself. Raises ``RefundMoved``."""
    refund = store.load_refund(refund_id)
    if refund.kind != "RETURN":
        raise RefundMoved("这个售后单不需要退货，请直接退款。")
    at = now()
    until = at + timedelta(days=settings.read(OrderRules).return_days)
    after = advanced(refund, "RETURNING", at=at, approved_at=at, return_until=until)
    commit(store.replace_refund(refund, after, due_at=until))
    return after
