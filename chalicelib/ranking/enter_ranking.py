"""A distributor opts in to rankings, or out again (D6)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.ranking import store
from chalicelib.ranking.store import AlreadyIn


def enter_ranking(member_id: str, *, is_in: bool) -> None:
    """Be seen from the next folding on, or not at all from this moment on; twice is once."""
    try:
        commit(store.enter(member_id, now()) if is_in else store.leave(member_id))
    except AlreadyIn:
        return
