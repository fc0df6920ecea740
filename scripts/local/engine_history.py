"""Years of history inside the embedded engine within a minute, for the benchmark.

Runs in the engine's own process. Whole settled orders (order, commissions, payment, journal entry) are
copied under new numbers into every table and index; the values inside are shared to save memory.
"""

import asyncio
from typing import Any

from ministack.services import dynamodb

_TABLES = ("orders", "commissions", "payments", "journal")
Row = tuple[dict[str, Any], dict[str, Any]]
"""A table of the engine, and an item in it."""


async def grow(wanted: int) -> None:
    """Copy the settled orders that the engine holds until there are ``wanted``, between its requests."""
    while not (templates := _settled()):
        await asyncio.sleep(0.1)
    for number in range(wanted - len(templates)):
        order_id, rows = templates[number % len(templates)]
        for table, item in rows:
            _put_copy(table, item, (order_id, f"OR{number:026d}"))
        if number % 200 == 0:
            await asyncio.sleep(0)


def _settled() -> list[tuple[str, list[Row]]]:
    """Every paid order with all its rows."""
    rows = [
        (table, item)
        for (_, _, name), table in dynamodb._tables.all_items()
        if name.rpartition("-")[2] in _TABLES
        for by_range in table["items"].values()
        for item in by_range.values()
    ]
    whole: dict[str, list[Row]] = {
        item["order_id"]["S"]: []
        for _, item in rows
        if item.get("status") == {"S": "PAID"} and "buyer_id" in item
    }
    for table, item in rows:
        order_id = item["order_id"]["S"] if "order_id" in item else item["entry_id"]["S"].partition(":")[2]
        if order_id in whole:
            whole[order_id].append((table, item))
    return list(whole.items())


def _put_copy(table: dict[str, Any], item: dict[str, Any], renamed: tuple[str, str]) -> None:
    names = [name for name in (table["pk_name"], table["sk_name"], "order_id") if name in item]
    copy = {**item, **{name: {"S": item[name]["S"].replace(*renamed)} for name in names}}
    range_key = copy[table["sk_name"]]["S"] if table["sk_name"] else "__no_sort__"
    dynamodb._set_item(table, copy[table["pk_name"]]["S"], range_key, copy)
