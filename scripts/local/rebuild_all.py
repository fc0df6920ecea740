"""The work of ``scripts/rebuild``: walk the sources, compare each projection, mend what is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from chalicelib.catalog import store as catalog
from chalicelib.commissions import store as commissions
from chalicelib.commissions.recount_tree import recount_tree
from chalicelib.distributors import store as distributors
from chalicelib.distributors.refold_kept import refold_kept
from chalicelib.inventory import store as inventory
from chalicelib.inventory.list_low import list_low
from chalicelib.inventory.rules import StockMoved
from chalicelib.invites import store as invites
from chalicelib.invites.count_row import CodeStats, count_row
from chalicelib.invites.recount_code import recount_code
from chalicelib.invites.recount_team import recount_team
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.jobs import Drift
from chalicelib.kernel.paging import MAX_PAGE, Page
from chalicelib.marketing import store as marketing
from chalicelib.marketing.recount_campaign import recount_campaign
from chalicelib.marketing.stats_of_coupon import CouponStats, stats_of_coupon
from chalicelib.members import store as members
from chalicelib.members.follow_path import follow_path
from chalicelib.members.rules import MAX_PATH
from chalicelib.orders import store as orders
from chalicelib.orders.code_sale import code_sale
from chalicelib.orders.coupon_sale import coupon_sale
from chalicelib.orders.note_first_purchase import note_first_purchase
from chalicelib.orders.recount import recount
from chalicelib.orders.sale_events import sale_events
from chalicelib.reports.day_figures import Tally, tally_of_change
from chalicelib.reports.list_ledger import STATES
from chalicelib.reports.recount_day import recount_day
from chalicelib.reports.recount_lot import ByDay, Lot, add_commissions, recount_lot
from chalicelib.reports.store import SUM_SHARDS
from chalicelib.service.recount_reviews import recount_reviews
from chalicelib.standing.rebuild import rebuild as rebuild_figures
from chalicelib.team.recount_teammate import recount_teammate
from chalicelib.wallet import store as wallet
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.rebuild import rebuild as rebuild_wallet

Key = TypeVar("Key")
Value = TypeVar("Value")
Say = Callable[[str], None]


@dataclass
class Progress:
    """Tells how far it is, a line each step and a dot each hundred things."""

    say: Say
    counted: dict[str, int] = field(default_factory=dict)

    def over(self, title: str, things: Sequence[Key]) -> Iterator[Key]:
        """The things, one by one."""
        for number, one in enumerate(things):
            if number % MAX_PAGE == 0:
                self.say(f"{title}: {number} of {len(things)}")
            yield one
        self.counted[title] = len(things)
        self.say(f"{title}: {len(things)} of {len(things)}, done")


def rebuild_all(
    *, since: date, wait: Callable[[], None], say: Say = lambda line: print(line, flush=True)
) -> dict[str, int]:
    """Everything, in the order in which one thing rests on another; how much of each was looked at."""
    progress = Progress(say)
    people = _members(since)
    _paths(people, progress)
    for day in progress.over("journal days", _days(since)):
        for entry in wallet.entries_of_day(day):
            count_entry(entry)
    for member_id in progress.over("statement totals", people):
        rebuild_wallet(member_id)
    for member_id in progress.over("first purchases", people):
        note_first_purchase(member_id)
    for day in progress.over("order days", _days(since)):
        recount(day)
    for member_id in progress.over("sales figures", people):
        rebuild_figures(member_id)
    for member_id in progress.over("goods kept", people):
        refold_kept(member_id)
    _twice("teams", people, recount_team, wait=wait, progress=progress)
    _twice("trees", people, recount_tree, wait=wait, progress=progress)
    _twice("contributions", people, recount_teammate, wait=wait, progress=progress)
    _codes(people, since, wait, progress)
    _ledger(people, wait, progress)
    _campaigns(people, since, wait, progress)
    _figures(people, since, wait, progress)
    _twice("reviews", _products(), recount_reviews, wait=wait, progress=progress)
    for sku_id in progress.over("low-stock list", _skus()):
        _low(sku_id)
    return progress.counted


def _twice(
    title: str,
    keys: Sequence[Key],
    look: Callable[[Key, Drift[Value] | None], Drift[Value] | None],
    *,
    wait: Callable[[], None],
    progress: Progress,
) -> None:
    """Look at all, wait, and mend what still differs in the same way."""
    drifts = {key: drift for key in progress.over(title, keys) if (drift := look(key, None))}
    if not drifts:
        return
    wait()
    moved = 0
    for key, drift in drifts.items():
        try:
            moved += look(key, drift) is not None
        except Conflict:
            moved += 1
    progress.say(f"{title}: {len(drifts) - moved} mended, {moved} still moving")


def _paths(people: Sequence[str], progress: Progress) -> None:
    """A correction reaches one level down; the next pass goes on from there."""
    for _ in range(MAX_PATH + 1):
        written = sum(follow_path(member_id) for member_id in progress.over("uplines", people))
        if written == 0:
            return


def _codes(people: Sequence[str], since: date, wait: Callable[[], None], progress: Progress) -> None:
    """Two counts of the whole attribution journal and of all orders: a code's rows lie with many members."""
    first = _counted(people, since, progress)
    drifts = {code: drift for code, stats in first.items() if (drift := recount_code(stats))}
    if not drifts:
        return
    wait()
    again = _counted(people, since, progress)
    for code, drift in drifts.items():
        try:
            recount_code(again.get(code, CodeStats(code)), drift)
        except Conflict:
            progress.say(f"code {code} is still moving")


