"""The auditor's other half: money that goes back to buyers and out to distributors."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tests.books.auditor import FROM_STAFF, RETURN_WITHIN, earned_points, shippable, units_left
from tests.books.auditor_goods import GoodsAuditor
from tests.books.auditor_points import Refused, demand
from tests.books.auditor_purses import Book

MIN_FEN, MAX_FEN, DAILY_FEN = 100, 20_000, 25_000
AUTO_BELOW_FEN, TWO_ABOVE_FEN = 800, 1_500
FEE_BPS = 60

Asked = Mapping[int, tuple[int, int | None]]
"""By line: how many units, and less money than they cost if a number is given."""


class MoneyAuditor(GoodsAuditor):
    """Refunds, withdrawals and adjustments on top of orders."""

    def __init__(self) -> None:
        super().__init__()
        self.withdrawals: dict[str, Book] = {}
        self.used: Counter[tuple[str, date]] = Counter()
        self.adjustments: dict[str, Book] = {}

    # -- refunds ----------------------------------------------------------------------------

    def ask(self, refund_id: str, order_id: str, asked: Asked, at: datetime, **how: object) -> None:
        """Somebody asks units back (O4); ``how``: ``returns`` goods, ``by_staff``, ``freight`` by staff."""
        order = self.orders[order_id]
        demand(order["status"] not in ("UNPAID", "CLOSED"), "NotRefundable")
        is_over = order["status"] == "COMPLETED" or ("until" in order and at >= order["until"])
        demand(how["by_staff"] or not is_over, "NotRefundable")
        demand(order["refunds"] < 50, "TooManyRefunds")
        lines = {
            number: self._cut(order["lines"][number], *wanted, returns=bool(how["returns"]))
            for number, wanted in asked.items()
        }
        freight = self._freight_back(order, lines)
        if how["by_staff"] and how["freight"] is not None:
            freight = int(str(how["freight"]))
        demand(freight <= freight_left(order), "Invalid")
        is_free = not any(order["lines"][number]["paid"] for number in lines)
        demand(is_free or freight + sum(one["fen"] for one in lines.values()) >= 1, "Invalid")
        order["refunds"] += 1
        for number, one in lines.items():
            order["lines"][number] |= {
                "refund": refund_id,
                "asked": one["units"],
                "asked_unsent": one["unsent"],
            }
        for row in self.rows(order_id):
            is_held = row["state"] not in ("CLAWED", "ZERO")
            if is_held and any(row["parts"].get(number, 0) for number in lines):
                row["holds"].add(refund_id)
        self.refunds[refund_id] = {
            "order": order_id,
            "status": "ASKED",
            "lines": lines,
            "freight": freight,
            "returns": how["returns"],
            "by": FROM_STAFF if how["by_staff"] else "buyer",
            "sellable": True,
        }

    @staticmethod
    def _cut(line: Book, units: int, fen: int | None, *, returns: bool) -> Book:
        demand(line["refund"] is None, "LineInRefund")
        demand(1 <= units <= line["quantity"] - line["back"], "Invalid")
        not_sent = min(units, shippable(line))
        demand(not (returns and not_sent == units), "NothingToReturn")
        before, after = line["back"], line["back"] + units
        most = line["paid"] * after // line["quantity"] - line["paid"] * before // line["quantity"]
        most = min(most, line["paid"] - line["back_fen"] - line["reserved_fen"])
        amount = most if fen is None else fen
        demand(0 <= amount <= most and (not not_sent or amount == most), "Invalid")
        return {"units": units, "unsent": not_sent, "fen": amount}

    @staticmethod
    def _freight_back(order: Book, lines: Mapping[int, Book]) -> int:
        """By itself only when nothing was sent and, with these lines, everything is back."""
        for number, line in order["lines"].items():
            coming = lines[number]["units"] if number in lines else line["asked"] * bool(line["reserved_fen"])
            if line["back"] + coming != line["quantity"]:
                return 0
        return 0 if order["parcels"] else freight_left(order)

    def approve_return(self, refund_id: str, at: datetime) -> None:
        """Staff let goods come back."""
        refund = self.refunds[refund_id]
        demand(refund["returns"] and refund["status"] == "ASKED", "RefundMoved")
        refund |= {"status": "RETURNING", "until": at + RETURN_WITHIN}

    def confirm_returned(self, refund_id: str, *, sellable: bool) -> None:
        """The goods are in the shop's hands."""
        refund = self.refunds[refund_id]
        demand(refund["status"] == "RETURNING", "RefundMoved")
        refund |= {"status": "RETURNED", "sellable": sellable}

    def agree(self, refund_id: str) -> None:
        """Staff set the money aside (invariant 8)."""
        refund = self.refunds[refund_id]
        order = self.orders[refund["order"]]
        if refund["status"] in ("RESERVED", "SENT", "POSTED"):
            return
        demand(refund["status"] == ("RETURNED" if refund["returns"] else "ASKED"), "RefundMoved")
        if refund["by"] == "buyer":
            refund["freight"] = self._freight_back(order, refund["lines"])
        demand(refund["freight"] <= freight_left(order), "Invalid")
        refund["status"] = "RESERVED"
        self._reserve(refund, +1)

    def _reserve(self, refund: Book, sign: int) -> None:
        order = self.orders[refund["order"]]
        order["freight"]["reserved"] += sign * refund["freight"]
        for number, one in refund["lines"].items():
            order["lines"][number]["reserved_fen"] += sign * one["fen"]

    def end_refund(self, refund_id: str, status: str) -> None:
        """Refused, cancelled or failed: everything it held is free again."""
        refund = self.refunds[refund_id]
        may = {
            "REFUSED": ("ASKED", "RETURNING", "RETURNED"),
            "CANCELLED": ("ASKED", "RETURNING", "CANCELLED"),
            "FAILED": ("RESERVED", "SENT", "FAILED"),
        }
        demand(refund["status"] in may[status], "RefundMoved")
        if refund["status"] != status:
            self._free(refund_id, status)

    def _free(self, refund_id: str, status: str) -> None:
        refund = self.refunds[refund_id]
        if refund["status"] in ("RESERVED", "SENT"):
            self._reserve(refund, -1)
        refund["status"] = status
        for number in refund["lines"]:
            self.orders[refund["order"]]["lines"][number] |= {"refund": None, "asked": 0, "asked_unsent": 0}
        for row in self.rows(refund["order"]):
            row["holds"].discard(refund_id)

    def post_refund(self, refund_id: str, at: datetime) -> None:
        """The money is back at the buyer; commissions shrink by cumulative floors (invariant 11)."""
        refund = self.refunds[refund_id]
        if refund["status"] == "POSTED":
            return
        order = self.orders[refund["order"]]
        brought = earned_points(order)
        self._free(refund_id, "POSTED")
        order["freight"]["back"] += refund["freight"]
        points = 0
        for number, one in refund["lines"].items():
            line = order["lines"][number]
            points += line["points"] * (line["back"] + one["units"]) // line["quantity"]
            points -= line["points"] * line["back"] // line["quantity"]
            line["back"] += one["units"]
            line["unsent_back"] += one["unsent"]
            line["back_fen"] += one["fen"]
            units = one["units"] if refund["returns"] and refund["sellable"] else one["unsent"]
            self.give_back(line, units)
        if all(
            (line["back"], line["back_fen"]) == (line["quantity"], line["paid"])
            for line in order["lines"].values()
        ):
            order["status"] = "CLOSED"
        self.maybe_shipped(order, at)
        if all(line["back"] == line["quantity"] for line in order["lines"].values()):
            self.all_went_back(order, at)
        self._book_refund(refund_id, points, brought - earned_points(order) if order["completed"] else 0, at)

    def _book_refund(self, refund_id: str, points: int, brought: int, at: datetime) -> None:
        """Its entry, unless it moved neither money nor points: those it gives back as fresh ones, and those
        that buying had brought."""
        total = self.refund_fen(refund_id)
        order_id = self.refunds[refund_id]["order"]
        taken = {name: self._claw(name, row, refund_id)
                 for (number, name), row in self.commissions.items() if number == order_id}  # fmt: skip
        money = sum(units for name, units in taken.items() if name.count("#") == 1)
        in_points = sum(units for name, units in taken.items() if name.endswith("#POINTS"))
        buyer = self.orders[order_id]["buyer"]
        if points:
            self.points_come(buyer, points, f"REFUND:{refund_id}", at)
        if brought:
            self.points_go(buyer, brought)
        if self.orders[order_id]["bill"] and total:
            self.net[buyer] += total
            self.book(f"REPAY:{refund_id}", shop_sales=-total)
            total = 0
        if total or points or brought or money or in_points:
            self.book(f"REFUND:{refund_id}", wx_cash=total, shop_sales=-total, shop_commission=money)

    def is_ours_alone(self, refund_id: str) -> bool:
        """No money, or the balance's: WeChat has no part in it."""
        return not self.refund_fen(refund_id) or bool(self.orders[self.refunds[refund_id]["order"]]["bill"])

    def refund_fen(self, refund_id: str) -> int:
        """What goes back to the buyer."""
        refund = self.refunds[refund_id]
        return int(refund["freight"]) + sum(one["fen"] for one in refund["lines"].values())

    def _claw(self, name: str, row: Book, refund_id: str) -> int:
        """All that should be taken back by now, less what was: any order of refunds ends equal. What a cap
        left out comes off first."""
        order, lines = self.orders[self.refunds[refund_id]["order"]], self.refunds[refund_id]["lines"]
        if row["state"] == "ZERO" or not any(row["parts"].get(one) and lines[one]["fen"] for one in lines):
            return 0
        should = sum(
            part * order["lines"][number]["back_fen"] // order["lines"][number]["paid"]
            for number, part in row["parts"].items()
            if part
        )
        before = units_left(row)
        row["clawed"] = max(row["clawed"], should - row["trimmed"])
        taken = before - units_left(row)
        payee, form = name.split("#")[0], row["form"]
        if form == "POINTS" and row["matured"]:
            self.points_go(payee, taken)
        elif form in ("COUPON", "GIFT"):
            row["kept"] += self._things_kept(row, taken) if row["matured"] else 0
        else:
            cash = self.net if row["matured"] else self.pending
            (self.points_pending if form == "POINTS" else cash)[payee] -= taken
        if row["clawed"] + row["trimmed"] == row["amount"]:
            row["state"] = "CLAWED"
        return int(taken)

    def _things_kept(self, row: Book, units: int) -> int:
        """So many coupons or gifts shall come back, the first first; those that were used stay (R7)."""
        for one in row["things"]:
            units -= bool(units) and self.take_back_thing(one)
        return units

    def post_late(self, order_id: str) -> None:
        """Money that came too late is back."""
        order = self.orders[order_id]
        if order["late"] != "POSTED":
            order["late"] = "POSTED"
            self.book(f"REFUND:{order['late_id']}", wx_cash=order["total"], shop_sales=-order["total"])

    # -- withdrawals ------------------------------------------------------------------------

    def withdraw(self, withdrawal_id: str, member_id: str, amount: int, at: datetime) -> None:
        """Available becomes frozen, or nothing happens (W2, invariant 14)."""
        today = (at + timedelta(hours=8)).date()
        demand(MIN_FEN <= amount <= MAX_FEN, "AmountOutOfRange")
        demand(self.net[member_id] >= amount, "BalanceTooLow")
        demand(not self.frozen[member_id], "OneAtATime")
        demand(self.used[member_id, today] + amount <= DAILY_FEN, "OverDailyLimit")
        needed = 0 if amount < AUTO_BELOW_FEN else 2 if amount > TWO_ABOVE_FEN else 1
        self.net[member_id] -= amount
        self.frozen[member_id] += amount
        self.used[member_id, today] += amount
        self.withdrawals[withdrawal_id] = {
            "member": member_id,
            "amount": amount,
            "fee": amount * FEE_BPS // 10_000,
            "day": today,
            "needed": needed,
            "said_yes": [],
            "status": "AUDIT" if needed else "APPROVED",
        }
        self.book(f"RESERVE:{withdrawal_id}")

    def approve(self, withdrawal_id: str, staff: str) -> None:
        """One person's yes; two different ones above a limit (trust A6.5)."""
        held = self.withdrawals[withdrawal_id]
        demand(held["status"] == "AUDIT", "WithdrawalMovedOn")
        demand(staff not in held["said_yes"], "ApprovedAlready")
        held["said_yes"].append(staff)
        if len(held["said_yes"]) == held["needed"]:
            held["status"] = "APPROVED"

    def reject(self, withdrawal_id: str) -> None:
        """Staff refuse."""
        demand(self.withdrawals[withdrawal_id]["status"] == "AUDIT", "WithdrawalMovedOn")
        self.give_up(withdrawal_id, "REJECTED")

    def cancel(self, withdrawal_id: str) -> None:
        """The member calls it off."""
        held = self.withdrawals[withdrawal_id]
        if held["status"] in ("AUDIT", "APPROVED"):
            self.give_up(withdrawal_id, "CANCELLED")
        elif held["status"] == "WAITING":
            held["status"] = "CANCELING"
        elif held["status"] not in ("CANCELING", "CANCELLED"):
            raise Refused("TooLateToCancel")

    def sent(self, withdrawal_id: str) -> None:
        """WeChat holds the bill and waits for the member."""
        if self.withdrawals[withdrawal_id]["status"] == "APPROVED":
            self.withdrawals[withdrawal_id]["status"] = "WAITING"

    def hear(self, withdrawal_id: str, state: str) -> None:
        """WeChat's word on a bill: PAYOUT xor RELEASE, once (invariant 16)."""
        held = self.withdrawals[withdrawal_id]
        if held["status"] in ("PAID", "RETURNED", "CANCELLED"):
            return
        if state == "SUCCESS":
            held["status"] = "PAID"
            self.frozen[held["member"]] -= held["amount"]
            paid = held["amount"] - held["fee"]
            self.book(f"PAYOUT:{withdrawal_id}", wx_cash=paid, shop_fees=held["fee"])
        elif state in ("FAIL", "CANCELLED"):
            was_called_back = state == "CANCELLED" and held["status"] == "CANCELING"
            self.give_up(withdrawal_id, "CANCELLED" if was_called_back else "RETURNED")

    def give_up(self, withdrawal_id: str, status: str) -> None:
        """The money is the member's again; a debt is paid first by ``net`` being one number."""
        held = self.withdrawals[withdrawal_id]
        held["status"] = status
        self.frozen[held["member"]] -= held["amount"]
        self.net[held["member"]] += held["amount"]
        self.used[held["member"], held["day"]] -= held["amount"]
        self.book(f"RELEASE:{withdrawal_id}")

    # -- adjustments ------------------------------------------------------------------------

    def ask_adjustment(self, number: str, member_id: str, amount: int, staff: str) -> None:
        """One person asks; nothing moves (trust A6.5)."""
        self.adjustments[number] = {"member": member_id, "amount": amount, "by": staff, "status": "WAITING"}

    def decide_adjustment(self, number: str, staff: str, *, is_agreed: bool) -> None:
        """Another agrees, and it is booked; or somebody refuses."""
        asked = self.adjustments[number]
        demand(asked["status"] == "WAITING", "AdjustmentMoved")
        demand(not is_agreed or staff != asked["by"], "AdjustmentNeedsAnother")
        asked["status"] = "DONE" if is_agreed else "REJECTED"
        if is_agreed:
            self.net[asked["member"]] += asked["amount"]
            self.book(f"ADJUST:{number}", shop_adjustments=-asked["amount"])


def freight_left(order: Book) -> int:
    """Freight that may still be given back."""
    freight = order["freight"]
    return int(freight["paid"] - freight["reserved"] - freight["back"])
