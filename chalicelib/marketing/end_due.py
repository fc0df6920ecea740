"""Coupons and gifts whose time is over end; before that their owners are told (A1, A3)."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.content.notify import notify
from chalicelib.kernel import log
from chalicelib.kernel.clock import SHANGHAI, now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict
from chalicelib.marketing import store
from chalicelib.marketing.rules import Coupon, GiftClaim
from chalicelib.members import store as members

COUPONS_PAGE, GIFTS_PAGE = "pages/coupons/index", "pages/gifts/index"


def end_due(limit: int = 50) -> int:
    """Look at what is due, at most ``limit`` of each shard; how many were dealt with.

    Each is a commit of its own; one failure keeps no other from its turn. A gift that ends goes back
    into stock; a coupon that ends does not, it was given.
    """
    at = now()
    done = sum(_done(_look_at_coupon, *key) for key in list(store.due_coupons(at, limit)))
    return done + sum(_done(_look_at_claim, *key) for key in list(store.due_claims(at, limit)))


def tell_owner(event_id: str, member_id: str, kind: str, facts: dict[str, str], *, page: str) -> None:
    """Put a notice into the owner's inbox, once (N2)."""
    owner = members.find(member_id)
    if owner is not None:
        notify(event_id, member_id, kind, facts, openid=owner.openids.get(config().mp_appid), page=page)


def day_text(claim: Coupon | GiftClaim) -> str:
    """The last day as people read it, in China."""
    local = claim.expires_at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _done(look: Callable[[str, str], None], member_id: str, thing_id: str) -> int:
    try:
        look(member_id, thing_id)
    except Conflict:
        return 0  # it moved meanwhile: the next run looks again
    except Exception as problem:
        log.error("end_due_failed", problem, member_id=member_id, id=thing_id)
        log.count("end_due_failed")
        return 0
    return 1


def _look_at_coupon(member_id: str, coupon_id: str) -> None:
    coupon, at = store.load_coupon(member_id, coupon_id), now()
    if coupon.status != "UNUSED":
        return
    if coupon.expires_at <= at:
        commit(store.replace_coupon(coupon, replace(coupon, status="EXPIRED")))
    elif not coupon.is_told:
        facts = {"coupon": coupon.terms.name, "until": day_text(coupon)}
        tell_owner(f"COUPON-EXPIRING:{coupon_id}", member_id, "coupon_expiring", facts, page=COUPONS_PAGE)
        commit(store.replace_coupon(coupon, replace(coupon, is_told=True)))


def _look_at_claim(member_id: str, grant_id: str) -> None:
    claim, at = store.load_claim(member_id, grant_id), now()
    if claim.status != "WAITING":
        return
    if claim.expires_at <= at:
        ended = replace(claim, status="EXPIRED")
        commit(store.replace_claim(claim, ended), store.put_back(claim.gift_id, 1, near=grant_id))
    elif not claim.is_told:
        facts = {"gift": claim.name, "until": day_text(claim)}
        tell_owner(f"GIFT-EXPIRING:{grant_id}", member_id, "gift_waiting", facts, page=GIFTS_PAGE)
        commit(store.replace_claim(claim, replace(claim, is_told=True)))
