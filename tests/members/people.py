"""Members in a tree, made as sign-in and binding make them."""

import json

from chalicelib.kernel import clock, ids
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.follow_path import follow_path
from chalicelib.members.rules import Member, below, new_member
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from tests.support import world as support

MP, OA = "wx0000000000000001", "wx0000000000000002"


def join(name: str) -> Member:
    """Somebody who signed in to the mini-program."""
    return sign_in(Identity(MP, f"openid-{name}", None)).member


def join_below(name: str, inviter: Member) -> Member:
    """Somebody who signed in and was bound below ``inviter``."""
    return move(join(name), inviter)


def move(member: Member, inviter: Member | None) -> Member:
    """Bind or move a member; those below are left to the follower."""
    member = store.load(member.member_id)
    path = () if inviter is None else below(inviter.member_id, store.load(inviter.member_id).path)
    commit(store.bind_upline(member, path, at=clock.now(), code="TESTCODE"))
    return store.load(member.member_id)


def stranger() -> Member:
    """A member value that is in no table."""
    return new_member(ids.new_id("ME"), clock.now())


def settle(*first: Member, order: int = 1) -> None:
    """Deliver the events of all changes until nothing changes any more, each perhaps out of turn."""
    waiting = [one.member_id for one in first]
    before = dict(paths())
    for _ in range(200):
        if not waiting:
            return
        if follow_path(waiting.pop(0 if order > 0 else -1)):
            after = dict(paths())
            waiting.extend(one for one in after if before[one] != after[one])
            before = after
    raise AssertionError("the followers never come to rest")


def paths() -> list[tuple[str, tuple[str, ...]]]:
    """Every member's id and path, as they stand in the table."""
    rows = [json.loads(line) for line in support.dump("members")]
    return [
        (row["member_id"]["S"], tuple(row[f"upline_{n}"]["S"] for n in (1, 2, 3) if f"upline_{n}" in row))
        for row in rows
    ]
