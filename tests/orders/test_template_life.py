"""Each shipped template as a merchant uses it: chosen, changed, simulated, published, sold under, read again.

Every step goes through its door (R1 … R13, D2, W6, A1, A3). The figures are read in the simulation, in the
pending commissions and their explanations, and when all has matured in the ledgers of money and points, the
coupons and the gifts.
"""

import json
from collections import Counter
from typing import Any

import pytest

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Promotion, Sku
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.mature import mature
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.kernel.money import Fen
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import Order
from chalicelib.wallet.jobs import count_in_statements
from tests.jobs.running import finish, result_of
from tests.orders import replaying
from tests.orders.replaying import Street
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

TEMPLATES = [one.template_id for one in plan_templates()]
AUTHOR = ("plans.read", "plans.edit", "plans.publish", "settings.read", "settings.edit", "commissions.read")
HONEY = (
    Sku("", "按比例", Fen(6_000), cost_fen=Fen(2_000), promotion=Promotion(rates_bps=(1_000, 300))),
    Sku("", "按金额", Fen(4_321), cost_fen=Fen(500), promotion=Promotion(fixed_fen=(500, 50))),
)
"""With ratios and amounts of their own; no plan may sell them at a loss or pay more than its ceiling."""
Figures = dict[tuple[str, str, str], dict[str, Any]]


def asked(method: str, path: str, body: Any = None, *, by: str = "STAUTHOR", key: str | None = None) -> Any:
    answer = api.call(method, path, json=body, token=api.staff_token(*AUTHOR, staff_id=by), key=key)
    assert answer.status < 300, json.dumps(answer.json, ensure_ascii=False)
    return answer.json


@pytest.mark.parametrize("template_id", TEMPLATES)
def test_a_template_is_chosen_changed_simulated_published_and_pays_what_was_simulated(
    shop: Shop, world: Clock, template_id: str
) -> None:
    street, made = replaying.open_shops_street(shop, world, warned=None, honey=HONEY, off_fen=100)
    plan_id, wanted = draft(template_id, made)
    told = told_before(street)
    simulated = simulate(plan_id, told)
    publish(plan_id)
    world.advance(minutes=1)
    order = shop.pay(place(street, "order-0002"))
    street.follow()
    pending = read_of_order(street, order)
    assert pending.keys() == {key for key, row in simulated.items() if row["period"] is None}
    for key, row in pending.items():
        assert figures(row) == figures(simulated[key])
        assert "".join(row["explanation"]) == simulated[key]["explanation"]
        assert row["plan_title"].startswith(f"{wanted['name']}（")
    live_on(street, order)
    closed = read_of_periods(street, {row["period"] for row in simulated.values() if row["period"]})
    assert {key: figures(row) for key, row in closed.items()} == {
        key: figures(row) for key, row in simulated.items() if row["period"] and row["amount_fen"]
    }
    ledgers_hold(street, simulated)


