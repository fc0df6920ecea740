"""The shop of the orders' tests, a WeChat that judges words, and a member who has lived in it."""

import pytest

from tests.conftest import Policy
from tests.members.conftest import _served, wechat
from tests.orders.conftest import shop
from tests.orders.shop import Shop
from tests.privacy.life import Life, live
from tests.support.world import Clock
from tests.wechat.fake import FakeWeChat

__all__ = ["_served", "shop", "wechat"]


@pytest.fixture
def life(shop: Shop, wechat: FakeWeChat, world: Clock, policies: Policy) -> Life:
    policies.put("points_earning", check_in_points=2)
    return live(shop, world)
