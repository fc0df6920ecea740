"""Receipt starts the after-sale window, at whose end commissions mature (invariant 12)."""

from datetime import datetime

from chalicelib.commissions import store
from chalicelib.kernel.dynamo import Write


def start_window(order_id: str, due_at: datetime) -> list[Write]:
    """Let the order's pending commissions mature at ``due_at``, when the window has passed."""
    return [store.start_window(row, due_at) for row in store.of_order(order_id) if row.state == "PENDING"]