def _counted(people: Sequence[str], since: date, progress: Progress) -> dict[str, CodeStats]:
    counted: dict[str, CodeStats] = {}
    for member_id in progress.over("attributions", people):
        for invite in _pages(partial(invites.codes_of, member_id)):
            counted.setdefault(invite.code, CodeStats(invite.code))
        for row in _pages(partial(invites.attributions, member_id)):
            if row.code is not None and row.rule != "CODE_UNKNOWN":
                counted[row.code] = count_row(counted.get(row.code, CodeStats(row.code)), row)
    for day in progress.over("orders of codes", _days(since)):
        for order in _pages(partial(orders.of_days, newest=day, oldest=day, status=None)):
            for event in sale_events(order, orders.refunds_of(order)) if order.code else ():
                code = order.code or ""
                counted[code] = code_sale(counted.get(code, CodeStats(code)), event)
    return counted


def _ledger(people: Sequence[str], wait: Callable[[], None], progress: Progress) -> None:
    """Every commission is somebody's; a day's sums lie over all of them."""
    first = _earned(people, progress)
    drifts = {lot: drift for lot, days in first.items() if (drift := recount_lot(lot, days))}
    if not drifts:
        return
    wait()
    again = _earned(people, progress)
    for lot, drift in drifts.items():
        try:
            recount_lot(lot, again[lot], drift)
        except Conflict:
            progress.say(f"commission sums {lot} are still moving")


def _earned(people: Sequence[str], progress: Progress) -> dict[Lot, ByDay]:
    lots: dict[Lot, ByDay] = {(state, shard): {} for state in STATES for shard in range(SUM_SHARDS)}
    for member_id in progress.over("commissions", people):
        add_commissions(lots, _pages(partial(commissions.of_payee, member_id)))
    return lots


def _campaigns(people: Sequence[str], since: date, wait: Callable[[], None], progress: Progress) -> None:
    """A campaign's coupons lie with many members: two counts of all coupons, and of orders."""
    first = _couponed(people, since, progress)
    drifts = {one: drift for one, stats in first.items() if (drift := recount_campaign(stats))}
    if not drifts:
        return
    wait()
    again = _couponed(people, since, progress)
    for template_id, drift in drifts.items():
        try:
            recount_campaign(again[template_id], drift)
        except Conflict:
            progress.say(f"campaign {template_id} is still moving")


def _couponed(people: Sequence[str], since: date, progress: Progress) -> dict[str, CouponStats]:
    counted = {one.template_id: CouponStats(one.template_id) for one in marketing.campaigns()}
    for member_id in progress.over("coupons", people):
        for coupon in _pages(partial(marketing.all_coupons_of, member_id)):
            counted[coupon.template_id] += stats_of_coupon(coupon)
    for day in progress.over("orders with a coupon", _days(since)):
        for order in _pages(partial(orders.of_days, newest=day, oldest=day, status=None)):
            for event in sale_events(order, orders.refunds_of(order)) if order.coupon_id else ():
                if brought := coupon_sale(order, event):
                    counted[brought.template_id] += brought
    return counted


def _figures(people: Sequence[str], since: date, wait: Callable[[], None], progress: Progress) -> None:
    """Who became a distributor lies with many members, so both looks read all histories first."""
    first, days = _joined(people, progress), _days(since)
    drifts = {
        day: drift
        for day in progress.over("figures of days", days)
        if (drift := recount_day(day, first.get(day, [])))
    }
    if not drifts:
        return
    wait()
    again = _joined(people, progress)
    for day, drift in drifts.items():
        try:
            recount_day(day, again.get(day, []), drift)
        except Conflict:
            progress.say(f"{day} is still moving")


def _joined(people: Sequence[str], progress: Progress) -> dict[date, list[Tally]]:
    found: dict[date, list[Tally]] = {}
    for member_id in progress.over("distributors' histories", people):
        for change in _pages(partial(distributors.history, member_id)):
            if tally := tally_of_change(change):
                found.setdefault(tally.day, []).append(tally)
    return found


def _low(sku_id: str) -> None:
    stock, is_listed = inventory.load_listed(sku_id)
    try:
        list_low(stock, is_listed=is_listed)
    except StockMoved:
        return  # the follower of that move decides


def _members(since: date) -> list[str]:
    today = clock.business_day(clock.now())
    return [one.member_id for one in _pages(partial(members.joined, newest=today, oldest=since))]


def _products() -> list[str]:
    lists = (_pages(partial(catalog.listed, is_on_shelf=is_on_shelf)) for is_on_shelf in (True, False))
    return [card.product_id for cards in lists for card in cards]


def _skus() -> list[str]:
    return [sku.sku_id for product in catalog.load_many(_products()).values() for sku in product.skus]


def _days(since: date) -> list[date]:
    today = clock.business_day(clock.now())
    return [since + timedelta(days=number) for number in range((today - since).days + 1)]


def _pages(read: Callable[..., Page[Value]]) -> Iterator[Value]:
    cursor: str | None = None
    while True:
        page = read(limit=MAX_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
