"""People of these tests: a distributor, and two customers with an address."""

from dataclasses import dataclass

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor, Level
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import Address, new_member
from chalicelib.members.save_address import save_address
from tests.support.world import Clock

HOME = "AD-HOME"


@dataclass(frozen=True)
class People:
    """Member ids."""

    seller: str = "MBSELLER"
    ann: str = "MBANN"
    ben: str = "MBBEN"


@pytest.fixture
def who(world: Clock) -> People:
    found = People()
    for member_id in (found.seller, found.ann, found.ben):
        commit(members.put_member(new_member(member_id, clock.now())))
        address = Address(HOME, "韩梅梅", "13800138000", "广东省", "深圳市", "南山区", "科技路 1 号")
        save_address(member_id, address, is_new=True)
    distributors.forget_levels()
    save_level(Level("normal", "普通分销商", 1), is_new=True)
    distributors.forget_levels()
    at = clock.now()
    made = Distributor(found.seller, "APPROVED", "normal", at, at)
    commit(distributors.change(None, made, "ASSIGNED", by="ST1", at=at))
    return found
