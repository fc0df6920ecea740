"""Staff leave a level that they held by hand to the upgrade tasks again (D2)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def release_level(member_id: str, *, by: str, reason: str) -> Distributor:
    """Let tasks move this one again; the level itself stays for now.

    Raises ``DistributorUnknown``, or ``StepNotAllowed`` when staff do not hold the level.
    """
    before = store.load(member_id)
    after = rules.with_level_released(before)
    commit(store.change(before, after, "LEVEL_RELEASED", by=by, at=now(), reason=reason))
    return after
