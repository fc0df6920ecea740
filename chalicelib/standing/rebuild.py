"""Fold one member's figures again from their facts."""

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.standing import store
from chalicelib.standing.rules import ALL, Metrics, StandingMoved, buyers_of, fold

_TRIES = 5
_CHUNK = 90


def rebuild(member_id: str) -> dict[str, Metrics]:
    """Write every figure of this member that is not the sum of its facts, and return them by scope.

    Facts that are missing are put by counting the orders again first. Safe while the stream goes on
    counting: a fact that comes in between starts it again. Raises ``Crowded`` when facts keep coming.
    """
    for _ in range(_TRIES):
        try:
            return _refold(member_id)
        except StandingMoved:
            continue
    raise Crowded()


def _refold(member_id: str) -> dict[str, Metrics]:
    seen = store.metrics(member_id)
    facts = store.all_facts(member_id)
    folded = fold(member_id, facts)
    stored = {one.scope: one for one in store.all_metrics(member_id)}
    whole = {**{scope: Metrics(member_id, scope) for scope in stored}, **folded}
    wrong = [one for scope, one in whole.items() if scope != ALL and stored.get(scope) != one]
    known = store.all_buyers(member_id)
    buyers = [one for one in buyers_of(member_id, facts) if one not in known]
    writes = [store.put_metrics(one) for one in wrong] + [store.put_buyer(one) for one in buyers]
    for start in range(0, len(writes), _CHUNK):
        commit(store.unchanged(seen), writes[start : start + _CHUNK])
    if ALL in whole and stored.get(ALL) != whole[ALL]:
        commit(store.replace_totals(whole[ALL], seen))
    return whole
