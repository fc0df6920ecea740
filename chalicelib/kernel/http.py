"""Doors: every route names who may enter, what it takes, what it gives and how it refuses.

A room declares ``doors = Doors("/shop")`` and decorates functions of one argument, the ``Ask``. The
wrapper reads and checks the body (pydantic, strict, nothing extra), judges the guard, renders every
refusal as problem+json in Chinese, and logs. Chalice's own middleware never sees a view's error, so
this is the one place where errors become answers (trust A2).
"""

import hmac
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from chalicelib.kernel import auth, ids, log
from chalicelib.kernel.auth import Entrant, Guard
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import BadRequest, DomainError, Invalid, TooLarge
from chalicelib.kernel.wording import field_message

MAX_BODY_BYTES = 64 * 1024
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters but tab and line ends, and marks that turn the direction of writing."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Body(BaseModel):
    """Base of all that comes in as JSON: strict types, no unknown field, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Query(BaseModel):
    """Base of query strings: texts are read as the type they stand for, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Paging(Query):
    """What every list takes."""

    limit: int = 20
    next: str | None = None


class Out(BaseModel):
    """Base of all that goes out; built from our own values by their attribute names."""

    model_config = ConfigDict(from_attributes=True, frozen=True, defer_build=True)


class Nothing(Out):
    """An empty answer."""


In = TypeVar("In", bound=BaseModel)
Asked = TypeVar("Asked", bound=Query)


@dataclass(frozen=True)
class Ask(Generic[In]):
    """One request as a door's function sees it."""

    who: Entrant
    body: In
    path: dict[str, str]
    query: Any
    headers: dict[str, str]
    """Lower-case names."""
    raw_body: bytes
    raw_query: dict[str, str]
    request_id: str
    ip: str
    key: str = ""
    """The Idempotency-Key, on doors that take one."""


@dataclass(frozen=True)
class Reply:
    """An answer that is not JSON of the door's model, e.g. a picture or WeChat's ``success``."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """One route and its contract, from which OpenAPI is generated."""

    method: str
    path: str
    view: Callable[[Ask[Any]], Any]
    who: Guard
    summary: str
    body: type[BaseModel] | None = None
    query: type[Query] | None = None
    returns: Any = None
    status: int = 200
    errors: tuple[type[DomainError], ...] = ()
    refusal: type[Out] | None = None
    """The shape in which the door itself refuses, where the caller wants another than ours."""
    takes_key: bool = False
    max_bytes: int = MAX_BODY_BYTES
    content_types: tuple[str, ...] = ("application/json",)
    produces: str = "application/json"


View = TypeVar("View", bound=Callable[..., Any])


class Doors:
    """The doors of one room, under one prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.all: list[Door] = []

    def get(self, path: str, *, who: Guard, **contract: Any) -> Callable[[View], View]:
        """Declare a reading door."""
        return self._door("GET", path, who, contract)

    def post(self, path: str, *, who: Guard, **contract: Any) -> Callable[[View], View]:
        """Declare a door that makes or does something."""
        return self._door("POST", path, who, contract)

    def put(self, path: str, *, who: Guard, **contract: Any) -> Callable[[View], View]:
        """Declare a door that sets something."""
        return self._door("PUT", path, who, contract)

    def delete(self, path: str, *, who: Guard, **contract: Any) -> Callable[[View], View]:
        """Declare a door that takes something away."""
        return self._door("DELETE", path, who, contract)

    def _door(self, method: str, path: str, who: Guard, contract: dict[str, Any]) -> Callable[[View], View]:
        def declare(view: View) -> View:
            summary = (view.__doc__ or view.__name__).strip().splitlines()[0]
            self.all.append(Door(method, self.prefix + path, view, who, summary, **contract))
            return view

        return declare


@dataclass(frozen=True)
class Incoming:
    """A request as the runtime delivers it, before anything is believed."""

    method: str
    path: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    ip: str
    request_id: str | None = None


Around = Callable[[Door, Ask[Any], Callable[[], Any]], Any]


def answer(door: Door, incoming: Incoming, around: Around | None = None) -> Reply:
    """Let one request through one door. Never raises; a bug becomes a 500 with its request id."""
    request_id = incoming.request_id or ids.new_id("RQ")
    log.unbind()
    log.bind(request_id=request_id, door=f"{door.method} {door.path}")
    try:
        ask = _ask(door, incoming, request_id)
        given = around(door, ask, lambda: door.view(ask)) if around else door.view(ask)
        reply = given if isinstance(given, Reply) else _rendered(door, given)
        log.info("answered", status=reply.status)
    except DomainError as refusal:
        log.info("refused", status=refusal.status, refusal=refusal.code(), detail=refusal.detail)
        if refusal.status >= 500:
            log.count("unavailable", door=door.path)
        reply = problem(refusal, request_id)
    except Exception as bug:
        log.error("bug", bug)
        log.count("bug", door=door.path)
        reply = problem(_Bug(), request_id)
    reply.headers["X-Request-Id"] = request_id
    reply.headers.setdefault("Cache-Control", "no-store")
    return reply


