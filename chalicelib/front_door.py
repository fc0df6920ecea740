"""Registers every room's doors on the Chalice app: routes, schedules and stream followers.

This is the only file that knows all rooms. A new room adds its ``routes``, ``console`` or ``jobs``
module to the lists below.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from chalice.app import Chalice, CORSConfig, Rate, Response

from chalicelib.admin import console as admin_console
from chalicelib.admin import enter as admin_enter
from chalicelib.admin import jobs as admin_jobs
from chalicelib.admin import routes as admin_routes
from chalicelib.admin import store as admin
from chalicelib.admin.record import record
from chalicelib.catalog import console as catalog_console
from chalicelib.catalog import routes as catalog_routes
from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions import console as commissions_console
from chalicelib.commissions import forms
from chalicelib.commissions import jobs as commissions_jobs
from chalicelib.commissions import routes as commissions_routes
from chalicelib.content import console as content_console
from chalicelib.content import routes as content_routes
from chalicelib.distributors import console as distributors_console
from chalicelib.distributors import enter as distributors_enter
from chalicelib.distributors import jobs as distributors_jobs
from chalicelib.distributors import routes as distributors_routes
from chalicelib.inventory import console as inventory_console
from chalicelib.inventory import jobs as inventory_jobs
from chalicelib.inventory import routes as inventory_routes
from chalicelib.invites import console as invites_console
from chalicelib.invites import enter as invites_enter
from chalicelib.invites import jobs as invites_jobs
from chalicelib.invites import routes as invites_routes
from chalicelib.kernel import auth, dynamo, http, jobs, openapi, settings
from chalicelib.kernel.config import config
from chalicelib.kernel.http import Ask, Door, Doors, Incoming
from chalicelib.marketing import console as marketing_console
from chalicelib.marketing import grant_form as grants
from chalicelib.marketing import jobs as marketing_jobs
from chalicelib.marketing import routes as marketing_routes
from chalicelib.marketing.deepest_coupon import deepest_coupon
from chalicelib.members import console as members_console
from chalicelib.members import jobs as members_jobs
from chalicelib.members import routes as members_routes
from chalicelib.orders import console as orders_console
from chalicelib.orders import jobs as orders_jobs
from chalicelib.orders import routes as orders_routes
from chalicelib.payments import console as payments_console
from chalicelib.payments import jobs as payments_jobs
from chalicelib.payments import routes as payments_routes
from chalicelib.reports import console as reports_console
from chalicelib.reports import jobs as reports_jobs
from chalicelib.standing import console as standing_console
from chalicelib.standing import jobs as standing_jobs
from chalicelib.standing import routes as standing_routes
from chalicelib.wallet import console as wallet_console
from chalicelib.wallet import jobs as wallet_jobs
from chalicelib.wallet import routes as wallet_routes
from chalicelib.withdrawals import console as withdrawals_console
from chalicelib.withdrawals import jobs as withdrawals_jobs
from chalicelib.withdrawals import routes as withdrawals_routes

DOORS: tuple[Doors, ...] = (
    admin_console.doors,
    admin_routes.doors,
    catalog_console.doors,
    catalog_routes.doors,
    commissions_console.doors,
    commissions_routes.doors,
    content_console.doors,
    content_routes.doors,
    distributors_console.doors,
    distributors_routes.doors,
    invites_console.doors,
    invites_routes.distributor,
    invites_routes.shop,
    invites_routes.street,
    marketing_console.doors,
    marketing_routes.distributor_doors,
    marketing_routes.doors,
    members_console.doors,
    members_routes.doors,
    orders_console.doors,
    orders_routes.doors,
    payments_console.doors,
    payments_routes.doors,
    payments_routes.wechat_doors,
    reports_console.doors,
    standing_console.doors,
    standing_routes.distributor,
    standing_routes.shop,
    wallet_console.doors,
    wallet_routes.doors,
    withdrawals_console.doors,
    withdrawals_routes.doors,
    withdrawals_routes.wechat_doors,
    inventory_console.doors,
    inventory_routes.doors,
)
JOBS: tuple[jobs.Jobs, ...] = (
    admin_jobs.jobs,
    commissions_jobs.jobs,
    distributors_jobs.jobs,
    invites_jobs.jobs,
    marketing_jobs.jobs,
    members_jobs.jobs,
    orders_jobs.jobs,
    payments_jobs.jobs,
    reports_jobs.jobs,
    standing_jobs.jobs,
    wallet_jobs.jobs,
    withdrawals_jobs.jobs,
    inventory_jobs.jobs,
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
    """Tell lower rooms what upper or sibling rooms know: guards, settings, rewards, coupons."""
    auth.install("staff", admin_enter.enter)
    auth.install("distributor", distributors_enter.enter)
    auth.install("inviter", invites_enter.enter)
    settings.install(admin.setting)
    forms.install("COUPON", _Rewards("COUPON"))
    forms.install("GIFT", _Rewards("GIFT"))
    forms.install_deepest_coupon(_after_coupons_fen)


@dataclass(frozen=True)
class _Rewards:
    """Introduces marketing's coupons or gifts to commissions, which are siblings and do not meet."""

    form: grants.Form

    def hand_out(self, reward: forms.Reward) -> Sequence[dynamo.Write]:
        return grants.grant_form(
            self.form,
            reward.ref,
            member_id=reward.member_id,
            grant_id=reward.key,
            units=reward.units,
            at=reward.at,
        )

    def take_back(self, reward: forms.Reward, units: int) -> forms.TakenBack:
        revoked = grants.revoke_form(self.form, member_id=reward.member_id, grant_id=reward.key, units=units)
        return forms.TakenBack(revoked.writes, revoked.taken)

    def known(self) -> frozenset[str]:
        return grants.known_to_give(self.form)


def _after_coupons_fen(product: Product, sku: Sku) -> int:
    """The lowest price that coupons leave of one piece, for the publish guards."""
    return sku.price_fen - deepest_coupon(product, sku.price_fen)


def _around(door: Door, ask: Ask[Any], call: Callable[[], Any]) -> Any:
    """Let whatever staff change carry its audit row in the same transaction (decision 5)."""
    if door.who.kind != "staff" or door.method == "GET":
        return call()

    def row(writes: Sequence[dynamo.Write]) -> list[dynamo.Write]:
        return record(
            writes,
            entrant=ask.who,
            door_name=f"{door.method} {door.path}",
            request_id=ask.request_id,
            ip=ask.ip,
            body=None if ask.body is None else ask.body.model_dump(mode="json"),
        )

    with dynamo.riding(row):
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
