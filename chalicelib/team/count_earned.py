"""Count what a commission is worth for the pair of its buyer and its payee (D7)."""

from chalicelib.commissions.rules import Commission
from chalicelib.kernel.jobs import count_once
from chalicelib.kernel.money import Fen
from chalicelib.team import store
from chalicelib.team.rules import Contribution, worth_fen


def count_earned(change_id: str, before: Commission | None, after: Commission) -> None:
    """Add what one change of a commission made of its worth, once however often it is told."""
    more_fen = worth_fen(after) - (worth_fen(before) if before else 0)
    if more_fen == 0:
        return
    more = Contribution(after.buyer_id, after.payee_id, earned_fen=Fen(more_fen))
    count_once(store.mark_counted(f"earned:{change_id}"), store.count(more))
