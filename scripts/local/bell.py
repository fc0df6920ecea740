"""The embedded engine rings at every change of a table, so that the worker looks when there is something.

Eight bytes that both processes map into memory: the engine counts there before it answers the write, so
whoever finds the count as it was has missed nothing.
"""

import mmap
from pathlib import Path

_BYTES = 8


class Bell:
    """A count that only grows while the engine runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.truncate(_BYTES)
            self._shared = mmap.mmap(file.fileno(), _BYTES)

    def ring(self) -> None:
        """Something has changed."""
        self._shared[:] = (self.count + 1).to_bytes(_BYTES, "little")

    @property
    def count(self) -> int:
        """How often it rang so far."""
        return int.from_bytes(self._shared[:], "little")
