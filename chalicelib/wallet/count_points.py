"""Bring a journal entry into the statements of points of the members it touches, once."""

from chalicelib.kernel.dynamo import commit
from chalicelib.wallet import store
from chalicelib.wallet.move_points import points_lines_of
from chalicelib.wallet.rules import Entry
from chalicelib.wallet.store import LineCounted


def count_points(entry: Entry) -> None:
    """Put each member's line; counting again adds nothing (decision 0003)."""
    for line in points_lines_of(entry):
        try:
            commit(store.count_points_line(line))
        except LineCounted:
            continue
