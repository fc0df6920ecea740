"""A member says what they think of a violation (申诉, D3)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store
from chalicelib.standing.violation import Violation, appealed


def appeal(member_id: str, violation_id: str, text: str) -> Violation:
    """Keep the member's word, once, for staff to read; it lifts nothing by itself.

    Raises ``ViolationUnknown``, ``CannotAppeal`` or ``ViolationMoved``.
    """
    one = store.load_violation(member_id, violation_id)
    after = appealed(one, text, now())
    commit(store.replace_violation(one, after))
    return after
