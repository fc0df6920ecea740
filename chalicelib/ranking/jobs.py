"""Boards are folded by the clock."""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.jobs import Jobs
from chalicelib.ranking.fold_board import fold_board, months_due

jobs = Jobs("ranking")


@jobs.every(minutes=30)
def fold_boards() -> None:
    """The boards that are due, a bounded number of pages each; what is left is done by the next run."""
    for month in months_due(now()):
        done = fold_board(month)
        log.info("board_folded", month=month, pages=done.pages, is_over=done.is_over)
