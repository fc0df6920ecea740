"""One rich history whose stream nobody has delivered yet, and the projections that can be read after it."""

import copy
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from tests.books import ledger, streams
from tests.books.machine import Books
from tests.books.money_back import PayingBack, PayingOut
from tests.books.selling import Deciding, Sale, Selling
from tests.crash.harness import Snapshot

PROJECTIONS = (
    "wallet-lines",
    "wallet-totals",
    "invite-stats",
    "team-counts",
    "team-contributions",
    "commission-ledger",
    "commission-sums",
    "commission-trees",
    "day-figures",
    "metric-facts",
    "metrics",
    "metric-buyers",
    "members",
    "stock",
)
"""What followers fold, and the rows they correct: uplines and first purchases, the low-stock list."""

NUMBERLESS = ("wallet-lines", "metric-facts", "commission-ledger")
"""Of these every row counts; of the others those with a number that is not zero."""


class Story(Selling, PayingBack, PayingOut, Deciding):
    """The machine's rules, called one after another."""


@dataclass(frozen=True)
class Told:
    """The world at the end of the story, and every record of its streams, undelivered."""

    story: Books
    records: streams.Records
    end: Snapshot

    def restore(self) -> None:
        """The end of the story again."""
        self.end.restore(self.story.peer, self.story.clock)
        distributors.forget_levels()
        commissions.forget_plans()


@contextmanager
def told() -> Iterator[Told]:
    """Scans, sales, moves, refunds early and late, payouts, a debt, stock that runs low."""
    story = Story()
    try:
        _tell(story)
        records = streams.take()
        yield Told(story, records, Snapshot.take(story.peer, story.clock))
    finally:
        story.open.close()


def _tell(story: Story) -> None:
    _, b, c, d, e = story.people
    code, other = make_code(b).code, make_code(c, channel="门店").code
    for member_id, one in ((e, code), (e, other), (d, code), (d, "ABCDEFGH")):
        record_scan(member_id, one, source="LINK")
    story.auditor.people[e] |= {"upline": b, "path": story.auditor.chain(b)[:3]}
    baskets = [(2, {1: 2, 3: 1}, 5), (3, {0: 3, 2: 1}, 5), (4, {0: 1, 3: 3}, 4), (3, {2: 2}, 2)]
    sales: list[Sale] = [(*one, None, 0) for one in baskets]
    story.begin(sales=sales)
    story.give_back(pick=0, wanted={1: (1, None)})
    story.cash_in(who=0, percent=100, far=4, is_good=True)
    story.cash_in(who=1, percent=100, far=4, is_good=False)
    story.cash_in(who=1, percent=40, far=1, is_good=True)
    for _ in range(3):  # unit by unit: each slice rounded by itself would leave some fen behind
        story.give_back(pick=1, wanted={1: (1, None)})
        story.clock.advance(minutes=2)
    story.move(who=3, to=4)
    story.set_level(who=1, level="gold")
    story.sell(who=3, basket={0: 2}, far=3)
    story.move(who=2, to=5)
    story.move(who=2, to=0)
    story.an_hour_of_sweepers()
    story.compare()
    story.count_stock(pick=3, counted=1)
    story.count_stock(pick=2, counted=0)
    story.count_stock(pick=2, counted=9)


def projections() -> dict[str, list[str]]:
    """All of them; a number that is absent and one that is zero are the same."""
    dumped = ledger.opened(ledger.bytes_of_all())
    found = {}
    for name in PROJECTIONS:
        rows = [_without_zeros(row) for row in dumped[name]]
        counted = [
            row
            for row in rows
            if name in ("wallet-lines", "metric-facts", "commission-ledger")
            or any(map(_is_number, row.values()))
        ]
        kept = rows if name == "members" else counted
        found[name] = sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in kept)
    return found


def shaken(records: streams.Records, chance: random.Random) -> streams.Records:
    """The records as streams may deliver them: each item's in order, all else mixed, and parts again."""
    queues: dict[tuple[str, str], streams.Records] = {}
    for table, record in records:
        key = json.dumps(record["dynamodb"]["Keys"], sort_keys=True)
        queues.setdefault((table, key), []).append((table, record))
    waiting = list(queues.values())
    mixed: streams.Records = []
    while waiting:
        queue = chance.choice(waiting)
        mixed.append(queue.pop(0))
        waiting = [one for one in waiting if one]
        if chance.random() < 0.08:  # a batch failed: from some point on it comes again
            mixed += copy.deepcopy(mixed[chance.randrange(len(mixed)) :][:15])
    return mixed


def _is_number(value: Any) -> bool:
    return type(value) is int


def _without_zeros(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value != 0 or type(value) is not int}
