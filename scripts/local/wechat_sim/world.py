"""The simulated WeChat as one value: its clock, keys, memory, faults and settings."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local.wechat_sim.clock import SharedClock, shanghai_day
from scripts.local.wechat_sim.faults import Faults
from scripts.local.wechat_sim.keys import Keys, load_or_make
from scripts.local.wechat_sim.store import Doc, Store

DEFAULT_SETTINGS: Doc = {
    "mode": "public_key",  # public_key | certificate | mixed: what callbacks are signed with
    "platform_key_id": "",  # empty: the first key of keys.json; set by a key rotation
    "merchant_name": "分销示例商城",
    "balance_fen": 100_000_000,  # what the merchant had before the first trade
    "fee_bps": 60,
    "refund_seconds": 2,
    "refund_gap_seconds": 60,
    "transfer_seconds": 1,
    "cancel_seconds": 1,
    "transfer_min_fen": 10,
    "transfer_max_fen": 20_000,
    "transfer_user_day_fen": 200_000,
    "transfer_day_fen": 10_000_000,
    "transfer_allowed_ips": ["127.0.0.1", "::1"],
    "transfer_perceptions": ["劳务报酬"],
    "api_allowed_ips": None,
    "published_pages": None,
    "templates": None,
    "menu": None,
    "oauth_hosts": ["127.0.0.1", "localhost"],
    "bill_ready_hour": 9,
    "official_account_url": "",
    "mini_program_push": "official_account",  # or mini_program: then sealed with the mini program's appid
    "risky_words": ["赌博", "代开发票", "色情"],
}
"""What ``/sim/settings`` shows and changes. Amounts in fen, times in seconds of the shared clock."""


@dataclass(frozen=True)
class Options:
    """How the process was started."""

    directory: Path
    base_url: str
    clock_file: Path
    shop_url: str = "http://127.0.0.1:8800"


class World:
    """What every door works on. All of it but keys and clock lives in the store."""

    def __init__(self, options: Options) -> None:
        options.directory.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.clock = SharedClock(options.clock_file)
        self.store = Store(options.directory / "wechat.sqlite3")
        self.faults = Faults(self.store)
        self.keys: Keys = load_or_make(options.directory)
        self.wake = asyncio.Event()
        """Set when something new may be due at once, so that the courier need not wait for its next look."""
        self._settings = self._stored_settings()

    def now(self) -> float:
        """Unix seconds of the shared world."""
        return self.clock.now()

    def setting(self, name: str) -> Any:
        """One value of the settings."""
        return self._settings[name]

    def settings(self) -> Doc:
        """All settings."""
        return dict(self._settings)

    def change_settings(self, changes: Doc) -> Doc:
        """Change some settings. Raises ``ValueError`` for an unknown name."""
        unknown = set(changes) - set(DEFAULT_SETTINGS)
        if unknown:
            raise ValueError(f"no such setting: {sorted(unknown)}")
        self._settings.update(changes)
        self.store.put("settings", "main", self._settings)
        return self.settings()

    def reset(self) -> None:
        """Forget every person, trade, bill and fault; the keys stay, since the shop holds them too."""
        with self.store.transaction():
            self.store.clear()
        self.faults.reload()
        self._settings = self._stored_settings()

    def plan(self, action: str, reference: str, *, at: float) -> None:
        """Let the engine do ``action`` for ``reference`` when the shared clock reaches ``at``."""
        timer_id = f"{action}:{reference}"
        body = {"id": timer_id, "action": action, "reference": reference, "due_at": at}
        self.store.put("timer", timer_id, body, due_at=at)
        self.wake.set()

    def unplan(self, action: str, reference: str) -> None:
        """Forget a planned action."""
        self.store.delete("timer", f"{action}:{reference}")

    def number(self, prefix: str, digits: int) -> str:
        """A number as WeChat gives them: prefix, day, and a counter padded to ``digits``."""
        day = shanghai_day(self.now()).replace("-", "")
        return f"{prefix}{day}{self.store.next_number(prefix):0{digits}d}"

    def appids(self) -> tuple[str, str]:
        """Mini program and official account: both are bound to the one merchant."""
        return self.keys.mp_appid, self.keys.oa_appid

    def _stored_settings(self) -> Doc:
        return {**DEFAULT_SETTINGS, **(self.store.get("settings", "main") or {})}


def token(length: int = 32) -> str:
    """An unguessable word of letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(length)[:length]
