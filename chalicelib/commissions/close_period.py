"""Close a period for everybody who has figures in it, one payee at a time, going on where it stopped (R8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.commissions import store
from chalicelib.commissions.close_payee import Closing, close_payee
from chalicelib.commissions.decide_period import PeriodRules
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.distributors import store as distributors
from chalicelib.kernel import log, settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import KINDS, Period, period_of
from chalicelib.standing.rules import Sweep
from chalicelib.standing.store import SweepMoved

NAME = "close"
_PAGE = 100
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Closed:
    """What one run did. ``left_behind`` failed; the walk over their period begins again for them."""

    payees: int
    amount_fen: Fen
    left_behind: int


def close_period(pages: int = 20) -> Closed:
    """Close what is over and due, at most so many pages of a hundred payees.

    A period is due some days after its end, when late notices have come in. The place reached is
    written after each page, so a death repeats a page at most, in which whoever is closed is passed
    over. Two runs at once meet in each payee's mark.
    """
    payees = left_behind = amount_fen = 0
    for period in due_periods():
        while pages:
            sweep = standing.sweep(NAME, period.period_id)
            if sweep.is_over or (left_behind and sweep.cursor is None):
                break  # those left behind have their turn with the next run
            pages -= 1
            done = _page(period, sweep)
            payees, amount_fen = payees + done.payees, amount_fen + done.amount_fen
            left_behind += done.left_behind
    return Closed(payees, Fen(amount_fen), left_behind)


def due_periods() -> list[Period]:
    """The last two of each kind that are over long enough, the older first."""
    at = now() - timedelta(days=settings.read(PeriodRules).close_after_days)
    last = [period_of(kind, at).previous for kind in KINDS]
    return [period for one in last for period in (one.previous, one)]


def _page(period: Period, sweep: Sweep) -> Closed:
    plan = plan_in_force(store.plans(), period.ends_at - _MOMENT)
    if plan is None or not any(rule.when == period.kind for rule in plan.period_rules):
        _move_on(sweep, replace(sweep, is_over=True))
        return Closed(0, Fen(0), 0)
    shard, after = _place(sweep)
    found = standing.members_with_figures(period.period_id, shard, limit=_PAGE, after=after)
    done = _close_all(Closing(period, plan), found.items)
    failed = sweep.failed + done.left_behind
    if found.next is not None:
        following = replace(sweep, cursor=f"{shard}#{found.next}", failed=failed)
    elif shard + 1 < standing.SCOPE_SHARDS:
        following = replace(sweep, cursor=f"{shard + 1}#", failed=failed)
    else:  # whoever failed is met again from the beginning
        following = replace(sweep, cursor=None, is_over=failed == 0, failed=0)
    _move_on(sweep, following)
    return done


def _place(sweep: Sweep) -> tuple[int, str | None]:
    shard, _, after = (sweep.cursor or "0#").partition("#")
    return int(shard), after or None


def _move_on(before: Sweep, after: Sweep) -> None:
    try:
        commit(standing.put_sweep(before, after))
    except SweepMoved:
        log.info("closing_overtaken", period=before.turn)


def _close_all(closing: Closing, member_ids: Sequence[str]) -> Closed:
    closed_before = store.closed(closing.period, member_ids)
    open_ones = [one for one in member_ids if one not in closed_before]
    standings = distributors.load_many(open_ones) if open_ones else {}
    people = members.load_many(standings)
    payees = left_behind = amount_fen = 0
    for member_id, one in standings.items():
        try:
            made = close_payee(closing, people.get(member_id), one)
        except Exception as problem:
            left_behind += 1
            log.error("period_not_closed", problem, member_id=member_id, period=closing.period.period_id)
            log.count("period_not_closed")
            continue
        if made is not None:
            payees, amount_fen = payees + 1, amount_fen + made.amount_fen
    return Closed(payees, Fen(amount_fen), left_behind)
