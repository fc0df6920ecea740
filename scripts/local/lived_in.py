"""A shop that has been lived in: the story of one sale, then what every page needs to show something."""

from dataclasses import dataclass, field
from typing import Any

from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.story import Story


@dataclass
class LivedIn:
    """The people of the shop and the ids of what they did, for whoever looks at the pages."""

    story: Story
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def buyer(self) -> Phone:
        """Who has orders in every state."""
        return self.story.people["C"]

    @property
    def distributor(self) -> Phone:
        """Who has a team, commissions and payouts."""
        return self.story.people["A"]


def live_in(api_url: str, wechat_url: str) -> LivedIn:
    """Tell the story, and go on with the days after it."""
    story = Story(api_url, wechat_url, lambda line: None)
    for _, act in story.acts():
        act()
    return live_on(story)


def live_on(story: Story) -> LivedIn:
    """The days after the story, until every page has something to show."""
    shop = LivedIn(story)
    shop.ids["withdrawal"] = story.withdrawal_id
    _announce(story.staff)
    _reward(shop)
    _shop_on(shop)
    _agree(shop)
    return shop


def _agree(shop: LivedIn) -> None:
    """A cooperation agreement that waits for a signature, and a distributor who wants to be ranked."""
    said = {
        "title": "分销合作协议",
        "text": "一、如实介绍商品，不夸大功效，不刷单。\n\n"
        "二、佣金只来自真实成交；买家退款，对应的佣金会收回。\n\n"
        "三、加入不收任何费用，也不会因为邀请人数给钱。\n\n四、保护朋友的个人信息，不转给别人。",
        "version": 0,
    }
    if not shop.story.staff.get("/console/agreements")["items"]:
        shop.story.staff.post("/console/agreements", said)
    shop.distributor.put("/distributor/ranking", {"is_in": True})


def _announce(staff: Staff) -> None:
    said = {
        "title": "新茶上市，满 199 元包邮",
        "text": "今年的高山云雾绿茶到了，清明前采摘。\n\n全场满 199 元包邮（新疆、西藏、青海除外）。",
    }
    made = staff.post("/console/announcements", said)
    staff.post(f"/console/announcements/{made['announcement_id']}/publish")


def _reward(shop: LivedIn) -> None:
    """Points for the buyer, coupons for both; one of the distributor's is handed on."""
    staff, buyer, distributor = shop.story.staff, shop.buyer, shop.distributor
    staff.post(
        f"/console/points/{buyer.member_id}/grants", {"points": 80, "reason": "老顾客回馈"}, key=fresh_key()
    )
    for offer in buyer.get("/shop/coupon-offers")["items"][:1]:
        buyer.post(f"/shop/coupon-offers/{offer['template_id']}/claim", key=fresh_key())
    campaign = staff.get("/console/coupon-campaigns")["items"][0]
    until = "2099-01-01T00:00:00Z"
    staff.post(
        f"/console/coupon-campaigns/{campaign['template_id']}/allotments",
        {
            "distributor_id": distributor.member_id,
            "quantity": 20,
            "ends_at": campaign.get("ends_at") or until,
        },
        key=fresh_key(),
    )
    codes = distributor.get("/distributor/coupon-codes")["items"]
    shop.ids["coupon_code"] = codes[0]["code"] if codes else ""


def _shop_on(shop: LivedIn) -> None:
    """Orders in every state, something in the cart, something liked, an after-sale under way."""
    buyer, staff = shop.buyer, shop.story.staff
    cards = {one["title"]: one["product_id"] for one in buyer.get("/shop/products", limit=50)["items"]}
    shop.ids["product"] = cards["高山云雾绿茶"]
    for title in ("陶土马克杯", "秦岭百花蜜"):
        buyer.put(f"/shop/favourites/{cards[title]}", {})
    for title in ("云南小粒咖啡豆", "手工竹编收纳篮"):
        wanted = _wanted(buyer, cards[title])
        buyer.put(
            f"/shop/cart/{wanted['sku_id']}",
            {"product_id": wanted["product_id"], "quantity": wanted["quantity"]},
        )
    shop.ids["unpaid"] = _order(buyer, [_wanted(buyer, cards["长绒棉四件套"])])
    for name, title in (("paid", "秦岭百花蜜"), ("shipped", "陶土马克杯")):
        shop.ids[name] = _order(buyer, [_wanted(buyer, cards[title])])
        buyer.pay(shop.ids[name])
        wait_for("the payment", lambda name=name: _state(buyer, shop.ids[name]) == "PAID")  # type: ignore[misc]
    parcel = {"delivery": "EXPRESS", "express_company": "SF", "tracking_number": "SF1417000123456"}
    staff.post(f"/console/orders/{shop.ids['shipped']}/ship", parcel)
    asked = buyer.post(
        f"/shop/orders/{shop.ids['shipped']}/refunds",
        {
            "kind": "RETURN",
            "lines": [{"line_no": 1, "quantity": 1}],
            "reason": "QUALITY",
            "note": "杯口有一处磕碰",
        },
        key=fresh_key(),
    )
    shop.ids["refund"] = asked["refund_id"]
    _review(shop, [_wanted(buyer, cards[title]) for title in ("高山云雾绿茶", "云南小粒咖啡豆")])
    shop.ids["address"] = buyer.get("/shop/me/addresses")["items"][0]["address_id"]


def _review(shop: LivedIn, lines: list[dict[str, Any]]) -> None:
    """Something received; one line is reviewed and answered, the other is still to be."""
    buyer, staff = shop.buyer, shop.story.staff
    order_id = shop.ids["received"] = _order(buyer, lines)
    buyer.pay(order_id)
    wait_for("the payment", lambda: _state(buyer, order_id) == "PAID")
    staff.post(f"/console/orders/{order_id}/ship", {"delivery": "PICK_UP"})
    buyer.post(f"/shop/orders/{order_id}/receive")
    said = {"line_no": 1, "stars": 5, "text": "汤色清亮，回甘很久，包装也用心。送长辈很合适。"}
    review = buyer.post(f"/shop/orders/{order_id}/reviews", said)
    staff.post(f"/console/reviews/{review['review_id']}/reply", {"text": "谢谢您的喜欢，新茶上市会告诉您。"})


def _wanted(buyer: Phone, product_id: str) -> dict[str, Any]:
    product = buyer.get(f"/shop/products/{product_id}")
    return {"product_id": product_id, "sku_id": product["skus"][0]["sku_id"], "quantity": 1}


def _order(buyer: Phone, lines: list[dict[str, Any]]) -> str:
    address_id = buyer.get("/shop/me/addresses")["items"][0]["address_id"]
    quote = buyer.post("/shop/quote", {"lines": lines, "address_id": address_id})
    body = {"lines": lines, "address_id": address_id, "expected_total_fen": quote["total_fen"]}
    return str(buyer.post("/shop/orders", body, key=fresh_key())["order_id"])


def _state(buyer: Phone, order_id: str) -> str:
    return str(buyer.get(f"/shop/orders/{order_id}")["status"])
