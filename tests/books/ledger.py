"""The product's tables as they lie in the engine, and what must hold in them (trust A4).

Read straight from the engine's items, not through the product's stores: a store that reads wrongly
must not hide a row that is wrong.
"""

import json
from collections import Counter
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from chalicelib.kernel.config import config
from tests.books.auditor_money import MoneyAuditor, freight_left
from tests.books.ledger_purses import check_purses
from tests.payments.fakes import WeChatPay

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Bytes = dict[str, list[str]]

MOST_FEN = 10**12
LIMITS = ("coupons", "coupon-campaigns")
"""Whose terms may name no limit."""
ORDER_EDGES = {
    ("UNPAID", "PAID"),
    ("UNPAID", "CLOSED"),
    ("PAID", "SHIPPED"),
    ("PAID", "CLOSED"),
    ("SHIPPED", "RECEIVED"),
    ("SHIPPED", "CLOSED"),
    ("RECEIVED", "COMPLETED"),
    ("RECEIVED", "CLOSED"),
    ("COMPLETED", "CLOSED"),
}
REFUND_ENDS = {"POSTED", "FAILED", "REFUSED", "CANCELLED"}
WITHDRAWAL_ENDS = {"PAID", "RETURNED", "REJECTED", "CANCELLED"}


def bytes_of_all() -> Bytes:
    """Every table, item by item, as it would be written to a disk (invariant 17)."""
    return {
        name.removeprefix(f"fenxiao-{config().stage}-"): sorted(
            json.dumps(item.to_json()["Attributes"], sort_keys=True) for item in table.all_items()
        )
        for name, table in _backend().tables.items()
    }


def opened(dumped: Bytes) -> Tables:
    """The same as plain values. A number that is no whole number raises (invariant 1)."""
    return {
        name: [{key: _plain(value) for key, value in json.loads(text).items()} for text in rows]
        for name, rows in dumped.items()
    }


def statuses() -> dict[str, str]:
    """How each order stands at this moment."""
    orders = _backend().tables[f"fenxiao-{config().stage}-orders"]
    plain = [item.to_json()["Attributes"] for item in orders.all_items()]
    return {row["order_id"]["S"]: row["status"]["S"] for row in plain}


def check(tables: Tables, before: Tables, auditor: MoneyAuditor, peer: WeChatPay) -> None:
    """Every invariant of trust A4 that these tables can break, and equality with the auditor's books."""
    for name, rows in tables.items():
        for row in rows:
            _check_amounts(name, row)
    _check_journal(tables, before, auditor)
    _check_wallets(tables, auditor)
    _check_orders(tables, before, auditor)
    _check_refunds(tables, before, auditor)
    _check_commissions(tables, auditor)
    _check_withdrawals(tables, before, auditor, peer)
    _check_people(tables, auditor)
    _check_stock(tables, auditor)
    _check_adjustments(tables, auditor)
    _check_cash(auditor, peer)
    check_purses(tables, auditor)


def _check_amounts(where: str, held: Any) -> None:
    """1: every stored amount is a whole number of fen within bounds."""
    for name, value in held.items() if isinstance(held, dict) else enumerate(held):
        if isinstance(value, dict | list):
            _check_amounts(where, value)
        elif isinstance(name, str) and name.endswith("_fen"):
            is_amount = type(value) is int and abs(value) <= MOST_FEN
            assert is_amount or (value is None and where in LIMITS), (where, name, value)


def _check_journal(tables: Tables, before: Tables, auditor: MoneyAuditor) -> None:
    """2, 3, 6, 12, 16: entries balance, are never edited, and are exactly those of the auditor."""
    now = {row["entry_id"]: row for row in tables["journal"]}
    for old in before["journal"]:
        assert now[old["entry_id"]] == old, f"an entry was changed: {old}"
    folded: Counter[str] = Counter()
    for entry in now.values():
        amounts = [posting["amount_fen"] for posting in entry["postings"]]
        assert sum(amounts) == 0 and (len(amounts) >= 2 or entry["points"]), entry
        folded.update({posting["account"]: posting["amount_fen"] for posting in entry["postings"]})
    assert sum(folded.values()) == 0
    assert now.keys() == auditor.entries, now.keys() ^ auditor.entries
    shop = {account: amount for account, amount in folded.items() if not account.startswith("m:")}
    assert _without_zeros(shop) == _without_zeros(auditor.accounts)
    for member_id in auditor.people:
        net = auditor.net[member_id]
        expected = {
            "pending": auditor.pending[member_id],
            "available": max(net, 0),
            "frozen": auditor.frozen[member_id],
            "debt": min(net, 0),
        }
        assert {purse: folded[f"m:{member_id}:{purse}"] for purse in expected} == expected, member_id
    for entry_id in now:
        if entry_id.startswith("PAYOUT:"):
            assert f"RELEASE:{entry_id.removeprefix('PAYOUT:')}" not in now, entry_id


