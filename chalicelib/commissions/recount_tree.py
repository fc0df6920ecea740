"""Count one root's tree again from the members below it and from its own commissions (R12)."""

from chalicelib.commissions import store
from chalicelib.commissions.rules import Tree
from chalicelib.kernel.jobs import Drift, recount
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.members import store as members


def recount_tree(root_id: str, believed: Drift[Tree] | None = None) -> Drift[Tree] | None:
    """How the projection differs from its sources, mended when it did before too (``kernel.jobs.recount``).

    Raises ``CommissionsMoved`` when it moved at that very moment; nothing is written then.
    """
    first, second, third = (members.count_downline(root_id, level) for level in (1, 2, 3))
    earned = _earned(root_id)
    counted = Tree(
        root_id=root_id,
        headcount=first + second + third,
        heads_1=first,
        heads_2=second,
        heads_3=third,
        earned_fen=Fen(sum(earned)),
        earned_0_fen=earned[0],
        earned_1_fen=earned[1],
        earned_2_fen=earned[2],
        earned_3_fen=earned[3],
    )
    return recount(store.tree(root_id), counted, believed, store.put_tree)


def _earned(root_id: str) -> list[Fen]:
    """What is left of this member's commissions, by level; 0 are own purchases."""
    sums = [0, 0, 0, 0]
    cursor: str | None = None
    while True:
        page = store.of_payee(root_id, limit=MAX_PAGE, cursor=cursor)
        for row in page.items:
            sums[row.level] += row.left_fen
        cursor = page.next
        if cursor is None:
            return [Fen(one) for one in sums]
