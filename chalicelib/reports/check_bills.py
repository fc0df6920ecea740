"""Our books against WeChat's bills of the days that are over (W5, invariants 7 and 15)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.kernel.clock import SHANGHAI, business_day
from chalicelib.kernel.errors import Unavailable
from chalicelib.reports.rules import Finding, pair_up
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Entry, EntryUnknown
from chalicelib.wechat import bills

_READY_HOUR = 10
_UNDER_WAY = timedelta(days=4)
"""A transfer waits a day for its receiver, and WeChat answers a query for it long before this."""
_MOST_DAYS = 90
"""WeChat keeps bills for three months (wechat.md §4.9)."""


@dataclass(frozen=True)
class BillCheck:
    """What differs, and which days' bills could not be had yet."""

    findings: tuple[Finding, ...]
    waiting: tuple[str, ...]


def check_bills(walked: Mapping[date, Sequence[Entry]], at: datetime) -> BillCheck:
    """Compare by number. An entry may stand in the bill of its own day or of the day before it.

    So an entry is called missing only when both of these bills were read.
    """
    theirs: dict[str, dict[str, int]] = {"PAID": {}, "REFUND": {}, "PAYOUT": {}}
    read: set[date] = set()
    waiting: list[str] = []
    for day in sorted(walked):
        if not _is_ready(day, at) or (at.date() - day).days > _MOST_DAYS:
            continue
        try:
            _read(day, theirs)
            read.add(day)
        except Unavailable as problem:
            waiting.append(f"{day.isoformat()}: {problem.title}")
    findings: list[Finding] = []
    for kind, invariant in (("PAID", 7), ("REFUND", 7), ("PAYOUT", 15)):
        ours = _ours(kind, walked, lambda day: {day, day - timedelta(days=1)} & set(walked) <= read)
        for number in theirs[kind].keys() - ours.keys():
            ours.update(_booked(kind, number))
        if kind == "PAYOUT":
            waiting.extend(_set_aside(theirs[kind], ours, at))
        findings.extend(pair_up(invariant, ours, theirs[kind]))
    return BillCheck(tuple(findings), tuple(waiting))


def _is_ready(day: date, at: datetime) -> bool:
    local = at.astimezone(SHANGHAI)
    return day < business_day(at) - timedelta(days=0 if local.hour >= _READY_HOUR else 1)


def _read(day: date, theirs: dict[str, dict[str, int]]) -> None:
    for row in bills.trade_bill(day).rows:
        if row.state == "SUCCESS":
            theirs["PAID"][row.order_number] = row.order_fen
        elif row.state == "REFUND" and row.refund_state == "SUCCESS":
            theirs["REFUND"][row.refund_number] = row.refund_fen
    for flow in bills.fund_flow_bill(day).rows:
        if not flow.is_income and flow.voucher.startswith("WD"):
            theirs["PAYOUT"][flow.voucher] = flow.amount_fen


def _ours(
    kind: str, walked: Mapping[date, Sequence[Entry]], is_read: Callable[[date], bool]
) -> dict[str, int]:
    return {
        entry.entry_id.partition(":")[2]: _cash(entry)
        for day, entries in walked.items()
        if is_read(day)
        for entry in entries
        if entry.kind == kind and _cash(entry)
    }


def _booked(kind: str, number: str) -> dict[str, int]:
    entry = _entry(kind, number)
    return {} if entry is None else {number: _cash(entry)}


def _set_aside(theirs: dict[str, int], ours: Mapping[str, int], at: datetime) -> list[str]:
    """Take out what no payout answers to, and rightly: WeChat takes a transfer's money when it is sent.

    What was never confirmed came back since, in a later bill; what still may be is waited for, and told.
    """
    told = []
    for number in sorted(theirs.keys() - ours.keys()):
        reserved = _entry("RESERVE", number)
        if _entry("RELEASE", number) is not None:
            del theirs[number]
        elif reserved is not None and at - reserved.at < _UNDER_WAY:
            del theirs[number]
            told.append(f"{number}: 微信已扣款，等待收款人确认")
    return told


def _entry(kind: str, number: str) -> Entry | None:
    try:
        return wallet.load_entry(f"{kind}:{number}")
    except EntryUnknown:
        return None


def _cash(entry: Entry) -> int:
    return abs(sum(posting.amount_fen for posting in entry.postings if posting.account == "wx:cash"))
