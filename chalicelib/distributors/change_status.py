"""Staff approve, reject, disable, enable or delete a distributor (D1)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Distributor, Status
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def change_status(member_id: str, to: Status, *, by: str, reason: str | None = None) -> Distributor:
    """Take one step of the life in ``rules``, with its line of history.

    Raises ``DistributorUnknown``, or ``StepNotAllowed`` when the step does not follow or another
    staff member was quicker.
    """
    before, at = store.load(member_id), now()
    after = rules.with_status(before, to, reason=reason, at=at)
    step = rules.step_between(before.status, to)
    commit(store.change(before, after, step, by=by, at=at, reason=reason))
    return after
