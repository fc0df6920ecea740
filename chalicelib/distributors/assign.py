"""Staff make a member a distributor without an application (D1)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members


def assign(member_id: str, level_id: str, *, by: str, reason: str) -> Distributor:
    """Approve this member on this level at once.

    Raises ``MemberUnknown``, ``LevelUnknown``, ``LevelClosed``, or ``StepNotAllowed`` when the
    member is a distributor already.
    """
    members.load(member_id)
    store.load_level(level_id)
    before, at = store.find(member_id), now()
    after = rules.assigned(before, member_id, level_id, reason=reason, at=at)
    commit(
        store.change(before, after, "ASSIGNED", by=by, at=at, reason=reason), store.level_is_open(level_id)
    )
    return after
