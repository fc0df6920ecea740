"""Going on with a list (A6.3): a mark that is not ours, or another list's, is refused in its own code."""

import re

import pytest

from chalicelib import front_door
from chalicelib.kernel import crypto
from chalicelib.kernel.http import Door, Paging
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town

LISTS = [door for door in front_door.all_doors() if door.query and issubclass(door.query, Paging)]
ASKED = {
    "GET /distributor/figures/facts": {"month": "M2026-11"},
    "GET /console/distributors/{member_id}/figures/facts": {"month": "M2026-11"},
    "GET /console/commissions": {"payee_id": "ME1"},
    "GET /console/territories/history": {"province": "广东省"},
    "GET /shop/search": {"q": "茶"},
    "GET /shop/me/export": {"part": "orders"},
}
"""What a list must be asked besides; all others need nothing."""


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


@pytest.mark.parametrize("door", LISTS, ids=name_of)
def test_a_list_goes_on_with_its_own_mark_only(town: Town, door: Door) -> None:
    kind = {"shop": "member", "distributor": "distributor", "console": "staff"}[door.path.split("/")[1]]
    path = re.sub(r"{(\w+)}", lambda found: town.known[found[1]][0], door.path)
    before = towns.snapshot()
    asked = "&".join(f"{name}={value}" for name, value in ASKED.get(name_of(door), {}).items())
    assert api.get(f"{path}?{asked}", token=town.token(kind)).status == 200
    for mark in ("x", "a.b.c", crypto.sign(b"{}", purpose="cursor:another-list")):
        answer = api.get(f"{path}?next={mark}&{asked}", token=town.token(kind))
        assert (answer.status, answer.json["code"]) == (400, "BAD_CURSOR"), mark
    assert towns.snapshot() == before
