"""What the shop keeps about a member, for that member to take along (M2, N4).

Page by page, so that no account is too large for an answer. Others appear as the member sees them anyway:
masked, or not at all.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pydantic_core import to_jsonable_python

from chalicelib.commissions import store as commissions
from chalicelib.commissions.show import show as show_commissions
from chalicelib.invites import store as invites
from chalicelib.invites.schemas import CodeOut
from chalicelib.kernel.clock import now
from chalicelib.kernel.http import Out
from chalicelib.kernel.paging import Page
from chalicelib.members import store as members
from chalicelib.members.rules import masked
from chalicelib.orders import store as orders
from chalicelib.orders.show_order import show_order
from chalicelib.privacy.rules import Part
from chalicelib.wallet.show import show_lines
from chalicelib.wallet.show_points import show_points_lines
from chalicelib.withdrawals import store as withdrawals

_Found = Page[dict[str, Any]]


def export(member_id: str, part: Part, *, limit: int, cursor: str | None) -> _Found:
    """One page of one part. Raises ``MemberUnknown``, ``BadCursor``."""
    return _PARTS[part](member_id, limit, cursor)


def _profile(member_id: str, limit: int, cursor: str | None) -> _Found:
    me = members.load(member_id)
    inviter = members.find(me.upline) if me.upline else None
    told = {
        "member_id": me.member_id,
        "nickname": me.nickname,
        "avatar_url": me.avatar_url,
        "username": me.username,
        "phone": members.phone_of(member_id),
        "wechat_openids": me.openids,
        "wechat_unionid": me.unionid,
        "joined_at": me.joined_at,
        "inviter": masked(inviter.nickname) if inviter else None,
        "bound_at": me.bound_at,
        "bound_code": me.bound_code,
        "first_bought_at": me.bought_at,
    }
    return Page([to_jsonable_python(told)])


def _addresses(member_id: str, limit: int, cursor: str | None) -> _Found:
    book, _ = members.address_book(member_id)
    return Page([asdict(one) for one in book])


def _orders(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = orders.of_buyer(member_id, None, limit=min(limit, 20), cursor=cursor)
    return found.map(lambda order: _plain(show_order(order)))


def _commissions(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = commissions.of_payee(member_id, limit=limit, cursor=cursor, state=None)
    return Page([_plain(one) for one in show_commissions(found.items)], found.next)


def _wallet(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = show_lines(member_id, month=None, limit=limit, cursor=cursor)
    return Page([_plain(one) for one in found.items], found.next)


def _points(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = show_points_lines(member_id, limit=limit, cursor=cursor)
    return Page([_plain(one) for one in found.items], found.next)


def _withdrawals(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = withdrawals.of_member(member_id, limit=limit, cursor=cursor)
    shown = ("withdrawal_id", "status", "amount_fen", "fee_fen", "requested_at", "ended_at")
    return found.map(lambda one: to_jsonable_python({name: getattr(one, name) for name in shown}))


def _codes(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = invites.codes_of(member_id, limit=limit, cursor=cursor)
    stats = invites.stats_of(invite.code for invite in found.items)
    return found.map(lambda invite: _plain(CodeOut.of(invite, stats[invite.code], at=now())))


def _plain(shown: Out) -> dict[str, Any]:
    return shown.model_dump(mode="json")


_PARTS: dict[Part, Callable[[str, int, str | None], _Found]] = {
    "profile": _profile,
    "addresses": _addresses,
    "orders": _orders,
    "commissions": _commissions,
    "wallet": _wallet,
    "points": _points,
    "withdrawals": _withdrawals,
    "codes": _codes,
}
