"""What a refund takes back of one commission, by running sums alone (invariant 11). Pure."""

from collections.abc import Mapping

from chalicelib.commissions.rules import Commission, RefundedLine, Taken
from chalicelib.kernel.money import Fen, clawback


def take_back(commission: Commission, lines: Mapping[int, RefundedLine]) -> Taken | None:
    """What this refund takes back of this commission; ``None`` when its lines earned nothing, or it is ZERO.

    Only the money of this refund counts, added to the row's own running sum. So at every moment
    exactly floor(credited × refunded ÷ paid) of each line is due back, in whatever order refunds
    arrive, and a full refund takes back everything (invariant 11). What a cap left unpaid at maturing
    comes off first: the payee keeps what it would have, had the refund come before.
    """
    if commission.state == "ZERO":  # too little for a whole unit: nothing was given
        return None
    refunded = dict(commission.refunded_by_line)
    due_fen = added_fen = 0
    for part in commission.parts:
        line = lines.get(part.line_no)
        after = refunded.get(str(part.line_no), 0)
        if line is not None and part.amount_fen:
            assert line.paid_fen == part.net_fen, (commission.order_id, line, part)
            added = line.after_fen - line.before_fen
            after, added_fen = after + added, added_fen + added
            refunded[str(part.line_no)] = after
        due_fen += clawback(part.amount_fen, part.net_fen, 0, after)
    if added_fen == 0:
        return None
    taken_fen = max(0, due_fen - commission.trimmed_fen - commission.clawed_fen)
    return Taken(Fen(taken_fen), Fen(commission.refunded_fen + added_fen), refunded)


def goes_beyond(commission: Commission, lines: Mapping[int, RefundedLine]) -> bool:
    """Whether this refund's money would be more than was paid: somebody posted it since it was read."""
    return any(
        commission.refunded_by_line.get(str(part.line_no), 0) + line.after_fen - line.before_fen
        > part.net_fen
        for part in commission.parts
        if part.amount_fen and (line := lines.get(part.line_no)) is not None
    )
