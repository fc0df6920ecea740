"""Everybody of a merchant's first day: the desks with their second factor, two phones, the shop's clock."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from pyotp import TOTP

from scripts.local import fronts
from scripts.local.people import Phone, Staff
from scripts.local.world import World, free_port
from tests.pages.console import sign_in
from tests.pages.street import Street

PASSWORD = "first-day-password-1"
AUDITOR = "auditor"


def open_a_shop(folder: Path) -> World:
    """Start an empty shop and make its owner, and a second one for whoever only looks."""
    for front in fronts.FRONTS:
        fronts.build(front)
    world = World(folder, free_port(), is_empty=True)
    world.start()
    for username in ("owner", AUDITOR):
        command = [sys.executable, "-m", "scripts.local.create_admin", username]
        place = ["--url", world.api_url, "--state", str(folder)]
        subprocess.run([*command, *place], input=PASSWORD, text=True, check=True, capture_output=True)
    return world


@dataclass
class Desk:
    """One staff member at the console, with the second factor on the phone."""

    world: World
    context: BrowserContext
    username: str
    password: str
    codes: TOTP | None = None
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.goto(f"{self.world.api_url}/admin/")

    def enter(self, now: float) -> None:
        """Sign in anew, with the code when one is asked for."""
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        self.page.goto("about:blank")
        self.page.goto(f"{self.world.api_url}/admin/")
        sign_in(self.page, self.username, self.password)
        if self.codes:
            self.page.get_by_test_id("code").fill(self.codes.at(now))
            self.page.get_by_test_id("go").click()
        expect(self.page.get_by_test_id("who")).to_be_visible()


@dataclass
class Town:
    """Everybody of the day. ``staff`` only looks."""

    world: World
    desk: Desk
    street: Street
    seller: Phone
    buyer: Phone
    staff: Staff

    def now(self) -> float:
        """The world's own time."""
        return float(self.seller.device("GET", "/sim/clock")["now"])

    def advance(self, seconds: int) -> None:
        """Let time pass; whoever sat too long signs in again."""
        self.seller.device("POST", "/sim/clock", {"advance_seconds": seconds})
        for phone in (self.seller, self.buyer):
            phone.sign_in()

    def look(self, path: str, **query: Any) -> Any:
        """Ask the API what is there; signed in anew, since days may have passed."""
        self.staff.sign_in(AUDITOR, PASSWORD)
        return self.staff.get(path, **query)
