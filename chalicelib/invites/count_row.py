"""What one row of the attribution journal adds to its code's statistics (I5). Pure."""

from dataclasses import replace

from chalicelib.invites.rules import Attribution, CodeStats, counts_as_scan


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
