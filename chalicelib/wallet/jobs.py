"""What follows the journal: statements and totals."""

from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.wallet import store
from chalicelib.wallet.count_entry import count_entry

jobs = Jobs("wallet")


@jobs.follow("journal")
def count_in_statements(change: Change) -> None:
    """Count a new entry for each member it touches; entries never change."""
    if change.new is not None and change.old is None:
        count_entry(store.entry_of_image(change.new))
