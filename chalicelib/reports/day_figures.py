"""What a business day brought by the journal and by who became a distributor on it (B2, B4, G1). Pure.

Every event is told as tallies: sums with a name (``mark``) that is the same whenever the event is told
again. A day's figures are the sums of its tallies, each mark counted once, so replays, splits and any
order end in the same figures, and a walk through the sources ends there too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Self

from chalicelib.distributors import rules as distributors
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import PAYING_KINDS, REPAYING_KINDS, Entry


@dataclass(frozen=True)
class DayFigures:
    """Sums of one day. ``rebates_fen`` is net of what refunds of that day took back; it may be negative."""

    orders: int = 0
    buyers: int = 0
    """Members who paid an order that day, each once."""
    sales_fen: Fen = Fen(0)
    """Paid, freight included."""
    refunds: int = 0
    refunded_fen: Fen = Fen(0)
    rebates_fen: Fen = Fen(0)
    new_distributors: int = 0
    """Members who were approved or assigned that day, each once."""

    def __add__(self, more: Self) -> "DayFigures":
        summed = [had + came for had, came in zip(astuple(self), astuple(more), strict=True)]
        return DayFigures(*summed)


@dataclass(frozen=True)
class Tally:
    """What one event adds to one day, under the name by which it is counted once."""

    mark: str
    day: date
    more: DayFigures


class FiguresMoved(Conflict):
    """A day's figures changed since they were read; look again."""

    title = "当天数据有变化"
    detail = "当天的数据刚刚有变化，请稍后再试。"


def is_sale(entry: Entry) -> bool:
    """It brought an order's money. Money that nobody waited for and that went back is no sale."""
    return entry.kind in PAYING_KINDS and "late" not in entry.refs


def tallies_of(entry: Entry, buyer_id: str | None) -> tuple[Tally, ...]:
    """What an entry counts for; ``buyer_id`` is of the order that a sale pays, else ``None``.

    A refund to a balance may be two entries, the money's and the clawbacks': it is one refund.
    """
    day = business_day(entry.at)
    sums = {one.account: one.amount_fen for one in entry.postings}
    sales_fen, rebates_fen = sums.get("shop:sales", Fen(0)), Fen(-sums.get("shop:commission", 0))
    own = DayFigures(rebates_fen=rebates_fen)
    once: list[Tally] = []
    if is_sale(entry):
        own = DayFigures(orders=1, sales_fen=sales_fen, rebates_fen=rebates_fen)
        once.append(Tally(f"{day}:BUYER:{buyer_id}", day, DayFigures(buyers=1)))
    elif entry.kind in REPAYING_KINDS and "late" not in entry.refs:
        own = DayFigures(refunded_fen=Fen(-sales_fen), rebates_fen=rebates_fen)
        once.append(Tally(f"{day}:REFUND:{entry.refs['refund_id']}", day, DayFigures(refunds=1)))
    found = (Tally(entry.entry_id, day, own), *once)
    return tuple(one for one in found if one.more != DayFigures())


def tally_of_change(change: distributors.Change) -> Tally | None:
    """What a line of a distributor's history counts for."""
    if change.step not in ("APPROVED", "ASSIGNED"):
        return None
    day = business_day(change.at)
    return Tally(f"{day}:DISTRIBUTOR:{change.member_id}", day, DayFigures(new_distributors=1))


def tallies_of_entries(entries: Iterable[Entry], buyers: Mapping[str, str]) -> list[Tally]:
    """Those of many entries; ``buyers`` says whose each order is."""
    return [
        tally for entry in entries for tally in tallies_of(entry, buyers.get(entry.refs.get("order_id", "")))
    ]


def day_figures(tallies: Iterable[Tally]) -> DayFigures:
    """The sums of a day's tallies, each counted once."""
    once = {one.mark: one.more for one in tallies}
    return sum(once.values(), start=DayFigures())
