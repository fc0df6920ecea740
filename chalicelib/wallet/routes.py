"""Members' doors: my wallet and my statement (W1)."""

from typing import Any

from chalicelib.kernel.auth import member
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.wallet.schemas import LinesAsked, LinesOut, WalletOut
from chalicelib.wallet.show import show, show_lines

doors = Doors("/shop")


@doors.get("/wallet", who=member, returns=WalletOut)
def read_wallet(ask: Ask[Any]) -> WalletOut:
    """My wallet: pending, available, frozen, withdrawn and debt, and what each waits for."""
    return show(ask.who.id)


@doors.get("/wallet/lines", who=member, query=LinesAsked, returns=LinesOut, errors=(Invalid, BadCursor))
def list_lines(ask: Ask[Any]) -> LinesOut:
    """My statement, newest first, with the order each line came from."""
    return show_lines(ask.who.id, month=ask.query.month, limit=ask.query.limit, cursor=ask.query.next)
