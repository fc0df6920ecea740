"""A violation as its member reads it."""

from dataclasses import fields
from typing import Any

from chalicelib.standing.schemas import OwnViolationOut
from chalicelib.standing.violation import KIND_TITLES, PENALTY_TITLES, STATE_TITLES, Violation


def show_violation(one: Violation) -> OwnViolationOut:
    """Without what is for staff alone."""
    return OwnViolationOut.model_validate(shown_facts(one))


def shown_facts(one: Violation) -> dict[str, Any]:
    """Its fields and their titles."""
    return {
        **{field.name: getattr(one, field.name) for field in fields(one)},
        "kind_title": KIND_TITLES[one.kind],
        "penalty_title": PENALTY_TITLES[one.penalty],
        "state_title": STATE_TITLES[one.state],
        "can_appeal": one.state == "OPEN" and one.appeal is None,
    }
