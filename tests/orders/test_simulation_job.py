"""A plan tried on the shop's own orders, from the console, beside the plan in force (R10)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.catalog import store as catalog
from chalicelib.catalog.remove_product import remove_product
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions import store as commissions
from chalicelib.commissions.draft_plan import draft_plan
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.simulate import rows_of
from chalicelib.jobs.rules import Job
from chalicelib.orders import simulate_step as steps
from chalicelib.orders.past_orders import past_orders
from tests.jobs.running import finish, result_of
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

ORDER: dict[str, Any] = {
    "order_id": "OR1",
    "at": "2026-11-25T04:00:00Z",
    "buyer": {"member_id": "MBX", "excluded": "NOT_DISTRIBUTOR"},
    "uplines": [{"member_id": "MBA", "joined_at": "2026-01-01T00:00:00Z"}],
    "lines": [{"product_id": "PR1", "sku_id": "SK1", "title": "茶", "paid_fen": 10_000}],
}


def drafted(template_id: str, **more: Any) -> Plan:
    given = next(one.plan for one in plan_templates() if one.template_id == template_id)
    wanted = Plan("", 0, given.name, "DRAFT", given.rules, given.cap_bps, given.caps)
    return draft_plan(replace(wanted, **more))


def simulated(plan: Plan, body: dict[str, Any], key: str = "simulate-1") -> tuple[Job, dict[str, Any]]:
    """Asked for at the door and run to its end: the job, and its file."""
    token = api.staff_token("plans.read")
    answer = api.post(f"/console/plans/{plan.plan_id}/simulations", body, token=token, key=key)
    assert answer.status == 202, answer.body
    job = finish(answer.json["job_id"])
    assert job.status == "DONE", job.error
    return job, json.loads(result_of(job))


def test_the_shops_own_orders_beside_the_plan_in_force(shop: Shop, world: Clock) -> None:
    """What settling paid is what the plan in force pays again; three levels pay the same two more."""
    first = shop.pay(shop.place(key="order-0001"))
    shop.place(key="order-0002")  # never paid
    world.advance(days=2)
    second = shop.pay(shop.place(shop.wanted(shop.tea, 1, 2), key="order-0003"))
    paid = {
        (order.order_id, row.payee_id, row.rule): row.amount_fen
        for order in (first, second)
        for row in commissions.of_order(order.order_id)
    }
    in_force = commissions.plans()[0]
    _, found = simulated(in_force, {"days": 3})
    assert {(one["order"], one["payee"], one["rule"]): one["amount_fen"] for one in found["rows"]} == paid
    totals = found["totals"]
    assert totals["orders"] == 2
    assert totals["cost_fen"] == sum(paid.values()) > 0
    assert totals["sales_fen"] == first.goods_fen + second.goods_fen
    assert totals["against"]["change_fen"] == 0 and totals["against"]["by_payee"] == {}
    _, later = simulated(in_force, {"days": 2}, key="simulate-2")
    assert {one["order"] for one in later["rows"]} == {second.order_id}
    _, other = simulated(drafted("02_order_steps"), {"days": 3}, key="simulate-3")
    against = other["totals"]["against"]
    assert against["cost_fen"] == sum(paid.values())
    assert against["change_fen"] == other["totals"]["cost_fen"] - sum(paid.values())
    assert sum(against["by_payee"].values()) == sum(against["by_product"].values()) == against["change_fen"]


def test_steps_come_to_what_one_run_comes_to(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caps over time and periods go from step to step."""
    plan = drafted("13_mixed")
    given = [
        {**ORDER, "order_id": f"OR{number}", "at": f"2026-11-{20 - number:02}T04:00:00Z"}
        for number in range(7)
    ]
    chain = [{**ORDER["uplines"][0], "member_id": name} for name in ("MBA", "MBB")]
    lines = [{**ORDER["lines"][0], "paid_fen": 900_000}]
    body = {"orders": [{**one, "uplines": chain, "lines": lines} for one in given]}
    whole, at_once = simulated(plan, body)
    monkeypatch.setattr(steps, "PAGE", 1)
    monkeypatch.setattr(steps, "_PAGES", 2)
    monkeypatch.setattr(steps, "_PAYEES", 1)
    cut, in_steps = simulated(plan, body, key="simulate-2")
    assert (whole.step, cut.step) == (1, 6), "four of orders, and those of each whose period is closed"
    assert at_once == in_steps
    assert cut.summary == whole.summary
    totals = at_once["totals"]
    assert totals["trimmed_fen"] > 0 and totals["periods"] == ["M2026-11"]
    assert sum(one["amount_fen"] for one in at_once["rows"]) == totals["cost_fen"]
    assert sum(one["trimmed_fen"] for one in at_once["rows"]) == totals["trimmed_fen"]
    assert totals["cost_fen"] == totals["period_fen"] + totals["by_product"]["PR1"]
    assert at_once["rows"][0]["order"] == "OR6", "in order of time"


def test_a_script_reads_the_same_orders(shop: Shop) -> None:
    """``scripts/simulate --days``: goods that are gone since take no part, and are there all the same."""
    order = shop.paid()
    shop.place(key="order-0002")
    plan = commissions.plans()[0]
    (found,) = past_orders(1, [plan])
    rows = commissions.of_order(order.order_id)
    assert {row.payee_rule: row.amount_fen for row in rows_of(plan, found)} == {
        row.payee_rule: row.amount_fen for row in rows
    }
    tea = catalog.load(shop.tea.product_id)
    set_shelf(tea.product_id, is_on_shelf=False, version=tea.version)
    remove_product(tea.product_id)
    (found,) = past_orders(1, [plan])
    assert found.facts.paid_fen == order.goods_fen
    assert {row.parts[0].source for row in rows_of(plan, found)} == {"OFF"}


def test_the_doors(shop: Shop) -> None:
    plan = drafted("01_two_levels")
    path = f"/console/plans/{plan.plan_id}/simulations"
    token = api.staff_token("plans.read")
    asked = api.post(path, {"orders": [ORDER]}, token=token, key="simulate-1")
    job_id = asked.json["job_id"]
    shown = api.get(f"{path}/{job_id}", token=token).json
    assert (shown["job"]["status"], shown["totals"], shown["rows"]) == ("QUEUED", None, [])
    finish(job_id)
    shown = api.get(f"{path}/{job_id}", token=token).json
    assert shown["totals"]["by_payee"] == {"MBA": 800}
    assert [(one["payee"], one["amount_fen"]) for one in shown["rows"]] == [("MBA", 800)]
    assert shown["job"]["file_name"] == f"模拟-{plan.name}-第{plan.version}版.json"
    other = api.staff_token("plans.read", staff_id="STOTHER")
    assert api.get(f"{path}/{job_id}", token=other).status == 404
    elsewhere = f"/console/plans/{commissions.plans()[-1].plan_id}/simulations/{job_id}"
    assert api.get(elsewhere, token=token).status == 404
    again = api.post(path, {"orders": [ORDER]}, token=token, key="simulate-1")
    assert again.json["job_id"] == job_id
    assert api.post(path, {"days": 7}, token=token, key="simulate-1").json["code"] == "KEY_REUSED"
    assert api.post("/console/plans/PLNONE/simulations", {}, token=token, key="simulate-2").status == 404
    for wrong in ({"days": 0}, {"days": 367}, {"orders": []}):
        assert api.post(path, wrong, token=token, key="simulate-3").status == 422
