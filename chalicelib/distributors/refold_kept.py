"""Fold what one member bought and kept again from the purchases (D1)."""

from dataclasses import replace

from chalicelib.distributors import store
from chalicelib.distributors.application import KEPT_IN_ALL, KeptSum, PurchaseMoved, kept_sums
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded

_TRIES = 5
_CHUNK = 90


def refold_kept(member_id: str) -> None:
    """Write every sum that is not the sum of its purchases.

    Safe while the stream goes on: a purchase that comes in between starts it again. Raises ``Crowded``
    when they keep coming.
    """
    for _ in range(_TRIES):
        try:
            return _refold(member_id)
        except PurchaseMoved:
            continue
    raise Crowded()


def _refold(member_id: str) -> None:
    stored = store.kept_sums(member_id)
    seen = stored.get(KEPT_IN_ALL)
    found = store.purchases(member_id)
    if seen is None and not found:
        return
    folded = kept_sums(member_id, found)
    whole = {**{name: KeptSum(member_id, name) for name in stored}, **folded}
    right = {
        name: replace(one, changes=stored[name].changes if name in stored else 1)
        for name, one in whole.items()
    }
    wrong = [one for name, one in right.items() if name != KEPT_IN_ALL and stored.get(name) != one]
    for start in range(0, len(wrong), _CHUNK):
        part = wrong[start : start + _CHUNK]
        commit(store.kept_unchanged(member_id, seen), [store.put_kept_sum(one) for one in part])
    if right[KEPT_IN_ALL] != seen:
        commit(store.replace_kept_total(right[KEPT_IN_ALL], seen))
