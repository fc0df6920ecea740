"""Registers every room's doors on the Chalice app: routes, schedules and stream followers.

This is the only file that knows all rooms. A new room adds its ``routes``, ``console`` or ``jobs``
module to the lists below.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from typing import Any, cast

from chalice.app import Chalice, CORSConfig, Rate, Response

from chalicelib.content import console as content_console
from chalicelib.content import routes as content_routes
from chalicelib.kernel import http, jobs, openapi
from chalicelib.kernel.config import config
from chalicelib.kernel.http import Ask, Door, Doors, Incoming
from chalicelib.members import console as members_console
from chalicelib.members import jobs as members_jobs
from chalicelib.members import routes as members_routes

DOORS: tuple[Doors, ...] = (
    content_console.doors,
    content_routes.doors,
    members_console.doors,
    members_routes.doors,
)
JOBS: tuple[jobs.Jobs, ...] = (
    members_jobs.jobs,
)


def all_doors() -> list[Door]:
    """Every route of the product, the contract's own pages last."""
    doors = list(chain.from_iterable(room.all for room in DOORS))
    return doors + openapi.doors(doors).all


def followers() -> dict[str, list[jobs.Follower]]:
    """Who follows the changes of which table, by the table's short name."""
    found: dict[str, list[jobs.Follower]] = defaultdict(list)
    for room in JOBS:
        for table, _, follower in room.followers:
            found[table].append(follower)
    return dict(found)


def scheduled() -> list[jobs.Scheduled]:
    """Every job that runs by the clock."""
    return list(chain.from_iterable(room.scheduled for room in JOBS))


def open_on(app: Chalice) -> dict[str, Callable[..., Any]]:
    """Register everything on ``app``; returns the Lambda handlers, which must be names of ``app.py``."""
    _install_guards()
    app.api.cors = CORSConfig(
        allow_origin=config().web_origin,
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["X-Request-Id"],
        max_age=600,
    )
    for door in all_doors():
        _open_route(app, door)
    handlers: dict[str, Callable[..., Any]] = {}
    for job in scheduled():
        handlers[job.name] = _open_schedule(app, job)
    for table, following in followers().items():
        name = f"{table.replace('-', '_')}_changes"
        handlers[name] = _open_stream(app, name, table, following)
    return handlers


def _install_guards() -> None:
    """Tell the kernel how guards of upper rooms judge."""


def _around(door: Door, ask: Ask[Any], call: Callable[[], Any]) -> Any:
    return call()


def _open_route(app: Chalice, door: Door) -> None:
    def view(**path: str) -> Response:
        request = app.current_request
        assert request is not None
        incoming = Incoming(
            method=door.method,
            path=path,
            query=dict(request.query_params or {}),
            headers=dict(request.headers),
            body=cast(bytes, request.raw_body or b""),
            ip=request.context.get("identity", {}).get("sourceIp", ""),
        )
        reply = http.answer(door, incoming, _around)
        return Response(reply.body, status_code=reply.status, headers=dict(reply.headers))

    name = f"{door.method.lower()}{door.path}".replace("/", "_").replace("{", "").replace("}", "")
    view.__name__ = name.replace("-", "_").replace(".", "_")
    app.route(door.path, methods=[door.method], name=view.__name__, content_types=list(door.content_types))(
        view
    )


def _open_schedule(app: Chalice, job: jobs.Scheduled) -> Callable[..., Any]:
    def handler(event: Any) -> Any:
        return job.run()

    handler.__name__ = job.name
    rate = Rate(job.every_minutes, unit=Rate.MINUTES)
    opened: Callable[..., Any] = app.schedule(rate, name=job.name)(handler)
    return opened


def _open_stream(app: Chalice, name: str, table: str, following: list[jobs.Follower]) -> Callable[..., Any]:
    def handler(event: Any) -> dict[str, Any]:
        failed = jobs.deliver(table, event.to_dict()["Records"], following)
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    handler.__name__ = name
    placeholder = f"arn:aws:dynamodb:::table/{table}/stream/set-by-infra"
    opened: Callable[..., Any] = app.on_dynamodb_record(stream_arn=placeholder, name=name, batch_size=100)(
        handler
    )
    return opened
