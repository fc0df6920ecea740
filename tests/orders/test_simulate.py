"""A simulation says what settling then really pays (R10)."""

import io
import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import Orders, past_order
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.simulate import Simulation, simulate
from chalicelib.distributors import store as distributors
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.orders.rules import Order
from scripts.local.simulate import main, read_orders
from tests.orders.as_line import as_line
from tests.orders.shop import Shop

ROOT = Path(__file__).parents[2]
PAID_BY_ORDER = [
    one.template_id for one in plan_templates() if any(rule.when == "ORDER" for rule in one.plan.rules)
]


def published(template_id: str, **more: Any) -> Plan:
    """The template, in force from now on."""
    given = next(one.plan for one in plan_templates() if one.template_id == template_id)
    plan = Plan("PLNEW", 99, given.name, "PUBLISHED", given.rules, given.cap_bps, given.caps)
    plan = replace(plan, starts_at=clock.now(), **more)
    commit(commissions.add_plan(plan))
    commissions.forget_plans()
    return plan


def person(member_id: str) -> dict[str, Any]:
    """Somebody as the file of orders has them."""
    found = as_person(member_id, members.load(member_id), distributors.load_many([member_id]).get(member_id))
    return asdict(found)


def as_file(order: Order, shop: Shop, *, is_first: bool, sharer_id: str | None) -> dict[str, Any]:
    """The placed order as the file of orders has it, without its terms."""
    return {
        "order_id": order.order_id,
        "at": order.placed_at,
        "buyer": person(shop.c),
        "uplines": [person(shop.b), person(shop.a)],
        "sharer": person(sharer_id) if sharer_id else None,
        "region": ["广东省", "某市", "某区"],
        "is_first_order": is_first,
        "lines": [as_line(one) for one in order.lines],
    }


@pytest.mark.parametrize("template_id", PAID_BY_ORDER)
def test_equals_row_by_row_what_settling_pays(template_id: str, shop: Shop) -> None:
    """Every figure, note and form of the rows; a sharer and a ceiling that binds included."""
    plan = published(template_id, cap_bps=700)
    first = shop.place(key="order-0001")
    shared = shop.place(shop.wanted(shop.tea, 1, 2), key="order-0002", share_code=make_code(shop.a).code)
    given = [
        as_file(first, shop, is_first=True, sharer_id=None),
        as_file(shared, shop, is_first=False, sharer_id=shop.a),
    ]
    for order in (first, shared):
        shop.pay(order)
    text = json.dumps(given, default=lambda at: at.isoformat(), ensure_ascii=False)
    simulation = Simulation(plan)
    simulated = list(simulate(simulation, map(past_order, read_orders(io.StringIO(text)))))
    totals = simulation.replay.totals
    for order, rows in zip((first, shared), simulated, strict=False):  # what is left are periods
        paid = commissions.of_order(order.order_id)
        at = clock.now()  # when a row was put no simulation can know
        assert {row.payee_rule: replace(row, created_at=at) for row in rows} == {
            row.payee_rule: replace(row, created_at=at) for row in paid
        }
    assert totals.cost_fen == sum(row.left_fen for rows in simulated for row in rows)
    assert totals.by_payee.total() == totals.by_level.total() == totals.by_rule.total() == totals.cost_fen
    assert totals.by_product.total() == totals.cost_fen - totals.period_fen


