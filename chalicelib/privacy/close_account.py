"""Close one's own account (注销): what names the person goes, the books stay (M2, N4)."""

from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.marketing import store as marketing
from chalicelib.marketing.rules import GiftClaim
from chalicelib.members import store as members
from chalicelib.members.erase import erase
from chalicelib.members.rules import demand_active
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Status
from chalicelib.privacy.rules import AccountNotClosable, Standing, reasons_against
from chalicelib.wallet import store as wallet

_OPEN: tuple[Status, ...] = ("UNPAID", "PAID", "SHIPPED", "RECEIVED")


def close_account(member_id: str) -> None:
    """Erase the person, sign out everywhere; closing twice is closing once.

    Orders, commissions and the journal stay, under an id that names nobody any more. The wallet is held to
    nothing by the commit itself, so money that comes between is never lost: ``WalletMoved``, try again.
    What else speaks of the person goes right after (``forget``), as the follower of this commit. Raises
    ``AccountNotClosable`` with every reason, ``MemberBlocked`` (who is kept out cannot begin anew so),
    ``MemberUnknown``.
    """
    member = members.load(member_id)
    if member.status == "CLOSED":
        return
    demand_active(member)
    reasons = reasons_against(standing_of(member_id))
    if reasons:
        raise AccountNotClosable("".join(reasons))
    commit(*erase(member), wallet.still_empty(member_id), *sessions.end_all(member_id))


def standing_of(member_id: str) -> Standing:
    """What the member still has under way."""
    purse, totals = wallet.find(member_id), wallet.totals(member_id)
    return Standing(
        open_orders=sum(orders.count_of_buyer(member_id, status) for status in _OPEN),
        available_fen=purse.available_fen,
        pending_fen=totals.pending_fen,
        frozen_fen=purse.frozen_fen,
        debt_fen=purse.debt_fen,
        gifts=sum(one.status == "CLAIMED" for one in _gifts(member_id)),
    )


def _gifts(member_id: str) -> list[GiftClaim]:
    """A member has a handful; more than a hundred are not looked through."""
    return marketing.claims_of(member_id, limit=MAX_PAGE, cursor=None).items
