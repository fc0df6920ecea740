"""What a client may say: what the schemas name, at any depth, and whole numbers (A6.3, invariant 1).

Made from the doors' own schemas, so a new body is attacked as soon as it is declared.
"""

from collections.abc import Iterator
from datetime import date
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from chalicelib import front_door
from chalicelib.kernel.http import Door
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town

TAKING = [door for door in front_door.all_doors() if door.body is not None]
ASKING = [door for door in front_door.all_doors() if door.query is not None]
WANTED = ("price_fen", "rate_bps", "level_id", "status", "inviter_id", "openid", "is_owner", "__proto__")
"""What an attacker would like to say."""

Place = tuple[str | int, ...]


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


def models(kind: type[BaseModel], at: Place = ()) -> Iterator[tuple[Place, type[BaseModel]]]:
    """Every model inside a body, and where it stands."""
    yield at, kind
    for name, field in kind.model_fields.items():
        for part, is_item in _parts(field.annotation, False):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models(part, (*at, name, 0) if is_item else (*at, name))


def _parts(kind: Any, is_item: bool) -> Iterator[tuple[Any, bool]]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _parts(get_args(kind)[0], is_item)
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            yield from _parts(one, is_item)
    elif origin in (list, tuple):
        for one in get_args(kind):
            yield from _parts(one, True)
    else:
        yield kind, is_item


def _with(at: Place, inner: Any) -> Any:
    """``inner`` where ``at`` says, in otherwise empty surroundings."""
    for step in reversed(at):
        inner = [inner] if isinstance(step, int) else {step: inner}
    return inner


def knock(town: Town, door: Door, body: Any) -> api.Answer:
    kind = {"staff": "staff", "anyone": "anonymous"}.get(door.who.kind) or (
        "distributor" if door.who.check else "member"
    )
    path = door.path.replace("{", "").replace("}", "")
    return api.call(door.method, path, json=body, token=town.token(kind), key="some-request-key")


@pytest.mark.parametrize("door", TAKING, ids=name_of)
def test_what_no_schema_names_is_refused(town: Town, door: Door) -> None:
    """Mass assignment, at the top and inside of lists and parts; each wrong field is named."""
    assert door.body is not None
    before = towns.snapshot()
    for at, kind in models(door.body):
        extra = next(name for name in WANTED if name not in kind.model_fields)
        answer = knock(town, door, _with(at, {extra: 1}))
        assert (answer.status, answer.json["code"]) == (422, "INVALID")
        assert answer.json["fields"][".".join(map(str, (*at, extra)))] == "不支持的内容"
    assert towns.snapshot() == before


@pytest.mark.parametrize("door", TAKING, ids=name_of)
def test_whole_numbers_are_whole_and_truths_are_truths(town: Town, door: Door) -> None:
    """JSON Schema takes 1.0 for an integer (trust A5.6); money does not. Nor "1", nor true."""
    assert door.body is not None
    before = towns.snapshot()
    for at, kind in models(door.body):
        for name, field in kind.model_fields.items():
            kinds = {part for part, is_item in _parts(field.annotation, False) if not is_item}
            for wanted, wrongs in ((int, (1.0, "1", True, 1e400)), (bool, (1, "true"))):
                if wanted not in kinds:
                    continue
                for wrong in wrongs:
                    answer = knock(town, door, _with((*at, name), wrong))
                    assert answer.status in (400, 422), (name, wrong)
                    if answer.status == 422:
                        assert ".".join(map(str, (*at, name))) in answer.json["fields"], (name, wrong)
    assert towns.snapshot() == before


@pytest.mark.parametrize("door", TAKING, ids=name_of)
def test_what_is_too_large_or_no_json_is_refused_before_it_is_read(town: Town, door: Door) -> None:
    """A6.4: more bytes than the door takes are counted, not parsed."""
    before = towns.snapshot()
    kind = "staff" if door.who.kind == "staff" else "distributor"
    path = door.path.replace("{", "").replace("}", "")
    for body, status, code in (
        (b"[" * (door.max_bytes + 1), 413, "TOO_LARGE"),
        (b"[" * 20_000, 400, "BAD_REQUEST"),
        (b'{"a": "\xff"}', 400, "BAD_REQUEST"),
        (b'{"a": "\\ud800"}', 400, "BAD_REQUEST"),
        (b"", 400, "BAD_REQUEST"),
    ):
        answer = api.call(door.method, path, body=body, token=town.token(kind), key="some-request-key")
        assert (answer.status, answer.json["code"]) == (status, code), body[:12]
    assert towns.snapshot() == before


@pytest.mark.parametrize("door", ASKING, ids=name_of)
def test_query_strings_are_as_strict(town: Town, door: Door) -> None:
    """Nothing unnamed, no page without bounds, no number for a day, no cursor of another's making."""
    assert door.query is not None
    kind = {"staff": "staff", "anyone": "anonymous"}.get(door.who.kind) or (
        "distributor" if door.who.check else "member"
    )
    fields = door.query.model_fields
    wrong = {"is_owner": "1"}
    wrong |= {
        name: "1764000000"
        for name, one in fields.items()
        if date in {p for p, _ in _parts(one.annotation, False)}
    }
    wrong |= {"limit": "1e3"} if "limit" in fields else {}
    for name, value in wrong.items():
        path = door.path.replace("{", "").replace("}", "")
        answer = api.call(door.method, f"{path}?{name}={value}", token=town.token(kind))
        assert (answer.status, answer.json["code"]) == (422, "INVALID"), name


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31mb", "a\u202eb", "\u2066ab", "a\ufeffb", "a\x7fb"])
def test_texts_that_look_like_others_are_refused(town: Town, text: str) -> None:
    """Control characters and turned writing: in names, notes, addresses and in parts of lists."""
    before = towns.snapshot()
    address = {
        "receiver": text,
        "phone": "13800138000",
        "province": "广东省",
        "city": "某市",
        "street": "某路 1 号",
    }
    answer = api.post("/shop/me/addresses", address, token=town.token("member"))
    assert (answer.status, answer.json["fields"]) == (422, {"receiver": "含有无法显示的字符"})
    tags = {"tags": ["老客", text.replace(" ", "")]}
    answer = api.put(f"/console/members/{town.c}/tags", tags, token=town.token("staff"))
    assert (answer.status, answer.json["fields"]) == (422, {"tags.1": "含有无法显示的字符"})
    assert towns.snapshot() == before


def test_a_text_may_have_lines_and_pictures(town: Town) -> None:
    note = {"note": "第一行\n第二行\t👨‍👩‍👧"}
    assert api.put(f"/console/members/{town.c}/note", note, token=town.token("staff")).status == 200
