"""What in a plan can never pay anybody anything, whatever is sold and whoever buys (R6, R12). Pure.

Judged from the conditions alone, each kind knowing its own: which of it contradict each other, and which
follows from which. It is sound: what is named here is never reached. It is complete for conditions of
one kind, taken one kind at a time; that two different kinds exclude each other in a shop as it happens to
be (nobody of a level has joined yet) is not for a plan to refuse.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from chalicelib.commissions.kinds.condition_level import LevelCondition
from chalicelib.commissions.kinds.how_by_level import ByLevelHow
from chalicelib.commissions.kinds.how_either_or import EitherOrHow
from chalicelib.commissions.kinds.how_first_match import FirstMatchHow
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.metrics import TITLES, most_of, shown
from chalicelib.commissions.kinds.model import Condition, Rule

Finding = tuple[str, str, str]
"""Field inside the rule, reason, and how to mend it."""


def find_unreachable(rule: Rule) -> Iterator[Finding]:
    """Each part of the rule that is never reached; only the whole rule where all of it is not."""
    held = (*rule.who.implied(), *rule.conditions)
    against = contradiction(held)
    if against is not None:
        reason = f"条件互相矛盾，没有人能得到这条返利：{_told(against)}。"
        yield "conditions", reason, "请改掉其中一个条件，让它们可以同时成立。"
        return
    if isinstance(rule.how, FirstMatchHow):
        yield from _options(rule.how, held)
    elif isinstance(rule.how, ByLevelHow):
        yield from _rates(rule.how, held)
    elif isinstance(rule.how, StepsHow):
        yield from _steps(rule.how)
    elif isinstance(rule.how, EitherOrHow):
        yield from _thresholds(rule.how)
    yield from _nothing(rule)


def contradiction(conditions: Sequence[Condition]) -> Sequence[Condition] | None:
    """Those of one kind that cannot hold together, the first such kind; ``None`` when all can."""
    for _, same in groupby(sorted(conditions, key=lambda one: str(one.kind)), key=lambda one: one.kind):
        together = list(same)
        if not together[0].can_hold_with(together[1:]):
            return together
    return None


def follows(conditions: Sequence[Condition], wanted: Condition) -> bool:
    """Whether ``wanted`` holds wherever all of the conditions do."""
    return any(one.kind == wanted.kind and one.implies(wanted) for one in conditions)


def _options(how: FirstMatchHow, held: Sequence[Condition]) -> Iterator[Finding]:
    for place, option in enumerate(how.options):
        field = f"how.options.{place}"
        mine = (*held, *option.conditions)
        against = contradiction(mine)
        if against is not None:
            reason = f"第 {place + 1} 项永远用不到，条件互相矛盾：{_told(against)}。"
            yield field, reason, "请改掉其中一个条件，或删去这一项。"
            continue
        earlier = how.options[:place]
        if any(not one.conditions for one in earlier):
            continue  # said already of the option without conditions
        taker = next(
            (
                number
                for number, one in enumerate(earlier, 1)
                if all(follows(mine, wanted) for wanted in one.conditions)
            ),
            None,
        )
        if taker is not None:
            reason = f"第 {place + 1} 项永远用不到，符合它的都先符合第 {taker} 项。"
            yield field, reason, f"请把第 {place + 1} 项移到第 {taker} 项之前，或删去它。"
        elif _levels_are_taken(mine, [one.conditions for one in earlier]):
            reason = f"第 {place + 1} 项永远用不到，它的等级都已经在前面的项里。"
            yield field, reason, "请把它移到前面，或删去它。"


def _levels_are_taken(mine: Sequence[Condition], earlier: Sequence[Sequence[Condition]]) -> bool:
    """Whether earlier options, each for some levels and else for all of these, leave no level over."""
    left = _levels(mine)
    if left is None:
        return False
    for conditions in earlier:
        others = [one for one in conditions if not isinstance(one, LevelCondition)]
        taken = _levels(conditions)
        if taken is not None and all(follows(mine, wanted) for wanted in others):
            left = left - taken
    return not left


def _levels(conditions: Sequence[Condition]) -> frozenset[str] | None:
    named = [frozenset(one.level_ids) for one in conditions if isinstance(one, LevelCondition)]
    return frozenset.intersection(*named) if named else None


def _rates(how: ByLevelHow, held: Sequence[Condition]) -> Iterator[Finding]:
    levels = _levels(held)
    for place, one in enumerate(how.rates):
        if levels is not None and one.level_id not in levels:
            reason = f"等级“{one.level_id}”的比例永远用不到，这条规则的条件里没有这个等级。"
            yield f"how.rates.{place}", reason, "请删去这个比例，或在条件里加上这个等级。"


def _steps(how: StepsHow) -> Iterator[Finding]:
    most = most_of(how.metric)
    for place, row in enumerate(how.rows):
        if most is not None and row.at_least > most:
            title = TITLES[how.metric][0]
            reason = f"第 {place + 1} 档永远到不了，{title}最多是 {shown(how.metric, most)}。"
            yield f"how.rows.{place}", reason, "请删去这一档，或改小它的起点。"


def _thresholds(how: EitherOrHow) -> Iterator[Finding]:
    for place, row in enumerate(how.rows):
        goals = ((how.first, row.first_at_least), (how.second, row.second_at_least))
        if all((most := most_of(metric)) is not None and goal > most for metric, goal in goals):
            reason = f"第 {place + 1} 行的两个门槛都永远到不了。"
            yield f"how.rows.{place}", reason, "请至少改小其中一个门槛。"


def _nothing(rule: Rule) -> Iterator[Finding]:
    """A cap of zero lets nothing through."""
    for place, cap in enumerate(rule.caps):
        term = cap.term(rule.rule_id)
        if term is not None and 0 in (term.bps, term.fen):
            yield f"caps.{place}", "上限是零，这条规则永远返不出任何东西。", "请填大于零的上限，或删去它。"


def _told(conditions: Sequence[Condition]) -> str:
    return "；".join(dict.fromkeys(one.told() for one in conditions))
