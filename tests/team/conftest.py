"""The shop of the orders' tests, where A invited B and B invited C, who buys."""

from tests.orders.conftest import shop

__all__ = ["shop"]
