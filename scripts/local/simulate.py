"""Say what a rebate plan would have paid on given orders, before it is published.

Files are as docs/schemas/plan.json and docs/schemas/orders.json say; orders are read one by one, as an
array or as one a line. Rules of periods are named, not reckoned.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from chalicelib.commissions.explain import explain
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import past_order
from chalicelib.commissions.rules import LAWFUL_LEVELS, Commission
from chalicelib.commissions.schemas import PlanIn
from chalicelib.commissions.simulate import PastOrder, Totals, rows_of, simulate
from chalicelib.kernel.money import percent, yuan

_CHUNK = 1 << 16
_MOST = 1 << 20
"""No order is longer; what is, is not JSON."""
_EVERY = 10_000


def main() -> None:
    """Run ``./scripts/simulate``."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="the draft")
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--against", type=Path, help="another plan, e.g. the current one, to compare with")
    parser.add_argument(
        "--levels", type=int, choices=(1, 2, 3), default=LAWFUL_LEVELS, help="how deep is paid"
    )
    parser.add_argument("--json", action="store_true", help="rows and totals")
    options = parser.parse_args()
    try:
        plan = read_plan(options.plan)
        current = read_plan(options.against) if options.against else None
        _run(plan, current, options)
    except (OSError, ValueError) as error:
        sys.exit(f"Fenxiao: {_told(error)}")


def _run(plan: Plan, current: Plan | None, options: argparse.Namespace) -> None:
    totals, before = Totals(), Totals()
    with options.orders.open(encoding="utf-8") as file:
        orders = _both(read_orders(file), current, before, options.levels)
        found = simulate(plan, orders, totals, max_levels=options.levels)
        if options.json:
            sys.stdout.write('{"rows": [')
        lead = "\n"
        for rows in found:
            if options.json:
                for row in rows:
                    sys.stdout.write(lead + json.dumps(row_json(row), ensure_ascii=False))
                    lead = ",\n"
            if totals.orders % _EVERY == 0:
                print(f"{totals.orders:,} orders", file=sys.stderr)
    told = totals_json(totals, plan, before if current else None)
    if options.json:
        sys.stdout.write(f'\n],\n"totals": {json.dumps(told, ensure_ascii=False)}}}\n')
    else:
        _say(told)


def _both(
    orders: Iterator[PastOrder], current: Plan | None, before: Totals, levels: int
) -> Iterator[PastOrder]:
    for order in orders:
        if current is not None:
            before.add(order, rows_of(current, order, max_levels=levels))
        yield order


def read_plan(file: Path) -> Plan:
    """The plan of a file; a shipped template's file is taken too. Raises ``ValueError``."""
    given = json.loads(file.read_text(encoding="utf-8"))
    content = given.get("plan", given) if isinstance(given, dict) else given
    wanted = PlanIn.model_validate_json(json.dumps(content))
    return Plan(
        "DRAFT", 0, wanted.name, "DRAFT", wanted.rules, wanted.cap_bps, wanted.caps, wanted.entry_fee_fen
    )


def read_orders(file: TextIO) -> Iterator[PastOrder]:
    """Orders one by one, with no more of the file in memory than one and a chunk. Raises ``ValueError``."""
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
        yield past_order(text[place:end])
        place = end


def row_json(row: Commission) -> dict[str, Any]:
    """One row as ``--json`` gives it."""
    return {
        "order": row.order_id,
        "payee": row.payee_id,
        "rule": row.rule,
        "level": row.level,
        "form": row.form,
        "amount_fen": row.amount_fen,
        "units": row.units,
        "explanation": "".join(explain(row).says),
    }


def totals_json(totals: Totals, plan: Plan, before: Totals | None) -> dict[str, Any]:
    """Totals as ``--json`` gives them."""
    told: dict[str, Any] = {
        **{key: value for key, value in vars(totals).items() if key != "negative"},
        "cost_bps": totals.cost_bps,
        "negative": [vars(one) for one in totals.negative],
        "period_rules_left_out": [rule.rule_id for rule in plan.period_rules],
    }
    if before is not None:
        names = sorted({*totals.by_payee, *before.by_payee})
        changes = {name: totals.by_payee[name] - before.by_payee[name] for name in names}
        told["against"] = {
            "cost_fen": before.cost_fen,
            "change_fen": totals.cost_fen - before.cost_fen,
            "by_payee": {name: change for name, change in changes.items() if change},
        }
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
    print(f"lines below cost after rebates: {told['negative_lines']:,}")
    if "against" in told:
        change_fen = told["against"]["change_fen"]
        print(f"against the other plan: {'-' if change_fen < 0 else '+'}{yuan(abs(change_fen))}")
    if told["period_rules_left_out"]:
        print(f"rules of periods, not reckoned: {', '.join(told['period_rules_left_out'])}")


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
    return str(error)


if __name__ == "__main__":
    main()
