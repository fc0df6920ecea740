"""Sign in with WeChat: find the member of an identity, or make it, once (M1)."""

from dataclasses import dataclass

from chalicelib.kernel import clock, ids, log
from chalicelib.kernel.dynamo import ConditionFailed, Write, commit
from chalicelib.kernel.errors import Crowded
from chalicelib.members import store
from chalicelib.members.rules import Member, demand_active, new_member
from chalicelib.wechat.login import Identity

_TRIES = 4
"""Each lost race is won by somebody else's commit, so the second look nearly always finds it."""


@dataclass(frozen=True)
class SignedIn:
    """Who it is, and whether this very call made the member."""

    member: Member
    is_new: bool


def sign_in(identity: Identity) -> SignedIn:
    """The member of this identity, created on the first sight; no session, no HTTP.

    Identities of one ``unionid`` are one member. Of any number of first sign-ins at once exactly
    one creates (wechat.md §6.2). Raises ``MemberBlocked`` or ``MemberClosed``.
    """
    for _ in range(_TRIES):
        try:
            found = _found_or_made(identity)
        except ConditionFailed:
            continue
        demand_active(found.member)
        return found
    raise Crowded()


def _found_or_made(identity: Identity) -> SignedIn:
    by_openid = store.member_of_identity(identity.appid, identity.openid)
    by_unionid = store.member_of_unionid(identity.unionid) if identity.unionid else None
    if by_openid is not None:
        commit(_name_union(by_openid, identity, by_unionid))
        return SignedIn(store.load(by_openid), is_new=False)
    if by_unionid is not None:
        commit(
            store.put_identity(identity.appid, identity.openid, by_unionid),
            store.add_openid(by_unionid, identity.appid, identity.openid),
        )
        return SignedIn(store.load(by_unionid), is_new=False)
    return SignedIn(_make(identity), is_new=True)


def _name_union(member_id: str, identity: Identity, known: str | None) -> list[Write]:
    """Learn the unionid of somebody who came before the apps were joined."""
    if identity.unionid is None or known == member_id:
        return []
    if known is not None:
        log.warning("two_members_are_one_person", member_id=member_id, other_id=known)
        log.count("two_members_are_one_person")
        return []
    return [
        store.put_unionid(identity.unionid, member_id),
        store.set_unionid(member_id, identity.unionid),
    ]


def _make(identity: Identity) -> Member:
    openids = {identity.appid: identity.openid}
    member = new_member(ids.new_id("ME"), clock.now(), openids=openids, unionid=identity.unionid)
    writes = [
        store.put_identity(identity.appid, identity.openid, member.member_id),
        store.put_member(member),
    ]
    if identity.unionid:
        writes.append(store.put_unionid(identity.unionid, member.member_id))
    commit(writes)
    return member
