"""What must hold of the books, as pure checks; the runtime twin of trust A4.

Every check returns findings. A finding's ``off_fen`` is how far the books are off because of it;
zero where no amount can be named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.commissions.rules import Commission
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.money import MAX_FEN, Fen, clawback
from chalicelib.orders.rules import Order
from chalicelib.wallet.move_points import (
    POINTS_PURSES,
    POINTS_SPENT,
    Lot,
    PointsPurse,
    PointsWallet,
    points_account_of,
)
from chalicelib.wallet.rules import PAYING_KINDS, PURSES, REPAYING_KINDS, Entry, Wallet, account_of

OPENED_ON = date(2026, 11, 1)
"""No entry is older: the day from which a full audit walks the journal."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold, with the number of its invariant."""

    invariant: int
    subject: str
    detail: str
    off_fen: Fen = Fen(0)


@dataclass(frozen=True)
class Audit:
    """One run of the audit over the business days ``from_day`` to ``to_day``."""

    audit_id: str
    at: datetime
    from_day: date
    to_day: date
    entries: int
    orders: int
    wallets: int
    books_off_fen: Fen
    findings: tuple[Finding, ...]
    waiting: tuple[str, ...] = field(default=())
    """What could not be checked yet, e.g. a bill that WeChat is still writing."""


class AuditUnknown(NotFound):
    """No audit of this id."""

    title = "没有这次核对"
    detail = "没有找到这次对账记录。"


def check_entry(entry: Entry) -> list[Finding]:
    """Invariants 1, 2 and 19 of one entry, asset by asset."""
    money = [posting.amount_fen for posting in entry.postings]
    points = [posting.points for posting in entry.points]
    found = []
    if sum(money) != 0:
        found.append(Finding(2, entry.entry_id, f"sums to {sum(money)}", Fen(abs(sum(money)))))
    if sum(points) != 0:
        found.append(Finding(19, entry.entry_id, f"sums to {sum(points)} points"))
    if len(money) == 1 or len(points) == 1 or not (money or points):
        found.append(Finding(2, entry.entry_id, f"{len(money)} postings, {len(points)} in points"))
    if any(abs(amount) > MAX_FEN for amount in (*money, *points)):
        found.append(Finding(1, entry.entry_id, "an amount beyond reason"))
    return found


def fold(folds: dict[str, int], entry: Entry) -> None:
    """Add an entry to the running sums by account."""
    for posting in entry.postings:
        folds[posting.account] = folds.get(posting.account, 0) + posting.amount_fen


def fold_points(folds: dict[str, int], entry: Entry) -> None:
    """The same in points; the two are never added to one another."""
    for posting in entry.points:
        folds[posting.account] = folds.get(posting.account, 0) + posting.points


def check_total(folds: Mapping[str, int]) -> list[Finding]:
    """Invariant 3: everything together sums to zero."""
    total = sum(folds.values())
    return [Finding(3, "journal", f"all accounts sum to {total}", Fen(abs(total)))] if total else []


def check_points(wallet: PointsWallet, lots: Sequence[Lot], folds: Mapping[str, int]) -> list[Finding]:
    """Invariant 19: stored points equal the fold of the journal and the open lots, none below zero."""
    found = []
    stored: dict[PointsPurse, int] = {"available": wallet.available, "debt": -wallet.debt}
    for purse in POINTS_PURSES:
        account = points_account_of(wallet.member_id, purse)
        folded = folds.get(account, 0)
        if purse == "pending":
            if folded < 0:
                found.append(Finding(19, account, f"folds to {folded} points"))
        elif stored[purse] != folded:
            found.append(Finding(19, account, f"stored {stored[purse]}, journal {folded} points"))
    open_points = sum(lot.points for lot in lots)
    if open_points != wallet.available + wallet.used:
        have = wallet.available + wallet.used
        found.append(Finding(19, wallet.member_id, f"lots {open_points}, available and used {have} points"))
    if min(wallet.available, wallet.debt, wallet.used) < 0 or (wallet.available and wallet.debt):
        found.append(Finding(19, wallet.member_id, "points below zero, or beside a debt"))
    return found


def check_wallet(wallet: Wallet, folds: Mapping[str, int]) -> list[Finding]:
    """Invariants 3 and 13: stored balances equal the fold of the journal, none below zero."""
    found = []
    stored = {
        "available": wallet.available_fen,
        "frozen": wallet.frozen_fen,
        "debt": -wallet.debt_fen,
    }
    for purse in PURSES:
        account = account_of(wallet.member_id, purse)
        folded = folds.get(account, 0)
        if purse == "pending":
            if folded < 0:
                found.append(Finding(3, account, f"folds to {folded}", Fen(-folded)))
        elif stored[purse] != folded:
            off = Fen(abs(stored[purse] - folded))
            found.append(Finding(3, account, f"stored {stored[purse]}, journal {folded}", off))
    if min(wallet.available_fen, wallet.frozen_fen, wallet.debt_fen) < 0:
        found.append(Finding(13, wallet.member_id, "a balance below zero"))
    if wallet.available_fen and wallet.debt_fen:
        found.append(Finding(13, wallet.member_id, "money available beside a debt"))
    return found


