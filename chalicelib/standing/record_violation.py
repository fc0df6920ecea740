"""Staff record a violation with its penalty (D3)."""

from chalicelib.distributors import store as distributors
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.standing import store
from chalicelib.standing.violation import Violation, violation


def record_violation(one: Violation) -> Violation:
    """Put the violation and its penalty in force, in one commit; the same again gives the first one.

    Raises ``DistributorUnknown``, ``NotPenalisable``, ``StepNotAllowed`` when the distributor changed
    meanwhile, or ``KeyReused`` when the same key was used for something else.
    """
    kept = store.find_violation(one.member_id, one.violation_id)
    if kept is not None:
        if (kept.kind, kept.penalty, kept.told) != (one.kind, one.penalty, one.told):
            raise KeyReused()
        return kept
    before = distributors.load(one.member_id)
    after, step = violation(one, before)
    commit(
        distributors.change(before, after, step, by=one.recorded_by, at=one.recorded_at, reason=one.told),
        store.add_violation(one),
    )
    return one
