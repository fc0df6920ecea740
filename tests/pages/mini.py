"""The built mini-program in a browser: WeChat's component engine, the real API, a phone of the simulator."""

import mimetypes
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Route

from scripts.local.people import Phone
from tests.pages.shop import PHONE_SIZE


class MiniProgram:
    """One person's mini-program. ``pays`` is what they tap on WeChat's sheet: ``pay`` or ``cancel``."""

    def __init__(self, chromium: Browser, phone: Phone, folder: Path, *, appid: str) -> None:
        self.phone = phone
        self.appid = appid
        self.pays = "pay"
        self.problems: list[str] = []
        self.home = f"{phone.http.base_url}/mini-program/"
        self.context = chromium.new_context(viewport=PHONE_SIZE)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda problem: self.problems.append(str(problem)))
        self.page.expose_function("phone", self._touch)
        self.page.route(f"{self.home}**", lambda route: _serve(route, folder, self.home))

    def open(self, scene: str = "") -> None:
        """Launch it, by a mini-program code if there is a scene; WeChat hands that over encoded once."""
        self.page.goto(self.home + (f"?scene={scene}" if scene else ""))

    def close(self) -> None:
        """Lay the phone down."""
        self.context.close()

    def go(self, url: str) -> None:
        """Open a page, as a link inside would."""
        self.page.evaluate("url => wx.navigateTo({ url })", url)

    def see(self, testid: str) -> Locator:
        """What is marked so on the page that is shown."""
        return self.page.locator(f"[testid={testid}]").filter(visible=True)

    def field(self, testid: str) -> Locator:
        """An input marked so."""
        return self.page.locator(f"input[testid={testid}]").filter(visible=True)

    def area(self, testid: str) -> Locator:
        """A text of several lines marked so."""
        return self.page.locator(f"textarea[testid={testid}]").filter(visible=True)

    def asked(self, name: str) -> list[Any]:
        """What was asked of WeChat under this name."""
        found: list[Any] = self.page.evaluate("name => asked.filter(one => one[0] === name)", name)
        return [what for _, what in found]

    def _touch(self, action: str, body: dict[str, Any]) -> Any:
        if action == "pay":
            params = {"appId": self.appid, **body["params"]}  # WeChat knows in which app it is
            return self.phone.touch("pay", {"params": params, "action": self.pays})
        if action == "transfer":
            bills = self.phone.device("GET", f"/sim/phones/{self.phone.phone_id}/transfers")
            (number,) = (one["out_bill_no"] for one in bills if one["package_info"] == body["package"])
            return self.phone.touch(f"transfers/{number}/confirm", body)
        return self.phone.touch(action, body)


def _serve(route: Route, folder: Path, home: str) -> None:
    name = route.request.url.removeprefix(home).partition("?")[0] or "index.html"
    file = folder / name
    if not file.is_file():
        route.fulfill(status=404)
        return
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    route.fulfill(body=file.read_bytes(), content_type=kind)
