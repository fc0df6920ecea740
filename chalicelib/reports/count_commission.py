"""List a commission under its day, and count what changes of it, once (B2)."""

from chalicelib.commissions.rules import Commission
from chalicelib.kernel.jobs import count_once
from chalicelib.reports import store
from chalicelib.reports.sums_of import changes_of


def count_commission(event_id: str, before: Commission | None, after: Commission) -> None:
    """Add this change to the sums of its day and state, once however often it is told."""
    changed = changes_of(before, after)
    if not changed:
        return
    is_moved = before is None or before.state != after.state
    count_once(
        store.mark_counted(f"LEDGER:{event_id}"),
        [store.list_commission(after)] if is_moved else [],
        [store.add_to_sums(after, state, one) for state, one in changed.items()],
    )
