"""Many at once, and what each of them was told."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib.kernel.errors import DomainError
from tests.contract.engines import Engine
from tests.support.api import Answer

MANY = 16
PATIENCE_SECONDS = 240
"""Of a machine where many others run; threads that truly wait for each other end this way."""
Act = Callable[[], object]


class Together:
    """Acts that begin at one barrier, each on a thread of its own.

    ``is_held``: nobody's first commit goes out until everybody has come to theirs or has ended, so
    all have decided on what none has changed yet: the worst that threads can do.
    """

    def __init__(self, engine: Engine, *, is_held: bool) -> None:
        self.engine, self.is_held = engine, is_held

    def __call__(self, *acts: Act, first: int | None = None) -> Counter[str]:
        """What the acts were told, and how often. Held, the one numbered ``first`` ends before any
        other's first commit goes out, so that each order of commits can be had for certain.

        An act that is told a 500 or ends in anything but a value or a refusal is a bug, and fails the race.
        """
        told: list[str] = [""] * len(acts)
        bugs: list[BaseException] = []
        line = _Line(len(acts))
        start = threading.Barrier(len(acts))

        def run(number: int) -> None:
            line.joined(threading.get_ident())
            try:
                if number == first:
                    line.favour(threading.get_ident())
                start.wait(PATIENCE_SECONDS)
                told[number] = outcome(acts[number])
            except BaseException as bug:
                bugs.append(bug)
            finally:
                line.left(threading.get_ident())
                if number == first:
                    line.open()

        if self.is_held:
            self.engine.faults.append(line)
        try:
            threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            if self.is_held:
                self.engine.faults.remove(line)
        if bugs:
            raise bugs[0]
        return Counter(told)


class _Line:
    """Where threads wait before their first commit, until all are there or gone."""

    def __init__(self, expected: int) -> None:
        self._changed = threading.Condition()
        self._to_come = expected
        self._mine: set[int] = set()
        self._waited: set[int] = set()
        self._favoured: int | None = None

    def favour(self, thread: int) -> None:
        """The others wait for this one to end."""
        with self._changed:
            self._favoured = thread

    def open(self) -> None:
        """The favoured one has ended."""
        with self._changed:
            self._favoured = None
            self._changed.notify_all()

    def joined(self, thread: int) -> None:
        with self._changed:
            self._mine.add(thread)

    def left(self, thread: int) -> None:
        self._arrived(thread)

    def __call__(self, event_name: str, request: Any) -> None:
        thread = threading.get_ident()
        if not event_name.endswith(".TransactWriteItems") or thread not in self._mine:
            return
        if self._arrived(thread):
            with self._changed:
                may_go = lambda: self._to_come == 0 and self._favoured in (None, thread)  # noqa: E731
                assert self._changed.wait_for(may_go, PATIENCE_SECONDS), "nobody moves"

    def _arrived(self, thread: int) -> bool:
        with self._changed:
            if thread in self._waited:
                return False
            self._waited.add(thread)
            self._to_come -= 1
            self._changed.notify_all()
            return True


def outcome(act: Act) -> str:
    """What one act is told: "done", a refusal's code, or a door's status and code; never a 500."""
    try:
        value = act()
    except DomainError as refusal:
        return refusal.code()
    if not isinstance(value, Answer):
        return "done"
    assert value.status != 500, value.body
    return str(value.status) if value.status < 400 else f"{value.status} {value.json['code']}"
