"""The auditor's goods: sent, received, and what their good end brings to buyer and uplines; stock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tests.books.auditor import (
    Auditor,
    earned_points,
    is_in_refund,
    shippable,
    units_left,
    unsent,
)
from tests.books.auditor_points import demand
from tests.books.auditor_purses import WORTH, Book

RECEIVED_AFTER = timedelta(days=10)
WINDOW = timedelta(days=7)


class GoodsAuditor(Auditor):
    """What happens to an order that is paid."""

    # -- sending, receiving, maturing -------------------------------------------------------

    def ship(self, order_id: str, parcel: Mapping[int, int], at: datetime) -> None:
        """Staff send units, all that is left when ``parcel`` is empty (O3)."""
        order = self.orders[order_id]
        demand(order["status"] == "PAID", "OrderMoved")
        sent = dict(parcel) or {
            number: shippable(line) for number, line in order["lines"].items() if shippable(line)
        }
        fits = all(1 <= sent[number] <= shippable(order["lines"][number]) for number in sent)
        demand(sent and fits, "NothingToShip")
        order["parcels"] += 1
        for number, units in sent.items():
            order["lines"][number]["shipped"] += units
        self.maybe_shipped(order, at)

    def maybe_shipped(self, order: Book, at: datetime) -> None:
        """A paid order with nothing left to send is shipped."""
        if order["status"] == "PAID" and order["parcels"] and not any(map(unsent, order["lines"].values())):
            order |= {"status": "SHIPPED", "receive": at + RECEIVED_AFTER}

    def receive(self, order_id: str, at: datetime) -> None:
        """The goods are there; the window runs, at whose end commissions are due."""
        order = self.orders[order_id]
        demand(order["status"] in ("SHIPPED", "RECEIVED", "COMPLETED"), "OrderMoved")
        if order["status"] == "SHIPPED":
            order |= {"status": "RECEIVED", "until": at + WINDOW}
            for row in self.rows(order_id):
                row["due"] = at + WINDOW if row["state"] == "PENDING" else row["due"]

    def rows(self, order_id: str) -> list[Book]:
        """The commissions of one order."""
        return [row for (number, _), row in self.commissions.items() if number == order_id]

    def received_by_itself(self, at: datetime) -> None:
        """So many days after sending, where no refund is open."""
        for order_id, order in self.orders.items():
            if order["status"] == "SHIPPED" and order["receive"] <= at and not is_in_refund(order):
                self.receive(order_id, at)

    def complete(self, at: datetime) -> None:
        """The window is over and no refund open: the good end, which brings the buyer points, once (W6)."""
        for order_id, order in self.orders.items():
            if order["status"] == "RECEIVED" and order["until"] <= at and not is_in_refund(order):
                order |= {"status": "COMPLETED", "completed": True}
                if points := earned_points(order):
                    self.points_come(order["buyer"], points, f"EARN:{order_id}", at)
                    self.book_points(f"EARN:{order_id}")

    def mature(self, at: datetime) -> None:
        """Pending, due, and no refund open: handed out, money and points to a debt first (R7, R9, W1)."""
        for key, row in sorted(self.commissions.items(), key=lambda one: (one[1]["paid_at"], one[0])):
            if row["state"] == "PENDING" and row["due"] and row["due"] <= at and not row["holds"]:
                self._hand_out(*key, row, at)

    def _hand_out(self, order_id: str, name: str, row: Book, at: datetime) -> None:
        payee, of_row = name.split("#")[0], f"{order_id}:{name}".replace("#", ":")
        entry_id, before = f"MATURE:{of_row}", units_left(row)
        cap, row["trimmed"] = self._left_out(self.orders[order_id]["plan"], payee, row)
        left = units_left(row)
        if row["form"] in ("COUPON", "GIFT"):
            is_coupon = row["form"] == "COUPON"
            thing_id = self.coupon_form if is_coupon else self.gift_form
            room = (self.campaigns if is_coupon else self.gifts)[thing_id]["left"]
            if room < left:
                row["trimmed"] = 0
                return  # it waits until there are enough
            prefix, grant_id = "CP" if is_coupon else "GC", f"{order_id}:{name}"
            row["things"] = [self.number(prefix, grant_id, str(unit)) for unit in range(left)]
            for one in row["things"]:
                (self.send if is_coupon else self.give_gift)(one, payee, thing_id, at)
        elif row["form"] == "POINTS":
            self.points_pending[payee] -= before
            self.points_come(payee, left, entry_id, at)
            for booked in ([entry_id] if left else []) + ([f"TRIM:{of_row}"] if before > left else []):
                self.book_points(booked)
        else:
            self.pending[payee] -= before
            self.net[payee] += left
            if left:
                self.book(entry_id)
            if row["trimmed"]:
                self.book(f"TRIM:{of_row}", shop_commission=row["trimmed"])
        self.spent[cap] += row["amount"] - row["clawed"] - row["trimmed"]
        row |= {"state": "MATURED", "matured": True}

    def _left_out(self, plan: Book, payee: str, row: Book) -> tuple[tuple[int, str, str], int]:
        """The cap it counts in, and what that leaves out: so much a month, what was earned first is paid
        first; of what comes in units, whole ones are kept (R9)."""
        cap = plan["number"], payee, f"{row['paid_at'] + timedelta(hours=8):%Y-%m}"
        earned = row["amount"] - row["clawed"]
        room = earned if plan["month"] is None else max(0, plan["month"] - self.spent[cap])
        kept, unit = min(earned, room), WORTH.get(row["form"], 1)
        return cap, 0 if kept == earned else earned - kept // unit * unit

    # -- stock ------------------------------------------------------------------------------

    def adjust_stock(self, sku: str, change: int) -> None:
        """Staff book goods in or out (S2)."""
        demand(self.skus[sku]["available"] + change >= 0, "StockOutOfRange")
        self.skus[sku]["available"] += change
        self.skus[sku]["stocked"] += change

    def count_stock(self, sku: str, available: int) -> None:
        """Staff counted."""
        self.skus[sku]["stocked"] += available - self.skus[sku]["available"]
        self.skus[sku]["available"] = available
