"""Note what the buyer kept of an order whose after-sale window is over, once and as it is last (D1)."""

from dataclasses import replace

from chalicelib.distributors import store
from chalicelib.distributors.application import Purchase, PurchaseMoved
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded

_TRIES = 6


def keep_purchase(one: Purchase) -> None:
    """Bring the purchase into what its buyer kept in all; an older version of it changes nothing.

    So any replay and reordering of an order's changes ends in the same sums. Neither does one that kept as
    much: what is kept only ever falls, so all versions between kept as much too. Raises ``Crowded`` when the
    buyer's sums keep moving; the stream brings the change again.
    """
    for _ in range(_TRIES):
        before = store.find_purchase(one.member_id, one.order_id)
        if before is not None and (
            before.version >= one.version or replace(before, version=one.version) == one
        ):
            return
        try:
            commit(store.keep_purchase(before, one))
            return
        except PurchaseMoved:
            continue
    raise Crowded()
