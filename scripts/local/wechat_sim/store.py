"""All state in one SQLite file: documents by kind and id, with a parent and a time at which they come due."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
"""One JSON document. Keys are the simulator's own; WeChat's shapes are built at its doors."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL DEFAULT '',
    due_at REAL, body TEXT NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS by_parent ON documents (kind, parent);
CREATE INDEX IF NOT EXISTS by_due ON documents (kind, due_at) WHERE due_at IS NOT NULL;
"""


class Store:
    """Documents that survive ``kill -9``: write-ahead log, one transaction per request.

    Used from one thread only (the event loop): between two awaits nothing else can run, so a
    handler that reads, decides and writes does so alone.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen or none; an exception undoes them. Inner ones join the outer."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def put(self, kind: str, id: str, body: Doc, *, parent: str = "", due_at: float | None = None) -> None:
        """Write the whole document, replacing an earlier one of that kind and id."""
        self._connection.execute(
            "INSERT INTO documents (kind, id, parent, due_at, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET"
            " parent = excluded.parent, due_at = excluded.due_at, body = excluded.body",
            (kind, id, parent, due_at, json.dumps(body, ensure_ascii=False)),
        )

    def get(self, kind: str, id: str) -> Doc | None:
        """The document, or ``None``."""
        row = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, id)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def need(self, kind: str, id: str) -> Doc:
        """The document that must exist. Raises ``LookupError``."""
        found = self.get(kind, id)
        if found is None:
            raise LookupError(f"no {kind} {id}")
        return found

    def of(self, kind: str, parent: str) -> list[Doc]:
        """All documents of a kind under one parent, oldest first."""
        return self._bodies("kind = ? AND parent = ? ORDER BY number", (kind, parent))

    def all(self, kind: str, *, newest: int | None = None) -> list[Doc]:
        """All documents of a kind, oldest first; or only the ``newest`` so many, newest first."""
        if newest is None:
            return self._bodies("kind = ? ORDER BY number", (kind,))
        return self._bodies("kind = ? ORDER BY number DESC LIMIT ?", (kind, newest))

    def due(self, kind: str, now: float) -> list[Doc]:
        """What has come due, the earliest first."""
        return self._bodies("kind = ? AND due_at <= ? ORDER BY due_at, number LIMIT 50", (kind, now))

    def delete(self, kind: str, id: str) -> bool:
        """Remove one document; says whether it was there."""
        return (
            self._connection.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id)).rowcount
            > 0
        )

    def clear(self) -> None:
        """Forget everything but the counters: a number of the old world never comes again in the new."""
        self._connection.execute("DELETE FROM documents WHERE kind <> 'counter'")

    def next_number(self, name: str) -> int:
        """1, 2, 3 … for every name; never the same twice, also after a restart."""
        number = int((self.get("counter", name) or {"value": 0})["value"]) + 1
        self.put("counter", name, {"value": number})
        return number

    def version(self) -> int:
        """Grows with every write of this process; the page uses it to see whether anything changed."""
        return self._connection.total_changes

    def _bodies(self, where: str, values: tuple[object, ...]) -> list[Doc]:
        rows = self._connection.execute(f"SELECT body FROM documents WHERE {where}", values)
        return [json.loads(row[0]) for row in rows]
