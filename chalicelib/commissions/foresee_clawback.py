"""What a refund would take back, and from where, before anybody agrees to it (O4, W1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.commissions import store
from chalicelib.commissions.rules import FormName, RefundedLine
from chalicelib.commissions.take_back import take_back
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import turned


@dataclass(frozen=True)
class Foreseen:
    """One commission's part. ``taken_fen`` = from pending + from available + new debt, for cash."""

    payee_id: str
    rule_title: str
    form: FormName
    taken_fen: Fen
    units: int
    """Points, coupons or gifts; 0 for cash."""
    from_pending_fen: Fen = Fen(0)
    from_available_fen: Fen = Fen(0)
    new_debt_fen: Fen = Fen(0)


def foresee_clawback(
    order_id: str, lines: Mapping[int, RefundedLine], *, back: Mapping[str, Fen] | None = None
) -> list[Foreseen]:
    """What ``claw_back`` takes if these lines are posted now, after what comes ``back``; reads only."""
    left: dict[str, int] = {}
    found = []
    for row in store.of_order(order_id):
        taken = take_back(row, lines)
        if taken is None or not taken.taken_fen:
            continue
        after = replace(row, clawed_fen=Fen(row.clawed_fen + taken.taken_fen))
        one = Foreseen(
            row.payee_id, row.rule_title, row.form, taken.taken_fen, row.left_units - after.left_units
        )
        if row.form == "CASH" and row.matured_at is None:
            one = replace(one, from_pending_fen=taken.taken_fen)
        elif row.form == "CASH":
            if row.payee_id not in left:
                full, _ = turned(wallet.find(row.payee_id), back_fen=(back or {}).get(row.payee_id, 0))
                left[row.payee_id] = full.available_fen
            there = left[row.payee_id]
            from_available = min(there, taken.taken_fen)
            left[row.payee_id] = there - from_available
            one = replace(
                one,
                from_available_fen=Fen(from_available),
                new_debt_fen=Fen(taken.taken_fen - from_available),
            )
        found.append(one)
    return found
