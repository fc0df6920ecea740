"""What follows commissions: notices and the trees of the compliance report (N2, R12, invariant 22)."""

import random
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.commissions import store
from chalicelib.commissions.jobs import count_earnings, count_heads, mature_due, tell_payee
from chalicelib.commissions.report_compliance import needs_care
from chalicelib.commissions.rules import Tree
from chalicelib.commissions.start_window import start_window
from chalicelib.content import store as content
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import deliver
from chalicelib.members import store as members
from tests.commissions import support
from tests.support import world as small

pytestmark = pytest.mark.usefixtures("world")
FOLLOWERS = {"commissions": [tell_payee, count_earnings], "members": [count_heads]}


def records(table: str) -> list[dict[str, Any]]:
    """Everything the table's stream holds, oldest first."""
    name, streams = f"fenxiao-test-{table}", aws.client("dynamodbstreams")
    arn = aws.client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
    found: list[dict[str, Any]] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return found


def deliver_all(seed: int | None = None) -> None:
    """Hand every record to the followers; with a seed thrice over and shuffled."""
    for table, followers in FOLLOWERS.items():
        given = records(table)
        if seed is not None:
            given = given * 3
            random.Random(seed).shuffle(given)
        assert deliver(table, given, followers) == []


@pytest.fixture
def a_team(world: small.Clock) -> None:
    """C above B above A above the buyer X."""
    support.add_levels()
    support.add_distributor("MBC")
    support.add_distributor("MBB", ["MBC"])
    support.add_distributor("MBA", ["MBB", "MBC"])
    support.add_member("MBX", ["MBA", "MBB", "MBC"])


@pytest.mark.usefixtures("a_team")
class TestNotices:
    def kinds(self, member_id: str) -> list[str]:
        return sorted(notice.kind for notice in content.notices(member_id, limit=50).items)

    def test_the_payee_hears_of_each_step_once(self, world: small.Clock) -> None:
        one = support.sale()
        support.pay(one)
        support.refund(one, "RF1", {1: 3333})
        support.refund(one, "RF2", {1: 3333})
        commit(start_window("OR1", small.START + timedelta(days=7)))
        world.advance(days=8)
        mature_due()
        deliver_all()
        expected = ["commission_available", "commission_pending"] + ["commission_taken_back"] * 2
        assert self.kinds("MBA") == expected
        deliver_all(seed=1)
        assert self.kinds("MBA") == expected
        texts = [notice.text for notice in content.notices("MBA", limit=50).items]
        assert any("¥10.99" in text for text in texts)
        assert any("¥4.33" in text for text in texts)

    def test_who_earned_nothing_hears_nothing(self) -> None:
        grants = {1: [store_grant(), store_grant()], 2: [store_grant(), store_grant()]}
        support.pay(support.sale(frozen=support.terms(*support.chain(), grants=grants)))
        deliver_all()
        assert self.kinds("MBA") == []


def store_grant() -> Any:
    from chalicelib.commissions.rules import Grant

    return Grant("OFF")


@pytest.mark.usefixtures("a_team")
class TestTrees:
    def tree(self, root_id: str) -> Tree:
        return next(tree for tree in store.trees("headcount", 10) if tree.root_id == root_id)

    def test_heads_by_level(self) -> None:
        deliver_all()
        assert (self.tree("MBC").heads_1, self.tree("MBC").heads_2, self.tree("MBC").heads_3) == (1, 1, 1)
        assert (self.tree("MBC").depth, self.tree("MBB").depth, self.tree("MBA").depth) == (3, 2, 1)

    @pytest.mark.parametrize("seed", range(3))
    def test_replays_in_any_order_add_nothing(self, seed: int) -> None:
        """Invariant 22."""
        one = support.sale()
        support.pay(one)
        support.refund(one, "RF1", {1: 3333})
        deliver_all()
        expected = small.dump("commission-trees")
        deliver_all(seed=seed)
        assert small.dump("commission-trees") == expected

    def test_a_member_who_moves_is_counted_where_it_is(self) -> None:
        member = members.load("MBX")
        commit(members.bind_upline(member, ["MBC"], at=small.START, code="MOVE"))
        deliver_all()
        assert (self.tree("MBC").heads_1, self.tree("MBC").heads_2, self.tree("MBC").heads_3) == (2, 1, 0)
        assert self.tree("MBA").headcount == 0

    def test_earnings_are_net_of_clawbacks_and_not_of_maturing(self, world: small.Clock) -> None:
        one = support.sale()
        support.pay(one)
        support.refund(one, "RF1", {1: 3333})
        commit(start_window("OR1", small.START + timedelta(days=7)))
        world.advance(days=8)
        mature_due()
        deliver_all()
        assert (self.tree("MBA").earned_fen, self.tree("MBA").earned_1_fen) == (766, 766)
        assert (self.tree("MBB").earned_fen, self.tree("MBB").earned_2_fen) == (383, 383)

    def test_a_large_deep_tree_is_marked_for_a_second_look(self) -> None:
        def tree(heads: tuple[int, int, int]) -> Tree:
            zero: Any = 0
            return Tree("MBA", sum(heads), *heads, zero, zero, zero, zero, zero)

        assert needs_care(tree((10, 10, 10)))
        assert not needs_care(tree((10, 10, 9)))
        assert not needs_care(tree((1000, 1000, 0)))
