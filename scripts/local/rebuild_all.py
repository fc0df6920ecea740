"""The work of ``scripts/rebuild``: walk the sources, compare each projection, mend what is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from chalicelib.invites.rules import Attribution, Invite
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
from chalicelib.orders.rules import Order
from chalicelib.orders.sale_events import sale_events
from chalicelib.reports.day_figures import Tally, tally_of_change
from chalicelib.reports.list_ledger import STATES
from chalicelib.reports.recount_day import recount_day
from chalicelib.reports.recount_lot import ByDay, Lot, add_commissions, recount_lot
from chalicelib.reports.store import SUM_SHARDS
from chalicelib.service.recount_reviews import recount_reviews
from chalicelib.standing.rebuild import rebuild as rebuild_figures
from chalicelib.standing.rules import SaleEvent
from chalicelib.team.recount_teammate import recount_teammate
from chalicelib.wallet import store as wallet
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.rebuild import rebuild as rebuild_wallet

Key = TypeVar("Key")
Value = TypeVar("Value")
Source = TypeVar("Source")
Say = Callable[[str], None]
WORKERS = 8


@dataclass
class Progress:
    """Does things side by side and tells how far it is, a line each hundred."""

    say: Say
    crew: ThreadPoolExecutor
    counted: dict[str, int] = field(default_factory=dict)

    def over(
        self, title: str, things: Sequence[Key], work: Callable[[Key], Value]
    ) -> Iterator[tuple[Key, Value]]:
        """Each thing with what came of it, in their order; a hundred are under way at most."""
        for start in range(0, len(things), MAX_PAGE):
            self.say(f"{title}: {start} of {len(things)}")
            part = things[start : start + MAX_PAGE]
            yield from zip(part, self.crew.map(work, part), strict=True)
        self.counted[title] = len(things)
        self.say(f"{title}: {len(things)} of {len(things)}, done")

    def each(self, title: str, things: Sequence[Key], work: Callable[[Key], object]) -> None:
        """Do the work of each thing."""
        for _ in self.over(title, things, work):
            pass


def rebuild_all(
    *,
    since: date,
    wait: Callable[[], None],
    say: Say = lambda line: print(line, flush=True),
    workers: int = WORKERS,
) -> dict[str, int]:
    """Everything, in the order in which one thing rests on another; how much of each was looked at."""
    with ThreadPoolExecutor(workers) as crew:
        progress = Progress(say, crew)
        people, days = _members(since), _days(since)
        _paths(people, progress)
        progress.each("journal days", days, _count_entries)
        progress.each("statement totals", people, rebuild_wallet)
        progress.each("first purchases", people, note_first_purchase)
        progress.each("order days", days, recount)
        progress.each("sales figures", people, rebuild_figures)
        progress.each("goods kept", people, refold_kept)
        _alone("teams", people, recount_team, wait=wait, progress=progress)
        _alone("trees", people, recount_tree, wait=wait, progress=progress)
        _alone("contributions", people, recount_teammate, wait=wait, progress=progress)
        _twice(
            "codes",
            lambda: _counted(people, days, progress),
            _of_source(recount_code),
            wait=wait,
            progress=progress,
        )
        _twice(
            "commission sums", lambda: _earned(people, progress), recount_lot, wait=wait, progress=progress
        )
        _twice(
            "campaigns",
            lambda: _couponed(people, days, progress),
            _of_source(recount_campaign),
            wait=wait,
            progress=progress,
        )
        _twice(
            "figures of days",
            lambda: _joined(people, days, progress),
            recount_day,
            wait=wait,
            progress=progress,
        )
        _alone("reviews", _products(), recount_reviews, wait=wait, progress=progress)
        progress.each("low-stock list", _skus(), _low)
        return progress.counted


def _alone(
    title: str,
    keys: Sequence[Key],
    look: Callable[[Key, Drift[Value] | None], Drift[Value] | None],
    *,
    wait: Callable[[], None],
    progress: Progress,
) -> None:
    """Projections of which each has a source of its own, which ``look`` reads by the key."""
    _twice(title, lambda: {key: key for key in keys}, _of_source(look), wait=wait, progress=progress)


def _of_source(
    look: Callable[[Source, Drift[Value] | None], Drift[Value] | None],
) -> Callable[[object, Source, Drift[Value] | None], Drift[Value] | None]:
    """A look whose source says itself of what it is."""

    def keyed(_: object, source: Source, drift: Drift[Value] | None) -> Drift[Value] | None:
        return look(source, drift)

    return keyed


def _twice(
    title: str,
    read: Callable[[], Mapping[Key, Source]],
    look: Callable[[Key, Source, Drift[Value] | None], Drift[Value] | None],
    *,
    wait: Callable[[], None],
    progress: Progress,
) -> None:
    """Look at all, wait, and mend what still differs in the same way.

    Where the sources lie with many members ``read`` goes through all of them, once for each look.
    """
    first = read()
    found = progress.over(title, list(first), lambda key: look(key, first[key], None))
    drifts = {key: drift for key, drift in found if drift}
    if not drifts:
        return
    wait()
    again = read()

    def mend(key: Key) -> bool:
        try:
            return look(key, again[key], drifts[key]) is None
        except Conflict:
            return False

    mended = [
        is_mended
        for _, is_mended in progress.over(f"{title} again", [key for key in drifts if key in again], mend)
    ]
    progress.say(f"{title}: {mended.count(True)} mended, {mended.count(False)} still moving")


def _paths(people: Sequence[str], progress: Progress) -> None:
    """A correction reaches one level down; the next pass goes on from there."""
    for _ in range(MAX_PATH + 1):
        if not any(written for _, written in progress.over("uplines", people, follow_path)):
            return


def _count_entries(day: date) -> None:
    for entry in wallet.entries_of_day(day):
        count_entry(entry)


def _counted(people: Sequence[str], days: Sequence[date], progress: Progress) -> dict[str, CodeStats]:
    counted: dict[str, CodeStats] = {}
    for _, (codes, rows) in progress.over("attributions", people, _codes_and_attributions):
        for invite in codes:
            counted.setdefault(invite.code, CodeStats(invite.code))
        for row in rows:
            if row.code is not None and row.rule != "CODE_UNKNOWN":
                counted[row.code] = count_row(counted.get(row.code, CodeStats(row.code)), row)
    read = _sales(lambda order: order.code, lambda order, event: (order.code or "", event))
    for _, sales in progress.over("orders of codes", days, read):
        for code, event in sales:
            counted[code] = code_sale(counted.get(code, CodeStats(code)), event)
    return counted


def _codes_and_attributions(member_id: str) -> tuple[list[Invite], list[Attribution]]:
    return (
        list(_pages(partial(invites.codes_of, member_id))),
        list(_pages(partial(invites.attributions, member_id))),
    )


def _sales(
    is_meant: Callable[[Order], object], tell: Callable[[Order, SaleEvent], Value]
) -> Callable[[date], list[Value]]:
    """Reads a day's orders of which those that are meant are told, sale by sale and refund by refund."""

    def of_day(day: date) -> list[Value]:
        found = _pages(partial(orders.of_days, newest=day, oldest=day, status=None))
        return [
            tell(order, event)
            for order in found
            if is_meant(order)
            for event in sale_events(order, orders.refunds_of(order))
        ]

    return of_day