def check_order(order: Order, entries: Sequence[Entry], commissions: Sequence[Commission]) -> list[Finding]:
    """Invariants 4, 6, 8, 10 and 11 of one order, against every entry that names it."""
    subject = order.order_id
    regular = [entry for entry in entries if "late" not in entry.refs]
    paid = [entry for entry in regular if entry.kind in PAYING_KINDS]
    found = []
    if len(paid) != (1 if order.paid_at and order.total_fen else 0):
        found.append(Finding(6, subject, f"{len(paid)} payments booked, the order says {order.status}"))
    lines_fen = sum(line.paid_fen for line in order.lines) + order.freight_fen
    if lines_fen != order.total_fen:
        found.append(Finding(4, subject, f"lines {lines_fen}, total {order.total_fen}"))
    if any(line.goods_fen != line.paid_fen + line.coupon_fen + line.points_fen for line in order.lines):
        found.append(Finding(20, subject, "a line's discount does not add up"))
    booked = sum(_on("shop:sales", [entry]) for entry in paid)
    if paid and booked != order.total_fen:
        off = Fen(abs(booked - order.total_fen))
        found.append(Finding(4, subject, f"booked {booked}, total {order.total_fen}", off))
    refunded = -_on("shop:sales", [entry for entry in regular if entry.kind in REPAYING_KINDS])
    if not 0 <= refunded <= order.total_fen:
        found.append(Finding(8, subject, f"refunded {refunded} of {order.total_fen}"))
    return found + _check_commissions(order, regular, commissions)


def _check_commissions(
    order: Order, entries: Sequence[Entry], commissions: Sequence[Commission]
) -> list[Finding]:
    found = []
    left = sum(commission.left_fen for commission in commissions if commission.form == "CASH")
    booked = -_on("shop:commission", entries)
    if left != booked:
        off = Fen(abs(left - booked))
        found.append(Finding(11, order.order_id, f"rows say {left}, the journal {booked}", off))
    lines = {line.line_no: line for line in order.lines}
    for line in order.lines:
        granted = sum(
            part.amount_fen for one in commissions for part in one.parts if part.line_no == line.line_no
        )
        if granted > line.paid_fen:
            found.append(Finding(10, order.order_id, f"line {line.line_no}: {granted} of {line.paid_fen}"))
    for commission in commissions:
        if commission.state == "ZERO":  # too little for a whole unit: nothing was given
            continue
        due = sum(
            clawback(part.amount_fen, lines[part.line_no].paid_fen, 0, lines[part.line_no].refunded_fen)
            for part in commission.parts
        )
        if not due - commission.trimmed_fen <= commission.clawed_fen <= due:
            subject = f"{order.order_id} {commission.payee_rule}"
            off = Fen(abs(due - commission.clawed_fen))
            found.append(Finding(11, subject, f"taken back {commission.clawed_fen}, due {due}", off))
    return found


def check_spent(order: Order, entries: Sequence[Entry]) -> list[Finding]:
    """Invariants 8, 11, 19 and 20 of an order's points: spent once, back as units went back, never more."""
    held = sum(
        posting.points for entry in entries for posting in entry.points if posting.account == POINTS_SPENT
    )
    given_back = sum(line.points * line.refunded_quantity // line.quantity for line in order.lines)
    is_dead = order.status == "CLOSED" and order.paid_at is None
    due = 0 if is_dead else order.points - given_back
    found = []
    if held != due:
        found.append(Finding(19, order.order_id, f"journal holds {held} points, the order {due}"))
    on_lines = sum(line.points for line in order.lines), sum(line.points_fen for line in order.lines)
    if on_lines != (order.points, order.points_fen):
        found.append(Finding(20, order.order_id, f"points on lines {on_lines}"))
    return found


def _on(account: str, entries: Iterable[Entry]) -> int:
    return sum(
        posting.amount_fen for entry in entries for posting in entry.postings if posting.account == account
    )


def pair_up(invariant: int, ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[Finding]:
    """Invariants 7 and 15: what we booked against WeChat's bill, by number; differences are findings."""
    found = []
    for number in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(number), theirs.get(number)
        if mine is None:
            found.append(Finding(invariant, number, f"only in WeChat's bill: {other}", Fen(other or 0)))
        elif other is None:
            found.append(Finding(invariant, number, f"only in our books: {mine}", Fen(mine)))
        elif mine != other:
            found.append(Finding(invariant, number, f"ours {mine}, WeChat {other}", Fen(abs(mine - other))))
    return found


def off_by(findings: Iterable[Finding]) -> Fen:
    """How far the books are off in all."""
    return Fen(sum(finding.off_fen for finding in findings))
