"""One step of a simulation: some hundred orders, or some thousand payees' periods, under both plans (R10)."""

import functools
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from pydantic import TypeAdapter

from chalicelib.commissions.add_up import as_told, compared
from chalicelib.commissions.kinds.as_json import caps_of, rules_of
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import past_order
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.simulate import PastOrder, Replay, Simulation
from chalicelib.commissions.tell_row import tell_row
from chalicelib.jobs.rules import Run, Step
from chalicelib.orders.past_orders import PAGE, Place, needs_of, read_past_orders

_PAGES = 10
"""Of a hundred orders, or of a day that has fewer."""
_PAYEES = 2_000
"""Whose periods one step closes, when all orders are replayed."""
_CLOSING = "CLOSING"
"""The cursor from then on."""
_MOST_TOLD = 100
"""Names of a sum, and rows, that are shown beside the result; the file has all."""


@dataclass
class _State:
    """Both replays, as they go from step to step."""

    replays: list[Replay]
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The first ones."""
    told: int = 0
    """How many rows the result has so far."""


def simulate_step(run: Run) -> Step:
    """Replay the next orders; then close what periods are open; the last step says the totals.

    The result is ``{"rows": […], "totals": …}`` as ``scripts/simulate --json`` gives it.
    """
    given = json.loads(run.input())
    plans = [_plan(one) for one in (given["plan"], given["current"]) if one is not None]
    kept = run.state()
    state = _states().validate_json(kept) if kept else _State([Replay() for _ in plans])
    simulations = [
        Simulation(
            plan,
            replay,
            max_levels=given["max_levels"],
            close_after_days=given["close_after_days"],
        )
        for plan, replay in zip(plans, state.replays, strict=True)
    ]
    orders, step = _next_orders(run, given, plans)
    rows: list[Commission] = []
    for order in orders:
        rows += simulations[0].add(order)
        for other in simulations[1:]:
            other.add(order)
    if step.is_over:
        closed = [list(islice(one.end(), _PAYEES)) for one in simulations]
        rows += [row for found in closed[0] for row in found]
        if any(len(found) == _PAYEES for found in closed):
            step = replace(step, cursor=_CLOSING, is_over=False)
    body = _body(rows, state, is_first=run.job.step == 0)
    if not step.is_over:
        return replace(step, body=body, state=_states().dump_json(state))
    return _ended(step, body, simulations, state.rows)


def _body(rows: list[Commission], state: _State, *, is_first: bool) -> bytes:
    """The next piece of the result, counted into the state."""
    told = [tell_row(row) for row in rows]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in told)
    opening = '{"rows": [\n' if is_first else ""
    follows = ",\n" if state.told and told else ""
    state.rows += told[: _MOST_TOLD - len(state.rows)]
    state.told += len(told)
    return f"{opening}{follows}{lines}".encode()


def _ended(step: Step, body: bytes, simulations: list[Simulation], rows: list[dict[str, Any]]) -> Step:
    plan, *current = simulations
    totals = {**as_told(plan.replay.totals), "periods": sorted(plan.replay.closed)}
    if current:
        totals["against"] = compared(plan.replay.totals, current[0].replay.totals)
    body += f'\n],\n"totals": {json.dumps(totals, ensure_ascii=False)}}}\n'.encode()
    return replace(step, body=body, summary={"totals": _short(totals), "rows": rows})


def _next_orders(run: Run, given: dict[str, Any], plans: list[Plan]) -> tuple[list[PastOrder], Step]:
    """The next orders, and the step as far as it is known by them."""
    job = run.job
    if job.cursor == _CLOSING:
        return [], Step(done=job.done, total=job.total, is_over=True)
    if given["orders"] is not None:
        place = int(job.cursor or 0)
        end = min(place + _PAGES * PAGE, len(given["orders"]))
        found = [past_order(json.dumps(one)) for one in given["orders"][place:end]]
        total = len(given["orders"])
        return found, Step(cursor=str(end), done=end, total=total, is_over=end == total)
    at: Place | None = _place(job.cursor) if job.cursor else _first(job.params)
    assert at is not None
    orders: list[PastOrder] = []
    needs, days = needs_of(plans), job.params["days"]
    for _ in range(_PAGES):
        page = read_past_orders(at, needs)
        orders += page.orders
        at = page.next
        if at is None:
            return orders, Step(done=days, total=days, is_over=True)
    return orders, Step(cursor=_text(at), done=days - 1 - (at.last - at.day).days, total=days)


def _first(params: dict[str, Any]) -> Place:
    return Place.first(params["days"], date.fromisoformat(params["until"]))


def _text(place: Place) -> str:
    return json.dumps([place.day.isoformat(), place.last.isoformat(), place.inner])


def _place(text: str) -> Place:
    day, last, inner = json.loads(text)
    return Place(date.fromisoformat(day), date.fromisoformat(last), inner)


def _plan(kept: dict[str, Any]) -> Plan:
    return Plan(
        kept["plan_id"],
        kept["version"],
        kept["name"],
        "DRAFT",
        rules_of(kept["rules"]),
        kept["cap_bps"],
        caps_of(kept["caps"]),
    )


def _short(told: dict[str, Any]) -> dict[str, Any]:
    """The same with the largest of each list of sums only."""
    short: dict[str, Any] = {}
    for name, value in told.items():
        if name == "against":
            short[name] = _short(value)
        elif name.startswith("by_"):
            largest = Counter({one: abs(amount) for one, amount in value.items()}).most_common(_MOST_TOLD)
            short[name] = {one: value[one] for one, _ in largest}
        else:
            short[name] = value
    return short


@functools.cache
def _states() -> TypeAdapter[_State]:
    return TypeAdapter(_State)
