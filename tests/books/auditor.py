"""The auditor: the shop kept a second time in plain dictionaries, by the written rules alone.

It calls no line of the product. Every method either changes its own books or raises ``Refused`` with
the name of the refusal the product must give; after each step the product's tables are compared with
these books. Money is int fen; a wallet is one signed number (``net``), so available and debt follow.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tests.books.auditor_points import FEN_PER_EARNED_POINT, demand
from tests.books.auditor_purses import MOST_THINGS, WORTH, Book, Form, Purses, split

FREIGHT_FEN = 1_200
UNPAID_FOR = timedelta(minutes=30)
RETURN_WITHIN = timedelta(days=7)
PLAN_WAITS = timedelta(seconds=15)
LIMIT_PER_ORDER = 5
MAX_UNPAID = 20
FROM_STAFF = "STANNA"


class Auditor(Purses):
    """Who stands where, what lies in stock, what was sold, and who is owed what."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Book] = {}
        self.levels: dict[str, tuple[int, ...]] = {}
        self.coupon_form = self.gift_form = ""
        """The campaign and the gift that plans pay in."""
        self.number: Callable[..., str] = str
        """How the shop numbers what has a name."""
        self.plans: list[Book] = []
        self.skus: dict[str, Book] = {}
        self.orders: dict[str, Book] = {}
        self.refunds: dict[str, Book] = {}
        self.commissions: dict[tuple[str, str], Book] = {}
        self.spent: Counter[tuple[int, str, str]] = Counter()
        """What was handed out within a plan's cap, by plan, payee and month."""
        self.net: Counter[str] = Counter()
        self.pending: Counter[str] = Counter()
        self.frozen: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()
        """The shop's side of the journal: ``wx:cash``, ``shop:sales``, ``shop:commission``, ``shop:fees``."""

    def book(self, entry_id: str, **accounts: int) -> None:
        """An entry that must be in the journal, once; its postings on the shop's accounts."""
        assert entry_id not in self.entries, entry_id
        self.entries.add(entry_id)
        self.accounts.update({name.replace("_", ":"): amount for name, amount in accounts.items()})

    # -- people and plans -------------------------------------------------------------------

    def chain(self, member_id: str | None) -> list[str]:
        """This member, its inviter and so on, by who really invited whom."""
        found = []
        while member_id is not None:
            found.append(member_id)
            member_id = self.people[member_id]["upline"]
        return found

    def move(self, member_id: str, inviter_id: str | None) -> None:
        """Staff put a member below another (M3). Paths below follow later, by the stream."""
        member = self.people[member_id]
        demand(member["upline"] != inviter_id, "AlreadyThere")
        demand(member_id not in self.chain(inviter_id), "WouldMakeLoop")
        member["upline"] = inviter_id
        member["path"] = self.chain(inviter_id)[:3]

    def paths_follow(self) -> None:
        """The stream was delivered: every path is true."""
        for member in self.people.values():
            member["path"] = self.chain(member["upline"])[:3]

    def set_level(self, member_id: str, level: str) -> None:
        """Staff change a distributor's level (D2)."""
        demand(self.people[member_id]["status"], "DistributorUnknown")
        demand(self.people[member_id]["level"] != level, "StepNotAllowed")
        self.people[member_id]["level"] = level

    def set_status(self, member_id: str, status: str) -> None:
        """Staff disable or enable a distributor (D1)."""
        demand(self.people[member_id]["status"], "DistributorUnknown")
        demand(self.people[member_id]["status"] != status, "StepNotAllowed")
        self.people[member_id]["status"] = status

    def publish(
        self,
        rates: tuple[int, ...],
        *,
        own: bool,
        cap_bps: int,
        form: Form,
        month_fen: int | None,
        at: datetime,
    ) -> None:
        """A new plan, whose first level is paid in this ``form``, all others in money (R7, R9, R12).

        Nobody gets more than ``month_fen`` of what is credited in one month. Refused when the dearest chain
        could earn more than the cap of an article.
        """
        places = [*([0] if own else []), *range(len(rates))]
        tables = [rates, *filter(None, self.levels.values())]
        dearest = sum(max((one[place] for one in tables if place < len(one)), default=0) for place in places)
        demand(dearest <= cap_bps, "PlanNotCompliant")
        for sku in self.skus.values():
            fixed = sum(sku["fixed"][place] for place in places if place < len(sku["fixed"]))
            lowest = min([sku["price"], *sku["member"].values()])
            demand(fixed <= lowest * cap_bps // 10_000, "PlanNotCompliant")
        begins = at + PLAN_WAITS
        self.plans.append({"rates": rates, "own": own, "cap": cap_bps, "form": form, "from": begins})
        self.plans[-1] |= {"number": len(self.plans), "month": month_fen}

    def plan_at(self, at: datetime) -> Book | None:
        """The last published of the plans that began last."""
        begun = [(plan["from"], number) for number, plan in enumerate(self.plans) if plan["from"] <= at]
        return self.plans[max(begun)[1]] if begun else None

    def is_active(self, member_id: str) -> bool:
        """Whether this member may promote."""
        return bool(self.people[member_id]["status"] == "APPROVED")

    # -- placing and paying -----------------------------------------------------------------

    def price(self, buyer: str, sku: str) -> int:
        """The member price of the buyer's level, else retail."""
        level = self.people[buyer]["level"] if self.is_active(buyer) else None
        return int(self.skus[sku]["member"].get(level, self.skus[sku]["price"]))

    def freight(self, basket: Mapping[str, int]) -> int:
        """The same for any number of things, none for what needs no parcel."""
        return FREIGHT_FEN if any(self.skus[sku]["is_sent"] for sku in basket) else 0

    def goods(self, buyer: str, basket: Mapping[str, int]) -> list[tuple[str, int]]:
        """Product and price of each line, before coupon and points."""
        return [(self.skus[sku]["product"], self.price(buyer, sku) * units) for sku, units in basket.items()]

    def place(
        self,
        order_id: str,
        buyer: str,
        basket: Mapping[str, int],
        at: datetime,
        *,
        coupon_id: str | None = None,
        points: int = 0,
    ) -> None:
        """An order: stock reserved, coupon and points used, terms frozen (O1)."""
        waiting = [one for one in self.orders.values() if (one["buyer"], one["status"]) == (buyer, "UNPAID")]
        demand(len(waiting) < MAX_UNPAID, "TooManyUnpaid")
        of_product: Counter[str] = Counter()
        for sku, number in basket.items():
            of_product[self.skus[sku]["product"]] += number
        for sku, number in basket.items():
            demand(of_product[self.skus[sku]["product"]] <= LIMIT_PER_ORDER, "CannotBuy")
            demand(self.skus[sku]["available"] >= number, "CannotBuy")
        goods = self.goods(buyer, basket)
        redeemed = self.redeem(buyer, goods, coupon_id, points, at)
        self.use(order_id, buyer, coupon_id, points)
        lines = {}
        for line_no, (sku, number) in enumerate(basket.items(), 1):
            self.skus[sku]["available"] -= number
            coupon_fen, points_fen, some = redeemed[line_no - 1]
            paid = goods[line_no - 1][1] - coupon_fen - points_fen
            lines[line_no] = {"sku": sku, "quantity": number, "paid": paid, "shipped": 0, "held": number}
            lines[line_no] |= {"coupon_fen": coupon_fen, "points_fen": points_fen, "points": some}
            lines[line_no] |= dict.fromkeys(("back", "unsent_back", "back_fen", "reserved_fen"), 0)
            lines[line_no] |= {"refund": None, "asked": 0, "asked_unsent": 0}
        self.orders[order_id] = {
            "buyer": buyer,
            "status": "UNPAID",
            "lines": lines,
            "freight": {"paid": self.freight(basket), "reserved": 0, "back": 0},
            "total": self.freight(basket) + sum(line["paid"] for line in lines.values()),
            "coupon": coupon_id,
            "points": points,
            "expires": at + UNPAID_FOR,
            "earns": self._terms(buyer, lines, at),
            "plan": self.plan_at(at) or {"form": "CASH", "number": 0, "month": None},
            "completed": False,
            "parcels": 0,
            "late": None,
            "money": "NONE",
            "bill": None,
            "refunds": 0,
        }

    def _terms(self, buyer: str, lines: dict[int, Book], at: datetime) -> dict[str, dict[int, int]]:
        """By payee and rule, what each line will earn: floors, then the cap by largest remainder."""
        plan = self.plan_at(at)
        if plan is None:
            return {}
        chain = [one for one in dict.fromkeys(self.people[buyer]["path"]) if one != buyer]
        payees = [(one, place) for place, one in enumerate(chain[: len(plan["rates"])], 1)]
        if plan["own"] and self.is_active(buyer):
            payees.insert(0, (buyer, 0))
        names = [f"{one}#{f'L{place}' if place else 'SELF'}" for one, place in payees]
        earns: dict[str, dict[int, int]] = {name: {} for name in names}
        for line_no, line in lines.items():
            wanted = [self._wanted(plan, line, one, place) for one, place in payees]
            most = line["paid"] * plan["cap"] // 10_000
            parts = wanted if sum(wanted) <= most else split(most, wanted)
            for name, part in zip(names, parts, strict=True):
                earns[name][line_no] = part
        return earns

    def _wanted(self, plan: Book, line: Book, payee: str, level: int) -> int:
        place, fixed = max(level, 1) - 1, self.skus[line["sku"]]["fixed"]
        if not self.is_active(payee):
            return 0
        if fixed:
            return int(fixed[place]) * int(line["quantity"]) if place < len(fixed) else 0
        rates = self.levels[self.people[payee]["level"]] or plan["rates"]
        return int(line["paid"]) * (rates[place] if place < len(rates) else 0) // 10_000

    def announce(self, order_id: str, at: datetime) -> None:
        """The buyer opens the payment (O2)."""
        order = self.orders[order_id]
        demand(order["status"] == "UNPAID" and order["total"], "OrderNotPayable")
        demand(order["expires"] - at >= timedelta(minutes=1), "OrderExpired")

    def settle(self, order_id: str, at: datetime) -> None:
        """WeChat's word that the money is there; a second time changes nothing (invariants 6, 22)."""
        order = self.orders[order_id]
        was_closed = order["status"] == "CLOSED" and order["money"] == "NONE"
        if was_closed or (order["bill"] and not order["late"]):
            order |= {"money": "LATE" if was_closed else "PAID", "late": "RESERVED"}
            self.book(f"PAID:{order_id}", wx_cash=-order["total"], shop_sales=order["total"])
        elif order["status"] == "UNPAID":
            total, credited = order["total"], self._credit(order_id, at)
            self.book(f"PAID:{order_id}", wx_cash=-total, shop_sales=total, shop_commission=-credited)

    def pay_from_balance(self, order_id: str, bill: str, at: datetime) -> None:
        """The buyer's own money pays all of it, or nothing happens (decision 11)."""
        self.announce(order_id, at)
        order = self.orders[order_id]
        demand(self.net[order["buyer"]] >= order["total"], "BalanceNotEnough")
        self.net[order["buyer"]] -= order["total"]
        order["bill"] = bill
        self.book(f"PURCHASE:{bill}", shop_sales=order["total"])
        credited = self._credit(order_id, at)
        rows = [(name, row) for (number, name), row in self.commissions.items() if number == order_id]
        if any(row["units"] for name, row in rows if not name.endswith(("#COUPON", "#GIFT"))):
            self.book(f"CREDIT:{order_id}", shop_commission=-credited)

    def settle_free(self, order_id: str, at: datetime) -> None:
        """An order of nothing is paid without WeChat, and nobody earns on it."""
        if self.orders[order_id]["status"] == "UNPAID":
            assert self.orders[order_id]["total"] == 0 and self._credit(order_id, at) == 0

    def free(self) -> list[str]:
        """The orders of nothing that nobody has settled yet."""
        return [
            one for one, order in self.orders.items() if order["status"] == "UNPAID" and not order["total"]
        ]

    def _credit(self, order_id: str, at: datetime) -> int:
        """Paid: a row for everybody in the terms; how much money that is in all."""
        order = self.orders[order_id]
        order |= {"money": "PAID", "status": "PAID"}
        credited = 0
        for name, parts in order["earns"].items():
            amount = sum(parts.values())
            form = order["plan"]["form"] if amount > 0 and name.endswith("#L1") else "CASH"
            units = amount // WORTH.get(form, 1)
            if form == "CASH":
                self.pending[name.split("#")[0]] += units
                credited += amount
            elif form == "POINTS":
                self.points_pending[name.split("#")[0]] += units
            else:
                units = min(units, MOST_THINGS)
            self.commissions[order_id, name if form == "CASH" else f"{name}#{form}"] = {
                "form": form,
                "paid_at": at,
                "kept": 0,
                "state": "PENDING" if units else "ZERO",
                "amount": amount,
                "units": units,
                "parts": parts,
                "back": Counter(),
                "clawed": 0,
                "trimmed": 0,
                "holds": set(),
                "due": None,
                "matured": False,
            }
        return credited

    def close(self, order_id: str, at: datetime) -> None:
        """An unpaid order ends, its stock goes back once (invariant 21)."""
        order = self.orders[order_id]
        demand(order["status"] in ("UNPAID", "CLOSED") and order["money"] != "PAID", "OrderAlreadyPaid")
        if order["status"] == "UNPAID":
            order["status"] = "CLOSED"
            self.come_back(order_id, order, at)
            for line in order["lines"].values():
                self.give_back(line, line["quantity"])

    def give_back(self, line: Book, number: int) -> None:
        """Units of a line return to the counter."""
        line["held"] -= number
        self.skus[line["sku"]]["available"] += number


def unsent(line: Book) -> int:
    """Units neither sent nor given back."""
    return int(line["quantity"] - line["shipped"] - line["unsent_back"])


def shippable(line: Book) -> int:
    """Unsent units that nobody asked back."""
    return unsent(line) - int(line["asked_unsent"])


def is_in_refund(order: Book) -> bool:
    """Whether somebody asks units of it back."""
    return any(line["refund"] for line in order["lines"].values())


def earned_points(order: Book) -> int:
    """What buying brought by now: for the goods that were paid in money and kept."""
    kept = sum(line["paid"] - line["back_fen"] for line in order["lines"].values())
    return int(kept) // FEN_PER_EARNED_POINT


def units_left(row: Book) -> int:
    """Of a commission, in fen or units: credited, less the floor of what was taken back or left out."""
    gone = row["clawed"] + row["trimmed"]
    return int(row["units"] - (row["units"] * gone // row["amount"] if row["amount"] else 0))
