"""Staff put a distributor on another level by hand, with a reason (D2)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def set_level(member_id: str, level_id: str, *, by: str, reason: str) -> Distributor:
    """Change the level; orders placed before keep the level they were frozen with.

    Raises ``DistributorUnknown``, ``LevelUnknown``, ``LevelClosed`` or ``StepNotAllowed``.
    """
    store.load_level(level_id)
    before = store.load(member_id)
    after = rules.with_level(before, level_id)
    commit(
        store.change(before, after, "LEVEL", by=by, at=now(), reason=reason), store.level_is_open(level_id)
    )
    return after
