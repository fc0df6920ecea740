"""The simulator as a process of its own, and a shop's address that keeps what WeChat calls back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import requests

from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.wechat import official_account, pay
from chalicelib.wechat.pay import PaidNotice
from tests.wechat.fake import FakeWeChat, Seen

ROOT = Path(__file__).resolve().parents[2]
Found = TypeVar("Found")


class Street:
    """A running simulator: its control surface, its keys, its clock, and the shop it calls."""

    def __init__(self, url: str, directory: Path, shop: FakeWeChat) -> None:
        self.url = url
        self.shop = shop
        self.keys: dict[str, str] = json.loads((directory / "keys.json").read_text())
        self._clock_file = directory / "clock.json"

    def do(self, path: str, **body: Any) -> Any:
        """POST to the control surface."""
        response = requests.post(f"{self.url}/sim/{path}", json=body, timeout=5)
        assert response.ok, response.text
        return response.json()

    def look(self, path: str) -> Any:
        """GET from the control surface."""
        response = requests.get(f"{self.url}/sim/{path}", timeout=5)
        assert response.ok, response.text
        return response.json()

    def fault(self, name: str, endpoint: str = "*", times: int | None = 1, **parameters: Any) -> None:
        """Let something go wrong from now on."""
        self.do("faults", name=name, endpoint=endpoint, times=times, parameters=parameters)

    def person(self, nickname: str = "小林") -> dict[str, Any]:
        """A new phone."""
        phone: dict[str, Any] = self.do("phones", nickname=nickname)
        return phone

    def advance(self, **by: float) -> None:
        """Move the clock that the simulator and the gateways share."""
        seconds = by.get("days", 0) * 86400 + by.get("hours", 0) * 3600 + by.get("seconds", 0)
        self.do("clock", advance_seconds=seconds)

    def now(self) -> datetime:
        """The shared clock, for ``kernel.clock.install``."""
        if not self._clock_file.exists():
            return datetime.now(UTC)
        held = json.loads(self._clock_file.read_text())
        return datetime.fromtimestamp(held["shown"] + (time.time() - held["real"]) * held["rate"], UTC)

    def called(self, path: str, count: int = 1) -> list[Seen]:
        """Wait until WeChat has called ``path`` of the shop ``count`` times."""
        return wait_for(lambda: seen if len(seen := self.shop.calls(path)) >= count else None)

    def reset(self) -> None:
        """A world without people, with the same keys."""
        self.do("reset")
        self.shop.reset()


def wait_for(look: Callable[[], Found | None], seconds: float = 10) -> Found:
    """What ``look`` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


@contextmanager
def running(directory: Path) -> Iterator[Street]:
    """Start the simulator on a free port; stop it at the end."""
    shop = FakeWeChat()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    flags = ["--port", str(port), "--state", str(directory), "--clock", str(directory / "clock.json")]
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.local.wechat_sim", *flags, "--shop-url", shop.url],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        wait_for(lambda: _is_up(url) or None, seconds=30)
        yield Street(url, directory, shop)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/sim/health", timeout=1).ok
    except requests.RequestException:
        return False


def prepaid(openid: str, number: str = "OR000001", amount_fen: int = 1000) -> str:
    """Announce an order; its prepay id."""
    return pay.prepay(
        order_number=number,
        amount_fen=amount_fen,
        appid=config().mp_appid,
        openid=openid,
        description="龙井茶, 250克",
        expires_at=now() + timedelta(minutes=30),
    )


def bought(
    street: Street, person: dict[str, Any], number: str = "OR000001", amount_fen: int = 1000
) -> PaidNotice:
    """Prepay, pay on the phone, and open the notice that comes."""
    before = len(street.shop.calls(pay.PAID_PATH))
    params = pay.payment_params(config().mp_appid, prepaid(person["mp_openid"], number, amount_fen))
    street.do(f"phones/{person['id']}/pay", params=params, action="pay")
    return PaidNotice.of(opened(street.called(pay.PAID_PATH, before + 1)[-1]).resource)


def opened(seen: Seen) -> pay.Notice:
    """The notice in what WeChat called."""
    return pay.open_notice(seen.headers, seen.body)


def pushed(street: Street, event: str) -> official_account.Message:
    """Wait for the push of this event and open it."""

    def look() -> official_account.Message | None:
        for seen in street.shop.calls("/wechat/official-account"):
            if seen.method == "POST":
                message = official_account.open_message(seen.query, seen.body)
                if message.event == event or message.kind == event:
                    return message
        return None

    return wait_for(look)