def _check_wallets(tables: Tables, auditor: MoneyAuditor) -> None:
    """3, 13, 14: stored balances are the auditor's; never below zero, never money beside a debt."""
    held = {row["member_id"]: row for row in tables["wallets"]}
    for member_id in auditor.people:
        row = held.get(member_id, {})
        available, frozen, debt = (row.get(f"{purse}_fen", 0) for purse in ("available", "frozen", "debt"))
        net = auditor.net[member_id]
        expected = (max(net, 0), auditor.frozen[member_id], max(-net, 0))
        assert (available, frozen, debt) == expected, (member_id, (available, frozen, debt), expected)
        assert min(available, frozen, debt) >= 0 and available * debt == 0
        open_fen = sum(
            one["amount_fen"]
            for one in tables["withdrawals"]
            if one["member_id"] == member_id and one["status"] not in WITHDRAWAL_ENDS
        )
        assert open_fen == frozen, member_id


def _check_orders(tables: Tables, before: Tables, auditor: MoneyAuditor) -> None:
    """4, 5, 8, 21: sums, edges, refunds within what was paid, and every unit where it should be."""
    earlier = {row["order_id"]: row["status"] for row in before["orders"]}
    assert {row["order_id"] for row in tables["orders"]} == auditor.orders.keys()
    for row in tables["orders"]:
        expected = auditor.orders[row["order_id"]]
        assert row["status"] == expected["status"], (row["order_id"], row["status"], expected["status"])
        assert _reaches(ORDER_EDGES, earlier.get(row["order_id"], "UNPAID"), row["status"]), row["order_id"]
        assert row["total_fen"] == expected["total"]
        assert row["total_fen"] == sum(line["paid_fen"] for line in row["lines"]) + row["freight_fen"]
        assert row["freight_fen"] - row["freight_reserved_fen"] - row["freight_refunded_fen"] == freight_left(
            expected
        )
        assert 0 <= row["refunded_fen"] + row["refund_reserved_fen"] <= row["total_fen"]
        assert len(row.get("refund_ids", [])) == expected["refunds"] <= 50
        for line in row["lines"]:
            _check_line(line, expected["lines"][line["line_no"]])


def _check_line(line: Row, expected: Row) -> None:
    found = {
        "sku": line["sku_id"],
        "quantity": line["quantity"],
        "paid": line["paid_fen"],
        "shipped": line["shipped_quantity"],
        "back": line["refunded_quantity"],
        "unsent_back": line["unshipped_refunded_quantity"],
        "back_fen": line["refunded_fen"],
        "reserved_fen": line["refund_reserved_fen"],
        "refund": line.get("open_refund_id"),
        "asked": line["open_quantity"],
        "asked_unsent": line["open_unshipped_quantity"],
    }
    assert found == {name: expected[name] for name in found}
    assert 0 <= found["back_fen"] + found["reserved_fen"] <= found["paid"]


def _check_refunds(tables: Tables, before: Tables, auditor: MoneyAuditor) -> None:
    """5, 8: the auditor's refunds, each of its amount; an end is an end."""
    ended = {row["refund_id"]: row["status"] for row in before["refunds"] if row["status"] in REFUND_ENDS}
    assert {row["refund_id"] for row in tables["refunds"]} == auditor.refunds.keys()
    for row in tables["refunds"]:
        refund_id = row["refund_id"]
        assert row["status"] == auditor.refunds[refund_id]["status"], (refund_id, row["status"])
        assert row["amount_fen"] == auditor.refund_fen(refund_id), refund_id
        assert ended.get(refund_id, row["status"]) == row["status"]


def _check_commissions(tables: Tables, auditor: MoneyAuditor) -> None:
    """9, 10, 11, 12: who earns what of each line, within the cap, clawed back by cumulative floors."""
    rows = {(row["order_id"], row["payee_rule"]): row for row in tables["commissions"]}
    assert rows.keys() == auditor.commissions.keys(), rows.keys() ^ auditor.commissions.keys()
    per_line: Counter[tuple[str, int]] = Counter()
    for key, row in rows.items():
        expected = auditor.commissions[key]
        parts = {part["line_no"]: part["amount_fen"] for part in row["parts"]}
        assert parts == expected["parts"], (key, parts, expected["parts"])
        assert (row["state"], row["clawed_fen"]) == (expected["state"], expected["clawed"]), (key, row)
        assert (row.get("trimmed_fen") or 0) == expected["trimmed"], (key, row, expected["trimmed"])
        assert set(row.get("holds", [])) == expected["holds"], key
        assert (row.get("form", "CASH"), row.get("kept_units") or 0) == (expected["form"], expected["kept"])
        if expected["form"] != "CASH":
            assert (row.get("units") or 0) == expected["units"], key
        assert 0 <= row["clawed_fen"] <= row["amount_fen"] == expected["amount"]
        assert 0 <= row["level"] <= 3
        for part in row["parts"]:
            per_line[row["order_id"], part["line_no"]] += part["amount_fen"]
            assert part["cap_fen"] <= part["base_fen"]
            lines = auditor.orders[row["order_id"]]["lines"]
            assert part["base_fen"] == lines[part["line_no"]]["paid"]
            assert part["cap_fen"] == part["base_fen"] * row["cap_bps"] // 10_000
            assert per_line[row["order_id"], part["line_no"]] <= part["cap_fen"], key
    for row in tables["orders"]:
        uplines = [one["member_id"] for one in row["terms"]["payees"] if one["level"]]
        assert row["buyer_id"] not in uplines and len(set(uplines)) == len(uplines) <= 3


