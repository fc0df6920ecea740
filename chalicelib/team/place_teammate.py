"""List a member in the teams of exactly those who stand above (D7)."""

from collections.abc import Iterable

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.members import store as members
from chalicelib.members.rules import MemberChanged
from chalicelib.team import store

_TRIES = 4


def place_teammate(member_id: str, concerned: Iterable[str]) -> None:
    """Bring the listing with each of these, who stand above or did, to the path as it is now.

    Held to that path in the commit, so events late, repeated or in any order end at the last path. Raises
    ``Crowded`` when the member keeps moving; the stream brings the event again.
    """
    uplines = list(dict.fromkeys(concerned))
    for _ in range(_TRIES):
        member = members.load(member_id)
        levels = {upline_id: level for level, upline_id in enumerate(member.path, 1)}
        try:
            commit(
                members.same_path(member),
                [store.place(member_id, one, levels.get(one)) for one in uplines],
            )
            return
        except MemberChanged:
            continue
    raise Crowded()
