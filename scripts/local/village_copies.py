"""What a village's copies are called, and how they are made in the engine and at WeChat.

All that hangs together does so by ids, codes, openids and bill numbers: when each of these words is replaced
everywhere, a copy is as right as the village is. Personal data is sealed for the id it belongs to, so it is
opened and sealed again. Sums that all share (stock, stars of a product, a period's total) grow by what the
village added to them, once a copy.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.kernel import aws, config, crypto
from scripts.local.copy_names import Item, Names, renewal
from scripts.local.people import wait_for
from scripts.local.tables import definitions
from scripts.local.village import ids_in, nickname_of

MOST_COPIES = 9_999
_SHARED = (
    "announcements",
    "categories",
    "coupon-campaigns",
    "distributor-levels",
    "freight-templates",
    "gifts",
    "products",
    "rebate-plans",
    "roles",
    "settings",
    "staff",
    "stock",
)
"""What the shop has once; an id that stands in one of these stays as it is."""
_SUMS = (
    "account-days",
    "commission-spent",
    "commission-sums",
    "commission-trees",
    "coupon-stats",
    "day-figures",
    "invite-stats",
    "period-totals",
    "review-sums",
    "stock",
    "team-counts",
)
_NEVER = frozenset(
    (
        *_SHARED,
        "audit",
        "audit-chain",
        "audits",
        "campaign-stock",
        "commission-marks",
        "coupon-marks",
        "day-marks",
        "invite-counted",
        "jobs",
        "limits",
        "official-account-messages",
        "payment-quarantine",
        "period-totals",
        "product-words",
        "review-sums",
        "sessions",
        "sweeps",
        "team-marks",
        "territories",
        "territory-changes",
        "wechat-tokens",
    )
)
"""Staff's own deeds, marks that are forgotten soon, and what only one may have."""
_SEALED = (
    ("address-books", "member_id", "addresses"),
    ("gift-claims", "grant_id", "gift"),
    ("members", "member_id", "phone"),
    ("orders", "order_id", "ship_to"),
    ("withdrawals", "withdrawal_id", "real_name"),
)
"""Table, the id that is part of the context, and the rest of it."""
_SEAL = re.compile(r"(?<![\w.-])(\w+)\.([\w-]{40,})(?![\w.-])")
_OPENID = re.compile(r"(?<![\w-])o[\w-]{27}(?![\w-])")
_BILLS = ("transaction_id", "prepay_id", "transfer_bill_number")
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WECHAT = ("trade", "transaction", "prepay", "refund", "transfer", "transfer_bill", "flow")
_CHUNK = 5_000

Rows = dict[str, list[Item]]
Key = tuple[str, str]


