"""The local world's shared clock: a small file says how shown time runs against real time.

``{"real": <unix s>, "shown": <unix s>, "rate": 1.0}`` means now = shown + (real now - real) * rate.
Without the file it is simply now. Every process of the world reads the same file.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path


class FileClock:
    """Reads the file when it has changed; a look costs one ``stat``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = 0
        self._real, self._shown, self._rate = 0.0, 0.0, 1.0

    def now(self) -> datetime:
        """The shown time, aware, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """The shown time in seconds since 1970."""
        try:
            changed = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return time.time()
        if changed != self._seen:
            held = json.loads(self.path.read_text())
            self._real, self._shown, self._rate = held["real"], held["shown"], held["rate"]
            self._seen = changed
        return self._shown + (time.time() - self._real) * self._rate
