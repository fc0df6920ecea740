"""Staff's doors: a member's wallet and statement, the journal, and mending a statement (W1)."""

from typing import Any

from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import Crowded, Invalid
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown
from chalicelib.wallet import rules, store
from chalicelib.wallet.rebuild import rebuild
from chalicelib.wallet.schemas import EntryAsked, EntryOut, LinesAsked, LinesOut, RebuildIn, WalletOut
from chalicelib.wallet.show import show, show_lines

doors = Doors("/console")


@doors.get("/wallets/{member_id}", who=staff("wallet.read"), returns=WalletOut, errors=(MemberUnknown,))
def read_wallet(ask: Ask[Any]) -> WalletOut:
    """A member's wallet."""
    return show(members.load(ask.path["member_id"]).member_id)


@doors.get(
    "/wallets/{member_id}/lines",
    who=staff("wallet.read"),
    query=LinesAsked,
    returns=LinesOut,
    errors=(MemberUnknown, Invalid, BadCursor),
)
def list_lines(ask: Ask[Any]) -> LinesOut:
    """A member's statement, newest first."""
    member_id = members.load(ask.path["member_id"]).member_id
    return show_lines(member_id, month=ask.query.month, limit=ask.query.limit, cursor=ask.query.next)


@doors.post(
    "/wallets/{member_id}/rebuild",
    who=staff("wallet.read"),
    body=RebuildIn,
    returns=WalletOut,
    errors=(MemberUnknown, Crowded),
)
def rebuild_wallet(ask: Ask[RebuildIn]) -> WalletOut:
    """Fold a member's statement again from the journal; moves no money."""
    member_id = members.load(ask.path["member_id"]).member_id
    rebuild(member_id, since=ask.body.since)
    return show(member_id)


@doors.get(
    "/journal", who=staff("wallet.read"), query=EntryAsked, returns=EntryOut, errors=(rules.EntryUnknown,)
)
def read_entry(ask: Ask[Any]) -> EntryOut:
    """One entry of the journal, by its id."""
    return EntryOut.model_validate(store.load_entry(ask.query.entry_id))
