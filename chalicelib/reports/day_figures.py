"""What a business day brought by the journal alone, so that it agrees with the books (B4, G1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import PAYING_KINDS, REPAYING_KINDS, Entry


@dataclass(frozen=True)
class DayFigures:
    """Sums of one day. ``rebates_fen`` is net of what refunds of that day took back; it may be negative."""

    orders: int = 0
    sales_fen: Fen = Fen(0)
    """Paid, freight included."""
    refunds: int = 0
    refunded_fen: Fen = Fen(0)
    rebates_fen: Fen = Fen(0)


def day_figures(entries: Iterable[Entry]) -> DayFigures:
    """The sums of a day's entries. Money that nobody waited for and that went back counts nowhere.

    A refund to a balance may be two entries, the money's and the clawbacks': it is one refund.
    """
    orders = sales = refunded = rebates = 0
    refunds: set[str] = set()
    for entry in entries:
        sums = {one.account: one.amount_fen for one in entry.postings}
        rebates -= sums.get("shop:commission", 0)
        if "late" in entry.refs:
            continue
        if entry.kind in PAYING_KINDS:
            orders, sales = orders + 1, sales + sums.get("shop:sales", 0)
        elif entry.kind in REPAYING_KINDS:
            refunds.add(entry.refs["refund_id"])
            refunded -= sums.get("shop:sales", 0)
    return DayFigures(orders, Fen(sales), len(refunds), Fen(refunded), Fen(rebates))
