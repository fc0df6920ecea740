"""A distributor's figures as doors show them."""

from chalicelib.kernel.clock import now
from chalicelib.standing import store
from chalicelib.standing.period_of import KINDS, period_of
from chalicelib.standing.rules import ALL
from chalicelib.standing.schemas import FiguresListOut, FiguresOut


def show_figures(member_id: str, scope: str | None = None) -> FiguresListOut:
    """One period, or all time and the running month, quarter and year."""
    at = now()
    scopes = [scope] if scope else [ALL, *(period_of(kind, at).period_id for kind in KINDS)]
    found = store.load_metrics((member_id, one) for one in scopes)
    return FiguresListOut(items=[FiguresOut.model_validate(found[member_id, one]) for one in scopes])
