"""Every door of the contract, knocked at with what fits its schema and with what does not.

Serves trust A5.6 and A6.3, invariant 25: no input makes a server error, every answer is one that the
contract promises (``tests.support.promises`` holds the code of each refusal), what breaks the contract is
refused, and a guard lets nobody past. Each example begins with the same tables, so that a failure can be
repeated.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from chalicelib import front_door
from chalicelib.kernel import openapi
from chalicelib.kernel.http import Door
from tests.fuzz import wire
from tests.support import nightly
from tests.support import town as towns
from tests.support.town import Town

EXAMPLES = nightly.pick(2, 60)
"""Of each kind, for each door, as those whom it lets in."""
AS_OTHERS = nightly.pick(0, 5)
"""As those whom it does not; by day the matrix of roles in tests/security knocks for them."""
DOORS = front_door.all_doors()
SCHEMA = schemathesis.openapi.from_dict(openapi.document(DOORS))
SCHEMA.config.generation.update(with_security_parameters=False)
KINDS = ("anonymous", "member", "distributor", "staff")
load_all_checks()

CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "missing_required_header",
        "ignored_auth",
    ]
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with towns.standing() as made, wire.laid():
        yield made


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


@pytest.mark.parametrize("door", DOORS, ids=name_of)
def test_a_door_keeps_its_promises(town: Town, door: Door) -> None:
    operation = SCHEMA[door.path][door.method]
    cases = [operation.as_strategy(GenerationMode.POSITIVE)]
    if door.body or door.query or door.takes_key or "{" in door.path:
        cases.append(operation.as_strategy(GenerationMode.NEGATIVE))
    for strategy in cases:
        assert _knock(town, strategy, lets_in(door), EXAMPLES), "no example reached the door"
        for kind in KINDS:
            if AS_OTHERS and kind != lets_in(door):
                _knock(town, strategy, kind, AS_OTHERS)


def lets_in(door: Door) -> str:
    """The kind of entrant whom this door is for."""
    if door.who.kind == "staff":
        return "staff"
    if door.who.check in ("distributor", "inviter"):
        return "distributor"
    return "member" if door.who.kind == "member" else "anonymous"


def _knock(town: Town, strategy: st.SearchStrategy[Case], kind: str, examples: int) -> int:
    """Knock so often as somebody of ``kind``; how many examples came as far as the door."""
    reached = 0

    @hypothesis(
        max_examples=examples,
        derandomize=not nightly.chosen,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def example(data: st.DataObject) -> None:
        nonlocal reached
        towns.rebuild(town)
        case = data.draw(strategy)
        if case.meta.generation.mode.is_positive:
            _meet(case, town, data)
        token = town.token(kind)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(wire.URL, headers=headers, allow_redirects=False)
        if "x-request-id" not in answer.headers:
            assert answer.status_code in (403, 404), "the gateway itself refuses a path that is none"
            return
        reached += 1
        case.validate_response(
            answer,
            checks=CHECKED,
            headers=headers,
            transport_kwargs={"headers": headers, "allow_redirects": False},
        )

    example()
    return reached


def _meet(case: Case, town: Town, data: st.DataObject) -> None:
    """Put numbers of things that are there where the schema only says how a number looks."""
    for name in case.path_parameters or {}:
        if data.draw(st.integers(0, 3)):
            case.path_parameters[name] = data.draw(st.sampled_from(town.known[name]))
    if isinstance(case.body, dict):
        case.body = _with_known(case.body, town, data)


def _with_known(value: Any, town: Town, data: st.DataObject) -> Any:
    if isinstance(value, list):
        return [_with_known(inner, town, data) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: data.draw(st.sampled_from(town.known[name]))
        if isinstance(inner, str) and name in town.known and name != "name"
        else _with_known(inner, town, data)
        for name, inner in value.items()
    }
