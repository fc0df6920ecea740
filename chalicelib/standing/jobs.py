"""What runs by the clock and what follows: levels judged by event and by night."""

from chalicelib.content.notify import notify
from chalicelib.distributors import store as distributors
from chalicelib.kernel import log
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members
from chalicelib.standing import store
from chalicelib.standing.judge_all import judge_all
from chalicelib.standing.move_level import move_level
from chalicelib.standing.rules import ALL
from chalicelib.standing.violation import PENALTY_TITLES, STATE_TITLES

jobs = Jobs("standing")


@jobs.every(minutes=5)
def judge_levels() -> None:
    """This night's walk over all active distributors, a bounded number of pages."""
    done = judge_all()
    if done.pages:
        log.info("levels_judged", pages=done.pages, moved=done.moved, is_over=done.is_over)


@jobs.follow("metrics")
def judge_on_sale(change: Change) -> None:
    """A distributor whose figures changed is judged at once, where any level has tasks (D2)."""
    if change.new is None:
        return
    figures = store.metrics_of_image(change.new)
    if figures.scope == ALL and any(level.upgrade for level in distributors.levels().values()):
        move_level(figures.member_id)


@jobs.follow("violations")
def tell_of_violation(change: Change) -> None:
    """The member reads of a new violation and of its end, once each (D3, N2)."""
    if change.new is None:
        return
    one = store.violation_of_image(change.new)
    before = store.violation_of_image(change.old) if change.old else None
    if before is not None and before.state == one.state:
        return
    if one.state == "OPEN":
        kind, facts = "violation_recorded", {"told": one.told, "penalty": PENALTY_TITLES[one.penalty]}
    else:
        kind, facts = (
            "violation_ended",
            {"outcome": STATE_TITLES[one.state], "reason": one.ended_reason or ""},
        )
    person = members.find(one.member_id)
    if person is not None:
        openid = person.openids.get(config().mp_appid)
        notify(f"{one.violation_id}:{one.state}", one.member_id, kind, facts, openid=openid)