def _check_withdrawals(tables: Tables, before: Tables, auditor: MoneyAuditor, peer: WeChatPay) -> None:
    """5, 14, 15: states, one bill of the withdrawal's own number and amount, an end is an end."""
    ended = {
        row["withdrawal_id"]: row["status"]
        for row in before["withdrawals"]
        if row["status"] in WITHDRAWAL_ENDS
    }
    rows = {row["withdrawal_id"]: row for row in tables["withdrawals"]}
    assert rows.keys() == auditor.withdrawals.keys()
    for number, row in rows.items():
        expected = auditor.withdrawals[number]
        assert (row["status"], row["amount_fen"], row["fee_fen"]) == (
            expected["status"],
            expected["amount"],
            expected["fee"],
        ), (number, row["status"], expected["status"])
        assert ended.get(number, row["status"]) == row["status"]
    for number, bill in peer.bills.items():
        assert bill["transfer_amount"] == rows[number]["amount_fen"] - rows[number]["fee_fen"]
        assert bill["openid"] == rows[number]["openid"]


def _check_people(tables: Tables, auditor: MoneyAuditor) -> None:
    """9: the relation is the auditor's forest, and paths are what was said of them."""
    for row in tables["members"]:
        expected = auditor.people[row["member_id"]]
        path = [row[f"upline_{level}"] for level in (1, 2, 3) if f"upline_{level}" in row]
        assert (row.get("upline_1"), path) == (expected["upline"], expected["path"]), row["member_id"]
        chain = auditor.chain(row["member_id"])
        assert len(set(chain)) == len(chain)


def _check_stock(tables: Tables, auditor: MoneyAuditor) -> None:
    """21: stocked = available + what orders hold; never negative; a dead order gives back once."""
    held: Counter[str] = Counter()
    for row in tables["stock-reservations"]:
        assert row["held"] >= 0 and row["released"] >= 0
        held[row["sku_id"]] += row["held"]
        lines = auditor.orders[row["order_id"]]["lines"].values()
        assert [line["held"] for line in lines if line["sku"] == row["sku_id"]] == [row["held"]]
    for row in tables["stock"]:
        expected = auditor.skus[row["sku_id"]]
        assert (row["available"], row["stocked"]) == (expected["available"], expected["stocked"])
        assert row["available"] >= 0 and row["stocked"] == row["available"] + held[row["sku_id"]]


def _check_adjustments(tables: Tables, auditor: MoneyAuditor) -> None:
    """Asked by one and decided by another; one that is done was booked, once, and no other (trust A6.5)."""
    found = {row["adjustment_id"]: (row["amount_fen"], row["status"]) for row in tables["wallet-adjustments"]}
    assert found == {one: (held["amount"], held["status"]) for one, held in auditor.adjustments.items()}
    for row in tables["wallet-adjustments"]:
        is_done = row["status"] == "DONE"
        assert (f"ADJUST:{row['adjustment_id']}" in auditor.entries) == is_done
        assert not is_done or row["decided_by"] != row["asked_by"]


def _check_cash(auditor: MoneyAuditor, peer: WeChatPay) -> None:
    """7, 15: what WeChat holds is what our books say, but for what it has not told us yet."""
    coming = sum(
        trade["amount"]["total"]
        for number, trade in peer.trades.items()
        if trade["trade_state"] == "SUCCESS" and f"PAID:{number}" in auditor.entries
    )
    back = sum(
        one["amount"]["refund"]
        for number, one in peer.refunds.items()
        if f"REFUND:{number}" in auditor.entries
    )
    out = sum(
        bill["transfer_amount"]
        for number, bill in peer.bills.items()
        if f"PAYOUT:{number}" in auditor.entries
    )
    assert -auditor.accounts["wx:cash"] == coming - back - out
    for number, one in peer.refunds.items():
        assert f"REFUND:{number}" not in auditor.entries or one["status"] == "SUCCESS"
    for number, bill in peer.bills.items():
        assert f"PAYOUT:{number}" not in auditor.entries or bill["state"] == "SUCCESS"


def _reaches(edges: set[tuple[str, str]], start: str, end: str) -> bool:
    return start == end or any(_reaches(edges, after, end) for before, after in edges if before == start)


def _without_zeros(amounts: Any) -> dict[str, int]:
    return {name: amount for name, amount in amounts.items() if amount}


def _plain(typed: dict[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: _plain(inner) for name, inner in value.items()}
    if kind == "L":
        return [_plain(inner) for inner in value]
    return None if kind == "NULL" else value


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]
