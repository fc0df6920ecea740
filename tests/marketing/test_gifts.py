"""Gifts and the rewards of rebates: given once, claimed, sent, taken back, ended (A3, R7, invariant 22)."""

from typing import Any

import pytest

from chalicelib.commissions import forms
from chalicelib.commissions.forms import Reward
from chalicelib.content import store as content
from chalicelib.kernel import aws, clock
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.jobs import deliver
from chalicelib.marketing import store
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.marketing.end_due import end_due
from chalicelib.marketing.grant_form import claim_id_of, coupon_id_of
from chalicelib.marketing.jobs import tell_of_gift
from chalicelib.marketing.rules import CouponMoved, GiftMoved, SoldOut
from chalicelib.marketing.use_coupon import use_coupon
from tests.marketing import campaigns
from tests.marketing.conftest import HOME, People
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

KEY = "OR1:MBANN:R1:GIFT"


def maker(form: Any) -> forms.Maker:
    """The maker that the front door introduced."""
    import app

    assert app.app
    found = forms.maker_of(form)
    assert found is not None
    return found


def reward(who: People, ref: str, units: int = 1, key: str = KEY) -> Reward:
    return Reward(key, who.ann, ref, units, clock.now())


def give(who: People, units: int = 1, quantity: int = 10) -> str:
    gift = campaigns.gift(quantity)
    commit(maker("GIFT").hand_out(reward(who, gift.gift_id, units)))
    return gift.gift_id


class TestRewards:
    def test_a_reward_of_gifts_is_given_once(self, who: People) -> None:
        gift_id = give(who, 2)
        with pytest.raises(ConditionFailed):
            commit(maker("GIFT").hand_out(reward(who, gift_id, 2)))
        assert sum(store.left(gift_id).values()) == 8
        assert len(store.claims_of(who.ann, limit=10, cursor=None).items) == 2
        assert maker("GIFT").known() == {gift_id}

    def test_a_reward_of_coupons_is_given_once(self, who: People) -> None:
        made = campaigns.campaign(quantity=10)
        given = reward(who, made.template_id, 3)
        commit(maker("COUPON").hand_out(given))
        with pytest.raises(ConditionFailed):
            commit(maker("COUPON").hand_out(given))
        assert sum(store.left(made.template_id).values()) == 7
        assert maker("COUPON").known() == {made.template_id}
        assert store.taken(who.ann, made.template_id) == 0, "what is earned does not use up one's own limit"

    def test_nothing_is_given_that_is_not_there(self, who: People) -> None:
        """Invariant 17."""
        gift_id = give(who, 1, quantity=1)
        before = support.dump_all()
        with pytest.raises(SoldOut):
            commit(maker("GIFT").hand_out(reward(who, gift_id, 1, "OTHER")))
        assert support.dump_all() == before

    def test_unused_coupons_are_taken_back_used_ones_stay(self, who: People) -> None:
        made = campaigns.campaign()
        given = reward(who, made.template_id, 3)
        commit(maker("COUPON").hand_out(given))
        first = store.load_coupon(who.ann, coupon_id_of(KEY, 0))
        commit(use_coupon(first, "OR9", clock.now()))
        one = maker("COUPON").take_back(given, 1)
        assert one.units == 1
        commit(one.writes)
        rest = maker("COUPON").take_back(given, 3)
        assert rest.units == 1, "one was used, one is back already"
        commit(rest.writes)
        states = [store.load_coupon(who.ann, coupon_id_of(KEY, unit)).status for unit in range(3)]
        assert states == ["USED", "REVOKED", "REVOKED"]

    def test_a_coupon_used_at_this_very_moment_is_not_taken_back(self, who: People) -> None:
        made = campaigns.campaign()
        given = reward(who, made.template_id)
        commit(maker("COUPON").hand_out(given))
        back = maker("COUPON").take_back(given, 1)
        commit(use_coupon(store.load_coupon(who.ann, coupon_id_of(KEY, 0)), "OR9", clock.now()))
        with pytest.raises(CouponMoved):
            commit(back.writes)

    def test_a_gift_nobody_claimed_goes_back_into_stock(self, who: People) -> None:
        gift_id = give(who, 2)
        claim_gift(who.ann, claim_id_of(KEY, 0), HOME)
        back = maker("GIFT").take_back(reward(who, gift_id, 2), 2)
        assert back.units == 1
        commit(back.writes)
        assert sum(store.left(gift_id).values()) == 9
        assert store.load_claim(who.ann, claim_id_of(KEY, 1)).status == "REVOKED"


