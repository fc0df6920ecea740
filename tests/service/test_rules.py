"""Who may review, what waits for a person, and what it comes to (P1). Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.service.rules import (
    Review,
    ReviewMoved,
    ReviewNotFine,
    ReviewState,
    ReviewSums,
    add_up,
    erased,
    first_state,
    may_review,
    moved,
    replied,
)
from tests.orders.build import AT, line, order

REVIEW = Review(
    "RV1", "OR1", 1, "PR1", "茶", "一盒", "ME1", 5, "好", ("evidence/ME1/x.jpg",), "SHOWN", AT, "f"
)


@pytest.mark.parametrize(
    ("received_ago", "shipped", "refunded", "may"),
    [
        (None, 1, 0, False),
        (timedelta(0), 1, 0, True),
        (timedelta(days=1), 1, 1, True),
        (timedelta(days=1), 0, 1, False),
        (timedelta(days=180), 1, 0, False),
    ],
)
def test_who_received_the_goods_may_review(
    received_ago: timedelta | None, shipped: int, refunded: int, may: bool
) -> None:
    """A line refunded after receipt may be reviewed, one never sent may not."""
    one = replace(line(1), shipped_quantity=shipped, refunded_quantity=refunded)
    bought = replace(order(), received_at=None if received_ago is None else AT - received_ago)
    assert may_review(bought, one, AT) is may


def test_what_is_not_judged_waits_for_a_person() -> None:
    assert first_state("pass", has_pictures=False) == "SHOWN"
    assert first_state("pass", has_pictures=True) == "WAITING"
    assert first_state("review", has_pictures=False) == "WAITING"
    with pytest.raises(ReviewNotFine):
        first_state("risky", has_pictures=False)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["SHOWN", "HIDDEN", "WAITING", "GONE"]))))
def test_the_average_is_of_what_is_shown(given_: list[tuple[int, ReviewState]]) -> None:
    sums = add_up("PR1", [replace(REVIEW, stars=stars, state=state) for stars, state in given_])
    shown = [stars for stars, state in given_ if state == "SHOWN"]
    assert sums.count == len(shown)
    if not shown:
        assert sums.average_tenths is None
    else:
        assert sums.average_tenths is not None
        assert abs(sums.average_tenths * len(shown) - 10 * sum(shown)) * 2 <= len(shown)


def test_half_a_tenth_is_rounded_up() -> None:
    assert ReviewSums("PR1", stars_4=19, stars_5=1).average_tenths == 41


def test_each_step_once_and_nothing_after_the_end() -> None:
    hidden = moved(REVIEW, "HIDDEN", reason="含电话")
    assert (hidden.state, hidden.hidden_reason, moved(hidden, "SHOWN").hidden_reason) == (
        "HIDDEN",
        "含电话",
        None,
    )
    with pytest.raises(ReviewMoved):
        moved(hidden, "HIDDEN")
    gone = erased(replied(REVIEW, "谢谢", AT))
    assert (gone.text, gone.picture_keys, gone.reply, gone.state) == ("", (), None, "GONE")
    for late in (lambda: moved(gone, "SHOWN"), lambda: replied(gone, "再见", AT)):
        with pytest.raises(ReviewMoved):
            late()
