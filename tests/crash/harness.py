"""Kill points: die at every call a verb makes, deliver again, sweep, and compare the books (trust A5.3).

Calls are those to AWS (``BaseClient._make_api_call``) and to WeChat (the gateways' transport). The
points are derived from the calls of an undisturbed run, so a verb that grows a call grows a point.
A test says by ``kills`` which verbs it kills, and is held to it; ``test_complete`` looks for the rest.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import botocore.client
import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.errors import DomainError
from tests.crash.books import Books, Snapshot, books, counting, difference, everything, fresh_container
from tests.crash.street import Street
from tests.support.world import Clock

Side = Literal["before", "after"]
Act = Callable[[], object]
Test = Callable[..., None]
MONEY = {"journal", "wallets", "points", "commissions"}

claimed: dict[str, list[str]] = {}
"""By module, the tests that say they kill it."""
died: set[str] = set()
"""The modules whose write, to a table or to WeChat, was killed since the test began."""


@dataclass(frozen=True)
class Case:
    """Some verbs, and what makes the world in which they are killed and gives the act."""

    verbs: frozenset[str]
    prepare: Callable[..., Act]
    name: str


class Cases(list[Case]):
    """A table of cases: ``@cases.of(verb)`` over a function adds one."""

    def of(self, *verbs: Callable[..., Any] | str) -> Callable[[Callable[..., Act]], Callable[..., Act]]:
        names = names_of(verbs)

        def add(prepare: Callable[..., Act]) -> Callable[..., Act]:
            claim(names, prepare.__name__)
            self.append(Case(names, prepare, prepare.__name__))
            return prepare

        return add


class Killed(BaseException):
    """The process dies here; no handler may swallow it."""


def names_of(verbs: Iterable[Callable[..., Any] | str]) -> frozenset[str]:
    """The modules of these verbs; a module may also be given by its name."""
    return frozenset(one if isinstance(one, str) else one.__module__ for one in verbs)


def claim(names: Iterable[str], test: str) -> None:
    """Note who says that these modules are killed."""
    for name in names:
        claimed.setdefault(name, []).append(test)


def kills(*verbs: Callable[..., Any] | str) -> Callable[[Test], Test]:
    """Say that this test kills these verbs in the middle of a write of theirs; it is held to it."""
    names = names_of(verbs)

    def decorate(test: Test) -> Test:
        claim(names, test.__name__)

        @functools.wraps(test)
        def run(*given: Any, **named: Any) -> None:
            test(*given, **named)
            assert_killed(names)

        return run

    return decorate


def assert_killed(names: frozenset[str]) -> None:
    """What is said to be killed was killed."""
    assert names <= died, f"never killed: {names - died}"


@dataclass
class Wire:
    """Every call in order, and where to die."""

    calls: list[str] = field(default_factory=list)
    money_commits: int = 0
    die_at: int | None = None
    side: Side = "before"
    death: Callable[[str], BaseException] = Killed
    random: Callable[[int], bytes] = field(default_factory=counting)

    @property
    def writes(self) -> int:
        """How many calls changed, or may have changed, something here or at WeChat."""
        return sum(map(_is_write, self.calls))

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        if number == self.die_at:
            if _is_write(name):
                died.update(_rooms_at_work())
            if self.side == "before":
                raise self.death(f"before {name}")
        try:
            return call()
        finally:
            if number == self.die_at:
                raise self.death(f"after {name}")

    def restart(self, die_at: int | None, side: Side = "before") -> None:
        self.calls, self.money_commits, self.die_at, self.side = [], 0, die_at, side
        self.random = counting()


@contextmanager
def wired(peer: Street) -> Iterator[Wire]:
    """Let every call to AWS and to WeChat pass through a ``Wire``."""
    wire = Wire()
    real = botocore.client.BaseClient._make_api_call

    def call_aws(self: Any, operation: str, parameters: Any) -> Any:
        if operation == "TransactWriteItems":
            wire.money_commits += bool(_tables(parameters) & MONEY)
        return wire.carry(operation, lambda: real(self, operation, parameters))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", call_aws)
        patch.setattr("secrets.token_bytes", lambda length: wire.random(length))
        patch.setattr("secrets.token_urlsafe", lambda length: wire.random(length).hex())
        peer.wire = wire.carry
        try:
            yield wire
        finally:
            peer.wire = None
            ids.install(None)


def survives(
    peer: Street, clock: Clock, act: Act, *, sweep: Act | None = None, rounds: int = 1, money_commits: int = 1
) -> int:
    """Assert that ``act`` may die anywhere: delivered again twice and swept so many rounds, the books
    come out equal to those of an undisturbed run, and one more round changes nothing.

    Also that it makes at most so many commits that move money: one, unless it is a batch of several
    people's. A death that leaves exactly what an earlier one left is not followed up again. Returns how
    many points were tried.
    """
    start = Snapshot.take(peer, clock)
    with wired(peer) as wire:
        start.restore(peer, clock)
        wire.restart(None)
        act()
        calls = len(wire.calls)
        assert wire.writes, f"nothing to kill: {wire.calls}"
        assert wire.money_commits <= money_commits, f"{wire.money_commits} money commits: {wire.calls}"
        expected = _finished(peer, act, sweep, rounds)
        followed: set[int] = set()
        for point in points(calls):
            start.restore(peer, clock)
            death = die(wire, act, point, calls)
            left = everything(peer, clock)
            if left in followed:
                continue
            followed.add(left)
            found = _finished(peer, act, sweep, rounds)
            assert found == expected, f"{death}: {difference(found, expected)}"
    return 2 * calls


def is_whole(peer: Street, clock: Clock, act: Act, *, money_commits: int = 1) -> int:
    """Assert that ``act``, which only a person repeats, is done or not done wherever it dies.

    Whoever sees it not done does it again from the same start, so nothing more is to be proven.
    """
    start = Snapshot.take(peer, clock)
    with wired(peer) as wire:
        start.restore(peer, clock)
        wire.restart(None)
        before = books(peer, is_exact=True)
        act()
        calls, after = len(wire.calls), books(peer, is_exact=True)
        assert wire.writes, f"nothing to kill: {wire.calls}"
        assert wire.money_commits <= money_commits, f"{wire.money_commits} money commits: {wire.calls}"
        assert before != after, f"it does nothing: {wire.calls}"
        for point in points(calls):
            start.restore(peer, clock)
            death = die(wire, act, point, calls)
            found = books(peer, is_exact=True)
            assert found in (before, after), f"half done {death}: {difference(found, after)}"
    return 2 * calls


def points(calls: int) -> Iterator[tuple[int, Side]]:
    """Before and after each of so many calls."""
    for number in range(calls):
        yield number, "before"
        yield number, "after"


def die(wire: Wire, act: Act, point: tuple[int, Side], calls: int) -> str:
    """Run until it dies; what comes next is another container."""
    wire.restart(*point)
    with pytest.raises(Killed) as death:
        act()
        pytest.fail(f"only {len(wire.calls)} of {calls} calls: {wire.calls}")
    wire.restart(None)
    fresh_container()
    return f"dead {death.value}, call {point[0]}"


def _finished(peer: Street, act: Act, sweep: Act | None, rounds: int) -> Books:
    for _ in range(2):
        with suppress(DomainError):
            act()
    if sweep is None:
        return books(peer)
    for _ in range(rounds):
        sweep()
    found = books(peer)
    sweep()
    later = books(peer)
    assert later == found, f"not quiet: {difference(later, found)}"
    return found


def _is_write(name: str) -> bool:
    return name == "TransactWriteItems" or name.startswith("POST ")


def _rooms_at_work() -> Iterator[str]:
    """The product's modules on the stack."""
    frame: Any = sys._getframe()
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("chalicelib."):
            yield name
        frame = frame.f_back


def _tables(parameters: dict[str, Any]) -> set[str]:
    writes = [request for item in parameters["TransactItems"] for request in item.values()]
    return {str(request["TableName"]).removeprefix("fenxiao-test-") for request in writes}