@dataclass
class Plan:
    """What the engine needs to know; see ``copy_names.Names`` for the words."""

    copies: int
    tables: list[str]
    kept: list[str]
    """Keys of rows that stay alone."""
    tails: list[str] = field(default_factory=list)
    """Words whose last five letters become the copy's number."""
    numbers: list[str] = field(default_factory=list)
    """Words behind which the copy's number is put: their own end counts already."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    sums: list[tuple[str, Key, str, int]] = field(default_factory=list)


def read_sums() -> dict[str, dict[Key, Item]]:
    """The rows that all copies share, as they are now."""
    return {name: {_key(name, item): item for item in _rows(name)} for name in _SUMS}


def make_plan(
    *, copies: int, seed: int, members: list[str], star: str, before: dict[str, dict[Key, Item]]
) -> Plan:
    """Find all that the village left behind, and name its copies."""
    tables = [name for name in _names() if name not in _NEVER]
    rows = {name: list(_rows(name)) for name in tables}
    shared = {one for name in _SHARED for item in _rows(name) for one in ids_in(_text(item))}
    words = _grown(rows, frozenset(members), shared | {star})
    own = {name: [item for item in rows[name] if words & set(ids_in(_text(item)))] for name in tables}
    found = {one for items in own.values() for item in items for one in ids_in(_text(item))}
    star_codes = {_value(one, "code") for one in rows["invites"] if _value(one, "owner_id") == star}
    plan = Plan(copies, [_full(name) for name in tables], sorted({star} | star_codes))
    people = [one for one in own["members"] if _value(one, "member_id") != star]
    plan.tails = sorted((found | words) - shared - {star} | _openids(people))
    plan.numbers = sorted({one for items in own.values() for item in items for one in _bills(item)})
    plan.lists = {
        **_codes(own, star_codes, copies),
        **_nicknames(people, seed, copies),
        **_seals(own, copies),
    }
    names = Names(asdict(plan))
    for name, held in before.items():
        for item in _rows(name):
            key = _key(name, item)
            if all(names.renews(part) is None for part in key):
                plan.sums += [
                    (_full(name), key, attribute, change * copies)
                    for attribute, change in _grown_by(item, held.get(key, {}))
                    if name != "stock" or attribute == "available"
                ]
    return plan


def copy_in_engine(plan: Plan, folder: Path, say: Any) -> dict[str, int]:
    """Let the engine carry the plan out; how many items of each table it made."""
    place = folder / "engine" / "copies"
    place.mkdir(parents=True, exist_ok=True)
    done, progress = place / "done.json", place / "progress"
    done.unlink(missing_ok=True)
    progress.unlink(missing_ok=True)
    draft = place / "plan.draft"
    draft.write_text(json.dumps(asdict(plan), ensure_ascii=False), encoding="utf-8")
    draft.replace(place / "plan.json")
    seen = ""

    def is_done() -> bool:
        nonlocal seen
        told = progress.read_text() if progress.exists() else ""
        if told != seen:
            say(f"  已复制 {told}")
        seen = told
        return done.exists()

    wait_for("the engine to make the copies", is_done, 3_600)
    made: dict[str, int] = json.loads(done.read_text())
    return made


def copy_at_wechat(plan: Plan, store: Path, before: dict[str, int]) -> int:
    """Copy WeChat's papers too, or its bills would tell of less; how many were made."""
    from scripts.local.wechat_sim.store import Store

    wechat = Store(store)
    try:
        papers = [row for kind in _WECHAT for row in _papers(wechat, kind)]
        own = Names(asdict(plan))
        ours = [row for row in papers if renewal(own, list(row[1:])) is not None]
        numbers = {row[1] for row in ours if row[0] in ("flow", "transaction", "transfer_bill", "prepay")}
        numbers |= {row[3]["refund_id"] for row in ours if row[0] == "refund"}
        names = Names({**asdict(plan), "numbers": sorted(numbers | set(plan.numbers))})
        made = 0
        for row in ours:
            renew = renewal(names, list(row[1:4]))
            assert renew is not None
            for start in range(1, plan.copies + 1, _CHUNK):
                with wechat.transaction():
                    for copy in range(start, min(start + _CHUNK, plan.copies + 1)):
                        name, parent, body = renew(copy)
                        wechat.put(row[0], name, body, parent=parent, due_at=row[4])
                        made += 1
        with wechat.transaction():
            for account, was in before.items():
                now = (wechat.get("account", account) or {"fen": 0})["fen"]
                wechat.put("account", account, {"fen": now + (now - was) * plan.copies})
    finally:
        wechat.close()
    return made


def accounts_at_wechat(store: Path) -> dict[str, int]:
    """What the merchant has there."""
    from scripts.local.wechat_sim.store import Store

    wechat = Store(store)
    try:
        names = ("available_fen", "frozen_fen")
        return {name: (wechat.get("account", name) or {"fen": 0})["fen"] for name in names}
    finally:
        wechat.close()


