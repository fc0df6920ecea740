"""What a stock says, and what a reservation's change did to it (invariant 21)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.inventory.rules import Reservation, Stock, is_low, reservation_step

pieces = st.integers(0, 1_000)


def held(held: int, released: int) -> Reservation:
    return Reservation("OR1", "SK1", "MAIN", held, released, datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(("available", "is_told"), [(3, False), (2, True), (0, True)])
def test_from_its_number_down_it_is_on_the_list(available: int, is_told: bool) -> None:
    assert is_low(Stock("SK1", available=available, low_at=2)) is is_told


@given(reserved=st.integers(1, 1_000), back=st.lists(pieces, max_size=4))
def test_the_movements_of_a_reservation_sum_to_what_is_held(reserved: int, back: list[int]) -> None:
    """Whatever is given back in whatever parts, and however often each change is told."""
    rows = [held(reserved, 0)]
    for part in back:
        given_back = min(part, rows[-1].held)
        rows.append(held(rows[-1].held - given_back, rows[-1].released + given_back))
    told = [reservation_step(old, new) for old, new in zip([None, *rows], rows, strict=False)]
    assert sum(change for step in told if step for _, change in [step]) == -rows[-1].held
    assert told[0] == ("RESERVED", -reserved)
    assert all(step is None or step[0] == "RELEASED" for step in told[1:])
    assert all(reservation_step(one, one) is None for one in rows)


def test_one_first_seen_after_a_part_came_back_was_reserved_whole() -> None:
    """What is released then is told by the change that follows, or never happened to ``available``."""
    assert reservation_step(None, held(2, 1)) == ("RESERVED", -3)
