"""The merchant's first days in the console: goods, a distributor, a parcel. P1, D1, O3, S, G1."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.world import World
from tests.pages.console import choose, desk, do, go, row, typed

pytestmark = pytest.mark.local_world

TITLE = "武夷岩茶"


def picture() -> FilePayload:
    """A photo as a merchant has one."""
    made = io.BytesIO()
    Image.new("RGB", (600, 600), "#5b8c5a").save(made, "JPEG")
    return {"name": "茶.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def saved(page: Page) -> None:
    """Save the form; it closes."""
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("form")).to_have_count(0)


def test_a_product_of_two_articles_is_made_counted_sold_and_shipped(
    world: World, chromium: Browser, owner: Staff
) -> None:
    """From an empty form to the parcel, by clicks alone; each step is in the API."""
    with desk(chromium, world) as page:
        go(page, "products")
        do(page, "新商品")
        typed(page, "title", TITLE)
        choose(page, "field-category_id", "茶与咖啡")
        choose(page, "field-freight_template_id", "满")
        page.get_by_test_id("add-picture_urls").click()
        page.get_by_test_id("field-picture_urls.0").set_input_files(picture())
        expect(page.get_by_test_id("shown-picture_urls.0")).to_be_visible()
        page.get_by_test_id("add-skus").click()
        for at, (name, price, cost) in enumerate((("100 克", "88", "30"), ("250 克", "199.9", "70"))):
            typed(page, f"skus.{at}.name", name)
            typed(page, f"skus.{at}.price_fen", price)
            typed(page, f"skus.{at}.cost_fen", cost)
        saved(page)
        made = owner.get("/console/products", q=TITLE)["items"][0]
        product = owner.get(f"/console/products/{made['product_id']}")
        assert [(one["name"], one["price_fen"]) for one in product["skus"]] == [
            ("100 克", 8_800),
            ("250 克", 19_990),
        ]
        go(page, f"stock?product_id={made['product_id']}")
        for name in ("100 克", "250 克"):
            row(page, name).get_by_test_id("do-盘点").click()
            typed(page, "available", "12")
            typed(page, "reason", "首批入库")
            saved(page)
        go(page, "products?shelf=OFF")
        row(page, TITLE).get_by_test_id("do-上架").click()
        page.locator(".el-message-box__btns .el-button--primary").click()
        expect(row(page, TITLE)).to_have_count(0)
        buyer = Phone.fresh(world.api_url, world.wechat_url, "买茶的人")
        order_id = bought(buyer, product)
        go(page, f"orders/{order_id}")
        do(page, "发货")
        choose(page, "field-express_company", "中通")
        typed(page, "tracking_number", "ZT2026112300077")
        saved(page)
        expect(page.get_by_text("ZT2026112300077").first).to_be_visible()
    assert buyer.get(f"/shop/orders/{order_id}")["status"] == "SHIPPED"
    buyer.close()


def test_an_application_is_approved_on_the_page(world: World, chromium: Browser, owner: Staff) -> None:
    """D1: from the overview to the decision; the member may promote at once."""
    phone = Phone.fresh(world.api_url, world.wechat_url, "想推广的人")
    phone.sign_in()
    standing = phone.post("/shop/distributor/application", {"message": "我想加入"})
    assert standing["status"] == "PENDING"
    with desk(chromium, world) as page:
        page.get_by_test_id("waits-分销商申请").click()
        row(page, phone.nickname).get_by_test_id("do-通过").click()
        saved(page)
        expect(row(page, phone.nickname)).to_have_count(0)
    assert owner.get(f"/console/distributors/{phone.member_id}")["status"] == "APPROVED"
    phone.close()


def bought(buyer: Phone, product: dict[str, object]) -> str:
    """One piece of the first article, paid."""
    buyer.sign_in()
    address = {
        "receiver": "小岩",
        "phone": "13800138000",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "street": "龙井路 9 号",
        "is_default": True,
    }
    address_id = buyer.post("/shop/me/addresses", address)["address_id"]
    skus = buyer.get(f"/shop/products/{product['product_id']}")["skus"]
    line = {"product_id": product["product_id"], "sku_id": skus[0]["sku_id"], "quantity": 1}
    wanted = {"lines": [line], "address_id": address_id}
    total_fen = buyer.post("/shop/quote", wanted)["total_fen"]
    placed = buyer.post("/shop/orders", {**wanted, "expected_total_fen": total_fen}, key=fresh_key())
    buyer.pay(placed["order_id"])
    wait_for("the payment", lambda: buyer.get(f"/shop/orders/{placed['order_id']}")["status"] == "PAID")
    return str(placed["order_id"])


def test_a_campaign_shows_what_its_coupons_brought(world: World, chromium: Browser, owner: Staff) -> None:
    """A1: given and used, sales and what it took off, as the API counts them."""
    campaign = owner.get("/console/coupon-campaigns")["items"][0]
    shopper = Phone.fresh(world.api_url, world.wechat_url, "领券人")
    shopper.sign_in()
    before = campaign["stats"]["given"]
    read = f"/console/coupon-campaigns/{campaign['template_id']}"
    owner.post(f"{read}/send", {"member_ids": [shopper.member_id]}, key=fresh_key())
    wait_for("the count", lambda: owner.get(read)["stats"]["given"] == before + 1)
    stats = owner.get(read)["stats"]
    with desk(chromium, world) as page:
        go(page, "coupons")
        shown = row(page, campaign["terms"]["name"]).first
        expect(shown.locator("td").nth(2)).to_have_text(str(stats["given"]))
        expect(shown).to_contain_text(f"¥{stats['sales_fen'] / 100:,.2f}")
        expect(shown).to_contain_text(f"¥{stats['off_fen'] / 100:,.2f}")
    shopper.close()
