"""Kill points: die at every call a verb makes, deliver again, sweep, and compare the books (trust A5.3).

Calls are those to AWS (``BaseClient._make_api_call``) and to WeChat (the gateways' transport). The
points are derived from the calls of an undisturbed run, so a verb that grows a call grows a point.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import botocore.client
import pytest
from moto.dynamodb.models import dynamodb_backends

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel import ids, secrets, settings
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import DomainError
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock

Side = Literal["before", "after"]
Act = Callable[[], object]

WHEN = (
    "at",
    "history",
    "version",
    "due_shard",
    "open_state",
    "checks",
    "attempts",
    "day_shard",
    "day",
    "prepay_id",
    "sealed",
)
"""Attributes that say when and how often, which a death may change (and which prepay id WeChat gave
last), and an address, which no two sealings make the same; all else must come out equal."""
MONEY = {"journal", "wallets", "points", "commissions"}


class Killed(BaseException):
    """The process dies here; no handler may swallow it."""


@dataclass
class Wire:
    """Every call in order, and where to die."""

    calls: list[str] = field(default_factory=list)
    money_commits: int = 0
    die_at: int | None = None
    side: Side = "before"

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        if number == self.die_at and self.side == "before":
            raise Killed(f"before {name}")
        try:
            return call()
        finally:
            if number == self.die_at:
                raise Killed(f"after {name}")

    def restart(self, die_at: int | None, side: Side = "before") -> None:
        self.calls, self.money_commits, self.die_at, self.side = [], 0, die_at, side


@contextmanager
def wired(peer: WeChatPay) -> Iterator[Wire]:
    """Let every call to AWS and to WeChat pass through a ``Wire``."""
    wire = Wire()
    real = botocore.client.BaseClient._make_api_call

    def call_aws(self: Any, operation: str, parameters: Any) -> Any:
        if operation == "TransactWriteItems":
            wire.money_commits += bool(_tables(parameters) & MONEY)
        return wire.carry(operation, lambda: real(self, operation, parameters))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", call_aws)
        peer.wire = wire.carry
        try:
            yield wire
        finally:
            peer.wire = None
            ids.install(None)


@dataclass(frozen=True)
class Snapshot:
    """Tables, WeChat and clock at one moment, to begin again from."""

    tables: Any
    peer: dict[str, Any]
    moment: Any

    @staticmethod
    def take(peer: WeChatPay, clock: Clock) -> "Snapshot":
        return Snapshot(copy.deepcopy(_backend().tables), copy.deepcopy(peer.state()), clock.moment)

    def restore(self, peer: WeChatPay, clock: Clock) -> None:
        _backend().tables = copy.deepcopy(self.tables)
        peer.set_state(copy.deepcopy(self.peer))
        clock.moment = self.moment
        ids.install(_counting())
        settings.forget()  # each run is a container that has just started, so each makes the same calls
        secrets.forget()
        distributors.forget_levels()
        commissions.forget_plans()


def survives(peer: WeChatPay, clock: Clock, act: Act, *, sweep: Act, money_commits: int = 1) -> int:
    """Assert that ``act`` may die anywhere: delivered again twice and swept, the books come out equal.

    Also that it makes at most so many commits that move money: one, unless it is a batch of several
    people's. Returns how many points were tried.
    """
    start = Snapshot.take(peer, clock)
    with wired(peer) as wire:
        start.restore(peer, clock)
        wire.restart(None)
        act()
        calls = len(wire.calls)
        assert wire.money_commits <= money_commits, f"{wire.money_commits} money commits: {wire.calls}"
        expected = _finished(peer, act, sweep)
        for number in range(calls):
            for side in ("before", "after"):
                start.restore(peer, clock)
                wire.restart(number, side)
                with pytest.raises(Killed) as death:
                    act()
                    pytest.fail(f"only {len(wire.calls)} of {calls} calls: {wire.calls}")
                wire.restart(None)
                found = _finished(peer, act, sweep)
                assert found == expected, f"dead {death.value}: {_difference(found, expected)}"
    return 2 * calls


def _finished(peer: WeChatPay, act: Act, sweep: Act) -> dict[str, Any]:
    for _ in range(2):
        with suppress(DomainError):
            act()
    sweep()
    return books(peer)


def books(peer: WeChatPay) -> dict[str, Any]:
    """Everything that counts, here and at WeChat; proven quiescent and balanced by the caller's sweep."""
    balanced()
    tables = {
        name: sorted(json.dumps(_timeless(item.to_json()), sort_keys=True) for item in table.all_items())
        for name, table in _backend().tables.items()
    }
    theirs = {kind: _states(getattr(peer, kind)) for kind in ("trades", "refunds", "bills")}
    return {**tables, **theirs}


