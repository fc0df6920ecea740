"""Members' doors: my wallet, my points and their statements, checking in (W1, W6)."""

from typing import Any

from chalicelib.kernel.auth import member
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor
from chalicelib.wallet import store
from chalicelib.wallet.check_in import check_in
from chalicelib.wallet.move_points import PointsMoved
from chalicelib.wallet.points_for import CheckInClosed
from chalicelib.wallet.schemas import (
    CheckInOut,
    EarningsAsked,
    EarningsOut,
    LedgerOut,
    LinesAsked,
    LinesOut,
    PointsLinesOut,
    PointsOut,
    WalletOut,
)
from chalicelib.wallet.show import show, show_lines
from chalicelib.wallet.show_earnings import show_earnings, show_months
from chalicelib.wallet.show_points import show_check_in, show_points, show_points_lines

doors = Doors("/shop")


@doors.get("/wallet", who=member, returns=WalletOut)
def read_wallet(ask: Ask[Any]) -> WalletOut:
    """My wallet: pending, available, frozen, withdrawn and debt, and what each waits for."""
    return show(ask.who.id)


@doors.get("/wallet/lines", who=member, query=LinesAsked, returns=LinesOut, errors=(Invalid, BadCursor))
def list_lines(ask: Ask[Any]) -> LinesOut:
    """My statement, newest first, with the order each line came from."""
    return show_lines(ask.who.id, month=ask.query.month, limit=ask.query.limit, cursor=ask.query.next)


@doors.get("/wallet/earnings", who=member, query=EarningsAsked, returns=EarningsOut)
def read_earnings(ask: Ask[Any]) -> EarningsOut:
    """What each of the last days or months brought me."""
    return show_earnings(ask.who.id, ask.query.span)


@doors.get("/wallet/months", who=member, query=Paging, returns=LedgerOut, errors=(BadCursor,))
def list_months(ask: Ask[Any]) -> LedgerOut:
    """My ledger by month, newest first."""
    return show_months(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)


@doors.get("/points", who=member, returns=PointsOut)
def read_points(ask: Ask[Any]) -> PointsOut:
    """My points, what they are worth, and when they run out."""
    return show_points(ask.who.id)


@doors.get("/points/lines", who=member, query=Paging, returns=PointsLinesOut, errors=(BadCursor,))
def list_points_lines(ask: Ask[Any]) -> PointsLinesOut:
    """How I came by my points and where they went, newest first."""
    return show_points_lines(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)


@doors.get("/check-in", who=member, returns=CheckInOut)
def read_check_in(ask: Ask[Any]) -> CheckInOut:
    """Whether I have checked in today, and what it brings."""
    return show_check_in(store.find_points(ask.who.id))


@doors.post("/check-in", who=member, returns=CheckInOut, errors=(CheckInClosed, PointsMoved))
def check_in_today(ask: Ask[Any]) -> CheckInOut:
    """Check in; again on the same day in China changes nothing."""
    return show_check_in(check_in(ask.who.id))