def test_the_schema_in_the_repo_is_the_one_that_is_read() -> None:
    """Run ``scripts/check --fix`` after a change."""
    kept = ROOT.joinpath("docs", "schemas", "orders.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(json.dumps(Orders.json_schema()))


WORKED: dict[str, dict[tuple[str, str, str], int]] = {
    # 99.99 × 8 % = 7.99, × 2 % = 1.99
    "01_two_levels": {("MBA", "L1", "CASH"): 799, ("MBB", "L2", "CASH"): 199},
    # 99.99 × 10 / 5 / 2 %
    "01_three_levels": {("MBA", "L1", "CASH"): 999, ("MBB", "L2", "CASH"): 499, ("MBC", "L3", "CASH"): 199},
    # 200.00 × 8 % for 普通, × 4 % for 金牌 above
    "01_by_level": {("MBA", "L1", "CASH"): 1_600, ("MBB", "L2", "CASH"): 800},
    # 1,000.00 is in the row of 3 %
    "02_order_steps": {("MBA", "L1", "CASH"): 3_000},
    # 100,000.00 of own sales × 3 %
    "03_month_sales": {("MBA", "SALES", "CASH"): 300_000},
    "03_quarter_sales": {("MBA", "SALES", "CASH"): 300_000},
    "03_year_sales": {("MBA", "SALES", "CASH"): 300_000},
    # a margin of 10 %: 100.00 × 3 %; a profit of 500.00: 1,000.00 × 2 %
    "04_margin_steps": {("MBA", "L1", "CASH"): 300},
    "04_profit_steps": {("MBA", "L1", "CASH"): 2_000},
    # a profit of 100.00 alone: 999.99 × 1 %
    "05_either_or": {("MBA", "L1", "CASH"): 999},
    # 8,000.00: × 15 %, or 5,000.00 × 10 % + 3,000.00 × 15 %
    "06_personal_whole": {("MBA", "OWN", "CASH"): 120_000},
    "06_personal_marginal": {("MBA", "OWN", "CASH"): 95_000},
    # 50,000.00 in both teams × 2 %
    "07_team_sales": {("MBA", "TEAM", "CASH"): 100_000, ("MBB", "TEAM", "CASH"): 100_000},
    # 5 %, 8 − 5 %, 12 − 8 % of 100.00
    "08_differential": {
        ("MBA", "GAP", "CASH"): 500,
        ("MBB", "GAP", "CASH"): 300,
        ("MBC", "GAP", "CASH"): 400,
    },
    # sharer 3 %, 8 %, 2 %, and 10 % of 8.00
    "09_share_and_bonus": {
        ("MBS", "SHARE", "CASH"): 300,
        ("MBA", "L1", "CASH"): 800,
        ("MBB", "L2", "CASH"): 200,
        ("MBB", "BONUS", "CASH"): 80,
    },
    # 100.00: 5 + 2 + 2 + 1 + 1 + 5 %
    "10_conditions": {
        ("MBA", "L1", "CASH"): 500,
        ("MBA", "LEVEL", "CASH"): 200,
        ("MBA", "FIVE", "CASH"): 200,
        ("MBA", "EARLY", "CASH"): 100,
        ("MBA", "AREA", "CASH"): 100,
        ("MBA", "FIRST", "CASH"): 500,
    },
    # 100.00 × 6 % of the chosen category, 100.00 × 2 % of others
    "10_category": {("MBA", "L1", "CASH"): 800},
    # 100.00 × 3 %, for the county's holder or a third for each
    "11_region_narrowest": {("MBN", "REGION", "CASH"): 300},
    "11_region_shared": {
        ("MBN", "REGION", "CASH"): 100,
        ("MBM", "REGION", "CASH"): 100,
        ("MBP", "REGION", "CASH"): 100,
    },
    # 12.34, 70 % in cash and 30 % in points
    "12_cash_and_points": {("MBA", "L1", "CASH"): 864, ("MBA", "L1", "POINTS"): 370},
    # 123.45: 12 coupons of 10.00, 2 gifts of 50.00
    "12_coupons": {("MBA", "L1", "COUPON"): 12_345},
    "12_gifts": {("MBA", "L1", "GIFT"): 12_345},
    # 80.00 held to 50.00; 2 %; own sales 1,000.00 × 2 %; team sales × 1 % for both
    "13_mixed": {
        ("MBA", "L1", "CASH"): 5_000,
        ("MBB", "L2", "CASH"): 2_000,
        ("MBA", "SALES", "CASH"): 2_000,
        ("MBA", "TEAM", "CASH"): 1_000,
        ("MBB", "TEAM", "CASH"): 1_000,
    },
}
"""What docs/schemas/examples pay under their templates, worked out by hand."""


@pytest.mark.parametrize("template_id", [one.template_id for one in plan_templates()])
def test_each_templates_example_pays_what_is_worked_out(
    template_id: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows sum to the totals, and each is explained."""
    file = ROOT / "docs" / "schemas" / "examples" / f"{template_id}.json"
    asked = [
        "simulate",
        "--plan",
        str(template(template_id)),
        "--orders",
        str(file),
        "--levels",
        "3",
        "--json",
    ]
    monkeypatch.setattr(sys, "argv", asked)
    main()
    told = json.loads(capsys.readouterr().out)
    paid = {(row["payee"], row["rule"], row["form"]): row["amount_fen"] for row in told["rows"]}
    assert {key: amount_fen for key, amount_fen in paid.items() if amount_fen} == WORKED[template_id]
    assert sum(row["amount_fen"] for row in told["rows"]) == told["totals"]["cost_fen"]
    assert all(row["explanation"] and (row["order"] or row["period"]) for row in told["rows"])


def test_the_example_s_figures() -> None:
    """8 % and 2 % of 99.99 + 200.00: 7.99 + 16.00 and 1.99 + 4.00; against 10/5/2 with two levels paid."""
    found = run("01_two_levels", "--json", "--against", str(template("01_three_levels")))
    totals = json.loads(found.stdout)["totals"]
    assert totals["by_payee"] == {"MBA": 2399, "MBB": 599}
    assert totals["sales_fen"] == 29_999
    assert (totals["highest_order_id"], totals["highest_fen"]) == ("OR2", 2000)
    assert totals["against"]["by_payee"] == {"MBA": 2399 - 2999, "MBB": 599 - 1499}


@pytest.mark.parametrize("text", ['[{"order_id": "OR1"}]', "[{", '[{"order_id": 1}]', "[", "3"])
def test_a_bad_file_is_refused_in_words(text: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(text, encoding="utf-8")
    found = run("01_two_levels", orders=file)
    assert found.returncode == 1
    assert found.stderr.startswith("Fenxiao: ")


def template(template_id: str) -> Path:
    return ROOT / "chalicelib" / "commissions" / "templates" / f"{template_id}.json"


def run(template_id: str, *more: str, orders: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The script as a process."""
    file = orders or ROOT / "docs" / "schemas" / "orders.example.json"
    command = [sys.executable, "-m", "scripts.local.simulate", "--plan", str(template(template_id))]
    command += ["--orders", str(file), *more]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
