"""A commission's writes know for themselves what they were decided on (invariants 6, 11, 12, 22).

The verbs look before they write; what changes between the two is refused by the write.
"""

import pytest

from chalicelib.commissions import store
from chalicelib.commissions.credit import credit
from chalicelib.commissions.hold import hold
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import Commission, CommissionsMoved
from chalicelib.commissions.start_window import start_window
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from tests.commissions import support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


def row() -> Commission:
    return next(one for one in store.of_order("OR1") if one.rule == "L1")


@pytest.fixture
def due(world: Clock) -> Commission:
    """As a sweeper reads it, when its window is over."""
    support.pay(support.sale())
    commit(start_window("OR1", now()))
    world.advance(days=1)
    return row()


def refused(seen: Commission) -> bool:
    """Whether the maturing that was decided on this row is refused, and nothing is written."""
    before = row()
    with pytest.raises(CommissionsMoved):
        commit(store.mature(seen, now()))
    return row() == before


def test_what_matures_meanwhile_does_not_mature_again(due: Commission) -> None:
    mature()
    assert row().state == "MATURED"
    assert refused(due)


def test_what_is_held_meanwhile_does_not_mature(due: Commission) -> None:
    commit(hold("OR1", "RF1", [1]))
    assert refused(due)


def test_what_shrinks_meanwhile_does_not_mature(due: Commission) -> None:
    """A whole refund may come and go between a read and its write: asked, paid back, the hold lifted."""
    support.refund(support.sale(), "RF1", {1: 9_999})
    assert not row().holds
    assert refused(due)


def test_nothing_matures_before_its_time_whoever_asks() -> None:
    support.pay(support.sale())
    commit(start_window("OR1", now().replace(year=now().year + 1)))
    assert refused(row())


def test_a_sale_is_credited_once() -> None:
    credited = credit(support.sale(), now())
    commit(credited.writes)
    before = row()
    with pytest.raises(ConditionFailed):
        commit(credited.writes)
    assert row() == before
