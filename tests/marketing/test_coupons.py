"""Coupons claimed, sent, handed on, told of and ended (A1, invariants 18, 22)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Category, Product, Sku
from chalicelib.content import store as content
from chalicelib.kernel import aws, clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.jobs import deliver
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store
from chalicelib.marketing.change_campaign import change_campaign
from chalicelib.marketing.claim_by_code import claim_by_code
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.deepest_coupon import deepest_coupon
from chalicelib.marketing.end_due import end_due
from chalicelib.marketing.jobs import tell_of_coupon
from chalicelib.marketing.rules import LimitReached, SoldOut
from tests.marketing import campaigns
from tests.marketing.conftest import People
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock


def together(number: int, act: Callable[[int], object]) -> list[str]:
    """What each of so many threads got: ``ok`` or the refusal's name."""
    barrier, outcomes = threading.Barrier(number), []

    def run(one: int) -> None:
        barrier.wait()
        try:
            act(one)
        except DomainError as refusal:
            outcomes.append(type(refusal).__name__)
        else:
            outcomes.append("ok")

    threads = [threading.Thread(target=run, args=(one,)) for one in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def count(table: str) -> int:
    return len(support.dump(table))


def tell(table: str = "coupons") -> None:
    items = aws.client("dynamodb").scan(TableName=f"fenxiao-test-{table}")["Items"]
    records: list[dict[str, Any]] = [
        {"eventID": str(number), "dynamodb": {"NewImage": one, "SequenceNumber": "1"}}
        for number, one in enumerate(items)
    ]
    assert deliver(table, records, [tell_of_coupon]) == []


class TestClaiming:
    def test_a_coupon_is_claimed_once_for_each_key(self, who: People) -> None:
        made = campaigns.campaign(limit=2)
        first = claim_coupon(who.ann, made.template_id, key="key-0001")
        assert claim_coupon(who.ann, made.template_id, key="key-0001") == first
        assert claim_coupon(who.ann, made.template_id, key="key-0002") != first
        with pytest.raises(LimitReached):
            claim_coupon(who.ann, made.template_id, key="key-0003")
        assert sum(store.left(made.template_id).values()) == 98

    def test_of_sixteen_claims_at_once_the_limit_holds(self, who: People) -> None:
        """Invariant 18 under a race: one member, sixteen keys, two allowed."""
        made = campaigns.campaign(limit=2)
        outcomes = together(16, lambda one: claim_coupon(who.ann, made.template_id, key=f"key-{one:04d}"))
        assert outcomes.count("ok") == 2 and set(outcomes) == {"ok", "LimitReached"}
        assert (count("coupons"), store.taken(who.ann, made.template_id)) == (2, 2)

    def test_of_sixteen_members_at_once_only_as_many_get_one_as_there_are(self, who: People) -> None:
        """Invariant 18 under a race: five coupons over eight counters, none too many, none left over."""
        made = campaigns.campaign(quantity=5)
        outcomes = together(16, lambda one: claim_coupon(f"MB{one}", made.template_id, key="key-0001"))
        assert (outcomes.count("ok"), outcomes.count("SoldOut")) == (5, 11)
        assert sum(store.left(made.template_id).values()) == 0 and count("coupons") == 5

    def test_a_campaign_without_end_has_no_counter(self, who: People) -> None:
        made = campaigns.campaign(quantity=None)
        claim_coupon(who.ann, made.template_id, key="key-0001")
        assert store.left(made.template_id) == {}

    def test_a_stopped_one_cannot_be_claimed_but_its_coupons_live(self, who: People) -> None:
        held = campaigns.coupon(who.ann)
        change_campaign(
            held.template_id, version=1, status="STOPPED", quantity=100, limit_per_member=9, is_claimable=True
        )
        refused = api.post(
            f"/shop/coupon-offers/{held.template_id}/claim", token=api.member_token(who.ben), key="key-0001"
        )
        assert refused.json["code"] == "CAMPAIGN_STOPPED"
        assert store.load_coupon(who.ann, held.coupon_id).is_usable(clock.now())

    def test_more_stock_is_spread_over_the_counters(self, who: People) -> None:
        made = campaigns.campaign(quantity=3)
        change_campaign(
            made.template_id, version=1, status="ACTIVE", quantity=20, limit_per_member=1, is_claimable=True
        )
        assert sum(store.left(made.template_id).values()) == 20


class TestHandingOn:
    def allot(self, who: People, quantity: int, key: str = "allot-0001", **more: Any) -> Any:
        made = campaigns.campaign(is_claimable=False, **more)
        return made, api.post(
            f"/console/coupon-campaigns/{made.template_id}/allotments",
            {"distributor_id": who.seller, "quantity": quantity, "ends_at": "2026-12-31T00:00:00Z"},
            token=api.staff_token("marketing.edit"),
            key=key,
        )

    def test_a_distributor_hands_on_by_a_code(self, who: People) -> None:
        """分销商发券: staff allot, the distributor shares, customers fetch, each one."""
        made, allotted = self.allot(who, 2)
        assert allotted.status == 201 and sum(store.left(made.template_id).values()) == 98
        _, again = self.allot(who, 2)
        assert again.json == allotted.json
        assert self.allot(who, 3)[1].json["code"] == "KEY_REUSED"
        code = allotted.json["code"]
        mine = api.get("/distributor/coupon-codes", token=api.member_token(who.seller)).json["items"]
        assert [one["code"] for one in mine] == [code]
        seen = api.get(f"/shop/coupon-codes/{code}", token=api.member_token(who.ann)).json
        assert (seen["left"], seen["terms_text"]) == (2, "满 ¥50.00 减 ¥20.00")
        door = f"/shop/coupon-codes/{code}/claim"
        got = api.post(door, token=api.member_token(who.ann))
        assert api.post(door, token=api.member_token(who.ann)).json == got.json
        assert got.json["source"] == "CODE"
        assert store.load_coupon(who.ann, got.json["coupon_id"]).from_id == who.seller
        assert api.post(door, token=api.member_token(who.seller)).json["code"] == "LIMIT_REACHED"
        assert api.post(door, token=api.member_token(who.ben)).status == 200
        assert api.post(door, token=api.member_token("MBLATE")).json["code"] == "CODE_OVER"

    def test_of_sixteen_customers_at_once_only_as_many_get_one_as_the_code_has(self, who: People) -> None:
        """Invariant 18 under a race."""
        _, allotted = self.allot(who, 3)
        outcomes = together(16, lambda one: claim_by_code(f"MB{one}", allotted.json["code"]))
        assert (outcomes.count("ok"), outcomes.count("CodeOver")) == (3, 13)
        assert store.load_allotment(allotted.json["code"]).left == 0

    def test_a_code_counts_against_the_members_limit(self, who: People) -> None:
        _, allotted = self.allot(who, 5)
        claim_by_code(who.ann, allotted.json["code"])
        _, second = self.allot(who, 5, key="allot-0002")
        with pytest.raises(LimitReached):
            claim_by_code(who.ann, second.json["code"])

    def test_a_code_ends(self, who: People, world: Clock) -> None:
        _, allotted = self.allot(who, 5)
        world.advance(days=60)
        door = f"/shop/coupon-codes/{allotted.json['code']}/claim"
        assert api.post(door, token=api.member_token(who.ann)).json["code"] == "CODE_OVER"
        assert api.post("/shop/coupon-codes/NONE/claim", token=api.member_token(who.ann)).status == 404

    def test_only_distributors_get_codes_and_not_more_than_there_are(self, who: People) -> None:
        made = campaigns.campaign(quantity=10)
        door = f"/console/coupon-campaigns/{made.template_id}/allotments"
        token = api.staff_token("marketing.edit")
        asked = {"distributor_id": who.ann, "quantity": 1, "ends_at": "2026-12-31T00:00:00Z"}
        assert api.post(door, asked, token=token, key="allot-0001").json["code"] == "NOT_DISTRIBUTOR"
        asked |= {"distributor_id": who.seller, "quantity": 11}
        assert api.post(door, asked, token=token, key="allot-0002").json["code"] == "SOLD_OUT"
        asked |= {"quantity": 10, "ends_at": "2020-01-01T00:00:00Z"}
        assert api.post(door, asked, token=token, key="allot-0003").status == 422

    def test_a_coupon_of_ones_own_is_handed_on_to_one_customer(self, who: People) -> None:
        made = campaigns.campaign()
        staff = api.staff_token("marketing.edit")
        sent = {"member_ids": [who.seller]}
        api.post(f"/console/coupon-campaigns/{made.template_id}/send", sent, token=staff, key="send-0001")
        token = api.member_token(who.seller)
        (mine,) = api.get("/shop/coupons", token=token).json["items"]
        assert mine["can_hand_on"] is True
        door = f"/distributor/coupons/{mine['coupon_id']}/hand-on"
        code = api.post(door, token=token).json
        assert api.post(door, token=token).json["code"] == code["code"]
        assert api.get("/shop/coupons", token=token).json["items"] == []
        got = claim_by_code(who.ann, code["code"])
        assert got.expires_at == store.load_coupon(who.seller, mine["coupon_id"]).expires_at
        with pytest.raises(DomainError):
            claim_by_code(who.ben, code["code"])

    def test_what_one_claimed_cannot_be_handed_on(self, who: People) -> None:
        held = campaigns.coupon(who.seller)
        refused = api.post(
            f"/distributor/coupons/{held.coupon_id}/hand-on", token=api.member_token(who.seller)
        )
        assert refused.json["code"] == "CANNOT_HAND_ON"
        other = api.post(f"/distributor/coupons/{held.coupon_id}/hand-on", token=api.member_token(who.ann))
        assert other.status == 403


class TestEnding:
    def test_an_unused_coupon_is_told_of_and_ends(self, who: People, world: Clock) -> None:
        held = campaigns.coupon(who.ann, days=10)
        end_due()
        assert content.notices(who.ann).items == []
        world.advance(days=9)
        end_due()
        end_due()
        (notice,) = content.notices(who.ann).items
        assert notice.kind == "coupon_expiring" and "满 50 减 20" in notice.text
        world.advance(days=2)
        end_due()
        assert store.load_coupon(who.ann, held.coupon_id).status == "EXPIRED"
        before = support.dump_all()
        end_due()
        assert support.dump_all() == before, "a second run changes nothing (invariant 22)"

    def test_what_came_without_asking_is_told(self, who: People) -> None:
        made = campaigns.campaign()
        token = api.staff_token("marketing.edit")
        door = f"/console/coupon-campaigns/{made.template_id}/send"
        sent = api.post(door, {"member_ids": [who.ann, who.ben]}, token=token, key="send-0001")
        assert sent.json == {"sent": 2}
        again = api.post(door, {"member_ids": [who.ann, who.ben]}, token=token, key="send-0001")
        assert again.json == {"sent": 2} and count("coupons") == 2
        tell()
        tell()
        assert [one.kind for one in content.notices(who.ann).items] == ["coupon_received"]
        assert api.post(door, {"member_ids": ["MBNONE"]}, token=token, key="send-0002").status == 404
        assert "coupons" in "".join(support.dump("audit")), "the audit row rides along"


class TestDoors:
    OFFER: dict[str, Any] = {
        "terms": {"name": "茶叶八折", "kind": "PERCENT", "off_bps": 2_000, "threshold_fen": 10_000},
        "validity": {"days": 30},
        "quantity": 50,
    }

    def test_staff_make_a_campaign_and_members_claim_it(self, who: People) -> None:
        token = api.staff_token("marketing.read", "marketing.edit")
        made = api.post("/console/coupon-campaigns", self.OFFER, token=token, key="make-0001")
        assert made.status == 201 and made.json["terms_text"] == "满 ¥100.00 减 20%"
        again = api.post("/console/coupon-campaigns", self.OFFER, token=token, key="make-0001")
        assert again.json["template_id"] == made.json["template_id"]
        member = api.member_token(who.ann)
        (offer,) = api.get("/shop/coupon-offers", token=member).json["items"]
        assert (offer["can_claim"], offer["says"]) == (True, "立即领取")
        got = api.post(f"/shop/coupon-offers/{offer['template_id']}/claim", token=member, key="claim-0001")
        assert got.status == 201
        (offer,) = api.get("/shop/coupon-offers", token=member).json["items"]
        assert (offer["can_claim"], offer["says"]) == (False, "已经领过了")
        assert api.get(f"/shop/coupons/{got.json['coupon_id']}", token=member).json == got.json
        other = api.member_token(who.ben)
        assert api.get(f"/shop/coupons/{got.json['coupon_id']}", token=other).status == 404
        (listed,) = api.get("/console/coupon-campaigns", token=token).json["items"]
        assert (listed["quantity"], listed["left"]) == (50, 49)

    def test_two_editors_at_once(self, who: People) -> None:
        token = api.staff_token("marketing.read", "marketing.edit")
        made = api.post("/console/coupon-campaigns", self.OFFER, token=token, key="make-0001").json
        door = f"/console/coupon-campaigns/{made['template_id']}"
        edit = {
            "version": 1,
            "status": "STOPPED",
            "quantity": 60,
            "limit_per_member": 2,
            "is_claimable": True,
        }
        assert api.put(door, edit, token=token).json["left"] == 60
        assert api.put(door, edit, token=token).json["code"] == "CAMPAIGN_MOVED"
        less = {**edit, "version": 2, "quantity": 10}
        assert api.put(door, less, token=token).json["fields"] == {"quantity": "发行量只能增加"}
        assert api.get(door, token=token).json["status"] == "STOPPED"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"terms": {"name": "坏券", "kind": "FIXED", "off_fen": 0}}, "off_fen"),
            ({"terms": {"name": "坏券", "kind": "PERCENT", "off_bps": 20_000}}, "terms.off_bps"),
            ({"validity": {}}, "validity"),
            ({"quantity": 0}, "quantity"),
        ],
    )
    def test_a_senseless_offer_is_refused_with_its_field(
        self, world: Clock, wrong: dict[str, Any], field: str
    ) -> None:
        token = api.staff_token("marketing.edit")
        refused = api.post("/console/coupon-campaigns", self.OFFER | wrong, token=token, key="make-0001")
        assert refused.status == 422 and field in refused.json["fields"]
        assert count("coupon-campaigns") == 0

    def test_a_level_of_distributors_alone_sees_its_offer(self, who: People) -> None:
        campaigns.campaign(level_ids=("normal",))
        seen = [
            api.get("/shop/coupon-offers", token=api.member_token(one)).json["items"]
            for one in (who.seller, who.ann)
        ]
        assert [len(one) for one in seen] == [1, 0]


def test_the_deepest_coupon_knows_the_category_above(world: Clock) -> None:
    top = Category("CATOP", "茶")
    for one in (top, Category("CASUB", "绿茶", "CATOP")):
        commit(catalog.add_category(one))
    campaigns.campaign(off_fen=2_000, threshold_fen=10_000, category_ids=("CATOP",))
    tea = Product("PR1", "茶", "", "CASUB", (), (), True, None, (Sku("SK1", "一包", Fen(5_000)),))
    assert deepest_coupon()(tea, 5_000) == 1_000
    assert SoldOut.title
