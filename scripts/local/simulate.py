"""Say what a rebate plan would have paid on given orders, before it is published.

Files are as docs/schemas/plan.json and docs/schemas/orders.json say; orders are read one by one, as an
array or as one a line. With ``--days`` they are those of the running local world, or with ``--stage`` of
the stage that the environment names. Each month, quarter or year is closed on the orders given.
"""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from chalicelib.commissions.add_up import as_told, compared
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import past_order
from chalicelib.commissions.rules import LAWFUL_LEVELS, Commission
from chalicelib.commissions.schemas import PlanIn
from chalicelib.commissions.simulate import PastOrder, Simulation, simulate
from chalicelib.commissions.tell_row import tell_row
from chalicelib.kernel.clock import parse
from chalicelib.kernel.money import percent, yuan
from scripts.local.world import add_world_options, enter_world

_CHUNK = 1 << 16
_MOST = 1 << 20
"""No order is longer; what is, is not JSON."""
_EVERY = 10_000


def main() -> None:
    """Run ``./scripts/simulate``."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="the draft")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--orders", type=Path, help="a file of them")
    given.add_argument("--days", type=int, choices=range(1, 367), metavar="N", help="the shop's last N days")
    parser.add_argument(
        "--compare", "--against", type=Path, help="another plan, e.g. the current one, to compare with"
    )
    parser.add_argument(
        "--levels", type=int, choices=(1, 2, 3), default=LAWFUL_LEVELS, help="how deep is paid"
    )
    parser.add_argument("--json", action="store_true", help="rows and totals")
    add_world_options(parser)
    options = parser.parse_args()
    try:
        plan = read_plan(options.plan)
        current = read_plan(options.compare) if options.compare else None
        _run(plan, current, options)
    except (OSError, ValueError) as error:
        sys.exit(f"Fenxiao: {_told(error)}")


def _run(plan: Plan, current: Plan | None, options: argparse.Namespace) -> None:
    simulation = Simulation(plan, max_levels=options.levels)
    before = Simulation(current, max_levels=options.levels) if current else None
    simulations = [simulation, *([before] if before else [])]
    with _open(options, simulations) as orders:
        _tell(simulate(simulation, _both(orders, before)), simulation, options)
    told = totals_json(simulation, before)
    if options.json:
        sys.stdout.write(f'\n],\n"totals": {json.dumps(told, ensure_ascii=False)}}}\n')
    else:
        _say(told)


def _tell(found: Iterator[list[Commission]], simulation: Simulation, options: argparse.Namespace) -> None:
    """Write the rows as they come, and on long runs how far it is."""
    if options.json:
        sys.stdout.write('{"rows": [')
    lead, told, totals = "\n", 0, simulation.replay.totals
    for rows in found:
        if options.json:
            for row in rows:
                sys.stdout.write(lead + json.dumps(tell_row(row), ensure_ascii=False))
                lead = ",\n"
        if totals.orders // _EVERY > told:
            told = totals.orders // _EVERY
            print(f"{totals.orders:,} orders", file=sys.stderr)


def _both(orders: Iterator[PastOrder], before: Simulation | None) -> Iterator[PastOrder]:
    for order in orders:
        if before is not None:
            before.add(order)
        yield order
    if before is not None:
        for _ in before.end():
            pass


@contextlib.contextmanager
def _open(options: argparse.Namespace, simulations: Sequence[Simulation]) -> Iterator[Iterator[PastOrder]]:
    """The orders of the file, or of the shop's last days."""
    if options.orders is not None:
        with options.orders.open(encoding="utf-8") as file:
            texts = read_orders(file)
            is_in_time = any(one.is_in_time for one in simulations)
            yield map(past_order, in_time(texts) if is_in_time else texts)
        return
    enter_world(options)
    import app  # noqa: F401 - opens the front door, which tells the kernel where settings are kept
    from chalicelib.orders.past_orders import past_orders

    yield past_orders(options.days, [one.plan for one in simulations])


def in_time(texts: Iterator[str]) -> Iterator[str]:
    """The same in order of time, for plans whose caps are held over time; they are kept as texts."""
    timed = [(_at(text), text) for text in texts]
    timed.sort(key=lambda one: one[0])
    return (text for _, text in timed)


def _at(text: str) -> datetime:
    try:
        return parse(json.loads(text)["at"])
    except (TypeError, KeyError, ValueError):
        return past_order(text).facts.at  # says what is wrong with it


def read_plan(file: Path) -> Plan:
    """The plan of a file; a shipped template's file is taken too. Raises ``ValueError``."""
    given = json.loads(file.read_text(encoding="utf-8"))
    content = given.get("plan", given) if isinstance(given, dict) else given
    wanted = PlanIn.model_validate_json(json.dumps(content))
    return Plan(
        "DRAFT", 0, wanted.name, "DRAFT", wanted.rules, wanted.cap_bps, wanted.caps, wanted.entry_fee_fen
    )


def read_orders(file: TextIO) -> Iterator[str]:
    """The text of each order, with no more of the file in memory than one and a chunk; ``ValueError``."""
    decoder, text, place, is_over, bracket = json.JSONDecoder(), "", 0, False, ""
    while True:
        while place < len(text) and text[place] in " \t\r\n,[]":
            bracket = text[place] if text[place] in "[]" else bracket
            place += 1
        try:
            if place == len(text):
                raise json.JSONDecodeError("nothing left", text, place)
            _, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            if is_over or len(text) - place > _MOST:
                if place < len(text):
                    raise
                if bracket == "[":
                    raise ValueError("the list of orders is cut off") from None
                return
            more = file.read(_CHUNK)
            text, place, is_over = text[place:] + more, 0, not more
            continue
        yield text[place:end]
        place = end


def totals_json(simulation: Simulation, before: Simulation | None) -> dict[str, Any]:
    """Totals as ``--json`` gives them."""
    told = as_told(simulation.replay.totals)
    told["periods"] = sorted(simulation.replay.closed)
    if before is not None:
        told["against"] = compared(simulation.replay.totals, before.replay.totals)
    return told


def _say(told: dict[str, Any]) -> None:
    print(f"{told['orders']:,} orders, sales {yuan(told['sales_fen'])}")
    print(f"cost {yuan(told['cost_fen'])}, {percent(told['cost_bps'])} of sales")
    print(f"highest on an order: {yuan(told['highest_fen'])} ({told['highest_order_id'] or '-'})")
    for name in ("by_level", "by_rule", "by_product", "by_payee"):
        for key, value in told[name].most_common(10):
            print(f"{name.replace('_', ' ')} {key}: {yuan(value)}")
    for key, value in told["caps_bound"].most_common():
        print(f"cap {key} bound on {value:,} orders")
    if told["periods"]:
        print(f"paid for periods {', '.join(told['periods'])}: {yuan(told['period_fen'])}")
    if told["trimmed_fen"]:
        print(f"left unpaid by caps over time: {yuan(told['trimmed_fen'])}")
    print(f"lines below cost after rebates: {told['negative_lines']:,}")
    if "against" in told:
        print(f"against the other plan: {_signed(told['against']['change_fen'])}")
        for name in ("by_level", "by_rule", "by_product", "by_payee"):
            for key, value in sorted(told["against"][name].items(), key=lambda one: -abs(one[1]))[:10]:
                print(f"  {name.replace('_', ' ')} {key}: {_signed(value)}")


def _signed(change_fen: int) -> str:
    return f"{'-' if change_fen < 0 else '+'}{yuan(abs(change_fen))}"


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
    return str(error)


if __name__ == "__main__":
    main()
