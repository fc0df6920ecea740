"""The shop with something received, and a WeChat that judges words."""

from tests.members.conftest import _served, wechat
from tests.orders.conftest import shop

__all__ = ["_served", "shop", "wechat"]
