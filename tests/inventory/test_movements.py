"""Every movement is recorded, and the low-stock list follows the stock (S2)."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.inventory import jobs, store
from chalicelib.inventory.adjust_stock import Adjustment, adjust_stock
from chalicelib.inventory.rules import Movement, NeverStocked, SkuUnknown, StockMoved
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.jobs import Change
from tests.catalog.shop import category, on_shelf
from tests.support.world import Clock, dump, dump_all

FOLLOWERS = {"stock": jobs.keep_low_list, "stock-reservations": jobs.record_order_movement}


class Pump:
    """Delivers what the tables' streams hold, from where it stopped, as the event source does."""

    def __init__(self) -> None:
        client, self._streams = aws.client("dynamodbstreams"), {}
        for table in FOLLOWERS:
            described = aws.client("dynamodb").describe_table(TableName=f"fenxiao-test-{table}")["Table"]
            arn = described["LatestStreamArn"]
            (shard, *_) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
            self._streams[table] = client.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        self.delivered: list[tuple[str, Change]] = []

    def run(self) -> None:
        """Until nothing new comes: followers' own writes come back to them."""
        while sum(self._once(table) for table in FOLLOWERS):
            pass

    def again(self) -> None:
        """Deliver everything a second time, as at-least-once delivery may."""
        for table, change in list(self.delivered):
            FOLLOWERS[table](change)

    def _once(self, table: str) -> int:
        answer = aws.client("dynamodbstreams").get_records(ShardIterator=self._streams[table])
        self._streams[table] = answer["NextShardIterator"]
        for record in answer["Records"]:
            images = record["dynamodb"]
            change = Change(table, record["eventID"], images.get("OldImage"), images.get("NewImage"))
            self.delivered.append((table, change))
            FOLLOWERS[table](change)
        return len(answer["Records"])


@pytest.fixture
def article(world: Clock) -> tuple[str, str]:
    """A product on the shelf and its one article."""
    product = on_shelf(category().category_id)
    return product.product_id, product.skus[0].sku_id


def counted(article: tuple[str, str], available: int, **more: Any) -> Count:
    product_id, sku_id = article
    version = more.pop("version", store.load(sku_id).version)
    return Count(product_id, sku_id, available, more.get("low_at", 0), version, by="ST1", reason="盘点")


def moves(sku_id: str) -> list[tuple[str, int]]:
    return [(one.kind, one.change) for one in store.movements(sku_id, limit=100, cursor=None).items]


def test_the_movements_of_a_sku_tell_its_whole_story_and_sum_to_what_is_left(
    article: tuple[str, str], world: Clock
) -> None:
    _, sku_id = article
    pump = Pump()
    set_stock(counted(article, 10))
    for act in (
        lambda: commit(store.reserve("OR1", sku_id, 4)),
        lambda: commit(store.release("OR1", sku_id, 1)),
        lambda: commit(store.release("OR1", sku_id, 3)),
        lambda: adjust_stock(Adjustment(sku_id, -2, "ST1", "破损", "key-0001")),
        lambda: commit(store.reserve("OR2", sku_id, 5)),
    ):
        world.advance(minutes=1)
        act()
    pump.run()
    told = moves(sku_id)
    assert told == [
        ("RESERVED", -5),
        ("ADJUSTED", -2),
        ("RELEASED", 3),
        ("RELEASED", 1),
        ("RESERVED", -4),
        ("SET", 10),
    ]
    assert sum(change for _, change in told) == store.load(sku_id).available == 3


def test_events_delivered_again_or_out_of_order_add_nothing(article: tuple[str, str], world: Clock) -> None:
    """Invariant 22."""
    _, sku_id = article
    pump = Pump()
    set_stock(counted(article, 3, low_at=2))
    commit(store.reserve("OR1", sku_id, 2))
    commit(store.release("OR1", sku_id, 1))
    pump.run()
    before = dump_all()
    pump.again()
    pump.delivered.reverse()
    pump.again()
    pump.run()
    assert dump_all() == before