def draft(template_id: str, made: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The template from the gallery with its first ratio lowered, as a draft."""
    gallery = asked("GET", "/console/plan-templates")["items"]
    shipped = next(one["plan"] for one in gallery if one["template_id"] == template_id)
    text = json.dumps(shipped)
    text = text.replace('"template_id": "CHOOSE"', f'"template_id": "{made["CAMPAIGN"]}"')
    text = text.replace('"gift_id": "CHOOSE"', f'"gift_id": "{made["PRESENT"]}"')
    wanted = json.loads(text.replace('"CHOOSE"', f'"{made["CHOOSE"]}"'))
    assert lower_a_ratio(wanted["rules"]), "no number to change"
    wanted["name"] += "（改）"
    made = asked("POST", "/console/plans", {one: wanted[one] for one in ("name", "rules", "caps", "cap_bps")})
    return made["plan_id"], wanted


def lower_a_ratio(node: Any) -> bool:
    """One percent less, in the first place that has so much."""
    if isinstance(node, list):
        return any(map(lower_a_ratio, node))
    if not isinstance(node, dict):
        return False
    for name in ("rate_bps", "fixed_fen"):
        if node.get(name, 0) > 100:
            node[name] -= 100
            return True
    return any(map(lower_a_ratio, node.values()))


def told_before(street: Street) -> dict[str, Any]:
    """The order that will be placed, as a file of orders has it."""
    return street.as_told(place(street, "order-0001"))


def place(street: Street, key: str) -> Order:
    """Through B's link: tea, samples and both honeys."""
    lines = [
        street.shop.wanted(catalog.load(street.shelf[n][0]), int(street.shelf[n][1]), 1) for n in (0, 2, 3, 4)
    ]
    return street.shop.place(*lines, key=key, share_code=street.codes["b"])


def simulate(plan_id: str, told: dict[str, Any]) -> Figures:
    text = json.dumps([told], default=lambda at: at.isoformat())
    path = f"/console/plans/{plan_id}/simulations"
    job = finish(asked("POST", path, {"orders": json.loads(text)}, key="simulate-1")["job_id"])
    assert job.status == "DONE", job.error
    rows = json.loads(result_of(job))["rows"]
    assert sum(row["amount_fen"] for row in rows) == job.summary["totals"]["cost_fen"]
    return {(row["payee"], row["rule"], row["form"]): row for row in rows}


def publish(plan_id: str) -> None:
    """Submitted by its author, approved by somebody else where that is needed, published at once."""
    law = {"team_rebates_allowed": True, "third_level_allowed": True}
    values = {**law, "acknowledged_by": "王律师", "acknowledged_on": "2026-11-01"}
    setting = asked("GET", "/console/settings/compliance")
    asked("PUT", "/console/settings/compliance", {"version": setting["version"], "values": values})
    plan = asked("GET", f"/console/plans/{plan_id}")
    plan = asked("POST", f"/console/plans/{plan_id}/submit", {"revision": plan["revision"]})
    if plan["status"] == "SUBMITTED":
        step = {"revision": plan["revision"]}
        plan = asked("POST", f"/console/plans/{plan_id}/approve", step, by="STOTHER")
    asked("POST", f"/console/plans/{plan_id}/publish", {"revision": plan["revision"]})


def read_of_order(street: Street, order: Order) -> Figures:
    """As each payee reads their own, which is what staff read of the order."""
    staff = asked("GET", f"/console/commissions/{order.order_id}")["items"]
    mine: list[Any] = []
    for member_id in {row["payee_id"] for row in staff}:
        token = api.member_token(member_id)
        answer = api.get(f"/distributor/commissions/{order.order_id}", token=token)
        mine += answer.json["items"] if answer.status == 200 else []
    assert sorted(map(str, mine)) == sorted(str(one) for one in staff if one["payee_id"] in sellers(street))
    return {(row["payee_id"], row["rule"], row["form"]): row for row in staff}


def read_of_periods(street: Street, periods: set[str]) -> Figures:
    found: Figures = {}
    for member_id in sellers(street):
        for period_id in periods:
            answer = api.get(f"/distributor/periods/{period_id}", token=api.member_token(member_id))
            for row in answer.json.get("items", []):
                found[member_id, row["rule"], row["form"]] = row
    return {key: row for key, row in found.items() if row["amount_fen"]}


def figures(row: dict[str, Any]) -> tuple[int, int]:
    return row["amount_fen"], row["units"]


def live_on(street: Street, order: Order) -> None:
    """The order is received, its window passes, a year and its periods end, and everything matures."""
    receive(street.shop.shipped(order))
    for days in (8, 20, 20, 30, 30, 30, 280):
        street.clock.advance(days=days)
        while close_period().payees:
            pass
        mature()
    street.clock.advance(days=60)
    mature()
    assert not [row for row in replaying.all_rows() if row.state == "PENDING"]


def sellers(street: Street) -> tuple[str, ...]:
    """The distributors; C only buys."""
    return street.people["a"], street.people["b"]


def ledgers_hold(street: Street, simulated: Figures) -> None:
    """What each payee finds in the wallet, the points, the coupons and the gifts is what was simulated."""
    replaying.follow("journal", count_in_statements)
    for member_id in sellers(street):
        wanted: Counter[str] = Counter()
        for (payee_id, _, form), row in simulated.items():
            if payee_id == member_id:
                wanted[form] += row["amount_fen"] if form == "CASH" else row["units"]
        token = api.member_token(member_id)
        lines = api.get("/shop/wallet/lines?limit=50", token=token).json["items"]
        points = api.get("/shop/points/lines?limit=50", token=token).json["items"]
        coupons = api.get("/shop/coupons?status=UNUSED&limit=50", token=token).json["items"]
        gifts = api.get("/shop/gifts?limit=50", token=token).json["items"]
        assert api.get("/shop/wallet", token=token).json["available_fen"] == wanted["CASH"]
        assert sum(one["available_fen"] for one in lines) == wanted["CASH"]
        assert sum(one["available"] for one in points) == wanted["POINTS"]
        assert len(coupons) == wanted["COUPON"]
        assert sum(one["units"] for one in gifts) == wanted["GIFT"]
