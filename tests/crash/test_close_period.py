"""Closing a period survives a death at every call: each payee once, whoever was not reached later (R8)."""

import pytest

from chalicelib.commissions import store
from chalicelib.commissions.close_payee import close_payee
from chalicelib.commissions.close_period import close_period, due_periods
from chalicelib.distributors import store as distributors
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import period_named
from tests.commissions.periods import china, close_all, publish, sell, sellers
from tests.crash.books import journal
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.support import quick
from tests.support.world import Clock


@kills(close_period, close_payee)
def test_closing_a_month(peer: Street, world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two payees are two commits; killed anywhere is the same as once, and the totals equal the rows."""
    quick.one_scope_shard(monkeypatch)
    store.forget_plans()
    distributors.forget_levels()
    publish()
    sellers("MBA", "MBB")
    sell("MBA", 15_000_000)
    sell("MBB", 1_000_000)
    world.moment = china(12, 5)
    for period in due_periods():
        if period.period_id != "M2026-11":  # the walks with nothing in them are not killed again each time
            sweep = standing.sweep("close", period.period_id)
            commit(standing.put_sweep(sweep, type(sweep)(sweep.name, sweep.turn, is_over=True)))
    assert survives(peer, world, close_period, sweep=close_all, money_commits=2) >= 20
    assert store.period_total("M2026-11") == (2, 470_000)
    marks = store.closed(period_named("M2026-11"), ["MBA", "MBB"])
    assert {one: mark.amount_fen for one, mark in marks.items()} == {"MBA": 450_000, "MBB": 20_000}
    assert [one for one in journal() if one.startswith("PERIOD:")] == [
        "PERIOD:M2026-11:MBA",
        "PERIOD:M2026-11:MBB",
    ]
