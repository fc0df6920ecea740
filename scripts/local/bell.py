"""The embedded engine rings when a table changes, so that the worker looks there and nowhere else.

A count for each table, in memory that both processes map: the engine counts before it answers the write, so
whoever finds the count as it was has missed nothing.
"""

import mmap
import zlib
from pathlib import Path

_BYTES, _PLACES = 8, 512


class Bell:
    """Counts that only grow. Tables may share one by chance; then both are looked at."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.truncate(_BYTES * _PLACES)
            self._shared = mmap.mmap(file.fileno(), _BYTES * _PLACES)

    def ring(self, table: str) -> None:
        """Something has changed in this table, by its full name."""
        place = _place(table)
        self._shared[place] = (self.count(table) + 1).to_bytes(_BYTES, "little")

    def count(self, table: str) -> int:
        """How often it rang so far."""
        return int.from_bytes(self._shared[_place(table)], "little")


def _place(table: str) -> slice:
    start = zlib.crc32(table.encode()) % _PLACES * _BYTES
    return slice(start, start + _BYTES)
