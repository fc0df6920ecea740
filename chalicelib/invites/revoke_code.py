"""A member takes a code back (I5)."""

from chalicelib.invites import store
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def revoke_code(owner_id: str, code: str) -> None:
    """Let the code bind nobody from now on; who was bound by it stays. Twice is as good as once.

    Raises ``CodeUnknown`` when it is not this owner's.
    """
    commit(store.revoke_code(store.load_own_code(owner_id, code), now()))