class TestGifts:
    def test_a_gift_is_claimed_and_sent(self, who: People) -> None:
        give(who)
        token = api.member_token(who.ann)
        (mine,) = api.get("/shop/gifts", token=token).json["items"]
        assert mine["can_claim"] and "填写收货地址" in mine["says"]
        door = f"/shop/gifts/{mine['grant_id']}/claim"
        assert api.post(door, {"address_id": HOME}, token=api.member_token(who.ben)).status == 404
        assert api.post(door, {"address_id": "AD-NONE"}, token=token).status == 404
        assert api.post(door, {"address_id": HOME}, token=token).json["status"] == "CLAIMED"
        assert "韩梅梅" not in "".join(support.dump("gift-claims")), "sealed (trust A6, PII)"
        staff = api.staff_token("gifts.ship")
        (waiting,) = api.get("/console/gift-claims", token=staff).json["items"]
        assert waiting["receiver"]["receiver"] == "韩梅梅" and waiting["receiver"]["city"] == "深圳市"
        ship = f"/console/gift-claims/{who.ann}/{mine['grant_id']}/ship"
        parcel = {"company": "顺丰", "tracking_number": "SF10000001"}
        sent = api.post(ship, parcel, token=staff)
        assert (sent.json["status"], sent.json["receiver"]) == ("SHIPPED", None)
        assert api.post(ship, parcel, token=staff).json == sent.json
        other = {**parcel, "tracking_number": "SF10000002"}
        assert api.post(ship, other, token=staff).json["code"] == "GIFT_MOVED"
        assert "SF10000001" in api.get("/shop/gifts", token=token).json["items"][0]["says"]

    def test_it_cannot_be_sent_before_it_is_claimed(self, who: People) -> None:
        give(who)
        ship = f"/console/gift-claims/{who.ann}/{claim_id_of(KEY, 0)}/ship"
        parcel = {"company": "顺丰", "tracking_number": "SF10000001"}
        assert api.post(ship, parcel, token=api.staff_token("gifts.ship")).json["code"] == "GIFT_MOVED"
        assert api.post(ship, parcel, token=api.staff_token("orders.read")).status == 403

    def test_its_owner_is_told_reminded_and_then_it_goes_back(self, who: People, world: Clock) -> None:
        gift_id = give(who)
        items = aws.client("dynamodb").scan(TableName="fenxiao-test-gift-claims")["Items"]
        record: dict[str, Any] = {"eventID": "1", "dynamodb": {"NewImage": items[0], "SequenceNumber": "1"}}
        assert deliver("gift-claims", [record, record], [tell_of_gift]) == []
        world.advance(days=28)
        end_due()
        assert [one.kind for one in content.notices(who.ann).items] == ["gift_waiting", "gift_waiting"]
        world.advance(days=4)
        end_due()
        end_due()
        assert store.load_claim(who.ann, claim_id_of(KEY, 0)).status == "EXPIRED"
        assert sum(store.left(gift_id).values()) == 10, "back into stock, once"
        with pytest.raises(GiftMoved):
            claim_gift(who.ann, claim_id_of(KEY, 0), HOME)

    def test_staff_make_gifts_and_add_to_them(self, who: People) -> None:
        token = api.staff_token("marketing.read", "marketing.edit")
        asked = {"name": "试饮小样", "worth_fen": 1_001, "quantity": 5, "claim_days": 14}
        made = api.post("/console/gifts", asked, token=token, key="gift-0001")
        assert (made.status, made.json["left"]) == (201, 5)
        assert api.post("/console/gifts", asked, token=token, key="gift-0001").json == made.json
        other = {**asked, "name": "别的赠品"}
        assert api.post("/console/gifts", other, token=token, key="gift-0001").json["code"] == "KEY_REUSED"
        door = f"/console/gifts/{made.json['gift_id']}"
        edit = {"version": 1, "quantity": 9, "status": "ACTIVE"}
        assert api.put(door, edit, token=token).json["left"] == 9
        assert api.put(door, edit, token=token).json["code"] == "CAMPAIGN_MOVED"
        less = {"version": 2, "quantity": 1, "status": "ACTIVE"}
        assert api.put(door, less, token=token).status == 422
        stolen = {**asked, "picture_url": "https://elsewhere.example/a.png"}
        assert api.post("/console/gifts", stolen, token=token, key="gift-0002").status == 422
        assert len(api.get("/console/gifts", token=token).json["items"]) == 1
