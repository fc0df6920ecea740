"""A browser that looks at the H5 mall: what the mall keeps on the device, set from outside."""

import json
from typing import Any

from playwright.sync_api import Page


def remember(page: Page, name: str, value: object) -> None:
    """Put a value where the mall keeps its own (uni-app's storage); the page must be the mall's already."""
    held = json.dumps({"type": "object", "data": value}, ensure_ascii=False)
    page.evaluate("([name, held]) => localStorage.setItem(name, held)", [f"fenxiao.{name}", held])


def kept(page: Page, name: str) -> Any:
    """What the mall keeps under a name, or ``None``."""
    held = page.evaluate("name => localStorage.getItem(name)", f"fenxiao.{name}")
    return json.loads(held)["data"] if held else None


def sign_in_as(page: Page, signed: dict[str, Any]) -> None:
    """Let the mall find the session of a sign-in at its next start."""
    session = {
        "access": signed["access_token"],
        "refresh": signed["refresh_token"],
        "me": signed["member"],
    }
    remember(page, "session", session)
