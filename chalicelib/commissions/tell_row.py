"""A commission row as simulations tell it. Pure."""

from typing import Any

from chalicelib.commissions.explain import explain
from chalicelib.commissions.rules import Commission


def tell_row(row: Commission) -> dict[str, Any]:
    """Of an order or a period: who, by which rule, how much is paid in which form, and why."""
    return {
        "order": None if row.period_id else row.order_id,
        "period": row.period_id,
        "payee": row.payee_id,
        "rule": row.rule,
        "level": row.level,
        "form": row.form,
        "amount_fen": row.left_fen,
        "trimmed_fen": row.trimmed_fen,
        "units": row.left_units,
        "explanation": "".join(explain(row).says),
    }
