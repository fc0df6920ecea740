"""What follows the streams survives deaths, replays, splits and failures (design §3, after the commit).

Every follower that the front door knows must find something to do in ``story``; a new one without a
case fails here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import front_door
from chalicelib.content.notify import notify
from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.kernel.jobs import Follower, deliver
from chalicelib.marketing.count_coupon import count_coupon
from chalicelib.members.follow_path import follow_path
from chalicelib.orders.tell_wechat import tell_wechat
from chalicelib.payments.jobs import settle_what_is_free
from chalicelib.privacy.forget import forget
from chalicelib.reports.count_commission import count_commission
from chalicelib.reports.count_tallies import count_tallies
from chalicelib.team.count_earned import count_earned
from chalicelib.team.count_team_sale import count_team_sale
from chalicelib.team.place_teammate import place_teammate
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.count_points import count_points
from tests.conftest import Policy
from tests.crash import story
from tests.crash.books import Books, Snapshot, books, changes, difference
from tests.crash.harness import Wire, assert_killed, claim, names_of, survives, wired
from tests.crash.street import Street
from tests.orders.shop import Shop
from tests.support import nightly
from tests.support.world import Clock

Record = dict[str, Any]
FOLLOWING = front_door.followers()
ONE_BY_ONE = [(table, one) for table, followers in FOLLOWING.items() for one in followers if table != "jobs"]
"""Long work needs a worker of its own: ``test_jobs``."""
THROUGH: dict[str, tuple[Callable[..., Any], ...]] = {
    "count_in_statements": (count_entry, count_points),
    "count_what_is_kept": (keep_purchase,),
    "follow_paths": (follow_path,),
    "forget_who_left": (forget,),
    "tell_wechat_now": (tell_wechat,),
    "list_teammate": (place_teammate,),
    "count_order_for_team": (count_team_sale,),
    "count_refund_for_team": (count_team_sale,),
    "count_contribution": (count_earned,),
    "count_for_campaign": (count_coupon,),
    "count_in_ledger": (count_commission,),
    "count_for_day": (count_tallies,),
    "count_new_distributor": (count_tallies,),
}
"""The verbs behind the followers; those not named only ``notify``, or commit themselves."""
MARKS = (
    "fenxiao-test-invite-counted",
    "fenxiao-test-commission-marks",
    "fenxiao-test-team-marks",
    "fenxiao-test-day-marks",
)
"""They name events by number, and events that followers cause come in an order of their own."""
_told: list[Snapshot] = []
_straight: list[Books] = []


def _verbs(follower: Follower) -> frozenset[str]:
    name = follower.__name__
    if name.startswith("tell_") and name not in THROUGH:
        return names_of((follower, notify))
    return names_of((follower, *THROUGH.get(name, ())))


for _, _one in ONE_BY_ONE:
    claim(_verbs(_one), f"{_one.__module__}.{_one.__name__}")


@pytest.fixture
def told(shop: Shop, peer: Street, world: Clock, policies: Policy) -> Iterator[Snapshot]:
    """The world after the story, told once, before anybody followed it."""
    policies.put("subscribe-messages", templates=story.MESSAGES)
    policies.put("points", max_share_bps=10_000)
    if not _told:
        story.tell(shop, world)
        _told.append(Snapshot.take(peer, world))
    _told[0].restore(peer, world)
    policies.put("join", mode="SPEND", spend_fen=1)  # from here on, for ``tell_who_may_apply``
    yield _told[0]


def named(records: list[Record], table: str) -> list[Record]:
    """The records with the same event ids in every run, also those that come to be while following."""
    return [{**one, "eventID": f"{table}:{number}"} for number, one in enumerate(records)]


def moving(table: str, follower: Follower, peer: Street, start: Snapshot, world: Clock) -> list[Record]:
    """Of the records that make this follower write, the first of each kind; by night of each course."""
    found: dict[tuple[Any, ...], Record] = {}
    with wired(peer) as wire:
        for record in named(changes(table), table):
            start.restore(peer, world)
            wire.restart(None)
            assert deliver(table, [record], [follower]) == []
            if wire.writes:
                kind = record["dynamodb"].get("NewImage", {}).get("kind")
                course = wire.calls if nightly.chosen else []
                found.setdefault((str(kind), *course), record)
    start.restore(peer, world)
    return list(found.values())


@pytest.mark.parametrize(("table", "follower"), ONE_BY_ONE, ids=lambda one: getattr(one, "__name__", one))
def test_every_follower_survives(
    told: Snapshot, peer: Street, world: Clock, table: str, follower: Follower
) -> None:
    """Invariant 22: dead anywhere and delivered again twice, it has counted and told once."""
    records = moving(table, follower, peer, told, world)
    assert records, "the story gives it nothing to do"
    pays = int(follower is settle_what_is_free)  # the one follower that moves money: points and rows
    survives(peer, world, lambda: deliver(table, records, [follower]), money_commits=pays)
    assert_killed(_verbs(follower))


class Shards:
    """The streams of all tables, each with the place up to which it is done."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.done = dict.fromkeys(FOLLOWING, 0)

    def left(self, table: str) -> list[Record]:
        return named(changes(table), table)[self.done[table] :]

    def hand_over(self, table: str, size: int, *, fails_at: int | None = None, is_repeated: bool) -> None:
        """One batch as Lambda hands it over: from the failed record on it comes again, and perhaps all
        of it does."""
        batch = self.left(table)[:size]
        self.wire.restart(fails_at, "after" if size % 2 else "before")
        failed = deliver(table, batch, FOLLOWING[table])
        self.wire.restart(None)
        places = [one["dynamodb"]["SequenceNumber"] for one in batch]
        well = min((places.index(number) for number in failed), default=len(batch))
        self.done[table] += 0 if is_repeated else well

    def drain(self) -> None:
        """To the end, and to the end of what comes of it."""
        while waiting := [table for table in FOLLOWING if self.left(table)]:
            self.hand_over(waiting[0], 100, is_repeated=False)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(FOLLOWING)),
        st.integers(1, 8),
        st.none() | st.integers(0, 12),
        st.booleans(),
    ),
    max_size=12,
)


@settings(
    max_examples=nightly.pick(2, 60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_projections_follow_from_the_set_of_changes(
    told: Snapshot, peer: Street, world: Clock, steps: list[tuple[str, int, int | None, bool]]
) -> None:
    """Split anyhow, replayed, in any order of the tables, with calls that fail or whose answer is lost:
    statements, totals, counts, paths, notices and what WeChat was told come out the same."""
    with wired(peer) as wire:
        wire.death = lambda name: RuntimeError(name)
        if not _straight:
            _straight.append(_drained(told, peer, world, wire, []))
        expected, found = _straight[0], _drained(told, peer, world, wire, steps)
    assert found == expected, difference(found, expected)


def _drained(
    told: Snapshot, peer: Street, world: Clock, wire: Wire, steps: list[tuple[str, int, int | None, bool]]
) -> Books:
    told.restore(peer, world)
    shards = Shards(wire)
    for table, size, fails_at, is_repeated in steps:
        shards.hand_over(table, size, fails_at=fails_at, is_repeated=is_repeated)
    shards.drain()
    return {name: rows for name, rows in books(peer).items() if name not in MARKS}
