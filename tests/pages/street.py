"""The phones' page in a browser: several people side by side, each with WeChat and the mall on the phone."""

from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, Page, expect

from scripts.local.people import Phone
from tests.pages.shop import typed


@dataclass
class Street:
    """The phones' page; whoever it shows is named by the own phone."""

    page: Page

    def phone(self, who: Phone) -> Locator:
        """The phone itself, with what WeChat lays over the shop."""
        return self.page.locator(f"article[data-phone={who.phone_id}]")

    def mall(self, who: Phone) -> FrameLocator:
        """The mall on this phone."""
        return self.page.frame_locator(f"iframe[data-phone={who.phone_id}]")

    def go(self, who: Phone, path: str) -> None:
        """Open a page of the mall, as a link would."""
        frame = self.mall(who).locator("body")
        frame.evaluate("(_, path) => { location.hash = '#/' + path }", path)

    def scan(self, who: Phone) -> None:
        """Hold the camera before the code that another phone shows."""
        self.phone(who).get_by_role("button", name="扫一扫").click()
        self.phone(who).get_by_role("button", name="屏幕上的码").first.click()

    def agree(self, who: Phone) -> None:
        """Say yes on the sheet that WeChat lays over the mall: pay, take the money."""
        self.phone(who).locator(".sheet .go").click()

    def turn_away(self, who: Phone) -> None:
        """Close that sheet."""
        self.phone(who).locator(".sheet .plain").click()


def sign_in_by_wechat(mall: FrameLocator) -> None:
    """From a page that needs to know who looks at it."""
    mall.get_by_test_id("to-sign-in").click()
    mall.get_by_test_id("by-wechat").click()


def give_address(mall: FrameLocator, receiver: str) -> None:
    """Write the first address, from the checkout that asks for it."""
    expect(mall.get_by_test_id("why")).to_have_text("先添加收货地址")
    mall.get_by_test_id("address").click()
    mall.get_by_test_id("add-address").click()
    typed(mall, "receiver").fill(receiver)
    typed(mall, "phone").fill("13800138002")
    mall.get_by_test_id("region").click()
    mall.get_by_test_id("region-done").click()
    typed(mall, "street").fill("长安街 1 号")
    mall.get_by_test_id("save-address").click()
    mall.get_by_test_id("address-item").click()
    expect(mall.get_by_test_id("address")).to_contain_text("长安街 1 号")
