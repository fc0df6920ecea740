"""Fold the journal again and compare it with everything else (trust A4, the nightly audit)."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chalicelib.admin.verify_chain import verify_chain
from chalicelib.commissions import store as commissions
from chalicelib.commissions.hand_out import entry_name
from chalicelib.commissions.rules import Commission
from chalicelib.kernel import ids, log
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.reports import store
from chalicelib.reports.check_bills import check_bills
from chalicelib.reports.check_figures import check_figures
from chalicelib.reports.check_points_wallets import check_points_wallets
from chalicelib.reports.check_redeemed import check_redeemed
from chalicelib.reports.check_stock import check_stock
from chalicelib.reports.rules import (
    OPENED_ON,
    Audit,
    Finding,
    check_entry,
    check_order,
    check_total,
    check_wallet,
    fold,
    fold_points,
    off_by,
)
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import PURSES, Entry, EntryUnknown, account_of

_PATIENCE = 4
_CHUNK = 90
_CLOSES_AFTER = timedelta(hours=1)

Walked = dict[date, list[Entry]]


def audit(*, is_full: bool = False) -> Audit:
    """Check every invariant that can be checked from outside the transactions.

    Walks the journal by business day from the last closed one (``is_full``: from the first), and
    compares wallets, orders, commissions, stock, the audit chain and WeChat's bills with it. Keeps
    the result and the sums of days that are over. Publishes ``books_off_fen`` and, when there
    are any, ``audit_findings``: a broken audit chain is off by no fen. Both are alarmed at ≠ 0.
    """
    at = now()
    today = business_day(at)
    last = None if is_full else store.last_closed_day()
    first = last + timedelta(days=1) if last else OPENED_ON
    walked = {day: list(wallet.entries_of_day(day)) for day in _days(first, today)}
    entries = [entry for day in walked.values() for entry in day]
    members = {_owner(posting.account) for entry in entries for posting in entry.postings} - {""}
    named = {entry.refs["order_id"] for entry in entries if "order_id" in entry.refs}
    looked_at = _orders(named, first, today)
    bills = check_bills(walked, at)
    findings = [
        *(finding for entry in entries for finding in check_entry(entry)),
        *_check_wallets(members, walked, first, today),
        *check_points_wallets(walked, first, today),
        *(Finding(6, order_id, "an entry names no order") for order_id in sorted(named - looked_at.keys())),
        *(finding for order in looked_at.values() for finding in _check_order(order)),
        *bills.findings,
        *check_redeemed(looked_at.values()),
        *check_stock(looked_at.values()),
        *_check_chain(first if last else None),
    ]
    made = Audit(
        audit_id=ids.new_id("AU"),
        at=at,
        from_day=first,
        to_day=today,
        entries=len(entries),
        orders=len(looked_at),
        wallets=len(members),
        books_off_fen=off_by(findings),
        findings=tuple(findings),
        waiting=bills.waiting,
    )
    closing = business_day(at - _CLOSES_AFTER)
    check_figures({day: entries for day, entries in walked.items() if day < closing}, looked_at)
    _keep(made, walked, closing)
    return made


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _owner(account: str) -> str:
    kind, _, rest = account.partition(":")
    return rest.partition(":")[0] if kind == "m" else ""


def _check_wallets(members: set[str], walked: Walked, first: date, today: date) -> list[Finding]:
    """Money moves while we look: what differs is looked at again before it is believed."""
    found: list[Finding] = []
    suspects = members
    for attempt in range(_PATIENCE):
        folds: dict[str, int] = {}
        for day in walked.values():
            for entry in day:
                fold(folds, entry)
        found = check_total(folds)
        again = set()
        for member_id in sorted(suspects):
            wrong = _check_wallet(member_id, folds, first)
            found.extend(wrong)
            again |= {member_id} if wrong else set()
        if not again:
            break
        suspects = again
        if attempt + 1 < _PATIENCE:
            time.sleep(0.3 * (attempt + 1))
            walked[today] = list(wallet.entries_of_day(today))
    return found


def _check_wallet(member_id: str, folds: dict[str, int], first: date) -> list[Finding]:
    own = {}
    for purse in PURSES:
        account = account_of(member_id, purse)
        own[account] = folds.get(account, 0) + store.sum_before(account, first)
    return check_wallet(wallet.find(member_id), own)


def _orders(named: set[str], first: date, today: date) -> dict[str, Order]:
    """The orders placed in these days, and those that an entry of these days names."""
    found: dict[str, Order] = {}
    cursor: str | None = None
    while True:
        page = orders.of_days(newest=today, oldest=first, status=None, limit=100, cursor=cursor)
        found.update((order.order_id, order) for order in page.items)
        cursor = page.next
        if cursor is None:
            break
    for order_id in sorted(named - found.keys()):
        order = orders.find(order_id)
        if order is not None:
            found[order_id] = order
    return found


def _check_order(order: Order) -> list[Finding]:
    """Looked at again when it differs: it may have moved between our reads."""
    found: list[Finding] = []
    for _ in range(_PATIENCE):
        rows = commissions.of_order(order.order_id)
        entries = [entry for name in _named(order, rows) if (entry := _entry(name)) is not None]
        found = check_order(order, entries, rows)
        if not found:
            break
        order = orders.load(order.order_id)
    return found


def _named(order: Order, rows: Sequence[Commission]) -> list[str]:
    """The entries that an order, its refunds and what caps over time left out of its commissions may have."""
    paid = [f"PAID:{order.order_id}"]
    if order.balance_bill_id:
        paid += [f"PURCHASE:{order.balance_bill_id}", f"CREDIT:{order.order_id}"]
    back = "REFUND", "REPAY"
    refunds = [f"{kind}:{one.refund_id}" for one in orders.refunds_of(order) for kind in back]
    return paid + refunds + [entry_name("TRIM", row) for row in rows if row.trimmed_fen]


def _entry(entry_id: str) -> Entry | None:
    try:
        return wallet.load_entry(entry_id)
    except EntryUnknown:
        return None


def _check_chain(since: date | None) -> list[Finding]:
    broken = verify_chain(since=since.isoformat() if since else "")
    return [Finding(24, f"audit row or link {one.where}", f"{one.kind} on {one.day}") for one in broken]


def _keep(made: Audit, walked: Walked, closing: date) -> None:
    """Keep the sums of every day before ``closing``, then the result, with the mark that closes them.

    Sums count for nothing until a later day's mark stands. That mark and the result are one commit,
    and the alarm comes before: no audit looks again at a closed day, so none may be closed whose
    findings were lost.
    """
    log.count("books_off_fen", made.books_off_fen)
    if made.findings:
        log.count("audit_findings", len(made.findings))
        log.error("books_off", findings=len(made.findings), books_off_fen=made.books_off_fen)
    is_right = made.books_off_fen == 0 and not any(finding.invariant == 19 for finding in made.findings)
    closed = [day for day in sorted(walked) if day < closing] if is_right else []
    for day in closed:
        sums: dict[str, int] = {}
        points: dict[str, int] = {}
        for entry in walked[day]:
            fold(sums, entry)
            fold_points(points, entry)
        writes = store.keep_day(day, sums, points)
        for start in range(0, len(writes), _CHUNK):
            commit(writes[start : start + _CHUNK])
    commit([store.close_day(day) for day in closed[-1:]], store.add(made))
