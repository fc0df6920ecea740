"""Any plan over any orders: a simulation says row by row what the real verbs then pay (R10).

Each example puts a generated plan in force, lets people order and pay, gives goods back, and lets every
commission mature and every period close at its hour. The rows in the table are then held against a
simulation of the same orders, made from what was known as each of them was placed.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from chalicelib.commissions.explain import explain
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import past_order
from chalicelib.commissions.rules import Commission, State
from chalicelib.commissions.simulate import Simulation, simulate
from chalicelib.kernel.money import Fen, clawback
from tests.orders import replaying
from tests.orders.replaying import Buying, Street
from tests.orders.shop import HOME, Shop
from tests.support import nightly
from tests.support.world import Clock

EXAMPLES = nightly.pick(7, 100)
_QUICK = settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=not nightly.chosen,  # by day the same few each time; the night looks for more
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


_OVER_MIDNIGHT = Buying("c", ((0, 2),), 7, True, 25, None, HOME, 0)
"""Placed in November and paid in December."""


@_QUICK
@example(replaying.shipped("13_mixed"), [_OVER_MIDNIGHT, replace(_OVER_MIDNIGHT, buyer="b")], None)
@given(
    replaying.plans(),
    st.lists(replaying.buyings, min_size=1, max_size=4),
    st.sampled_from([None, "b"]),
)
def test_a_simulation_says_what_is_then_paid(
    shop: Shop, world: Clock, plan: Plan, wanted: list[Buying], warned: str | None
) -> None:
    """Payee, rule, form, amount, units, trace and sentence of each row, what caps left out too."""
    with replaying.fresh(shop, world, _opened(shop)) as own:
        street = replaying.open_street(own, world, plan, warned=None if plan.period_rules else warned)
        street.live(wanted)
        simulated = _by_key(_simulated(street))
        paid = _by_key(replaying.all_rows())
    assert simulated.keys() == paid.keys()
    assert not [row for row in paid.values() if row.state == "PENDING"]
    for key, row in paid.items():
        assert _as_simulated(row) == simulated[key]
        assert explain(_as_simulated(row)).says == explain(simulated[key]).says
        _taken_back_is_told_by_the_refunds(row)


def _simulated(street: Street) -> list[Commission]:
    given = [json.dumps(one, default=lambda at: at.isoformat(), ensure_ascii=False) for one in street.told]
    found = simulate(Simulation(street.plan), map(past_order, given))
    return [row for rows in found for row in rows]


def _by_key(rows: Iterable[Commission]) -> dict[tuple[str, str], Commission]:
    return {(row.order_id, row.payee_rule): row for row in rows}


def _as_simulated(row: Commission) -> Commission:
    """The row as it was put, but for what caps over time have left out of it since."""
    is_worth = row.amount_fen if row.form == "CASH" else row.units
    state: State = "PENDING" if is_worth else "ZERO"
    return replace(
        row,
        state=state,
        matures_at=None,
        matured_at=None,
        clawed_fen=Fen(0),
        refunded_fen=Fen(0),
        refunded_by_line={},
        kept_units=0,
    )


def _taken_back_is_told_by_the_refunds(row: Commission) -> None:
    """Invariant 11: line by line the floor of its part, of what a cap left."""
    back = [
        clawback(part.amount_fen, part.net_fen, 0, row.refunded_by_line.get(str(part.line_no), 0))
        for part in row.parts
    ]
    assert row.clawed_fen == max(0, sum(back) - row.trimmed_fen)


_kept: dict[str, object] = {}


def _opened(shop: Shop) -> object:
    """The tables of the shop as the first example found it."""
    if shop.a not in _kept:
        _kept[shop.a] = replaying.tables_now()
    return _kept[shop.a]
