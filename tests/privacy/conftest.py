"""The shop of the orders' tests."""

from tests.orders.conftest import shop as shop
