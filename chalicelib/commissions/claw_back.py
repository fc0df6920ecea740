"""A posted refund takes commission back, exactly (O4, W1, invariant 11)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.commissions import store
from chalicelib.commissions.rules import CommissionsMoved, RefundedLine, take_back
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import account_of, take_from


@dataclass(frozen=True)
class ClawedBack:
    """The writes and postings for the refund's commit and its one journal entry."""

    writes: list[Write]
    postings: list[tuple[str, int]]
    total_fen: Fen


def claw_back(order_id: str, refund_id: str, lines: Mapping[int, RefundedLine], at: datetime) -> ClawedBack:
    """Take back each payee's part of the refunded lines, and lift this refund's hold.

    A pending commission shrinks; of a matured one the member's available money is taken, and what is
    missing becomes a debt. Commits nothing. The commit raises ``CommissionsMoved`` when a row or a
    wallet changed meanwhile (another refund, maturing, a withdrawal): call again then.
    """
    writes: list[Write] = []
    pending: dict[str, int] = defaultdict(int)
    matured: dict[str, int] = defaultdict(int)
    for row in store.of_order(order_id):
        taken = take_back(row, lines)
        if taken is None:
            if refund_id in row.holds:
                writes.append(store.lift(row, refund_id))
            continue
        writes.append(store.claw(row, taken, refund_id))
        from_where = matured if row.matured_at else pending
        from_where[row.payee_id] += taken.taken_fen
    postings = [(account_of(payee, "pending"), -amount) for payee, amount in pending.items() if amount]
    for payee, amount in matured.items():
        if amount:
            writes.append(_late(payee, amount, postings))
    total_fen = Fen(sum(pending.values()) + sum(matured.values()))
    if total_fen:
        postings.insert(0, ("shop:commission", total_fen))
    return ClawedBack(writes, postings, total_fen)


def _late(payee_id: str, amount_fen: int, postings: list[tuple[str, int]]) -> Write:
    """One move of the wallet for all rows of this payee, and its postings."""
    from_available, new_debt = take_from(wallet.find(payee_id), amount_fen)
    if from_available:
        postings.append((account_of(payee_id, "available"), -from_available))
    if new_debt:
        postings.append((account_of(payee_id, "debt"), -new_debt))
    return wallet.move(payee_id, available_fen=-from_available, debt_fen=new_debt, otherwise=CommissionsMoved)
