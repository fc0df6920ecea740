"""Staff have the goods back in their hands (O4)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund, advanced


def confirm_returned(refund_id: str, *, is_sellable: bool) -> Refund:
    """The refund, RETURNED; sellable goods go back into stock when the money does. Raises ``RefundMoved``."""
    refund = store.load_refund(refund_id)
    at = now()
    after = advanced(refund, "RETURNED", at=at, returned_at=at, is_sellable=is_sellable)
    commit(store.replace_refund(refund, after))
    return after
