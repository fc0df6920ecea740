"""Staff ask for money to be given to a member or taken from one; nothing moves yet (trust A6.5)."""

from chalicelib.adjustments import store
from chalicelib.adjustments.rules import Adjustment
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members


class _TakenMeanwhile(Conflict):
    """The adjustment of this key was asked for while this request was being read."""


def ask_adjustment(member_id: str, amount_fen: int, *, reason: str, by: str, key: str) -> Adjustment:
    """The adjustment, WAITING for a second person; the same key and content again gives the same.

    Raises ``KeyReused``, ``MemberUnknown`` or ``MemberClosed``.
    """
    adjustment_id = derived_id("AJ", by, key)
    found = store.find(adjustment_id)
    if found is not None:
        return _same(found, member_id, amount_fen, reason)
    wanted = Adjustment(adjustment_id, member_id, Fen(amount_fen), reason, "WAITING", by, now())
    try:
        commit(store.put_fresh(wanted, _TakenMeanwhile), members.still_open(member_id))
    except _TakenMeanwhile:
        return _same(store.load(adjustment_id), member_id, amount_fen, reason)
    return wanted


def _same(found: Adjustment, member_id: str, amount_fen: int, reason: str) -> Adjustment:
    if (found.member_id, found.amount_fen, found.reason) != (member_id, amount_fen, reason):
        raise KeyReused()
    return found
