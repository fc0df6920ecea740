"""A day in a request lies so far from the calendar's ends that every door can reckon with it (A6.3)."""

import re
from datetime import date
from typing import Any

import pytest

from chalicelib import front_door
from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Door
from tests.security.test_cursors import name_of
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town


def fields_of(model: Any) -> dict[str, Any]:
    return model.__annotations__ if model else {}


def days_of(door: Door) -> list[str]:
    return [name for name, kind in fields_of(door.query).items() if kind in (Day, Day | None)]


ASKED_FOR_DAYS = [door for door in front_door.all_doors() if days_of(door)]


def test_whoever_takes_a_day_takes_one_within_reach() -> None:
    """A bare ``date`` may be of the year 1, a year before which there is none."""
    bare = [
        f"{name_of(door)}: {name}"
        for door in front_door.all_doors()
        for model in (door.query, door.body)
        for name, kind in fields_of(model).items()
        if kind in (date, date | None)
    ]
    assert not bare
    assert len(ASKED_FOR_DAYS) >= 5


@pytest.mark.parametrize("door", ASKED_FOR_DAYS, ids=name_of)
def test_a_list_is_asked_for_days_that_can_be_reckoned_with(town: Town, door: Door) -> None:
    """Beyond them it says so and looks nothing up; at both ends it answers."""
    path = re.sub(r"{(\w+)}", lambda found: town.known[found[1]][0], door.path)
    before = towns.snapshot()
    for name in days_of(door):
        for far in ("0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"):
            answer = api.get(f"{path}?{name}={far}", token=town.token("staff"))
            assert (answer.status, answer.json["code"]) == (422, "INVALID"), far
            assert "2000 年到 2199 年" in str(answer.json), answer.json
        for near in ("2000-01-01", "2199-12-31"):
            answer = api.get(f"{path}?{name}={near}", token=town.token("staff"))
            assert answer.status == 200 or answer.json["detail"] == "开始日期不能晚于截止日期。", near
    assert towns.snapshot() == before
