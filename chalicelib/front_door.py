"""Opens every room's doors on the Chalice app: routes, schedules and stream followers.

Which doors there are comes from the rooms' own ``routes``, ``console`` and ``jobs`` modules; a new room
needs no line here. What is deployed carries the same as an index beside this file (``scripts/package``
writes it), so that a function that starts imports only the rooms it is asked for (decision 9).
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, cast

from chalice.app import Chalice, CORSConfig, Rate, Response

from chalicelib.kernel import auth, dynamo, http, jobs, openapi, settings
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.http import Ask, Door, Doors, Incoming
from chalicelib.kernel.start import importing

_HERE = Path(__file__).parent
INDEX = _HERE / "front_door.json"
_OWN = "front_door"
"""The doors that show the contract; they are no room's."""


@dataclass(frozen=True)
class Route:
    """Where a door is, known before its room is imported."""

    module: str
    method: str
    path: str
    content_types: tuple[str, ...]


@dataclass(frozen=True)
class Clockwork:
    """A scheduled job, known before its room is imported."""

    module: str
    name: str
    every_minutes: int


@dataclass(frozen=True)
class Index:
    """All that the front door opens; ``followers`` are modules by the table they follow, ``workers`` by the
    kind of long work they do."""

    routes: tuple[Route, ...]
    schedules: tuple[Clockwork, ...]
    followers: dict[str, tuple[str, ...]]
    workers: dict[str, str]


def all_doors() -> list[Door]:
    """Every route of the product, the contract's own pages last."""
    return _rooms_doors() + _own_doors().all


def _rooms_doors() -> list[Door]:
    rooms = chain(_modules("console"), _modules("routes"))
    return list(chain.from_iterable(_doors_of(name) for name in rooms))


@cache
def _own_doors() -> Doors:
    return openapi.doors(_rooms_doors)


def followers() -> dict[str, list[jobs.Follower]]:
    """Who follows the changes of which table, by the table's short name."""
    found: dict[str, list[jobs.Follower]] = defaultdict(list)
    for name in _modules("jobs"):
        for table, _, follower in _jobs_of(name).followers:
            found[table].append(follower)
    return dict(found)


def scheduled() -> list[jobs.Scheduled]:
    """Every job that runs by the clock."""
    return list(chain.from_iterable(_jobs_of(name).scheduled for name in _modules("jobs")))


def index() -> Index:
    """What there is to open, read from every room."""
    routes = [
        Route(name, door.method, door.path, door.content_types)
        for name in (*_modules("console"), *_modules("routes"))
        for door in _doors_of(name)
    ]
    routes += [Route(_OWN, door.method, door.path, door.content_types) for door in _own_doors().all]
    following: dict[str, list[str]] = defaultdict(list)
    schedules: list[Clockwork] = []
    workers: dict[str, str] = {}
    for name in _modules("jobs"):
        workers |= dict.fromkeys(_jobs_of(name).workers, name)
        schedules += [Clockwork(name, job.name, job.every_minutes) for job in _jobs_of(name).scheduled]
        for table in dict.fromkeys(table for table, _, _ in _jobs_of(name).followers):
            following[table].append(name)
    followers = {table: tuple(names) for table, names in following.items()}
    return Index(tuple(routes), tuple(schedules), followers, workers)


def write_index() -> None:
    """Keep the index beside this file; for a package, whose rooms do not change any more."""
    INDEX.write_text(json.dumps(asdict(index())), encoding="utf-8")


def open_on(app: Chalice) -> dict[str, Callable[..., Any]]:
    """Register everything on ``app``; returns the Lambda handlers, which must be names of ``app.py``."""
    _install_guards()
    app.api.cors = CORSConfig(
        allow_origin=config().web_origin,
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["X-Request-Id"],
        max_age=600,
    )
    known = _read_index() or index()
    jobs.install_workers(partial(_worker, known.workers))
    for route in known.routes:
        _open_route(app, route)
    handlers: dict[str, Callable[..., Any]] = {}
    for clockwork in known.schedules:
        handlers[clockwork.name] = _open_schedule(app, clockwork)
    for table, modules in known.followers.items():
        name = f"{table.replace('-', '_')}_changes"
        handlers[name] = _open_stream(app, name, table, modules)
    return handlers


def _read_index() -> Index | None:
    if not INDEX.exists():
        return None
    kept = json.loads(INDEX.read_text(encoding="utf-8"))
    return Index(
        tuple(Route(**{**one, "content_types": tuple(one["content_types"])}) for one in kept["routes"]),
        tuple(Clockwork(**one) for one in kept["schedules"]),
        {table: tuple(names) for table, names in kept["followers"].items()},
        kept["workers"],
    )


def _modules(kind: str) -> list[str]:
    """The rooms' modules of this kind, e.g. ``orders.routes``."""
    rooms = sorted(file.parent.name for file in _HERE.glob(f"*/{kind}.py"))
    return [f"{room}.{kind}" for room in rooms if room != "kernel"]


