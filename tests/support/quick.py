"""Fewer shards to walk, for suites that sweep thousands of times; it changes no answer."""

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.marketing import store as marketing
from chalicelib.orders import store as orders
from chalicelib.payments import store as payments
from chalicelib.standing import store as standing
from chalicelib.withdrawals import store as withdrawals


def one_shard(patch: pytest.MonkeyPatch) -> None:
    """The sweepers walk one shard as they walk eight."""
    for store in (commissions, marketing, orders, payments, withdrawals):
        patch.setattr(store, "DUE_SHARDS", 1)


def one_scope_shard(patch: pytest.MonkeyPatch) -> None:
    """Closing walks one shard of a period as it walks eight."""
    patch.setattr(standing, "SCOPE_SHARDS", 1)
