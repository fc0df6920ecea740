"""The buyer has sent goods back and tells the tracking number (O4)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund, advanced


def send_return(refund: Refund, *, company: str, tracking_number: str) -> Refund:
    """The refund, RETURN_SENT; the same number again changes nothing. Raises ``RefundMoved``."""
    if refund.status == "RETURN_SENT" and refund.return_tracking_number == tracking_number:
        return refund
    at = now()
    after = advanced(
        refund,
        "RETURN_SENT",
        at=at,
        return_sent_at=at,
        return_company=company,
        return_tracking_number=tracking_number,
    )
    commit(store.replace_refund(refund, after))
    return after
