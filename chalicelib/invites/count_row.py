"""What one row of the attribution journal adds to its code's statistics (I5). Pure."""

from dataclasses import dataclass, replace

from chalicelib.invites.rules import Attribution, counts_as_scan
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class CodeStats:
    """What a code brought so far (I5).

    ``orders`` are paid and did not go back whole; ``sales_fen`` is what was paid for their goods, without
    freight, less what was refunded: the same as in sales figures (``standing.rules.SaleEvent``).
    """

    code: str
    scans: int = 0
    sign_ups: int = 0
    bindings: int = 0
    orders: int = 0
    sales_fen: Fen = Fen(0)


def count_row(stats: CodeStats, row: Attribution) -> CodeStats:
    """The statistics with this row of the same code; one of an unknown code adds nothing."""
    if row.code != stats.code or row.rule == "CODE_UNKNOWN":
        return stats
    return replace(
        stats,
        scans=stats.scans + counts_as_scan(row),
        sign_ups=stats.sign_ups + row.is_sign_up,
        bindings=stats.bindings + (row.decision == "BOUND"),
    )