def journal() -> list[str]:
    """The ids of all entries."""
    return sorted(entry.attrs["entry_id"].value for entry in _table("journal"))


def balanced() -> None:
    """Every entry sums to zero, and every stored balance is the fold of the journal (invariants 2, 3)."""
    folds: Counter[str] = Counter()
    for entry in _table("journal"):
        postings = [one["M"] for one in entry.to_json()["Attributes"]["postings"]["L"]]
        amounts = {one["account"]["S"]: int(one["amount_fen"]["N"]) for one in postings}
        assert sum(amounts.values()) == 0, entry
        folds.update(amounts)
    held = {row.attrs["member_id"].value: row.attrs for row in _table("wallets")}
    members = {account.split(":")[1] for account in folds if account.startswith("m:")}
    for member_id in members | held.keys():
        for purse, sign in (("available", 1), ("frozen", 1), ("debt", -1)):
            stored = held.get(member_id, {}).get(f"{purse}_fen")
            amount_fen = int(stored.value) if stored is not None else 0
            assert amount_fen == sign * folds[f"m:{member_id}:{purse}"], (member_id, purse)

    balanced_points()


def balanced_points() -> None:
    """The same in points: the fold of the journal, and the open lots (invariant 19)."""
    folds: Counter[str] = Counter()
    for entry in _table("journal"):
        postings = [one["M"] for one in entry.to_json()["Attributes"].get("points", {"L": []})["L"]]
        amounts = {one["account"]["S"]: int(one["points"]["N"]) for one in postings}
        assert sum(amounts.values()) == 0, entry
        folds.update(amounts)
    held = {row.attrs["member_id"].value: row.attrs for row in _table("points")}
    lots: Counter[str] = Counter()
    for lot in _table("points-lots"):
        lots[lot.attrs["member_id"].value] += int(lot.attrs["points"].value)
    members = {account.split(":")[1] for account in folds if account.startswith("p:")}
    for member_id in members | held.keys() | lots.keys():
        stored = {name: int(held[member_id][name].value) for name in ("available", "debt", "used")}
        assert stored["available"] == folds[f"p:{member_id}:available"], member_id
        assert stored["debt"] == -folds[f"p:{member_id}:debt"], member_id
        assert stored["available"] + stored["used"] == lots[member_id], member_id


def _states(known: dict[str, Any]) -> dict[str, Any]:
    names = ("trade_state", "status", "state", "amount", "transfer_amount")
    return {number: {name: one.get(name) for name in names} for number, one in sorted(known.items())}


def _timeless(item: Any) -> Any:
    if isinstance(item, dict):
        return {
            name: _timeless(inner)
            for name, inner in item.items()
            if name not in WHEN and not name.endswith(("_at", "_until"))
        }
    return [_timeless(inner) for inner in item] if isinstance(item, list) else item


def _difference(found: dict[str, Any], expected: dict[str, Any]) -> str:
    return "\n".join(
        f"{name}:\n  found    {found[name]}\n  expected {expected[name]}"
        for name in expected
        if found[name] != expected[name]
    )


def _tables(parameters: dict[str, Any]) -> set[str]:
    writes = [request for item in parameters["TransactItems"] for request in item.values()]
    return {str(request["TableName"]).removeprefix("fenxiao-test-") for request in writes}


def _table(short: str) -> list[Any]:
    return list(_backend().tables[f"fenxiao-test-{short}"].all_items())


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]


def _counting() -> Callable[[int], bytes]:
    """Ids that come out the same in every run."""
    numbers = iter(range(1, 10**6))
    return lambda length: next(numbers).to_bytes(length, "big")
