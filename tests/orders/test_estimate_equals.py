"""The calculator says what the same sales really pay a beginner (issue 5, R11)."""

import json
from dataclasses import replace

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.commissions import store as commissions
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.foresee_month import foresee_month, rows_of_friend
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.mature import mature
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.invites.make_code import make_code
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.orders.receive import receive
from tests.orders import replaying
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

SPEND_FEN = 3_333
"""What the tea costs: an amount that leaves a remainder nearly everywhere."""
CHAIN = ("01_by_level", "01_two_levels", "02_order_steps", "08_differential", "09_share_and_bonus")


def in_force(plan: Plan) -> Plan:
    """The plan from this moment on, in the place of the shop's own."""
    made = replace(plan, starts_at=now())
    commit(commissions.add_plan(made))
    commissions.forget_plans()
    return made


def estimated(friends: int = 1, spend_fen: int = SPEND_FEN) -> dict[str, object]:
    answer = api.get(f"/shop/earnings-estimate?friends={friends}&spend_fen={spend_fen}")
    assert answer.status == 200, answer.json
    found: dict[str, object] = answer.json
    return found


def really(shop: Shop, friends: int = 1) -> int:
    """What B has of so many orders of C, matured; C comes by B's link and buys one piece of tea."""
    code = make_code(shop.b, channel="朋友圈").code
    made = []
    for number in range(friends):
        placed = shop.place(shop.wanted(shop.tea, 0, 1), key=f"order-{number:04}", share_code=code)
        made.append(receive(shop.shipped(shop.pay(placed), number=f"SF1000000{number}")))
    return sum(
        row.left_fen
        for order in made
        for row in commissions.of_order(order.order_id)
        if row.payee_id == shop.b and row.state != "ZERO"
    )


@pytest.mark.parametrize("template_id", CHAIN)
def test_the_estimate_is_what_the_sale_pays(shop: Shop, template_id: str) -> None:
    """R1 … R4: by every kind of rule that looks at what was paid, to the fen."""
    in_force(replaying.shipped(template_id))
    assert estimated()["month_fen"] == estimated()["order_fen"] == really(shop) > 0


def test_the_level_that_beginners_are_put_on_counts(shop: Shop) -> None:
    """D2: its own ratio, where it has one."""
    before = estimated()["order_fen"]
    save_level(replace(distributors.levels()["normal"], rates_bps=(700, 100)), is_new=False)
    save_level(Level("gold", "金牌", 9, (2_000, 1_000)), is_new=True)
    distributors.forget_levels()
    assert estimated()["order_fen"] == really(shop) == 233 != before
    assert estimated()["level_name"] == "普通分销商"


def test_caps_over_time_hold_the_month(shop: Shop, world: Clock) -> None:
    """R9: what a month's cap leaves is what matures, and no more is said."""
    plan = in_force(replace(replaying.shipped("01_two_levels"), caps=(PayeePeriodCap("MONTH", 500),)))
    assert (estimated(2)["order_fen"], estimated(2)["month_fen"]) == (266, 500)
    really(shop, friends=2)
    world.advance(days=30)
    mature()
    rows = commissions.of_payee(shop.b, limit=10, cursor=None).items
    assert sum(row.left_fen for row in rows if row.plan_id == plan.plan_id) == 500


def test_a_budget_that_is_spent_is_promised_to_nobody(shop: Shop) -> None:
    plan = in_force(replace(replaying.shipped("01_two_levels"), caps=(BudgetCap(1_000),)))
    assert estimated(9)["month_fen"] == 1_000
    commit(commissions.count_spent(plan.plan_id, 0, 900))
    assert (estimated(9)["order_fen"], estimated(9)["month_fen"]) == (100, 100)


def test_what_it_rests_on_is_said(shop: Shop) -> None:
    """Words, not only a figure: an estimate, no promise, and what is left out."""
    says = "".join(map(str, estimated()["says"]))  # type: ignore[call-overload]
    assert "估算，不是承诺" in says and "普通分销商" in says and "积分" not in says
    in_force(replaying.shipped("12_cash_and_points"))
    assert "不全是现金" in json.dumps(estimated(), ensure_ascii=False)
    in_force(replace(replaying.shipped("13_mixed"), plan_id="PLMIXED", version=100))
    assert "按季" in json.dumps(estimated(), ensure_ascii=False)


def test_no_plan_in_force_is_said_too(shop: Shop) -> None:
    (plan,) = commissions.plans()
    commit(commissions.save_plan(plan, replace(plan, ends_at=now())))
    commissions.forget_plans()
    told = estimated(100, 100_000)
    assert (told["plan_name"], told["order_fen"], told["month_fen"]) == (None, 0, 0)
    assert told["says"] == ["店里现在没有生效的返利方案，暂时没有佣金可以估算。"]


@pytest.mark.parametrize(
    "query",
    ["friends=0&spend_fen=100", "friends=201&spend_fen=100", "friends=1&spend_fen=99", "friends=1",
     "friends=1&spend_fen=2000001", "friends=x&spend_fen=100", "friends=1&spend_fen=100&plan=PL1"],
)  # fmt: skip
def test_what_nobody_can_mean_is_refused(shop: Shop, query: str) -> None:
    refused = api.get(f"/shop/earnings-estimate?{query}")
    assert (refused.status, refused.json["code"]) == (422, "INVALID")


def test_too_many_questions_from_one_address_wait(shop: Shop) -> None:
    """Trust A6.4."""
    answers = [api.get("/shop/earnings-estimate?friends=1&spend_fen=100").status for _ in range(121)]
    assert answers == [200] * 120 + [429]


def test_profit_that_nobody_knows_is_not_promised(shop: Shop) -> None:
    """R9: the goods of an estimate have no profit, so it is never more than a sale pays."""
    plan = in_force(replaying.shipped("04_margin_steps"))
    me = as_person(shop.b, members.find(shop.b), distributors.find(shop.b))
    rows = rows_of_friend(plan, me, spend_fen=Fen(SPEND_FEN), depth=2, at=now())
    assert foresee_month(plan, rows, friends=1, spent={}).month_fen <= really(shop)