@cache
def open_room(name: str) -> Any:
    """A module of a room. Whoever pays commissions is introduced to whoever knows the other rewards."""
    with importing():
        module = import_module(f"chalicelib.{name}")
        if "chalicelib.commissions.forms" in sys.modules:
            import_module("chalicelib.introductions")
    return module


def _doors_of(name: str) -> list[Door]:
    return list(
        chain.from_iterable(one.all for one in vars(open_room(name)).values() if isinstance(one, Doors))
    )


def _jobs_of(name: str) -> jobs.Jobs:
    (found,) = [one for one in vars(open_room(name)).values() if isinstance(one, jobs.Jobs)]
    return found


@cache
def _door(route: Route) -> Door:
    among = _own_doors().all if route.module == _OWN else _doors_of(route.module)
    return http.find(among, route.method, route.path)


def _install_guards() -> None:
    """Tell the kernel what the rooms know of who may enter, and of the shop's settings."""
    for check, room in (("staff", "admin"), ("distributor", "distributors"), ("inviter", "invites")):
        auth.install(check, partial(_enter, room), partial(_refusals, room))
    settings.install(lambda name: cast("dict[str, Any] | None", open_room("admin.store").setting(name)))
    settings.install_rooms(_import_rules)


def _enter(room: str, entrant: auth.Entrant, argument: str) -> None:
    open_room(f"{room}.enter").enter(entrant, argument)


def _refusals(room: str) -> tuple[type[DomainError], ...]:
    return cast("tuple[type[DomainError], ...]", open_room(f"{room}.enter").REFUSALS)


def _import_rules() -> None:
    """A room declares its settings in its rules, or beside the one verb that reads them."""
    for name in chain(_modules("rules"), _modules("console"), _modules("jobs")):
        open_room(name)


def _recorded(writes: Sequence[dynamo.Write], **about: Any) -> list[dynamo.Write]:
    return cast("list[dynamo.Write]", open_room("admin.record").record(writes, **about))


def _around(door: Door, ask: Ask[Any], call: Callable[[], Any]) -> Any:
    """Let whatever staff change carry its audit row in the same transaction (decision 5)."""
    if door.who.kind != "staff" or door.method == "GET":
        return call()

    def row(writes: Sequence[dynamo.Write]) -> list[dynamo.Write]:
        return _recorded(
            writes,
            entrant=ask.who,
            door_name=f"{door.method} {door.path}",
            request_id=ask.request_id,
            ip=ask.ip,
            body=None if ask.body is None else ask.body.model_dump(mode="json"),
        )

    with dynamo.riding(row):
        return call()


def _worker(workers: dict[str, str], kind: str) -> jobs.Worker:
    """Whoever does this long work; what it changes carries an audit row of whoever asked for it."""
    does = _jobs_of(workers[kind]).workers[kind]

    def work(run: Any) -> Any:
        def row(writes: Sequence[dynamo.Write]) -> list[dynamo.Write]:
            return _recorded(
                writes,
                entrant=auth.Entrant("staff", run.job.by, via="job"),
                door_name=f"JOB {kind}",
                request_id=run.job.job_id,
                ip="",
                body=run.job.params,
            )

        with dynamo.riding(row):
            return does(run)

    return work


def _open_route(app: Chalice, route: Route) -> None:
    def view(**path: str) -> Response:
        request = app.current_request
        assert request is not None
        incoming = Incoming(
            method=route.method,
            path=path,
            query=dict(request.query_params or {}),
            headers=dict(request.headers),
            body=cast(bytes, request.raw_body or b""),
            ip=http.address(dict(request.headers), request.context.get("identity", {}).get("sourceIp", "")),
        )
        reply = http.answer(_door(route), incoming, _around)
        return Response(reply.body, status_code=reply.status, headers=dict(reply.headers))

    name = f"{route.method.lower()}{route.path}".replace("/", "_").replace("{", "").replace("}", "")
    view.__name__ = name.replace("-", "_").replace(".", "_")
    types = list(route.content_types)
    app.route(route.path, methods=[route.method], name=view.__name__, content_types=types)(view)


def _open_schedule(app: Chalice, clockwork: Clockwork) -> Callable[..., Any]:
    def handler(event: Any) -> Any:
        (job,) = [one for one in _jobs_of(clockwork.module).scheduled if one.name == clockwork.name]
        return job.run()

    handler.__name__ = clockwork.name
    rate = Rate(clockwork.every_minutes, unit=Rate.MINUTES)
    opened: Callable[..., Any] = app.schedule(rate, name=clockwork.name)(handler)
    return opened


def _open_stream(app: Chalice, name: str, table: str, modules: Sequence[str]) -> Callable[..., Any]:
    def handler(event: Any) -> dict[str, Any]:
        rooms = [_jobs_of(module) for module in modules]
        following = [one for room in rooms for followed, _, one in room.followers if followed == table]
        failed = jobs.deliver(table, event.to_dict()["Records"], following)
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    handler.__name__ = name
    placeholder = f"arn:aws:dynamodb:::table/{table}/stream/set-by-infra"
    opened: Callable[..., Any] = app.on_dynamodb_record(stream_arn=placeholder, name=name, batch_size=100)(
        handler
    )
    return opened