def test_a_follower_that_is_late_does_not_undo_what_came_after(
    article: tuple[str, str], world: Clock
) -> None:
    _, sku_id = article
    set_stock(counted(article, 3, low_at=2))
    low = store.load(sku_id)
    commit(store.reserve("OR1", sku_id, 2))
    image = {
        "sku_id": {"S": sku_id},
        "location": {"S": "main"},
        "available": {"N": "0"},
        "stocked": {"N": "3"},
        "low_at": {"N": "2"},
        "version": {"N": str(low.version)},
    }
    jobs.keep_low_list(Change("stock", "1", None, image))
    assert store.low(limit=10, cursor=None).items == []


def test_the_low_list_follows_the_stock_down_and_up(article: tuple[str, str], world: Clock) -> None:
    _, sku_id = article
    pump = Pump()

    def listed() -> list[int]:
        pump.run()
        return [one.available for one in store.low(limit=10, cursor=None).items]

    set_stock(counted(article, 5, low_at=2))
    assert listed() == []
    commit(store.reserve("OR1", sku_id, 3))
    assert listed() == [2]
    commit(store.reserve("OR2", sku_id, 1))
    assert listed() == [1]
    commit(store.release("OR1", sku_id, 3))
    assert listed() == []
    set_stock(counted(article, 4, low_at=4))
    assert listed() == [4]


def test_a_record_of_a_deleted_item_is_passed_over(world: Clock) -> None:
    for table, follower in FOLLOWERS.items():
        follower(Change(table, "1", {}, None))
    assert dump("stock-movements") == []


# -- staff --------------------------------------------------------------------------------------


def test_a_count_sets_the_stock_with_who_and_why(article: tuple[str, str]) -> None:
    product_id, sku_id = article
    stock = set_stock(counted(article, 10, low_at=3))
    assert stock == store.load(sku_id)
    assert (stock.product_id, stock.available, stock.stocked, stock.low_at) == (product_id, 10, 10, 3)
    (told,) = store.movements(sku_id, limit=10, cursor=None).items
    assert isinstance(told, Movement)
    assert (told.kind, told.change, told.by, told.reason) == ("SET", 10, "ST1", "盘点")


def test_a_count_beside_what_orders_hold_keeps_the_books(article: tuple[str, str]) -> None:
    """Invariant 21: a count is of what is free; what is held stays held."""
    _, sku_id = article
    set_stock(counted(article, 10))
    commit(store.reserve("OR1", sku_id, 4))
    stock = set_stock(counted(article, 8))
    assert (stock.available, stock.stocked) == (8, 12)


def test_a_count_read_before_an_order_is_refused(article: tuple[str, str]) -> None:
    _, sku_id = article
    set_stock(counted(article, 10))
    seen = store.load(sku_id).version
    commit(store.reserve("OR1", sku_id, 1))
    before = dump_all()
    with pytest.raises(StockMoved):
        set_stock(counted(article, 10, version=seen))
    assert dump_all() == before


def test_a_change_of_the_low_mark_alone_is_no_movement(article: tuple[str, str]) -> None:
    _, sku_id = article
    set_stock(counted(article, 10))
    set_stock(counted(article, 10, low_at=5))
    assert moves(sku_id) == [("SET", 10)]


def test_only_an_article_of_the_product_can_be_stocked(article: tuple[str, str]) -> None:
    product_id, _ = article
    with pytest.raises(SkuUnknown):
        set_stock(counted((product_id, "SKNONE"), 1))


def test_an_adjustment_sent_twice_is_booked_once(article: tuple[str, str]) -> None:
    _, sku_id = article
    asked = Adjustment(sku_id, 5, "ST1", "到货", "key-0001")
    with pytest.raises(NeverStocked):
        adjust_stock(asked)
    set_stock(counted(article, 1))
    assert adjust_stock(asked).available == 6
    assert adjust_stock(asked).available == 6
    with pytest.raises(KeyReused):
        adjust_stock(replace(asked, change=6))
    assert adjust_stock(replace(asked, key="key-0002")).available == 11
