"""The clock that all processes of the local world share through one small JSON file."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8))
"""WeChat writes every time and counts every bill day in China's single zone."""


@dataclass(frozen=True)
class Setting:
    """At machine time ``real`` the world showed ``shown``; since then it moves at ``rate``."""

    real: float
    shown: float
    rate: float

    def at(self, real: float) -> float:
        """What the world shows when the machine shows ``real`` (both Unix seconds)."""
        return self.shown + (real - self.real) * self.rate


class SharedClock:
    """Reads the shared file, whenever it changed, and can rewrite it; a missing file means real time."""

    def __init__(self, path: Path, machine_seconds: Callable[[], float] = time.time) -> None:
        self._path = path
        self._machine_seconds = machine_seconds
        self._stamp: tuple[int, int] | None = None
        self._setting: Setting | None = None

    def now(self) -> float:
        """Unix seconds of the shared world."""
        setting = self._current()
        real = self._machine_seconds()
        return real if setting is None else setting.at(real)

    def machine_now(self) -> float:
        """Unix seconds of this machine, which client libraries stamp their requests with."""
        return self._machine_seconds()

    def rate(self) -> float:
        """How many seconds of the world pass in one second of the machine."""
        setting = self._current()
        return 1.0 if setting is None else setting.rate

    def advance(self, seconds: float) -> float:
        """Jump ``seconds`` forward for everybody; never backward. Returns the new time."""
        if seconds < 0:
            raise ValueError("the shared clock never goes back")
        return self._write(self.now() + seconds, self.rate())

    def run_at(self, rate: float) -> float:
        """Let the world run ``rate`` times as fast as the machine from this moment on."""
        if not 0 < rate <= 100_000:
            raise ValueError("rate must lie in 0 < rate <= 100000")
        return self._write(self.now(), rate)

    def _current(self) -> Setting | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._setting = None, None
            return None
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            values = json.loads(self._path.read_text())
            self._setting = Setting(
                float(values["real"]), float(values["shown"]), float(values.get("rate", 1.0))
            )
            self._stamp = stamp
        return self._setting

    def _write(self, shown: float, rate: float) -> float:
        content = {"real": self._machine_seconds(), "shown": shown, "rate": rate}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps(content))
        draft.replace(self._path)  # atomic: a reader sees the old or the new setting, never half
        return shown


def shanghai_time(moment: float, *, milliseconds: bool = False) -> str:
    """RFC 3339 with +08:00, as WeChat Pay writes times; transfers carry milliseconds."""
    local = datetime.fromtimestamp(moment, SHANGHAI)
    return local.isoformat(timespec="milliseconds" if milliseconds else "seconds")


def shanghai_day(moment: float) -> str:
    """The bill day, ``YYYY-MM-DD``, on which ``moment`` falls."""
    return datetime.fromtimestamp(moment, SHANGHAI).date().isoformat()


def shanghai_stamp(moment: float) -> str:
    """``YYYY-MM-DD HH:MM:SS`` as in the bills."""
    return datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
