"""An open refund keeps the commissions of its lines from maturing (invariant 12)."""

from collections.abc import Iterable

from chalicelib.commissions import store
from chalicelib.kernel.dynamo import Write


def hold(order_id: str, refund_id: str, line_nos: Iterable[int]) -> list[Write]:
    """Hold every commission that these lines earned something; ``claw_back`` or ``lift`` ends it."""
    wanted = set(line_nos)
    rows = store.of_order(order_id)
    return [
        store.hold(row, refund_id)
        for row in rows
        if row.state not in ("CLAWED", "ZERO") and row.earns_on(wanted)
    ]


def lift(order_id: str, refund_id: str) -> list[Write]:
    """End this refund's hold: it was refused, withdrawn or failed."""
    return [store.lift(row, refund_id) for row in store.of_order(order_id) if refund_id in row.holds]
