"""The doors of commissions: distributors' and staff's (R10 … R12, P2)."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.rules import Category, Product, Promotion, Sku
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions import store
from chalicelib.commissions.first_plan import first_plan
from chalicelib.commissions.mature import mature
from chalicelib.commissions.start_window import start_window
from chalicelib.distributors.rules import Level
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.count_entry import count_entry
from tests.commissions import support
from tests.commissions.periods import china, close_all, publish, sell
from tests.support import api
from tests.support.world import PICTURE_KEY, START, Clock

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def a_sale(world: Clock) -> None:
    """A and B are distributors above the buyer X; one order was paid."""
    support.add_levels(Level("normal", "普通", 1), Level("gold", "金牌", 3, (1200, 400)))
    support.add_distributor("MBB")
    support.add_distributor("MBA", ["MBB"])
    support.add_member("MBX", ["MBA", "MBB"])
    support.pay(support.sale())
    count_entry(wallet.load_entry("PAID:OR1"))


def mine(path: str, who: str = "MBA") -> Any:
    return api.get(path, token=api.member_token(who))


class TestCentre:
    def test_what_there_is_and_what_is_coming(self, world: Clock) -> None:
        seen = mine("/distributor/centre").json
        assert (seen["pending_fen"], seen["available_fen"], seen["debt_fen"]) == (1099, 0, 0)
        assert (seen["today_fen"], seen["month_fen"], seen["coming"]) == (1099, 1099, None)
        commit(start_window("OR1", START + timedelta(days=7)))
        coming = mine("/distributor/centre").json["coming"]
        assert coming == {"at": "2026-11-30T02:00:00Z", "amount_fen": 1099, "order_id": "OR1"}

    def test_after_maturing(self, world: Clock) -> None:
        commit(start_window("OR1", START + timedelta(days=7)))
        world.advance(days=8)
        mature()
        count_entry(wallet.load_entry("MATURE:OR1:MBA:L1"))
        seen = mine("/distributor/centre").json
        assert (seen["pending_fen"], seen["available_fen"], seen["earned_fen"]) == (0, 1099, 1099)
        assert (seen["today_fen"], seen["month_fen"], seen["coming"]) == (0, 0, None)

    def test_is_for_distributors(self) -> None:
        answer = mine("/distributor/centre", "MBX")
        assert (answer.status, answer.json["code"]) == (403, "NOT_DISTRIBUTOR")


class TestMyCommissions:
    def test_newest_first_with_the_buyer_masked(self, world: Clock) -> None:
        world.advance(hours=1)
        support.pay(support.sale("OR2"))
        seen = mine("/distributor/commissions").json
        assert [one["order_id"] for one in seen["items"]] == ["OR2", "OR1"]
        assert seen["items"][0]["buyer"] == "小**"
        assert seen["items"][0]["titles"] == ["山核桃", "红枣"]
        first = mine("/distributor/commissions?limit=1").json
        assert (
            mine(f"/distributor/commissions?limit=1&next={first['next']}").json["items"][0]["order_id"]
            == "OR1"
        )

    def test_of_one_state(self) -> None:
        assert len(mine("/distributor/commissions?state=PENDING").json["items"]) == 1
        assert mine("/distributor/commissions?state=MATURED").json["items"] == []
        assert mine("/distributor/commissions?state=NONSENSE").status == 422

    def test_one_explains_itself(self) -> None:
        (seen,) = mine("/distributor/commissions/OR1").json["items"]
        assert (seen["amount_fen"], seen["plan_version"], seen["cap_bps"]) == (1099, 1, 3000)
        assert [(line["base_fen"], line["rate_bps"], line["amount_fen"]) for line in seen["lines"]] == [
            (9999, 1000, 999),
            (1001, 1000, 100),
        ]
        assert any("¥9.99" in sentence for sentence in seen["explanation"])

    def test_nobody_sees_anothers(self) -> None:
        """Invariant 25: B sees its own only; somebody outside the chain gets 404."""
        (seen,) = mine("/distributor/commissions/OR1", "MBB").json["items"]
        assert seen["payee_id"] == "MBB"
        support.add_distributor("MBC")
        assert mine("/distributor/commissions/OR1", "MBC").status == 404
        assert mine("/distributor/commissions/ORNONE").status == 404


class TestProducts:
    @pytest.fixture
    def products(self) -> tuple[Product, Product, Category]:
        category = save_category(Category("", "坚果"))
        listed = []
        for promotion in (Promotion(), Promotion(takes_part=False)):
            draft = support.product(Sku("", "500 克", Fen(10_000)), promotion=promotion)
            draft = Product(
                **{
                    **vars(draft),
                    "product_id": "",
                    "category_id": category.category_id,
                    "picture_urls": (f"{config().public_url}/{PICTURE_KEY}",),
                }
            )
            made = add_product(draft)
            listed.append(set_shelf(made.product_id, is_on_shelf=True, version=made.version))
        first_plan()
        return listed[0], listed[1], category

    def test_what_i_would_earn(self, products: tuple[Product, Product, Category]) -> None:
        shared, _, category = products
        for path in ("/distributor/products", f"/distributor/products?category_id={category.category_id}"):
            (seen,) = mine(path).json["items"]
            assert seen["product_id"] == shared.product_id
            assert (seen["earn_from_fen"], seen["earn_to_fen"]) == (1000, 1000)
            assert seen["earn_says"] == "推广赚 ¥10.00"

    def test_by_my_own_level(self, products: tuple[Product, Product, Category]) -> None:
        support.add_distributor("MBG", level_id="gold")
        (seen,) = mine("/distributor/products", "MBG").json["items"]
        assert seen["earn_says"] == "推广赚 ¥12.00"

    def test_one_product_article_by_article(self, products: tuple[Product, Product, Category]) -> None:
        seen = mine(f"/distributor/products/{products[0].product_id}").json
        assert [(one["name"], one["earn_fen"], one["source"]) for one in seen["skus"]] == [
            ("500 克", 1000, "PLAN")
        ]
        off = mine(f"/distributor/products/{products[1].product_id}").json
        assert (off["earn_says"], off["skus"][0]["earn_fen"]) == ("", 0)

    def test_what_is_not_on_the_shelf(self, products: tuple[Product, Product, Category]) -> None:
        product = products[0]
        set_shelf(product.product_id, is_on_shelf=False, version=product.version)
        assert mine(f"/distributor/products/{product.product_id}").status == 404
        assert mine("/distributor/products/PRNONE").status == 404
        assert mine("/distributor/products?category_id=CANONE").status == 404


def rules(*rates_bps: Any) -> list[dict[str, Any]]:
    return [
        {
            "rule_id": f"L{level}",
            "title": f"{level} 级佣金",
            "who": {"kind": "UPLINE", "level": level},
            "base": {"kind": "PAID"},
            "how": {"kind": "CONFIGURED", "rate_bps": rate_bps},
        }
        for level, rate_bps in enumerate(rates_bps, 1)
    ]


PLAN = {"name": "春季方案", "rules": rules(1000, 500)}


class TestPlans:
    def post(self, path: str, body: Any, status: int = 200) -> Any:
        token = api.staff_token("plans.read", "plans.edit", "plans.publish")
        answer = api.post(f"/console/plans{path}", body, token=token)
        assert answer.status == status, answer.body
        return answer.json

    def get(self, path: str) -> Any:
        return api.get(f"/console/plans{path}", token=api.staff_token("plans.read")).json

    def test_drafted_edited_checked_published_compared_retired(self, world: Clock) -> None:
        draft = self.post("", PLAN, 201)
        plan_id = draft["plan_id"]
        assert (draft["status"], draft["version"], draft["cap_bps"]) == ("DRAFT", 1, 3000)
        token = api.staff_token("plans.edit")
        edit = {**PLAN, "rules": rules(1000, 500, 300), "revision": 1}
        assert api.put(f"/console/plans/{plan_id}", edit, token=token).json["revision"] == 2
        checked = self.get(f"/{plan_id}/check")
        assert (checked["is_compliant"], checked["breaches"][0]["field"]) == (False, "rules.2.who.level")
        refused = self.post(f"/{plan_id}/submit", {"revision": 2}, 422)
        assert (refused["code"], set(refused["fields"])) == ("PLAN_NOT_COMPLIANT", {"rules.2.who.level"})
        stale = api.put(f"/console/plans/{plan_id}", edit, token=token)
        assert (stale.status, stale.json["code"]) == (409, "PLAN_MOVED_ON")
        api.put(f"/console/plans/{plan_id}", {**PLAN, "revision": 2}, token=token)
        assert stale.json["revision"] == 2
        assert stale.json["differences"] == []
        late_wish = {**edit, "name": "夏季方案", "revision": 1}
        told = api.put(f"/console/plans/{plan_id}", late_wish, token=token).json
        assert [(one["title"], one["after"]) for one in told["differences"]][:1] == [("名称", "夏季方案")]
        assert self.post(f"/{plan_id}/publish", {"revision": 3}, 409)["code"] == "PLAN_NOT_APPROVED"
        assert self.post(f"/{plan_id}/submit", {"revision": 3})["status"] == "APPROVED"
        assert self.post(f"/{plan_id}/send-back", {"revision": 4})["status"] == "DRAFT"
        assert self.post(f"/{plan_id}/submit", {"revision": 5})["status"] == "APPROVED"
        published = self.post(f"/{plan_id}/publish", {"revision": 6})
        assert (published["status"], published["is_in_force"]) == ("PUBLISHED", False)
        world.advance(seconds=15)
        assert self.get(f"/{plan_id}")["is_in_force"]
        late = api.put(
            f"/console/plans/{plan_id}", {**PLAN, "revision": 7}, token=api.staff_token("plans.edit")
        )
        assert (late.status, late.json["code"]) == (409, "PLAN_NOT_DRAFT")
        other = self.post("", {**PLAN, "rules": rules(800), "based_on": plan_id}, 201)
        differences = self.get(f"/{plan_id}/diff?to={other['plan_id']}")["items"]
        assert (
            "规则 L1 返多少",
            "按商品、等级的设置，没有设置的 10%",
            "按商品、等级的设置，没有设置的 8%",
        ) in [(one["title"], one["before"], one["after"]) for one in differences]
        assert self.post(f"/{plan_id}/retire", {"revision": 7})["status"] == "RETIRED"
        assert [one["version"] for one in self.get("")["items"]] == [2, 1]

    def test_what_an_editor_holds_is_checked_and_said_without_being_saved(self) -> None:
        """R10, R12: the findings beside the fields, the rules in words, nothing written."""
        token = api.staff_token("plans.read")
        three = api.post("/console/plans/check", {**PLAN, "rules": rules(1000, 500, 300)}, token=token).json
        assert (three["is_compliant"], three["breaches"][0]["field"]) == (False, "rules.2.who.level")
        assert three["says"][1] == "每个订单，二级上级，以实付金额为基数：按商品、等级的设置，没有设置的 5%"
        capped = copy.deepcopy(PLAN)
        capped["rules"][0] |= {
            "conditions": [{"kind": "FIRST_ORDER"}],
            "forms": [{"kind": "POINTS"}],
            "caps": [{"kind": "ORDER_CAP", "fen": 500}],
        }
        said = api.post("/console/plans/check", capped, token=token).json["says"][0]
        assert said.endswith("；条件：买家首单；以积分 100%（1 积分 = ¥1.00）发放；上限：每个订单最多 ¥5.00")
        assert self.get("")["items"] == []

    def test_published_from_a_date(self) -> None:
        plan_id = self.post("", PLAN, 201)["plan_id"]
        self.post(f"/{plan_id}/submit", {"revision": 1})
        body = {"revision": 2, "starts_at": "2026-12-01T00:00:00+08:00"}
        assert self.post(f"/{plan_id}/publish", body)["starts_at"] == "2026-11-30T16:00:00Z"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"name": "", "rules": rules(1000)}, 422),
            ({"name": "x", "rules": rules(10_001)}, 422),
            ({"name": "x", "rules": rules(10.5)}, 422),
            ({"name": "x", "rules": rules(1000), "surprise": 1}, 422),
            ({"name": "x", "rules": rules(1000), "based_on": "PLNONE"}, 404),
        ],
    )
    def test_bad_drafts_are_refused(self, body: dict[str, Any], status: int) -> None:
        self.post("", body, status)
        assert store.plans() == []

    @pytest.mark.parametrize("starts_at", ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00", "soon"])
    def test_bad_starts_are_refused(self, starts_at: str) -> None:
        plan_id = self.post("", PLAN, 201)["plan_id"]
        self.post(f"/{plan_id}/submit", {"revision": 1})
        self.post(f"/{plan_id}/publish", {"revision": 2, "starts_at": starts_at}, 422)

    def test_what_is_not_there(self) -> None:
        token = api.staff_token("plans.read", "plans.edit", "plans.publish")
        for path in ("", "/check", "/diff?to=PLNONE"):
            assert api.get(f"/console/plans/PLNONE{path}", token=token).status == 404
        assert api.put("/console/plans/PLNONE", {**PLAN, "revision": 1}, token=token).status == 404
        for path in ("submit", "approve", "send-back", "publish", "retire"):
            assert api.post(f"/console/plans/PLNONE/{path}", {"revision": 1}, token=token).status == 404

    def test_templates_to_begin_with(self) -> None:
        answer = api.get("/console/plan-templates", token=api.staff_token("plans.read"))
        shown = {one["template_id"]: one for one in answer.json["items"]}
        assert len(shown) == 23
        body = {**shown["01_two_levels"]["plan"], "name": "我的方案"}
        assert self.post("", body, 201)["rules"][0]["who"] == {"level": 1, "kind": "UPLINE"}

    def test_only_who_may(self) -> None:
        token = api.staff_token("plans.read")
        assert api.post("/console/plans", PLAN, token=token).status == 403
        assert api.post("/console/plans/PLNONE/publish", {"revision": 1}, token=token).status == 403


class TestCommissionsForStaff:
    def test_of_an_order_and_of_a_payee(self) -> None:
        token = api.staff_token("commissions.read")
        seen = api.get("/console/commissions/OR1", token=token).json["items"]
        assert [(one["payee_id"], one["level"], one["amount_fen"]) for one in seen] == [
            ("MBA", 1, 1099),
            ("MBB", 2, 549),
        ]
        assert all(one["explanation"] for one in seen)
        assert api.get("/console/commissions/ORNONE", token=token).json["items"] == []
        listed = api.get("/console/commissions?payee_id=MBB", token=token).json
        assert [one["order_id"] for one in listed["items"]] == ["OR1"]
        assert api.get("/console/commissions", token=token).status == 422

    def test_maturing_is_run_by_hand(self, world: Clock) -> None:
        commit(start_window("OR1", START + timedelta(days=7)))
        world.advance(days=8)
        token = api.staff_token("plans.publish")
        answer = api.post("/console/commissions/mature", token=token)
        assert answer.json == {"matured": 2, "amount_fen": 1648, "left_behind": 0}
        assert api.post("/console/commissions/mature", token=token).json["matured"] == 0
        assert api.post("/console/commissions/mature", token=api.staff_token("orders.read")).status == 403


def test_the_compliance_report() -> None:
    """R12: depth, headcount and payout of each tree."""
    from tests.commissions.test_jobs import deliver_all

    first_plan()
    deliver_all()
    token = api.staff_token("plans.read")
    seen = api.get("/console/compliance", token=token).json
    assert (seen["max_levels"], seen["third_level_allowed"], seen["breaches"]) == (2, False, [])
    assert seen["plan"]["is_in_force"]
    trees = [(one["root_id"], one["depth"], one["heads"], one["earned_fen"]) for one in seen["trees"]]
    assert trees == [("MBB", 2, [1, 1, 0], 549), ("MBA", 1, [1, 0, 0], 1099)]
    assert {(one["goods_share_bps"], one["other_fen"]) for one in seen["trees"]} == {(10_000, 0)}
    by_earned = api.get("/console/compliance?by=earned&limit=1", token=token).json["trees"]
    assert [(one["root_id"], one["earned_by_level_fen"]) for one in by_earned] == [("MBA", [0, 1099, 0, 0])]
    assert api.get("/console/compliance?limit=101", token=token).status == 422


def test_the_report_shows_what_stands_behind_an_income() -> None:
    """R12: the goods share of income; money credited by hand is not from goods, and shows."""
    from tests.commissions.test_jobs import deliver_all

    first_plan()
    deliver_all()
    sell("MBA", 10_990)
    adjusted = [("shop:sales", -1_099), ("m:MBA:available", 1_099)]
    commit(wallet.entry("ADJUST:gift", now(), adjusted, {"member_id": "MBA"}))
    count_entry(wallet.load_entry("ADJUST:gift"))
    trees = api.get("/console/compliance", token=api.staff_token("plans.read")).json["trees"]
    mine = next(one for one in trees if one["root_id"] == "MBA")
    assert (mine["sales_fen"], mine["payout_bps"]) == (10_990, 1_000)
    assert (mine["other_fen"], mine["goods_share_bps"]) == (1_099, 5_000)


def test_a_closed_period_is_read_where_its_figure_is(world: Clock) -> None:
    """R8, R11: the distributor and staff read the same figures and reasons; others do not."""
    publish()
    sell("MBA", 15_000_000)
    sell("MBB", 1_000_000, number=2)
    world.moment = china(12, 5)
    token = api.staff_token("commissions.read", "plans.publish")
    run = api.post("/console/periods/close", token=token).json
    assert (run["payees"], run["amount_fen"], run["left_behind"]) == (2, 470_000, 0)
    assert close_all() == 0
    months = api.get("/console/periods?kind=MONTH", token=token).json["items"]
    assert [(one["period_id"], one["is_closed"]) for one in months[:2]] == [
        ("M2026-12", False),
        ("M2026-11", True),
    ]
    assert (months[1]["payees"], months[1]["amount_fen"]) == (2, 470_000)
    (listed,) = mine("/distributor/periods").json["items"]
    assert (listed["title"], listed["amount_fen"]) == ("2026 年 11 月", 450_000)
    assert (listed["counted"]["OWN_SALES"], listed["carried"]["OWN_SALES"]) == (15_000_000, 0)
    told = mine("/distributor/periods/M2026-11").json
    (row,) = told["items"]
    assert (row["amount_fen"], row["lines"][0]["rate_bps"]) == (450_000, 300)
    assert row["explanation"]
    assert api.get("/console/distributors/MBA/periods", token=token).json["items"] == [listed]
    assert api.get("/console/distributors/MBA/periods/M2026-11", token=token).json == told
    assert mine("/distributor/periods/M2026-10").json["code"] == "PERIOD_NOT_CLOSED"
    assert mine("/distributor/periods/November").json["code"] == "PERIOD_UNKNOWN"
