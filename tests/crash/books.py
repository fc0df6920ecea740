"""All that is kept, here and at WeChat: to begin again from, to compare, and to prove balanced."""

import copy
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel import aws, ids, secrets, settings
from chalicelib.kernel.config import config
from chalicelib.wechat import token
from tests.crash.street import Street
from tests.support.world import Clock

Books = dict[str, Any]

WHEN = (
    "at",
    "history",
    "version",
    "due_shard",
    "open_state",
    "checks",
    "attempts",
    "tries",
    "day_shard",
    "day",
    "prepay_id",
    "forget_at",
    "as_of",
)
"""Attributes that say when and how often, which a death may change (and which prepay id WeChat gave
last); all else must come out equal."""
SEALED = ("sealed", "_hash")
"""Ends of the names of what is different each time it is sealed or hashed: that it is there, counts."""
UNCOUNTED = ("limits", "wechat-tokens")
"""A death is a try, and counts as one; and a token is only held, never owed."""


@dataclass(frozen=True)
class Snapshot:
    """Tables, WeChat and clock at one moment, to begin again from."""

    tables: Any
    peer: dict[str, Any]
    moment: Any
    files: dict[tuple[str, str], bytes]

    @staticmethod
    def take(peer: Street, clock: Clock) -> "Snapshot":
        return Snapshot(copy.deepcopy(_backend().tables), copy.deepcopy(peer.state()), clock.moment, files())

    def restore(self, peer: Street, clock: Clock) -> None:
        _backend().tables = copy.deepcopy(self.tables)
        peer.set_state(copy.deepcopy(self.peer))
        clock.moment = self.moment
        if files() != self.files:
            for bucket in _buckets().values():
                bucket.keys.clear()
            for (bucket_name, name), content in self.files.items():
                aws.client("s3").put_object(Bucket=bucket_name, Key=name, Body=content)
        fresh_container()


def fresh_container() -> None:
    """Forget what a container holds in memory, so that each run makes the same calls and the same ids."""
    ids.install(counting())
    for part in (settings, secrets, token):
        part.forget()
    distributors.forget_levels()
    commissions.forget_plans()


def books(peer: Street, *, is_exact: bool = False) -> Books:
    """Everything that counts, here and at WeChat, proven balanced; ``is_exact`` keeps times and seals."""
    balanced()
    read = _without_salt if is_exact else _timeless
    tables = {
        name: sorted(json.dumps(read(item.to_json()), sort_keys=True) for item in table.all_items())
        for name, table in _backend().tables.items()
        if not name.endswith(UNCOUNTED)
    }
    theirs = {kind: _states(getattr(peer, kind)) for kind in ("trades", "refunds", "bills")}
    media = config().media_bucket
    left = {
        "/".join(place): str(content)
        for place, content in files().items()
        if place[0] == media or place[1].endswith("result")
    }
    return {**tables, **theirs, "said": sorted(peer.said), "files": left}


def everything(peer: Street, clock: Clock) -> int:
    """One number for all state there is: two deaths that leave the same behind go on in the same way."""
    tables = {
        name: sorted(json.dumps(item.to_json(), sort_keys=True) for item in table.all_items())
        for name, table in _backend().tables.items()
    }
    theirs = {
        name: sorted(value) if isinstance(value, set) else repr(value) for name, value in peer.state().items()
    }
    kept = sorted((name, str(content)) for name, content in files().items())
    return hash(json.dumps([tables, theirs, kept, clock.moment.isoformat()], sort_keys=True))


def files() -> dict[tuple[str, str], bytes]:
    """What long work has kept and left, and people's pictures, by bucket and key."""
    return {
        (name, key): held.value for name, bucket in _buckets().items() for key, held in bucket.keys.items()
    }


def journal() -> list[str]:
    """The ids of all entries."""
    return sorted(entry.attrs["entry_id"].value for entry in _table("journal"))


def changes(short: str) -> list[dict[str, Any]]:
    """The records of a table's stream so far."""
    shard = _backend().tables[f"fenxiao-test-{short}"].stream_shard
    return [record.to_json() for record in shard.items] if shard is not None else []


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


def difference(found: Books, expected: Books) -> str:
    """Where two books part, to read."""
    return "\n".join(
        f"{name}:\n  found    {found[name]}\n  expected {expected[name]}"
        for name in expected
        if found[name] != expected[name]
    )


def _states(known: dict[str, Any]) -> dict[str, Any]:
    names = ("trade_state", "status", "state", "amount", "transfer_amount")
    return {number: {name: one.get(name) for name in names} for number, one in sorted(known.items())}


def _timeless(item: Any) -> Any:
    if isinstance(item, dict):
        return {
            name: "…" if name.endswith(SEALED) else _timeless(inner)
            for name, inner in item.items()
            if name not in WHEN and not name.endswith(("_at", "_until"))
        }
    return [_timeless(inner) for inner in item] if isinstance(item, list) else item


def _without_salt(item: dict[str, Any]) -> dict[str, Any]:
    """Passwords are salted by the system, not by what a test can install."""
    if "password_hash" in item["Attributes"]:
        item["Attributes"]["password_hash"] = {"S": "…"}
    return item


def _table(short: str) -> list[Any]:
    return list(_backend().tables[f"fenxiao-test-{short}"].all_items())


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]


def _buckets() -> dict[str, Any]:
    (account,) = s3_backends
    partitions = s3_backends[account].values()
    return {name: bucket for one in partitions for name, bucket in one.buckets.items()}


def counting() -> Callable[[int], bytes]:
    """Random bytes that come out the same in every run."""
    numbers = iter(range(1, sys.maxsize))
    return lambda length: next(numbers).to_bytes(length, "big")
