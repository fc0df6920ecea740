"""Copies of a village inside the embedded engine: the same lives under other names.

Runs in the engine's own process, for everything else would take hours. A plan (``plan.json`` under
``copies/``, made by ``village_copies``) names the words to replace; every item that holds one is copied, into
its table and all its indexes. The streams are passed by: the copies' projections are copies too. Values
without such a word are shared between all copies, to fit in memory.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from ministack.services import dynamodb

from scripts.local.copy_names import Item, Names, Renew, renewal

_SLICE_SECONDS = 0.2
"""How long the engine answers nobody else."""


async def watch(state: Path) -> None:
    """Carry out every plan that is put into the engine's folder, and note what was done."""
    plan = state / "copies" / "plan.json"
    while True:
        await asyncio.sleep(0.3)
        if plan.exists():
            done = await _copy(json.loads(plan.read_text(encoding="utf-8")), plan.with_name("progress"))
            plan.unlink()
            plan.with_name("done.json").write_text(json.dumps(done))


async def _copy(plan: dict[str, Any], progress: Path) -> dict[str, int]:
    names, done = Names(plan), {}
    tables = {name: table for (_, _, name), table in dynamodb._tables.all_items()}
    patterns = [(name, tables[name], _patterns(names, plan, name, tables[name])) for name in plan["tables"]]
    for name, key, attribute, change in plan["sums"]:
        _add(tables[name], key, attribute, change)
    for name, table, found in patterns:
        dynamodb._index_members(table)
        began = time.monotonic()
        for copy in range(1, names.copies + 1):
            for item, changed in found:
                made = {**item, **{attribute: one(copy) for attribute, one in changed}}
                range_key = _key_text(made, table["sk_name"])
                dynamodb._set_item(table, _key_text(made, table["pk_name"]), range_key, made)
            if time.monotonic() - began > _SLICE_SECONDS:
                await asyncio.sleep(0)
                began = time.monotonic()
        done[name] = len(found) * names.copies
        progress.write_text(f"{name} {sum(done.values())}")
    dynamodb._stream_seq_counter += 1  # so that the next snapshot sees a change
    return done


def _patterns(
    names: Names, plan: dict[str, Any], name: str, table: dict[str, Any]
) -> list[tuple[Item, list[tuple[str, Renew]]]]:
    """Every item whose key changes, with what changes in it."""
    keys = {table["pk_name"], table["sk_name"]}
    found = []
    for by_range in table["items"].values():
        for item in by_range.values():
            if _key_text(item, table["pk_name"]) in plan["kept"]:
                continue
            changed = [(at, made) for at, one in item.items() if (made := renewal(names, one)) is not None]
            if any(attribute in keys for attribute, _ in changed):
                found.append((item, changed))
    return found


def _add(table: dict[str, Any], key: list[str], attribute: str, change: int) -> None:
    """Add to a number of a row that all copies share."""
    by_range = table["items"][key[0]]
    item = by_range[key[1]]
    added = {"N": str(int(item.get(attribute, {"N": "0"})["N"]) + change)}
    dynamodb._set_item(table, key[0], key[1], {**item, attribute: added})


def _key_text(item: Item, name: str | None) -> str:
    if not name:
        return "__no_sort__"
    return str(next(iter(item[name].values())))
