"""Staff put a distributor on another level by hand, with a reason (D2)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def set_level(member_id: str, level_id: str, *, by: str, reason: str, is_held: bool = False) -> Distributor:
    """Change the level; orders placed before keep the level they were frozen with.

    With ``is_held`` upgrade tasks leave it alone until staff release it.

    Raises ``DistributorUnknown``, ``LevelUnknown``, ``LevelClosed`` or ``StepNotAllowed``.
    """
    store.load_level(level_id)
    before, at = store.load(member_id), now()
    after = rules.with_level(before, level_id, at=at, is_held=is_held)
    commit(store.change(before, after, "LEVEL", by=by, at=at, reason=reason), store.level_is_open(level_id))
    return after
