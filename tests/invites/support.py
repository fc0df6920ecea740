"""People, codes and rules for the tests of this room, made through the rooms' own verbs."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor
from chalicelib.invites import jobs, store
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import clock
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from chalicelib.members import store as members
from chalicelib.members.rules import below
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from tests.support import world


def shopper(name: str) -> str:
    """A member who signed in by the mini-program; the id."""
    member = sign_in(Identity(config().mp_appid, f"openid-{name}", f"union-{name}")).member
    commit(members.set_nickname(member.member_id, name))
    return member.member_id


def seller(name: str) -> str:
    """A member who is an approved distributor; the id."""
    member_id = shopper(name)
    approve(member_id)
    return member_id


def approve(member_id: str) -> None:
    at = clock.now()
    made = Distributor(member_id, "APPROVED", "normal", at, at)
    commit(distributors.change(None, made, "ASSIGNED", by="ST1", at=at))


def code_of(member_id: str) -> str:
    return make_code(member_id).code


def upline(member_id: str) -> str | None:
    return members.load(member_id).upline


def journal(member_id: str) -> list[tuple[str, str]]:
    """Decision and rule of each row, oldest first."""
    rows = store.last_attributions(member_id, 100)
    return [(row.decision, row.rule) for row in reversed(rows)]


def settle_paths() -> None:
    """What the follower of the members does: every path follows from the inviters', top down."""
    rows = [json.loads(line) for line in world.dump("members")]
    everybody = {row["member_id"]["S"]: members.load(row["member_id"]["S"]) for row in rows}
    for _ in range(len(everybody)):
        for member_id, member in everybody.items():
            if member.upline is None:
                continue
            path = below(member.upline, everybody[member.upline].path)
            if path != member.path:
                commit(members.set_path(member, path))
                everybody[member_id] = members.load(member_id)


def relation() -> dict[str, str | None]:
    """Everybody's inviter."""
    rows = [json.loads(line) for line in world.dump("members")]
    return {row["member_id"]["S"]: row.get("upline_1", {}).get("S") for row in rows}


def is_forest(uplines: dict[str, str | None]) -> bool:
    """Whether everybody reaches a root (peers §1.6)."""
    for start in uplines:
        seen: set[str] = set()
        here: str | None = start
        while here is not None:
            if here in seen:
                return False
            seen.add(here)
            here = uplines[here]
    return True


def changes(table: str) -> list[Change]:
    """Every row of a put-only table as its stream record."""
    return [
        Change(table, f"event-{number}", None, json.loads(line))
        for number, line in enumerate(world.dump(table))
    ]


def at_once(actions: Sequence[Callable[[], Any]]) -> list[BaseException]:
    """Run the actions in threads that start together; what any of them raised."""
    barrier, raised = threading.Barrier(len(actions)), []

    def run(action: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            action()
        except BaseException as problem:
            raised.append(problem)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def follow_attributions() -> None:
    """Deliver every row of the journal to its followers."""
    for change in changes("attributions"):
        jobs.count_attribution(change)
        jobs.tell_inviter(change)


def member_change(member_id: str, before: Sequence[str], after: Sequence[str], event: str) -> Change:
    """The stream record of a member whose path went from one to the other."""
    rows = [json.loads(line) for line in world.dump("members")]
    plain = next(row for row in rows if row["member_id"]["S"] == member_id)
    images = []
    for path in (before, after):
        image = {name: value for name, value in plain.items() if not name.startswith("upline_")}
        image |= {f"upline_{place}": {"S": upline} for place, upline in enumerate(path, 1)}
        images.append(image)
    return Change("members", event, *images)


def count_team(moves: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> None:
    """Deliver these changes of paths to the follower that counts teams."""
    for number, (member_id, before, after) in enumerate(moves):
        jobs.count_team(member_change(member_id, before, after, f"move-{number}-{member_id}"))
