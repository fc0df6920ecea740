"""Any moves in any order of events end with true paths (invariant 9; trust A5.4)."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.members.rules import below
from tests.members.people import join, move, paths, settle
from tests.support.world import small_world


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=5),
    st.sampled_from([1, -1]),
)
def test_any_moves_end_with_true_paths(moves: list[tuple[int, int]], order: int) -> None:
    """Whatever was moved where, once the events are through every path is inviter + inviter's path."""
    with small_world():
        people = [join(str(number)) for number in range(6)]
        for below_one, above in itertools.pairwise(people):
            move(above, below_one)
        moved = []
        for who, where in moves:
            if who != where and people[who].member_id not in _ancestors(people[where].member_id):
                moved.append(move(people[who], people[where]))
        settle(*moved, order=order)
        true = dict(paths())
        for path in true.values():
            if path:
                assert path == below(path[0], true[path[0]])


def _ancestors(member_id: str) -> set[str]:
    uplines = {one: path[0] for one, path in paths() if path}
    seen = {member_id}
    while member_id in uplines:
        member_id = uplines[member_id]
        seen.add(member_id)
    return seen
