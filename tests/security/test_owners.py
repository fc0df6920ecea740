"""Whose is it? Every number of a member's thing, asked for by somebody else (A6.1, invariant 25, N1).

The cases are made from the routes: a new path parameter fails ``test_every_number_is_judged`` until
it is named here as somebody's or everybody's, and a new body until it stands in ``BODIES``.
"""

import re
from typing import Any, get_args

import pytest

from chalicelib import front_door
from chalicelib.kernel import auth
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.http import Door
from chalicelib.privacy.rules import Part
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town

_MONEY = {"order_id", "refund_id", "withdrawal_id", "coupon_id", "grant_id"}
OWN = _MONEY | {"notice_id", "code", "address_id", "violation_id"}
"""Numbers of things that belong to one member."""
FOR_ALL = {"product_id", "sku_id", "campaign_id", "coupon_code", "period_id", "agreement_version"}
"""Numbers of things that every member may name; a period shows each only what is its own."""
GUARDED = [door for door in front_door.all_doors() if door.who.kind == "member" and "{" in door.path]
DOORS = [door for door in GUARDED if OWN & set(re.findall(r"{(\w+)}", door.path))]
ADDRESS = {
    "receiver": "李雷",
    "phone": "13800138000",
    "province": "广东省",
    "city": "某市",
    "street": "某路 1 号",
}
BODIES: dict[str, Any] = {
    "PUT /shop/me/addresses/{address_id}": ADDRESS,
    "POST /shop/orders/{order_id}/refunds": {
        "kind": "REFUND_ONLY",
        "lines": [{"line_no": 1, "quantity": 1}],
        "reason": "OTHER",
    },
    "POST /shop/orders/{order_id}/reviews": {"line_no": 1, "stars": 5},
    "POST /shop/distributor/violations/{violation_id}/appeal": {"text": "不是我做的"},
    "POST /shop/gifts/{grant_id}/claim": {"address_id": "AD-C"},
    "POST /shop/refunds/{refund_id}/return": {"company": "顺丰", "tracking_number": "SF10000001"},
}


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


def of(member_id: str) -> str:
    return auth.access_token(Entrant("member", member_id, "SETEST", "mp"))


def ask(door: Door, number: str, token: str) -> api.Answer:
    return api.call(
        door.method,
        re.sub(r"{\w+}", number, door.path),
        json=BODIES[name_of(door)] if door.body else None,
        token=token,
        key="request-of-another" if door.takes_key else None,
    )


def test_every_number_is_judged() -> None:
    parameters = {name for door in GUARDED for name in re.findall(r"{(\w+)}", door.path)}
    assert parameters <= OWN | FOR_ALL
    assert {name_of(door) for door in DOORS if door.body} <= BODIES.keys()


def test_every_number_of_the_product_is_of_something_that_is_there(town: Town) -> None:
    """What ``town.known`` lacks, no suite that walks the routes would reach."""
    asked = {name for door in front_door.all_doors() for name in re.findall(r"{(\w+)}", door.path)}
    assert asked <= town.known.keys()


@pytest.mark.parametrize("door", DOORS, ids=name_of)
def test_somebody_elses_is_not_there(town: Town, door: Door) -> None:
    """404 as for a number of nothing at all, so that a number cannot even be guessed; nothing changes."""
    (name,) = re.findall(r"{(\w+)}", door.path)
    owner = town.b if "/distributor/" in door.path else town.c
    before = towns.snapshot()
    for number in town.known[name]:
        answer = ask(door, number, of(town.d))
        nothing = ask(door, "XX" + number[2:], of(town.d))
        assert answer.status == nothing.status == 404, answer
        assert without_id(answer) == without_id(nothing)
    assert towns.snapshot() == before
    found = [ask(door, number, of(owner)).status for number in town.known[name]]
    assert min(found) < 400 or 409 in found, "the owner's own number must be one, or this proves nothing"


def without_id(answer: api.Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.json.items() if name != "request_id"}


def test_somebody_elses_address_gets_no_parcel(town: Town) -> None:
    """Numbers in bodies are judged as those in paths are."""
    lines = [{"product_id": town.shop.tea.product_id, "sku_id": town.shop.tea.skus[0].sku_id, "quantity": 1}]
    before = towns.snapshot()
    for body, path in (
        ({"lines": lines, "address_id": "AD-B"}, "/shop/quote"),
        ({"lines": lines, "address_id": "AD-B", "expected_total_fen": 4533}, "/shop/orders"),
    ):
        answer = api.post(path, body, token=of(town.c), key="order-with-theirs")
        assert (answer.status, answer.json["code"]) == (404, "ADDRESS_UNKNOWN")
    assert towns.snapshot() == before


def test_lists_hold_ones_own_only(town: Town) -> None:
    """What A, B, C and their orders are called never appears to D."""
    theirs = [town.c, town.b, *(one for name in OWN for one in town.known[name])]
    lists = [
        door.path
        for door in front_door.all_doors()
        if door.who.kind == "member" and door.method == "GET" and "{" not in door.path
    ]
    assert len(lists) > 10
    asked = {
        "/distributor/figures/facts": ["?month=M2026-11"],
        "/distributor/withdrawal-quote": ["?amount_fen=1000"],
        "/shop/me/export": [f"?part={part}" for some in get_args(Part) for part in get_args(some)],
    }
    for path in (one + query for one in lists for query in asked.get(one, [""])):
        answer = api.get(path, token=of(town.d))
        assert answer.status == 200, path
        assert not [one for one in theirs if one in answer.body.decode()], path
