"""Members' doors to their own data: take it along, close the account (M2)."""

from typing import Any

from chalicelib.kernel.auth import member
from chalicelib.kernel.http import Ask, Doors, Nothing
from chalicelib.kernel.paging import BadCursor
from chalicelib.kernel.sessions import SessionOver
from chalicelib.members.rules import MemberBlocked, MemberChanged
from chalicelib.privacy.close_account import close_account, standing_of
from chalicelib.privacy.export import export
from chalicelib.privacy.rules import AccountNotClosable, reasons_against
from chalicelib.privacy.schemas import CloseIn, ClosingOut, ExportAsked, ExportOut
from chalicelib.wallet.rules import WalletMoved

doors = Doors("/shop")


@doors.get("/me/export", who=member, query=ExportAsked, returns=ExportOut, errors=(BadCursor,))
def export_me(ask: Ask[Any]) -> ExportOut:
    """What the shop keeps about me, one part and page at a time."""
    asked = ask.query
    found = export(ask.who.id, asked.part, limit=asked.limit, cursor=asked.next)
    return ExportOut(part=asked.part, items=found.items, next=found.next)


@doors.get("/me/closing", who=member, returns=ClosingOut)
def read_closing(ask: Ask[Any]) -> ClosingOut:
    """Whether I can close my account now."""
    reasons = reasons_against(standing_of(ask.who.id))
    return ClosingOut(can_close=not reasons, reasons=reasons)


@doors.post(
    "/me/close",
    who=member,
    body=CloseIn,
    returns=Nothing,
    status=204,
    errors=(AccountNotClosable, MemberBlocked, MemberChanged, WalletMoved, SessionOver),
)
def close_me(ask: Ask[CloseIn]) -> None:
    """Close my account: what names me goes for good, every device is signed out."""
    close_account(ask.who.id)
