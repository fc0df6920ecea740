"""Reads of adjustments as values, and their writes for a verb's one commit."""

from dataclasses import replace

from chalicelib.adjustments.models import AdjustmentRow
from chalicelib.adjustments.rules import Adjustment, AdjustmentMoved, AdjustmentStatus, AdjustmentUnknown
from chalicelib.kernel.dynamo import Otherwise, Write, put, put_new
from chalicelib.kernel.paging import Page, page


def find(adjustment_id: str) -> Adjustment | None:
    """The adjustment of this id, read consistently."""
    row = AdjustmentRow.find(adjustment_id)
    return row.as_value(Adjustment) if row else None


def load(adjustment_id: str) -> Adjustment:
    """The adjustment of this id. Raises ``AdjustmentUnknown``."""
    found = find(adjustment_id)
    if found is None:
        raise AdjustmentUnknown()
    return found


def of_status(status: AdjustmentStatus, *, limit: int, cursor: str | None) -> Page[Adjustment]:
    """Adjustments of this state, last asked first."""
    found = page(AdjustmentRow.by_state, status, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Adjustment))


def put_fresh(adjustment: Adjustment, otherwise: Otherwise) -> Write:
    """Put a fresh adjustment; ``otherwise`` is raised when its id is taken."""
    return put_new(AdjustmentRow.of_value(adjustment), otherwise)


def decide(before: Adjustment, after: Adjustment) -> Write:
    """Write the decision over one that waits; ``AdjustmentMoved`` when somebody decided meanwhile."""
    row = AdjustmentRow.of_value(replace(after, version=before.version + 1))
    is_as_seen = (AdjustmentRow.version == before.version) & (AdjustmentRow.status == "WAITING")
    return put(row, is_as_seen, AdjustmentMoved)
