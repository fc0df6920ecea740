"""Closed periods as people read them: the figures, what came over, and what they paid (R8, R11)."""

from collections.abc import Iterable
from typing import Any

from chalicelib.commissions import store
from chalicelib.commissions.close_period import NAME
from chalicelib.commissions.decide_period import PeriodClose
from chalicelib.commissions.schemas import PeriodCloseOut, PeriodExplainedOut, PeriodOut, PeriodsOut
from chalicelib.commissions.show import show_explained
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import NotFound
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import Period, PeriodKind, period_named, period_of

_SHOWN = 12


class PeriodNotClosed(NotFound):
    """This member's period is not closed, or there was nothing to close."""

    title = "这个周期还没有结算"
    detail = "这个周期还没有结算，或者没有业绩，请稍后再看。"


def show_periods(kind: PeriodKind) -> PeriodsOut:
    """The last twelve periods of one kind, newest first: how far closing is, and what it paid in all."""
    period, found = period_of(kind, now()), []
    for _ in range(_SHOWN):
        found.append(_period(period))
        period = period.previous
    return PeriodsOut(items=found)


def show_closes(closes: Iterable[PeriodClose]) -> list[PeriodCloseOut]:
    """One member's closed periods."""
    return [PeriodCloseOut.model_validate(_close(one)) for one in closes]


def show_close(member_id: str, period_id: str) -> PeriodExplainedOut:
    """One of them with each row explained. Raises ``PeriodUnknown``, ``PeriodNotClosed``."""
    period = period_named(period_id)
    one = store.closed(period, [member_id]).get(member_id)
    if one is None:
        raise PeriodNotClosed()
    rows = [row for order_id in one.rows for row in store.of_order(order_id)]
    return PeriodExplainedOut(**_close(one), items=show_explained(rows))


def _period(period: Period) -> PeriodOut:
    payees, amount_fen = store.period_total(period.period_id)
    return PeriodOut(
        period_id=period.period_id,
        title=period.title,
        ends_at=period.ends_at,
        is_closed=standing.sweep(NAME, period.period_id).is_over,
        payees=payees,
        amount_fen=amount_fen,
    )


def _close(one: PeriodClose) -> dict[str, Any]:
    return {
        "period_id": one.period_id,
        "title": period_named(one.period_id).title,
        "closed_at": one.closed_at,
        "plan_id": one.plan_id,
        "plan_version": one.plan_version,
        "counted": one.counted,
        "carried": one.carried,
        "amount_fen": one.amount_fen,
    }
