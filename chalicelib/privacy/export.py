"""What the shop keeps about a member, for that member to take along (M2, N4).

Page by page, so that no account is too large for an answer. Others appear as the member sees them anyway:
masked, or not at all. A test holds it to every table that knows a member.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from pydantic_core import to_jsonable_python

from chalicelib.agreements import store as agreements
from chalicelib.catalog import store as catalog
from chalicelib.commissions import store as commissions
from chalicelib.commissions.show import show as show_commissions
from chalicelib.content import store as content
from chalicelib.content.schemas import NoticeOut
from chalicelib.distributors import store as distributors
from chalicelib.invites import store as invites
from chalicelib.invites.schemas import CodeOut
from chalicelib.kernel import sessions
from chalicelib.kernel.clock import now
from chalicelib.kernel.http import Out
from chalicelib.kernel.paging import Page
from chalicelib.marketing import store as marketing
from chalicelib.marketing.show import show as show_coupon
from chalicelib.marketing.show import show_claim, show_code
from chalicelib.members import store as members
from chalicelib.members.rules import masked
from chalicelib.orders import store as orders
from chalicelib.orders.show_order import show_order
from chalicelib.orders.show_refund import show_refund
from chalicelib.privacy.rules import Part
from chalicelib.service import store as service
from chalicelib.service.show import show as show_reviews
from chalicelib.standing import store as standing
from chalicelib.standing.show_violation import show_violation
from chalicelib.wallet import store as wallet
from chalicelib.wallet.show import show_lines
from chalicelib.wallet.show_points import show_points_lines
from chalicelib.withdrawals import store as withdrawals

_Found = Page[dict[str, Any]]


_STANDING = ("status", "level_id", "level_since", "applied_at", "decided_at", "reason", "message")


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
        "wallet": asdict(wallet.find(member_id)),
        "points": asdict(wallet.find_points(member_id)),
        "distributor": _picked(distributors.find(member_id), _STANDING),
        "regions": [one.region for one in standing.territories_of(member_id)],
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
    return found.map(lambda one: to_jsonable_python(_picked(one, shown)))


def _codes(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = invites.codes_of(member_id, limit=limit, cursor=cursor)
    stats = invites.stats_of(invite.code for invite in found.items)
    return found.map(lambda invite: _plain(CodeOut.of(invite, stats[invite.code], at=now())))


def _refunds(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = orders.refunds_of_buyer(member_id, limit=min(limit, 20), cursor=cursor)
    bought = orders.load_many([one.order_id for one in found.items])
    return found.map(lambda one: _plain(show_refund(one, bought[one.order_id])))


def _reviews(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = service.of_member(member_id, limit=limit, cursor=cursor)
    return Page([_plain(one) for one in show_reviews(found.items)], found.next)


def _cart(member_id: str, limit: int, cursor: str | None) -> _Found:
    return Page([asdict(one) for one in orders.cart(member_id)])


def _favourites(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = catalog.favourites(member_id, limit=limit, cursor=cursor)
    cards = catalog.cards(found.items)
    titles = {one: cards[one].title if one in cards else None for one in found.items}
    return found.map(lambda one: {"product_id": one, "title": titles[one]})


def _coupons(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = marketing.all_coupons_of(member_id, limit=limit, cursor=cursor)
    return found.map(lambda one: _plain(show_coupon(one)))


def _coupon_codes(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = marketing.allotments_of(member_id, limit=limit, cursor=cursor)
    return found.map(lambda one: _plain(show_code(one)))


def _gifts(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = marketing.claims_of(member_id, limit=limit, cursor=cursor)
    return found.map(
        lambda one: {
            **_plain(show_claim(one)),
            "receiver": marketing.receiver_of(one) if one.address_sealed else None,
        }
    )


def _attribution(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = invites.attributions(member_id, limit=limit, cursor=cursor)
    shown = ("at", "source", "decision", "rule", "code", "product_id", "until", "is_sign_up")
    return found.map(lambda one: to_jsonable_python(_picked(one, shown)))


def _distributor(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = distributors.history(member_id, limit=limit, cursor=cursor)
    shown = ("at", "step", "status", "level_id", "reason")
    return found.map(lambda one: to_jsonable_python(_picked(one, shown)))


def _figures(member_id: str, limit: int, cursor: str | None) -> _Found:
    return Page([asdict(one) for one in standing.all_metrics(member_id)])


def _violations(member_id: str, limit: int, cursor: str | None) -> _Found:
    return Page([_plain(show_violation(one)) for one in standing.violations_of(member_id)])


def _notices(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = content.notices(member_id, limit=limit, cursor=cursor)
    return found.map(lambda one: _plain(NoticeOut.model_validate(one)))


def _messages(member_id: str, limit: int, cursor: str | None) -> _Found:
    accepted = content.accepted(member_id)
    return Page([{"kind": kind, "accepted": number} for kind, number in sorted(accepted.items())])


def _sessions(member_id: str, limit: int, cursor: str | None) -> _Found:
    return Page([to_jsonable_python(asdict(one)) for one in sessions.live(member_id)])


def _signatures(member_id: str, limit: int, cursor: str | None) -> _Found:
    found = agreements.signatures(member_id, limit=limit, cursor=cursor)
    return found.map(lambda one: to_jsonable_python(asdict(one)))


def _picked(value: Any, names: Iterable[str]) -> dict[str, Any] | None:
    return None if value is None else {name: getattr(value, name) for name in names}


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
    "refunds": _refunds,
    "reviews": _reviews,
    "cart": _cart,
    "favourites": _favourites,
    "coupons": _coupons,
    "coupon_codes": _coupon_codes,
    "gifts": _gifts,
    "attribution": _attribution,
    "distributor": _distributor,
    "figures": _figures,
    "violations": _violations,
    "notices": _notices,
    "messages": _messages,
    "sessions": _sessions,
    "signatures": _signatures,
}
