"""Of two editors the second reads what the first changed, whatever kind of rule it stands in (R10, G1)."""

import dataclasses
import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from chalicelib.commissions.compare_plans import compare_plans
from chalicelib.commissions.kinds.model import Kind, Plan, Rule
from tests.commissions.some_rule import rule
from tests.commissions.test_kinds import TOLD

FIELDS = {
    "Who": "who",
    "Base": "base",
    "How": "how",
    "Condition": "conditions",
    "Form": "forms",
    "Cap": "caps",
}
"""By family, where the rule has it."""


def _field_of(kind: Kind) -> str:
    return next(FIELDS[one.__name__] for one in type(kind).__mro__ if one.__name__ in FIELDS)


def _with(kind: Kind) -> Rule:
    field = _field_of(kind)
    return rule(**{field: kind if field in ("who", "base", "how") else (kind,)})


def _plan(one: Rule) -> Plan:
    return Plan("PL1", 1, "方案", "DRAFT", (one,), 3_000)


def _changed(value: Any, hint: Any) -> Iterator[Any]:
    """Every value of the type that differs in one place."""
    if get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(one for one in get_args(hint) if one is not types.NoneType)
        if value is None:
            yield date(2027, 1, 1) if hint is date else 777
            return
    if get_origin(hint) is typing.Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        yield from (one for one in get_args(hint) if one != value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _edited(value)
    elif isinstance(value, tuple):
        inner = get_args(hint)[0]
        for place, one in enumerate(value):
            rest = value[:place], value[place + 1 :]
            yield from ((*rest[0], other, *rest[1]) for other in _changed(one, inner))
            if len(value) > 1:
                yield (*rest[0], *rest[1])
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        yield f"{value}2"
    elif isinstance(value, date):
        yield value + timedelta(days=1)


def _edited(one: Any) -> Iterator[Any]:
    hints = get_type_hints(type(one), include_extras=True)
    for field in dataclasses.fields(one):
        if field.name != "kind":
            for value in _changed(getattr(one, field.name), hints[field.name]):
                yield replace(one, **{field.name: value})


EDITS = [(kind, other) for kind, _ in TOLD for other in _edited(kind)]


@pytest.mark.parametrize(("kind", "other"), EDITS, ids=lambda one: str(one.kind))
def test_whatever_is_edited_is_named_in_words(kind: Kind, other: Kind) -> None:
    """A field that an edit may change and the words pass over would be overwritten unseen."""
    (found,) = compare_plans(_plan(_with(kind)), _plan(_with(other)))
    assert found.field == f"rules.R1.{_field_of(kind)}"
    assert kind.told() in found.before
    assert other.told() in found.after


def test_the_edits_reach_every_kind_that_has_anything_to_edit() -> None:
    fields = {
        type(kind): [one.name for one in dataclasses.fields(kind) if one.name != "kind"] for kind, _ in TOLD
    }  # type: ignore[arg-type]
    assert {type(kind) for kind, _ in EDITS} == {kind for kind, names in fields.items() if names}
    assert len(EDITS) > 60


def test_another_kind_and_a_missing_rule_are_named_too() -> None:
    """Each kind in the place of each other of its family, and a rule that only one plan has."""
    for kind, says in TOLD:
        for other, also_says in TOLD:
            if says != also_says and _field_of(kind) == _field_of(other):
                (found,) = compare_plans(_plan(_with(kind)), _plan(_with(other)))
                assert (kind.told() in found.before, other.told() in found.after) == (True, True)
    plan = _plan(rule())
    more = replace(plan, rules=(*plan.rules, rule(rule_id="R2", title="再来一条")))
    titles = {one.title: (one.before, one.after) for one in compare_plans(plan, more)}
    assert titles["规则 R2 名称"] == ("没有", "再来一条")
    assert titles["规则顺序"] == ("R1", "R1、R2")
