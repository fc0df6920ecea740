"""Staff set up a second factor, show a picture, and bring products in by a file. G2, G6, P1."""

import csv
import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from pyotp import TOTP

from scripts.local.people import Staff, wait_for
from scripts.local.world import World
from tests.pages.console import PASSWORD, agree, colleague, desk, do, go, row, sign_in

pytestmark = pytest.mark.local_world


def picture() -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


def test_a_second_factor_is_set_up_and_then_asked_for(chromium: Browser, world: World, owner: Staff) -> None:
    username, _ = colleague(world, owner, "warehouse")
    with desk(chromium, world, username, PASSWORD) as page:
        go(page, "account")
        page.get_by_test_id("factor-password").fill(PASSWORD)
        page.get_by_test_id("factor-go").click()
        expect(page.get_by_test_id("factor-qr")).to_be_visible()
        codes = TOTP(page.get_by_test_id("factor-secret").inner_text())
        page.get_by_test_id("factor-code").fill(codes.now())
        page.get_by_test_id("factor-go").click()
        expect(page.get_by_test_id("factor-on")).to_be_visible()
        expect(row(page, "本机")).to_have_count(1)
        page.get_by_test_id("who").click()
        page.get_by_test_id("leave").click()
        sign_in(page, username, PASSWORD)
        page.get_by_test_id("code").fill(codes.at(time.time() + 30))
        page.get_by_test_id("go").click()
        expect(page.get_by_test_id("who")).to_be_visible()
    found = next(one for one in owner.get("/console/staff")["items"] if one["username"] == username)
    assert found["factor_at"] is not None


def test_products_are_looked_through_then_brought_in_and_shown(
    chromium: Browser, world: World, owner: Staff
) -> None:
    category = owner.get("/console/categories")["items"][0]["name"]
    header = "商品名称,副标题,分类,规格,售价,划线价,成本价,重量（克）"
    good = f"{header}\n导入的茶杯,,{category},白,12.50,,,200"
    with desk(chromium, world) as page:
        for content, is_fine in ((f"{good}\n坏的,,没有的分类,白,1,,,", False), (good, True)):
            go(page, "jobs")
            with page.expect_file_chooser() as chosen:
                do(page, "导入商品")
            file = {"name": "商品.csv", "mimeType": "text/csv", "buffer": content.encode("gb18030")}
            chosen.value.set_files(file)  # type: ignore[arg-type]
            if not is_fine:
                do(page, "看问题")
                expect(page.get_by_test_id("problems")).to_contain_text("第 3 行 坏的")
                page.keyboard.press("Escape")
        do(page, "按此执行")
        agree(page)
        expect(row(page, "已完成，共处理 1")).to_have_count(2)
        done = owner.get("/console/jobs")["items"][0]
        assert (done["params"]["is_trial"], done["summary"]["fine"]) == (False, 1), done
        cards = owner.get("/console/products", shelf="OFF")["items"]
        assert [one["price_fen"] for one in cards if one["title"] == "导入的茶杯"] == [1_250]
        go(page, "products?shelf=OFF")
        row(page, "导入的茶杯").get_by_test_id("do-修改").click()
        page.get_by_test_id("add-picture_urls").click()
        page.get_by_test_id("field-picture_urls.0").set_input_files(
            {"name": "茶杯.png", "mimeType": "image/png", "buffer": picture()}
        )
        expect(page.get_by_test_id("shown-picture_urls.0")).to_be_visible()
        page.get_by_test_id("save").click()
        expect(row(page, "导入的茶杯").locator("img")).to_have_attribute("src", re.compile(r"\.png$"))


def test_a_template_with_picture_freight_and_stock_becomes_a_product_to_sell(
    chromium: Browser, world: World, owner: Staff
) -> None:
    """P1, O4: the file that the page gives is filled in and brought back together with its picture."""
    category = owner.get("/console/categories")["items"][0]["name"]
    freight = owner.get("/console/freight-templates")["items"][0]["name"]
    with desk(chromium, world) as page:
        go(page, "products")
        with page.expect_download() as opened:
            do(page, "导入模板")
        header = next(csv.reader(io.StringIO(opened.value.path().read_text("utf-8-sig"))))
        filled = {
            "商品名称": "导入的瓷壶",
            "分类": category,
            "规格": "青花",
            "售价": "128.00",
            "图片": "瓷壶.png",
            "运费模板": freight,
            "库存": "7",
        }
        sheet = "\n".join((",".join(header), ",".join(filled.get(name, "") for name in header)))
        with page.expect_file_chooser() as chosen:
            do(page, "导入商品")
        chosen.value.set_files(
            [
                {"name": "商品.csv", "mimeType": "text/csv", "buffer": sheet.encode("utf-8-sig")},
                {"name": "瓷壶.png", "mimeType": "image/png", "buffer": picture()},
            ]
        )
        page.locator("tbody tr").first.get_by_test_id("do-按此执行").click()
        agree(page)
        wait_for("the product", lambda: owner.get("/console/products", shelf="OFF", q="导入的瓷壶")["items"])
        go(page, "products?shelf=OFF")
        expect(row(page, "导入的瓷壶").locator("img")).to_have_attribute("src", re.compile(r"\.png$"))
    (card,) = owner.get("/console/products", shelf="OFF", q="导入的瓷壶")["items"]
    stock = owner.get("/console/stock", product_id=card["product_id"])["items"]
    assert [one["available"] for one in stock] == [7]
