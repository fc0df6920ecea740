"""Values of our own go into a table and come back equal; a float never goes in (invariant 1)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import codec
from chalicelib.kernel.money import Fen


class Mood(StrEnum):
    """An enum in a row."""

    GOOD = "GOOD"


@dataclass(frozen=True)
class Inner:
    """A value inside a value."""

    name: str
    amount_fen: Fen
    rates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outer:
    """Everything the codec knows."""

    at: datetime
    is_open: bool
    mood: Mood
    lines: tuple[Inner, ...]
    by_name: dict[str, int]
    note: str | None = None


INNERS = st.builds(
    Inner, st.text(max_size=9), st.integers(-(10**12), 10**12), st.lists(st.integers(), max_size=3).map(tuple)
)


@given(
    st.lists(INNERS, max_size=4).map(tuple),
    st.dictionaries(st.text(min_size=1, max_size=5), st.integers(), max_size=3),
    st.none() | st.text(max_size=5),
)
def test_what_goes_in_comes_back(lines: tuple[Inner, ...], named: dict[str, int], note: str | None) -> None:
    value = Outer(datetime(2026, 11, 23, tzinfo=UTC), True, Mood.GOOD, lines, named, note)
    assert codec.load(Outer, codec.dump(value)) == value


@pytest.mark.parametrize("wrong", [1.0, object(), {1.5}])
def test_what_a_table_cannot_hold_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        codec.dump((wrong,))
