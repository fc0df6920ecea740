"""Move one distributor to the level its figures earn (D2)."""

from chalicelib.distributors import rules as distributor_rules
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import BY_TASKS, StepNotAllowed
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store
from chalicelib.standing.judge_level import Move, judge_level, scopes_needed

_TRIES = 3


def move_level(member_id: str) -> Move | None:
    """Judge this one on what is stored now and write the move with its line of history, if one is due.

    Doing it again does nothing more: after the move none is due. Raises ``StepNotAllowed`` when the
    distributor keeps changing; whoever asked comes again.
    """
    for attempt in range(_TRIES):
        try:
            return _move(member_id)
        except StepNotAllowed:
            if attempt == _TRIES - 1:
                raise
    return None


def _move(member_id: str) -> Move | None:
    one, levels, at = distributors.find(member_id), distributors.levels(), now()
    if one is None or not one.is_active or one.is_level_held:
        return None
    scopes = scopes_needed(levels.values(), at)
    found = store.load_metrics((member_id, scope) for scope in scopes)
    move = judge_level(one, levels, {scope: found[member_id, scope] for scope in scopes}, at)
    if move is None:
        return None
    after = distributor_rules.with_level(one, move.to.level_id, move.step, at=at)
    commit(
        distributors.change(one, after, move.step, by=BY_TASKS, at=at, reason=move.reason),
        distributors.level_is_open(move.to.level_id),
    )
    return move
