"""A second factor is set, taken away and a session ended or not, wherever it dies (G2)."""

import pytest
from pyotp import TOTP

from chalicelib.admin.end_session import end_session
from chalicelib.admin.offer_factor import offer_factor
from chalicelib.admin.recover_owner import recover_owner
from chalicelib.admin.reset_factor import reset_factor
from chalicelib.admin.set_factor import set_factor
from tests.admin.staff import PASSWORD, employee, owner, token, with_factor
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole
from tests.crash.street import Street
from tests.crash.test_console import audited
from tests.orders.shop import Shop
from tests.support.world import START, Clock

by_staff = Cases()


@by_staff.of(offer_factor)
def offering_a_factor(shop: Shop) -> Act:
    boss = owner()
    return lambda: offer_factor(boss.staff_id, PASSWORD)


@by_staff.of(set_factor)
def setting_a_factor(shop: Shop) -> Act:
    boss = owner()
    code = TOTP(offer_factor(boss.staff_id, PASSWORD).secret).at(START)
    return lambda: set_factor(boss.staff_id, code, session_id="")


@by_staff.of(reset_factor)
def resetting_a_factor(shop: Shop) -> Act:
    boss = owner()
    ann = employee("ann", "service", by=boss)
    with_factor(ann)
    return lambda: reset_factor(ann.staff_id, by=boss.staff_id)


@by_staff.of(recover_owner)
def recovering_an_owner(shop: Shop) -> Act:
    with_factor(owner())
    return lambda: recover_owner("boss", "five other plain words")


@by_staff.of(end_session)
def ending_a_session(shop: Shop) -> Act:
    boss = owner()
    token(boss)
    return lambda: end_session(boss.staff_id, f"SE{boss.staff_id}")


@pytest.mark.parametrize("case", by_staff, ids=lambda case: case.name)
def test_it_is_done_or_not(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """Invariants 17, 24."""
    is_whole(peer, world, audited(case.prepare(shop)))
    assert_killed(case.verbs)
