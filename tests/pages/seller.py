"""A distributor with a WeChat and a browser window, and how a payout reaches them."""

from playwright.sync_api import Browser, Page, expect

from scripts.local.h5_page import sign_in_as
from scripts.local.people import Phone, wait_for
from scripts.local.story import Story
from scripts.local.world import World
from tests.pages.shop import PHONE_SIZE


class Seller:
    """Somebody with a WeChat and a browser window on the mall."""

    def __init__(self, world: World, chromium: Browser) -> None:
        self.phone = Phone.fresh(world.api_url, world.wechat_url, "苗苗")
        self.phone.sign_in()
        self.mall = f"{world.api_url}/h5/"
        self.context = chromium.new_context(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.page.goto(self.mall)
        self.sign_in()

    def sign_in(self) -> None:
        """Anew, since days may have passed."""
        code = self.phone.touch("login", {"app": "mp"})["code"]
        sign_in_as(self.page, self.phone.post("/shop/sign-in/mini-program", {"code": code}))

    def open(self, path: str) -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.mall}#/pages/{path}")
        return self.page

    def has(self, purse: str) -> int:
        amount_fen: int = self.phone.get("/shop/wallet")[f"{purse}_fen"]
        return amount_fen


def newest(seller: Seller) -> dict[str, object]:
    found: dict[str, object] = seller.phone.get("/distributor/withdrawals")["items"][0]
    return found


def sent(seller: Seller, story: Story) -> dict[str, object]:
    story._advance(120)
    wait_for("the transfer to be sent", lambda: newest(seller)["confirm"])
    return newest(seller)


def confirm_on_the_phone(seller: Seller, story: Story) -> None:
    """A plain browser cannot confirm and says where it can be done; WeChat on the phone can."""
    asked = sent(seller, story)
    seller.sign_in()
    page = seller.open(f"wallet/withdrawal?id={asked['withdrawal_id']}")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_text("请在微信里打开，再确认收款")).to_be_visible()
    confirm = asked["confirm"]
    assert isinstance(confirm, dict)
    seller.phone.touch(f"transfers/{asked['withdrawal_id']}/confirm", {"package": confirm["package"]})
    expect(page.get_by_test_id("status")).to_contain_text("到账")  # the page looked by itself
    expect(page.get_by_test_id("watching")).to_have_count(0)
    assert newest(seller)["status"] == "PAID"
    page = seller.open("wallet/withdrawals")
    expect(page.get_by_text("到账").first).to_be_visible()
