"""Stock is never oversold and given back once; every movement is recorded (S2, invariant 21)."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.inventory import store
from chalicelib.inventory.rules import NothingHeld, OutOfStock, Stock, StockMoved, StockOutOfRange
from chalicelib.kernel import ids
from chalicelib.kernel.dynamo import ConditionFailed, commit
from tests.support.world import Clock, dump, dump_all


def stocked(quantity: int, sku_id: str = "SK1") -> None:
    before = store.load(sku_id)
    commit(
        store.change_stock(before, replace(before, product_id="PR1", available=quantity, stocked=quantity))
    )


def at_once(count: int, act: Callable[[int], None]) -> list[Exception]:
    """Run ``act(number)`` in so many threads released together; the refusals they got."""
    barrier, refusals = threading.Barrier(count), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except Exception as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


def balanced(sku_id: str, *orders: str) -> bool:
    """Invariant 21: stocked = available + Σ held, nothing below zero."""
    stock = store.load(sku_id)
    held = sum(one.held for order in orders for one in store.reservations(order) if one.sku_id == sku_id)
    return stock.available >= 0 and stock.stocked == stock.available + held


def test_a_reservation_takes_and_a_release_gives_back(world: Clock) -> None:
    stocked(10)
    commit(store.reserve("OR1", "SK1", 3))
    assert store.available(["SK1", "SKNONE"]) == {"SK1": 7, "SKNONE": 0}
    commit(store.release("OR1", "SK1", 2))
    assert store.available(["SK1"]) == {"SK1": 9}
    (held,) = store.reservations("OR1")
    assert (held.held, held.released) == (1, 2)
    assert balanced("SK1", "OR1")


def test_a_reservation_and_a_release_are_two_writes_each(world: Clock) -> None:
    """An order of 40 lines is placed in one transaction of at most 100 items."""
    assert len(store.reserve("OR1", "SK1", 1)) == len(store.release("OR1", "SK1", 1)) == 2


def test_more_than_is_left_cannot_be_reserved_and_nothing_changes(world: Clock) -> None:
    stocked(2)
    before = dump_all()
    with pytest.raises(OutOfStock) as refusal:
        commit(store.reserve("OR1", "SK1", 3))
    assert refusal.value.facts == {"sku_id": "SK1"}
    with pytest.raises(OutOfStock):
        commit(store.reserve("OR1", "SKNONE", 1))
    with pytest.raises(OutOfStock):
        commit(store.reserve("OR1", "SK1", 1), store.reserve("OR1", "SKNONE", 1))
    assert dump_all() == before


def test_an_order_reserves_a_sku_once(world: Clock) -> None:
    stocked(10)
    commit(store.reserve("OR1", "SK1", 1))
    with pytest.raises(ConditionFailed):
        commit(store.reserve("OR1", "SK1", 1))
    assert store.available(["SK1"]) == {"SK1": 9}


def test_released_twice_gives_back_once(world: Clock) -> None:
    stocked(10)
    commit(store.reserve("OR1", "SK1", 3))
    commit(store.release("OR1", "SK1", 3))
    before = dump_all()
    with pytest.raises(NothingHeld):
        commit(store.release("OR1", "SK1", 3))
    with pytest.raises(NothingHeld):
        commit(store.release("ORNONE", "SK1", 1))
    assert dump_all() == before
    assert store.available(["SK1"]) == {"SK1": 10}


def test_no_release_exceeds_what_is_still_held(world: Clock) -> None:
    stocked(10)
    commit(store.reserve("OR1", "SK1", 3))
    commit(store.release("OR1", "SK1", 2))
    with pytest.raises(NothingHeld):
        commit(store.release("OR1", "SK1", 2))
    assert balanced("SK1", "OR1")


def test_of_sixteen_who_want_the_last_piece_exactly_one_gets_it(world: Clock) -> None:
    """Invariant 21, S2: never oversold."""
    stocked(1)
    refusals = at_once(16, lambda number: commit(store.reserve(f"OR{number}", "SK1", 1)))
    assert [type(one) for one in refusals] == [OutOfStock] * 15
    assert store.available(["SK1"]) == {"SK1": 0}
    assert len(dump("stock-reservations")) == 1
    assert balanced("SK1", *(f"OR{number}" for number in range(16)))


def test_of_sixteen_who_give_back_the_same_order_exactly_one_does(world: Clock) -> None:
    """Invariant 21: a dead order gives back once, whatever closes it."""
    stocked(5)
    commit(store.reserve("OR1", "SK1", 2))
    refusals = at_once(16, lambda number: commit(store.release("OR1", "SK1", 2)))
    assert [type(one) for one in refusals] == [NothingHeld] * 15
    assert store.available(["SK1"]) == {"SK1": 5}


def test_a_count_meets_any_move_since_it_was_read(world: Clock) -> None:
    stocked(5)
    read = store.load("SK1")
    commit(store.reserve("OR1", "SK1", 1))
    with pytest.raises(StockMoved):
        commit(store.change_stock(read, replace(read, available=9, stocked=9)))
    with pytest.raises(StockMoved):
        commit(store.change_stock(Stock("SK1"), Stock("SK1", product_id="PR1", available=9, stocked=9)))
    assert store.available(["SK1"]) == {"SK1": 4}


def test_an_adjustment_leaves_neither_less_than_nothing_nor_too_much(world: Clock) -> None:
    stocked(5)
    commit(store.reserve("OR1", "SK1", 4))
    commit(store.adjust_stock("SK1", -1))
    for change in (-1, 10_000_001):
        with pytest.raises(StockOutOfRange):
            commit(store.adjust_stock("SK1", change))
    with pytest.raises(StockOutOfRange):
        commit(store.adjust_stock("SKNONE", 1))
    assert balanced("SK1", "OR1") and store.load("SK1").stocked == 4


def test_many_threads_of_every_kind_keep_the_sum(world: Clock) -> None:
    """Invariant 21 under reserve, release and adjust at once."""
    stocked(20)
    for number in range(4):
        commit(store.reserve(f"OLD{number}", "SK1", 2))

    def act(number: int) -> None:
        kind = number % 4
        if kind == 0:
            commit(store.reserve(f"NEW{number}", "SK1", 3))
        elif kind == 1:
            commit(store.release(f"OLD{number // 4}", "SK1", 2))
        elif kind == 2:
            commit(store.adjust_stock("SK1", 5))
        else:
            commit(store.adjust_stock("SK1", -4))

    refusals = at_once(16, act)
    assert all(isinstance(one, OutOfStock | StockOutOfRange) for one in refusals), refusals
    orders = [f"OLD{number}" for number in range(4)] + [f"NEW{number}" for number in range(16)]
    assert balanced("SK1", *orders)


Step = tuple[str, int, int, bool]
steps = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "release", "adjust"]), st.integers(0, 3), st.integers(1, 6), st.booleans()
    ),
    max_size=15,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_whatever_happens_the_stock_is_what_a_plain_book_says(world: Clock, history: list[Step]) -> None:
    """Invariant 21 against a plain model. The examples share a world, not a SKU."""
    _follow(ids.new_id("SK"), history)


def _follow(sku_id: str, history: list[Step]) -> None:
    stocked(8, sku_id)
    free, held = 8, {}
    for kind, number, quantity, is_less in history:
        order = f"OR{sku_id}{number}"
        try:
            if kind == "reserve":
                commit(store.reserve(order, sku_id, quantity))
                assert quantity <= free and order not in held
                free, held[order] = free - quantity, quantity
            elif kind == "release":
                commit(store.release(order, sku_id, quantity))
                assert quantity <= held.get(order, 0)
                free, held[order] = free + quantity, held[order] - quantity
            else:
                commit(store.adjust_stock(sku_id, -quantity if is_less else quantity))
                free += -quantity if is_less else quantity
                assert free >= 0
        except (OutOfStock, NothingHeld, StockOutOfRange, ConditionFailed):
            assert (
                (kind == "reserve" and (quantity > free or order in held))
                or (kind == "release" and quantity > held.get(order, 0))
                or (kind == "adjust" and is_less and quantity > free)
            )
        assert store.available([sku_id]) == {sku_id: free}
    assert balanced(sku_id, *held)
