"""Points exchanged for coupons by a threshold: both in one transaction (W6; invariants 17, 18, 19)."""

import pytest

from chalicelib.marketing import store
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.exchange_points import exchange_points
from chalicelib.marketing.rules import (
    Campaign,
    CampaignStopped,
    CampaignUnknown,
    LimitReached,
    SoldOut,
    TooFewPoints,
)
from chalicelib.wallet import store as wallet
from tests.marketing import campaigns
from tests.marketing.conftest import People
from tests.support import api
from tests.support import world as support


@pytest.fixture
def offer(who: People) -> Campaign:
    """Twenty yuan off for thirty points, one a member; Ann has a hundred."""
    campaigns.points(who.ann, 100)
    return campaigns.campaign(points_price=30)


def points(who: People) -> int:
    return wallet.find_points(who.ann).available


def test_the_coupon_and_its_points_are_one_step(who: People, offer: Campaign) -> None:
    made = exchange_points(who.ann, offer.template_id, key="exchange-1")
    assert (made.source, made.status, points(who)) == ("POINTS", "UNUSED", 70)
    assert sum(store.left(offer.template_id).values()) == 99
    entry = wallet.load_entry(f"EXCHANGE:{made.coupon_id}")
    assert {one.account: one.points for one in entry.points} == {
        "points:spent": 30,
        f"p:{who.ann}:available": -30,
    }


def test_the_same_key_again_is_the_same_coupon(who: People, offer: Campaign) -> None:
    """Invariant 22, also once the limit is reached."""
    first = exchange_points(who.ann, offer.template_id, key="exchange-1")
    before = support.dump_all()
    assert exchange_points(who.ann, offer.template_id, key="exchange-1") == first
    assert support.dump_all() == before


def test_the_members_limit_holds(who: People, offer: Campaign) -> None:
    exchange_points(who.ann, offer.template_id, key="exchange-1")
    before = support.dump_all()
    with pytest.raises(LimitReached):
        exchange_points(who.ann, offer.template_id, key="exchange-2")
    assert support.dump_all() == before, "a refusal takes no points (invariant 17)"


def test_too_few_points_say_how_many_are_missing(who: People, offer: Campaign) -> None:
    campaigns.points(who.ben, 29, key="points-ben")
    with pytest.raises(TooFewPoints, match="还差 1 积分"):
        exchange_points(who.ben, offer.template_id, key="exchange-1")
    campaigns.points(who.ben, 1, key="points-ben-2")
    exchange_points(who.ben, offer.template_id, key="exchange-1")
    assert wallet.find_points(who.ben).available == 0


def test_what_costs_points_is_not_claimed_for_nothing(who: People, offer: Campaign) -> None:
    with pytest.raises(CampaignUnknown, match="积分"):
        claim_coupon(who.ann, offer.template_id, key="claim-0001")


def test_what_is_for_nothing_costs_no_points(who: People, offer: Campaign) -> None:
    free = campaigns.campaign(key="campaign-2")
    with pytest.raises(CampaignUnknown):
        exchange_points(who.ann, free.template_id, key="exchange-1")
    assert points(who) == 100


def test_none_left_and_none_offered(who: People) -> None:
    campaigns.points(who.ann, 100)
    last = campaigns.campaign(points_price=30, quantity=1, limit=5)
    exchange_points(who.ann, last.template_id, key="exchange-1")
    with pytest.raises(SoldOut):
        exchange_points(who.ann, last.template_id, key="exchange-2")
    over = campaigns.campaign(points_price=30, key="campaign-3", is_claimable=False)
    with pytest.raises(CampaignUnknown):
        exchange_points(who.ann, over.template_id, key="exchange-3")
    assert points(who) == 70


def test_a_stopped_one_takes_nothing(who: People, offer: Campaign) -> None:
    token = api.staff_token("marketing.edit", "marketing.read")
    stop = {
        "version": 1,
        "status": "STOPPED",
        "quantity": 100,
        "limit_per_member": 1,
        "is_claimable": True,
    }
    changed = api.put(f"/console/coupon-campaigns/{offer.template_id}", stop, token=token).json
    assert (changed["status"], changed["points_price"]) == ("STOPPED", 30)
    with pytest.raises(CampaignStopped):
        exchange_points(who.ann, offer.template_id, key="exchange-1")


def test_through_the_doors(who: People, offer: Campaign) -> None:
    """The page says what can be had and what is missing; the coupon then lies among mine."""
    dear = campaigns.campaign(points_price=130, key="campaign-2", name="满 50 减 30")
    campaigns.campaign(key="campaign-3")
    token = api.member_token(who.ann)
    page = api.get("/shop/points-offers", token=token).json
    assert page["points"] == 100
    assert [(one["points_price"], one["can_claim"], one["says"]) for one in page["items"]] == [
        (30, True, "30 积分兑换"),
        (130, False, "还差 30 积分"),
    ]
    free = api.get("/shop/coupon-offers", token=token).json["items"]
    assert len(free) == 1, "what costs points is no gift"
    door = f"/shop/points-offers/{offer.template_id}/exchange"
    made = api.post(door, token=token, key="exchange-0001")
    assert made.status == 201
    assert api.post(door, token=token, key="exchange-0001").json == made.json
    answer = api.post(f"/shop/points-offers/{dear.template_id}/exchange", token=token, key="exchange-0002")
    assert (answer.status, answer.json["code"]) == (409, "TOO_FEW_POINTS")
    assert [one["coupon_id"] for one in api.get("/shop/coupons", token=token).json["items"]] == [
        made.json["coupon_id"]
    ]
    says = [one["says"] for one in api.get("/shop/points-offers", token=token).json["items"]]
    assert says == ["已经领过了", "还差 60 积分"]


def test_staff_make_one_with_a_price(who: People) -> None:
    token = api.staff_token("marketing.edit", "marketing.read")
    terms = {"name": "满 50 减 20", "kind": "FIXED", "off_fen": 2_000, "threshold_fen": 5_000}
    wanted = {"terms": terms, "validity": {"days": 7}, "quantity": 10, "points_price": 30}
    made = api.post("/console/coupon-campaigns", wanted, token=token, key="campaign-key-1")
    assert (made.status, made.json["points_price"]) == (201, 30)
    again = api.post("/console/coupon-campaigns", wanted, token=token, key="campaign-key-1")
    assert again.json["template_id"] == made.json["template_id"]
    other = {**wanted, "points_price": 40}
    assert api.post("/console/coupon-campaigns", other, token=token, key="campaign-key-1").status == 409
    assert api.post("/console/coupon-campaigns", {**wanted, "points_price": 0}, token=token).status == 422
