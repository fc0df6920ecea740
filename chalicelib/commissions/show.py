"""Commissions as people read them, for distributors and staff (R11)."""

from collections.abc import Sequence
from typing import Any

from chalicelib.commissions.explain import ExplainedLine, explain, standing_of
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.schemas import CommissionOut, ExplainedOut, LineOut
from chalicelib.members import store as members
from chalicelib.members.rules import masked


def show(rows: Sequence[Commission]) -> list[CommissionOut]:
    """Rows of a list, with the names masked; one batch read for all of them."""
    names = _names(rows)
    return [CommissionOut.model_validate(_told(row, names)) for row in rows]


def show_explained(rows: Sequence[Commission]) -> list[ExplainedOut]:
    """The same with everything that explains each figure."""
    names = _names(rows)
    return [_explained(row, names) for row in rows]


def _explained(row: Commission, names: dict[str, str]) -> ExplainedOut:
    explanation = explain(row)
    return ExplainedOut(
        **_told(row, names),
        payee_title=explanation.payee_title,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        plan_title=explanation.plan_title,
        cap_bps=row.cap_bps,
        base=row.base,
        excluded=row.excluded,
        conditions=list(explanation.conditions),
        lines=[_line(line) for line in explanation.lines],
        explanation=list(explanation.says),
    )


def _told(row: Commission, names: dict[str, str]) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "payee_id": row.payee_id,
        "rule": row.rule,
        "rule_title": row.rule_title,
        "form": row.form,
        "units": row.units,
        "left_units": row.left_units,
        "level": row.level,
        "state": row.state,
        "amount_fen": row.amount_fen,
        "clawed_fen": row.clawed_fen,
        "left_fen": row.left_fen,
        "is_held": bool(row.holds),
        "payee": names.get(row.payee_id, masked("")),
        "buyer": names.get(row.buyer_id, masked("")),
        "titles": [part.title for part in row.parts],
        "created_at": row.created_at,
        "matures_at": row.matures_at,
        "matured_at": row.matured_at,
        "says": standing_of(row),
    }


def _line(line: ExplainedLine) -> LineOut:
    part = line.part
    return LineOut(
        line_no=part.line_no,
        title=part.title,
        quantity=part.quantity,
        paid_fen=part.net_fen,
        base_fen=part.base_fen,
        source=part.source,
        source_title=line.source_title,
        rate_bps=part.rate_bps,
        fixed_fen=part.fixed_fen,
        wanted_fen=part.wanted_fen,
        cap_fen=part.cap_fen,
        amount_fen=part.amount_fen,
        refunded_fen=line.refunded_fen,
        clawed_fen=line.clawed_fen,
        says=line.says,
    )


def _names(rows: Sequence[Commission]) -> dict[str, str]:
    wanted = {member_id for row in rows for member_id in (row.buyer_id, row.payee_id)}
    found = members.load_many(wanted) if wanted else {}
    return {member_id: masked(member.nickname) for member_id, member in found.items()}
