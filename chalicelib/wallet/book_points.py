"""What one commit does to points: one move of one wallet, or a turn of several."""

from chalicelib.kernel.dynamo import Write
from chalicelib.wallet import store
from chalicelib.wallet.move_points import Lot, PointsMove, PointsWallet


def book_points(before: PointsWallet, move: PointsMove) -> list[Write]:
    """One move of one wallet: its balance and the lot it brings; the entry is the caller's.

    Several moves of one wallet in one commit: ``replace_points`` once, and ``put_lot`` for each.
    """
    return [store.replace_points(before, move.wallet), *([store.put_lot(move.lot)] if move.lot else [])]


class PointsTurn:
    """All that one commit does to points: several moves, each wallet written once.

    A refund may give one member points back and take others away; both go through one turn.
    """

    def __init__(self) -> None:
        self._before: dict[str, PointsWallet] = {}
        self._after: dict[str, PointsWallet] = {}
        self._lots: list[Lot] = []
        self.postings: list[tuple[str, int]] = []

    def of(self, member_id: str) -> PointsWallet:
        """The member's points after what this turn did to them so far."""
        if member_id not in self._after:
            self._before[member_id] = self._after[member_id] = store.find_points(member_id)
        return self._after[member_id]

    def book(self, move: PointsMove) -> None:
        """Add one move, made of the wallet that ``of`` gave."""
        self._after[move.wallet.member_id] = move.wallet
        self.postings += move.postings
        self._lots += [move.lot] if move.lot else []

    def writes(self) -> list[Write]:
        """The wallets that changed and the lots that came; the commit raises ``PointsMoved``."""
        changed = [one for one in self._before if self._before[one] != self._after[one]]
        moved = [store.replace_points(self._before[one], self._after[one]) for one in changed]
        return moved + [store.put_lot(lot) for lot in self._lots]
