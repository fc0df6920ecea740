"""Boards without tables (D6)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ranking.rules import (
    PLACES,
    SHARDS,
    Board,
    Draft,
    Line,
    best,
    place_of,
    to_board,
    with_page,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FIGURES = st.dictionaries(st.integers(0, 200).map(lambda n: f"ME{n:03d}"), st.integers(-5, 30), max_size=120)


@given(FIGURES, st.integers(1, 40))
def test_page_by_page_is_as_all_at_once(figures: dict[str, int], size: int) -> None:
    """However the walk is cut into pages, and if a page comes twice, the board is the same."""
    lines = [Line(one, figure) for one, figure in sorted(figures.items())]
    draft = Draft("M2026-11", AT)
    for start in range(0, len(lines), size):
        page = lines[start : start + size]
        for _ in range(2):
            draft = with_page(draft, page, page, last=page[-1].member_id)
    assert draft.sales == draft.buyers == best(lines)
    wanted = sorted((line for line in lines if line.figure > 0), key=lambda line: -line.figure)
    assert [line.figure for line in draft.sales] == [line.figure for line in wanted[:PLACES]]


def test_a_draft_is_over_after_its_last_shard() -> None:
    draft = Draft("M2026-11", AT)
    for shard in range(SHARDS):
        assert (draft.shard, draft.is_over) == (shard, False)
        draft = with_page(draft, [], [], last=None)
    assert draft.is_over


def test_equal_figures_share_a_place() -> None:
    lines = best([Line("A", 5), Line("B", 9), Line("C", 5), Line("D", 1)])
    assert [(line.member_id, place_of(lines, line.figure)) for line in lines] == [
        ("B", 1),
        ("A", 2),
        ("C", 2),
        ("D", 4),
    ]


def test_what_is_missing_to_the_board() -> None:
    """A board with room takes whoever has something; a full one whoever reaches its last line."""
    few = best([Line("A", 5)])
    assert (to_board(few, 0), to_board(few, 1)) == (1, 0)
    full = best(Line(f"M{n:02d}", 100 + n) for n in range(PLACES))
    assert (to_board(full, 40), to_board(full, 100), to_board(full, 400)) == (60, 0, 0)


def test_a_board_has_two_kinds() -> None:
    board = Board("M2026-11", AT, (Line("A", 1),), (Line("B", 2),))
    assert (board.lines("SALES"), board.lines("BUYERS")) == (board.sales, board.buyers)
