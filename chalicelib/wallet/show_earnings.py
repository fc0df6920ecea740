"""What days and months brought, from folded figures: at most 30 rows are read, never lines (W1, N5)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store
from chalicelib.wallet.rules import MONTH, Span, Totals, scopes_in
from chalicelib.wallet.schemas import EarnedOut, EarningsOut, LedgerOut, MonthLedgerOut


def show_earnings(member_id: str, span: Span) -> EarningsOut:
    """The chart that ends today; a day or month without earnings is there with zeros."""
    scopes = scopes_in(span, now())
    found = {one.scope: one for one in store.totals_between(member_id, scopes[0], scopes[-1])}
    parts = [_earned(found.get(scope, Totals(member_id, scope))) for scope in scopes]
    return EarningsOut(
        span=span,
        credited_fen=Fen(sum(one.credited_fen for one in parts)),
        taken_fen=Fen(sum(one.taken_fen for one in parts)),
        net_fen=Fen(sum(one.net_fen for one in parts)),
        parts=parts,
    )


def show_months(member_id: str, *, limit: int, cursor: str | None) -> LedgerOut:
    """The ledger by month, newest first."""
    found = store.months(member_id, limit=limit, cursor=cursor)
    return LedgerOut(items=[_month(one) for one in found.items], next=found.next)


def _earned(totals: Totals) -> EarnedOut:
    return EarnedOut(
        of=totals.scope[2:],
        credited_fen=totals.credited_fen,
        taken_fen=totals.taken_fen,
        net_fen=totals.earned_fen,
    )


def _month(totals: Totals) -> MonthLedgerOut:
    return MonthLedgerOut(
        month=totals.scope.removeprefix(MONTH),
        credited_fen=totals.credited_fen,
        taken_fen=totals.taken_fen,
        matured_fen=totals.matured_fen,
        withdrawn_fen=totals.withdrawn_fen,
        spent_fen=totals.spent_fen,
        net_fen=totals.earned_fen,
    )
