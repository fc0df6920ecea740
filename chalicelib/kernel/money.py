"""All arithmetic that touches money: integers only, three pure functions.

Amounts are whole fen (``Fen``), rates are basis points (``Bps``, 10 000 = 100 %), points are a
type of their own. The kinds never mix, and no float comes near them (design §2).
"""

from collections.abc import Sequence
from typing import NewType

Fen = NewType("Fen", int)
Bps = NewType("Bps", int)
Points = NewType("Points", int)

MAX_FEN = 10**12
"""No stored amount is larger: ten billion yuan (invariant 1)."""

BPS_WHOLE = 10_000


def share(total: int, rate_bps: int) -> Fen:
    """The part of ``total`` that ``rate_bps`` grants, rounded down; the remainder stays behind.

    Raises ``ValueError`` on a negative total or rate.
    """
    if total < 0 or rate_bps < 0:
        raise ValueError("a share needs a total and a rate that are not negative")
    return Fen(total * rate_bps // BPS_WHOLE)


def allocate(total: int, weights: Sequence[int]) -> tuple[Fen, ...]:
    """Split ``total`` over ``weights`` so that the parts sum to it exactly.

    Largest remainder, ties go to the lower index. Weights that are all zero count as equal.
    Raises ``ValueError`` on no weights, or on a negative total or weight.
    """
    if not weights or total < 0 or min(weights) < 0:
        raise ValueError("allocate needs weights, and nothing negative")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    floors = [total * weight // whole for weight in weights]
    rests = [total * weight % whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda index: (-rests[index], index))
    for index in by_rest[: total - sum(floors)]:
        floors[index] += 1
    return tuple(Fen(part) for part in floors)


def clawback(credited: int, paid: int, before: int, after: int) -> Fen:
    """How much of ``credited`` a refund takes back, as a difference of cumulative floors.

    ``before`` and ``after`` are the money refunded on the line in all, before and after this
    refund, out of ``paid``. Because only the running totals count, any order and slicing of
    partial refunds ends equal, and a full refund takes back exactly ``credited`` (invariant 11).
    Raises ``ValueError`` unless 0 <= before <= after <= paid and credited >= 0.
    """
    if not (0 <= before <= after <= paid and credited >= 0):
        raise ValueError("a clawback needs 0 <= before <= after <= paid")
    if paid == 0:
        return Fen(0)
    return Fen(credited * after // paid - credited * before // paid)


def yuan(amount_fen: int) -> str:
    """The amount as people read it, ``¥1,234.50``; for texts only, never for arithmetic."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}¥{whole:,}.{cents:02d}"


def percent(rate_bps: int) -> str:
    """The rate as people read it: 1000 is ``10%``, 250 is ``2.5%``."""
    whole, rest = divmod(rate_bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"