def problem(refusal: DomainError, request_id: str) -> Reply:
    """The refusal as ``application/problem+json`` (RFC 9457), counted by its code."""
    log.count("refused", refusal=refusal.code().lstrip("_"))
    body: dict[str, Any] = {
        "type": "about:blank",
        "code": refusal.code().lstrip("_"),
        "status": refusal.status,
        "title": refusal.title,
        "detail": refusal.detail,
        "request_id": request_id,
    }
    if isinstance(refusal, Invalid) and refusal.fields:
        body["fields"] = refusal.fields
    headers = {"Content-Type": "application/problem+json; charset=utf-8"}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Reply(json.dumps(body, ensure_ascii=False), refusal.status, headers)


class _Bug(DomainError):
    status = 500
    title = "系统出了点问题"
    detail = "我们已经记录下来，请稍后再试。"


def _ask(door: Door, incoming: Incoming, request_id: str) -> Ask[Any]:
    if len(incoming.body) > door.max_bytes:
        raise TooLarge()
    headers = {name.lower(): value for name, value in incoming.headers.items()}
    who = auth.admit(door.who, headers.get("authorization"))
    log.bind(who=who.kind, who_id=who.id)
    if not all(_ID.fullmatch(value) for value in incoming.path.values()):
        raise BadRequest("链接不完整，请从页面重新进入。")
    return Ask(
        who=who,
        body=_body(door, incoming.body),
        path=incoming.path,
        query=_query(door, incoming.query),
        headers=headers,
        raw_body=incoming.body,
        raw_query=incoming.query,
        request_id=request_id,
        ip=incoming.ip,
        key=_key(headers) if door.takes_key else "",
    )


def _body(door: Door, raw: bytes) -> Any:
    if door.body is None:
        return None
    try:
        body = door.body.model_validate_json(raw)
    except ValidationError as wrong:
        raise _invalid(wrong) from None
    fields = dict(_unseen(body.model_dump(), ()))
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    return body


def _unseen(value: Any, at: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The texts with characters that nobody sees: they would let one text pass for another."""
    if isinstance(value, str):
        if _UNSEEN.search(value):
            yield ".".join(at), "含有无法显示的字符"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unseen(name, at)
            yield from _unseen(inner, (*at, str(name)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _unseen(inner, (*at, str(number)))


def _query(door: Door, given: dict[str, str]) -> Any:
    if door.query is None:
        return None
    try:
        return door.query.model_validate_strings(given, strict=True)
    except ValidationError as wrong:
        raise _invalid(wrong) from None


def _invalid(wrong: ValidationError) -> DomainError:
    problems = wrong.errors(include_url=False, include_context=True, include_input=False)
    if any(one["type"] == "json_invalid" for one in problems):
        return BadRequest()
    fields = {".".join(map(str, one["loc"])): field_message(cast(Any, one)) for one in problems}
    return Invalid(next(iter(fields.values()), None), fields=fields)


def _key(headers: dict[str, str]) -> str:
    key = headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("请求缺少有效的 Idempotency-Key，请刷新页面后重试。")
    return key


def _rendered(door: Door, given: Any) -> Reply:
    if door.status == 204:
        return Reply(status=204)
    body = given.model_dump_json() if isinstance(given, BaseModel) else json.dumps(given, ensure_ascii=False)
    return Reply(body, door.status, {"Content-Type": "application/json; charset=utf-8"})


def address(headers: dict[str, str], source: str) -> str:
    """Where a request comes from: ``source``, who reached the gateway, unless that is our content network.

    The network proves itself by a key and appends the visitor's address to ``X-Forwarded-For``; the gateway
    appends the network's own. Whoever comes straight to the gateway is believed in nothing (trust A6).
    """
    named = {name.lower(): value for name, value in headers.items()}
    key = config().edge_key
    if not key or not hmac.compare_digest(named.get("x-edge-key", "").encode(), key.encode()):
        return source
    hops = [hop.strip() for hop in named.get("x-forwarded-for", "").split(",")]
    return hops[-2] if len(hops) > 1 else source


def find(doors: Sequence[Door], method: str, path: str) -> Door:
    """The door of this method and path template. Raises ``LookupError``."""
    for door in doors:
        if door.method == method and door.path == path:
            return door
    raise LookupError(f"{method} {path}")
