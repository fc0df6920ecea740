"""Count what happened to an order for its buyer and their uplines, once (D2, R5)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.standing import store
from chalicelib.standing.rules import Fact, SaleEvent, StandingMoved, facts_of
from chalicelib.standing.store import FactCounted

_TRIES = 6


def count_sale(event: SaleEvent) -> None:
    """Bring the event into the figures of each member it concerns, a commit for each.

    Any replay, splitting or reordering of events ends in the same figures. A member of many teams'
    top is one commit of its own, so it keeps no other waiting. Raises ``Crowded`` when a buyer's
    figures keep moving; the stream brings the event again.
    """
    for fact in facts_of(event):
        _count(fact)


def _count(fact: Fact) -> None:
    for _ in range(_TRIES):
        is_of_buyer = fact.level == 1 and fact.orders != 0
        before = store.buyer(fact.member_id, fact.buyer_id) if is_of_buyer else None
        try:
            commit(store.count(fact, before))
            return
        except FactCounted:
            return
        except StandingMoved:
            continue
    raise Crowded()
