"""What WeChat signed but our books cannot take is kept for a person to look at (invariant 4)."""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.payments import store
from chalicelib.payments.rules import Quarantined


def quarantine(
    *,
    reason: str,
    order_number: str,
    transaction_id: str,
    amount_fen: Fen,
    expected_fen: Fen | None,
    notice_id: str,
) -> None:
    """Keep this case, once however often it is reported, and count it for the alarm."""
    log.error("payment_quarantined", reason=reason, order_id=order_number, transaction_id=transaction_id)
    log.count("payment_quarantined", reason=reason)
    found = Quarantined(
        quarantine_id=derived_id("QN", reason, order_number, transaction_id, str(amount_fen)),
        reason=reason,
        order_number=order_number,
        transaction_id=transaction_id,
        amount_fen=amount_fen,
        expected_fen=expected_fen,
        notice_id=notice_id,
        at=now(),
    )
    try:
        commit(store.quarantine(found))
    except ConditionFailed:
        return  # reported again