def _earned(people: Sequence[str], progress: Progress) -> dict[Lot, ByDay]:
    lots: dict[Lot, ByDay] = {(state, shard): {} for state in STATES for shard in range(SUM_SHARDS)}
    for _, earned in progress.over(
        "commissions", people, lambda member_id: list(_pages(partial(commissions.of_payee, member_id)))
    ):
        add_commissions(lots, earned)
    return lots


def _couponed(people: Sequence[str], days: Sequence[date], progress: Progress) -> dict[str, CouponStats]:
    counted = {one.template_id: CouponStats(one.template_id) for one in marketing.campaigns()}
    for _, coupons in progress.over(
        "coupons", people, lambda member_id: list(_pages(partial(marketing.all_coupons_of, member_id)))
    ):
        for coupon in coupons:
            counted[coupon.template_id] += stats_of_coupon(coupon)
    read = _sales(lambda order: order.coupon_id, coupon_sale)
    for _, sales in progress.over("orders with a coupon", days, read):
        for brought in filter(None, sales):
            counted[brought.template_id] += brought
    return counted


def _joined(people: Sequence[str], days: Sequence[date], progress: Progress) -> dict[date, list[Tally]]:
    found: dict[date, list[Tally]] = {day: [] for day in days}
    for _, changes in progress.over(
        "distributors' histories",
        people,
        lambda member_id: list(_pages(partial(distributors.history, member_id))),
    ):
        for tally in filter(None, map(tally_of_change, changes)):
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
