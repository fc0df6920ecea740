"""Back doors of the reports: the nightly audit, long work, and what each day brought."""

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import SHANGHAI, business_day, now
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.count_commission import count_commission
from chalicelib.reports.count_tallies import count_tallies
from chalicelib.reports.day_figures import tallies_of, tally_of_change
from chalicelib.reports.export_lists import export_lists
from chalicelib.reports.export_step import export_step
from chalicelib.reports.import_lists import import_lists
from chalicelib.reports.import_step import import_step
from chalicelib.reports.recount_day import buyers_of
from chalicelib.wallet import store as wallet

jobs = Jobs("reports")
for _list in export_lists().values():
    jobs.work(_list.kind.name)(export_step)
for _file in import_lists().values():
    jobs.work(_file.kind.name)(import_step)
BILLS_READY_HOUR = 11


@jobs.every(minutes=30)
def audit_nightly() -> None:
    """Once a business day, after WeChat's bills of the day before are ready (W5)."""
    at = now()
    newest = store.audits(limit=1, cursor=None).items
    is_done = bool(newest) and business_day(newest[0].at) == business_day(at)
    if at.astimezone(SHANGHAI).hour >= BILLS_READY_HOUR and not is_done:
        audit()


@jobs.follow("journal")
def count_for_day(change: Change) -> None:
    """A new entry counts for its day; entries never change (B4)."""
    if change.new is not None and change.old is None:
        entry = wallet.entry_of_image(change.new)
        buyer_id = buyers_of([entry]).get(entry.refs.get("order_id", ""))
        count_tallies(tallies_of(entry, buyer_id))


@jobs.follow("distributor-changes")
def count_new_distributor(change: Change) -> None:
    """Who became a distributor counts for that day (B2)."""
    if change.new is not None:
        tally = tally_of_change(distributors.change_of_image(change.new))
        count_tallies([tally] if tally else [])


@jobs.follow("commissions")
def count_in_ledger(change: Change) -> None:
    """A commission is listed under its day, and its changes count in the day's sums (B2)."""
    if change.new is not None:
        before = commissions.of_image(change.old) if change.old else None
        count_commission(change.id, before, commissions.of_image(change.new))