def _papers(wechat: Any, kind: str) -> Iterator[tuple[str, str, str, dict[str, Any], float | None]]:
    query = "SELECT id, parent, body, due_at FROM documents WHERE kind = ? ORDER BY number"
    for name, parent, body, due_at in wechat._connection.execute(query, (kind,)).fetchall():
        yield kind, name, parent, json.loads(body), due_at


def _grown(rows: Rows, words: frozenset[str], shared: set[str]) -> set[str]:
    """The village's ids: those of its members, and of every row that hangs on one of them."""
    known = set(words)
    waiting = [
        (set(ids_in(_text(item))), {one for part in _key(name, item) for one in ids_in(part)})
        for name, items in rows.items()
        for item in items
    ]
    while True:
        reached = [(text, key) for text, key in waiting if text & known]
        added = {one for _, key in reached for one in key} - shared - known
        if not added:
            return known
        known |= added


def _codes(own: Rows, star_codes: set[str], copies: int) -> dict[str, list[str]]:
    codes = {_value(one, "code") for name in ("invites", "coupon-allotments") for one in own[name]}
    return {
        code: [_code_of(code, copy) for copy in range(1, copies + 1)] for code in sorted(codes - star_codes)
    }


def _code_of(code: str, copy: int) -> str:
    digest = hashlib.sha256(f"{code}:{copy}".encode()).digest()
    return "".join(_CODE_LETTERS[byte % 32] for byte in digest[: len(code)])


def _nicknames(people: list[Item], seed: int, copies: int) -> dict[str, list[str]]:
    """New names with the first letter of the old: an index is spread over it."""
    ordered = sorted({_value(one, "nickname") for one in people})
    return {
        name: [nickname_of(hash_of(seed, at, copy), initial=name[0]) for copy in range(1, copies + 1)]
        for at, name in enumerate(ordered)
    }


def hash_of(*numbers: int) -> int:
    """One number of many, the same each time."""
    return int.from_bytes(hashlib.sha256(repr(numbers).encode()).digest()[:6])


def _seals(own: Rows, copies: int) -> dict[str, list[str]]:
    found = {}
    for name, id_name, rest in _SEALED:
        for item in own[name]:
            context = _value(item, id_name)
            for ring, sealed in _SEAL.findall(_text(item)):
                opened = crypto.unseal(f"{ring}.{sealed}", context=f"{context}:{rest}")
                found[sealed] = [
                    crypto.seal(opened, context=f"{context[:-5]}{copy:05d}:{rest}").partition(".")[2]
                    for copy in range(1, copies + 1)
                ]
    return found


def _openids(people: Iterable[Item]) -> set[str]:
    return {one for item in people for one in _OPENID.findall(_text(item))}


def _bills(item: Item) -> set[str]:
    return {_value(item, name) for name in _BILLS if name in item}


def _grown_by(item: Item, before: Item) -> list[tuple[str, int]]:
    changes = [
        (name, int(value["N"]) - int(before.get(name, {"N": "0"})["N"]))
        for name, value in item.items()
        if set(value) == {"N"}
    ]
    return [(name, change) for name, change in changes if change]


def _names() -> list[str]:
    stage = config.config().stage
    return [one["TableName"].removeprefix(f"fenxiao-{stage}-") for one in definitions(stage)]


def _full(name: str) -> str:
    return f"fenxiao-{config.config().stage}-{name}"


def _rows(name: str) -> Iterator[Item]:
    for page in aws.client("dynamodb").get_paginator("scan").paginate(TableName=_full(name)):
        yield from page["Items"]


def _key(name: str, item: Item) -> Key:
    schema = next(
        one["KeySchema"] for one in definitions(config.config().stage) if one["TableName"] == _full(name)
    )
    parts = [_value(item, one["AttributeName"]) for one in schema]
    return parts[0], parts[1] if len(parts) > 1 else "__no_sort__"


def _value(item: Item, name: str) -> str:
    return str(next(iter(item[name].values()))) if name in item else ""


def _text(item: Item) -> str:
    return json.dumps(item, ensure_ascii=False, default=str)
