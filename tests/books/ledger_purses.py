"""Coupons, gifts and points as they lie in the engine, and what must hold in them (invariants 18 to 20)."""

from collections import Counter
from datetime import datetime
from typing import Any

from tests.books.auditor_money import MoneyAuditor

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def check_purses(tables: Tables, auditor: MoneyAuditor) -> None:
    """Equality with the auditor's, and what binds coupons and points to orders and journal."""
    _check_coupons(tables, auditor)
    _check_gifts(tables, auditor)
    _check_points(tables, auditor)
    for row in tables["orders"]:
        _check_discount(row, auditor.orders[row["order_id"]])


def _check_coupons(tables: Tables, auditor: MoneyAuditor) -> None:
    """18: each where the auditor has it, used by one living order; given out and left are what there was."""
    found = {
        row["coupon_id"]: (row["member_id"], row["status"], row.get("order_id")) for row in tables["coupons"]
    }
    assert found == {
        number: (one["member"], one["status"], one["order"]) for number, one in auditor.coupons.items()
    }
    for row in tables["orders"]:
        is_dead = row["status"] == "CLOSED" and row.get("paid_at") is None
        holds = row.get("coupon_id") is not None and found[row["coupon_id"]][2] == row["order_id"]
        assert not (is_dead and holds), row["order_id"]
    taken = {(row["member_id"], row["template_id"]): row["taken"] for row in tables["coupon-counts"]}
    assert taken == dict(auditor.taken)
    left: Counter[str] = Counter()
    for row in tables["campaign-stock"]:
        assert row["left"] >= 0
        left[row["item_id"]] += row["left"]
    for number, campaign in auditor.campaigns.items():
        given = sum(one["campaign"] == number for one in auditor.coupons.values())
        if campaign["left"] is not None:
            assert left[number] == campaign["left"] == campaign["quantity"] - given, number
        assert all(taken.get((one, number), 0) <= campaign["limit"] for one in auditor.people)


def _check_gifts(tables: Tables, auditor: MoneyAuditor) -> None:
    """18: each where the auditor has it; what is left and what is given out are what there was."""
    found = {
        row["grant_id"]: (row["member_id"], row["gift_id"], row["status"]) for row in tables["gift-claims"]
    }
    assert found == {
        number: (one["member"], one["gift"], one["status"]) for number, one in auditor.claims.items()
    }
    for number, gift in auditor.gifts.items():
        left = sum(row["left"] for row in tables["campaign-stock"] if row["item_id"] == number)
        ends = ("REVOKED", "EXPIRED")
        given = sum(one[1] == number and one[2] not in ends for one in found.values())
        assert left == gift["left"] == gift["quantity"] - given >= 0, number


def _check_points(tables: Tables, auditor: MoneyAuditor) -> None:
    """19: entries sum to zero in points too, every balance is the fold, and lots hold what is there."""
    folded: Counter[str] = Counter()
    for entry in tables["journal"]:
        moved = {one["account"]: one["points"] for one in entry.get("points", ())}
        assert sum(moved.values()) == 0, entry
        folded.update(moved)
    held = {row["member_id"]: row for row in tables["points"]}
    lots: Counter[str] = Counter()
    for lot in tables["points-lots"]:
        assert lot["points"] > 0
        lots[lot["member_id"]] += lot["points"]
    told = {lot["lot_id"]: (lot["member_id"], lot["points"], _moment(lot["expires_at"]))
            for lot in tables["points-lots"]}  # fmt: skip
    assert told == {name: (lot["member"], lot["points"], lot["until"]) for name, lot in auditor.lots.items()}
    for member_id in auditor.people:
        net, row = auditor.points[member_id], held.get(member_id, {})
        available, debt, used = (row.get(name, 0) for name in ("available", "debt", "used"))
        assert (available, debt) == (max(net, 0), max(-net, 0)), (member_id, available, debt, net)
        assert used == auditor.points_used[member_id], (member_id, used)
        assert used >= 0 and lots[member_id] == available + used, member_id
        expected = {"available": available, "debt": -debt, "pending": auditor.points_pending[member_id]}
        assert {purse: folded[f"p:{member_id}:{purse}"] for purse in expected} == expected, member_id


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _check_discount(row: Row, expected: Row) -> None:
    """20: coupon and points split over the lines to the very fen and point; no line below zero."""
    for line in row["lines"]:
        found = {name: line.get(name, 0) for name in ("coupon_fen", "points_fen", "points")}
        assert found == {name: expected["lines"][line["line_no"]][name] for name in found}, line
        assert min(*found.values(), line["paid_fen"]) >= 0
        assert line["goods_fen"] == line["paid_fen"] + found["coupon_fen"] + found["points_fen"]
    for name in ("coupon_fen", "points_fen", "points"):
        assert row.get(name, 0) == sum(line.get(name, 0) for line in row["lines"]), name
    assert (row.get("coupon_id"), row.get("points", 0)) == (expected["coupon"], expected["points"])
