"""Bring a journal entry into the statements and totals of the members it touches, once."""

from chalicelib.kernel.dynamo import commit
from chalicelib.wallet import store
from chalicelib.wallet.rules import Entry, lines_of
from chalicelib.wallet.store import LineCounted


def count_entry(entry: Entry) -> None:
    """Put each member's line and add to its totals; counting again adds nothing (decision 0003).

    All members of an entry share one transaction. Where one of them was counted already, say by a
    rebuild, the others are counted each on their own.
    """
    lines = lines_of(entry)
    try:
        commit(*(store.count_line(line) for line in lines))
    except LineCounted:
        if len(lines) == 1:
            return
        for line in lines:
            try:
                commit(store.count_line(line))
            except LineCounted:
                continue
