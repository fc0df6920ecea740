"""Staff end a violation: its penalty is served, or it was none after all (D3)."""

from typing import Literal

from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store
from chalicelib.standing.violation import Violation, ended, without


def lift_violation(
    member_id: str, violation_id: str, *, to: Literal["SERVED", "WITHDRAWN"], by: str, reason: str
) -> Violation:
    """Lift its penalty; what other open violations ask for stays in force.

    Frozen commission that is due matures within the hour. Raises ``ViolationUnknown``,
    ``ViolationMoved``, or ``StepNotAllowed`` when the distributor changed meanwhile: a violation
    recorded at the same moment changes it, so none is overlooked.
    """
    before, at = distributors.load(member_id), now()
    one = store.load_violation(member_id, violation_id)
    over = ended(one, to, by=by, reason=reason, at=at)
    after = without(over, store.violations_of(member_id), before)
    commit(
        distributors.change(before, after, "LIFTED", by=by, at=at, reason=reason),
        store.replace_violation(one, over),
    )
    return over
