"""Puts the doors together into one web application with its background worker."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from scripts.local.wechat_sim import (
    api_codes,
    api_door,
    control_codes,
    control_phones,
    control_views,
    control_world,
    oauth_page,
    pay_door,
)
from scripts.local.wechat_sim.api_routes import APIS
from scripts.local.wechat_sim.control_door import Command, Order, quick, slow
from scripts.local.wechat_sim.courier import Courier
from scripts.local.wechat_sim.pay_routes import ACTIONS, ENDPOINTS
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import Options, World

STATIC = Path(__file__).parent / "static"

QUICK: tuple[tuple[str, str, Command], ...] = (
    ("GET", "/sim/health", control_world.health),
    ("GET", "/sim/help", control_views.help_text),
    ("GET", "/sim/state", control_views.state),
    ("GET", "/sim/clock", control_world.clock),
    ("POST", "/sim/clock", control_world.clock),
    ("GET", "/sim/settings", control_world.settings),
    ("POST", "/sim/settings", control_world.settings),
    ("GET", "/sim/faults", control_world.faults),
    ("POST", "/sim/faults", control_world.add_fault),
    ("DELETE", "/sim/faults", control_world.clear_faults),
    ("GET", "/sim/faults/catalog", control_world.catalog),
    ("DELETE", "/sim/faults/{fault_id}", control_world.remove_fault),
    ("POST", "/sim/keys/rotate", control_world.rotate_key),
    ("GET", "/sim/trades", partial(control_world.documents, "trade")),
    ("GET", "/sim/refunds", partial(control_world.documents, "refund")),
    ("GET", "/sim/transfers", partial(control_world.documents, "transfer")),
    ("GET", "/sim/callbacks", partial(control_world.documents, "callback")),
    ("GET", "/sim/flows", partial(control_world.documents, "flow")),
    ("GET", "/sim/bills/{day}", control_views.bill),
    ("GET", "/sim/phones", control_phones.listing),
    ("POST", "/sim/phones", control_phones.create),
    ("POST", "/sim/phones/{phone_id}", control_phones.change),
    ("POST", "/sim/phones/{phone_id}/login", control_phones.login),
    ("POST", "/sim/phones/{phone_id}/phone-code", control_phones.phone_code),
    ("POST", "/sim/phones/{phone_id}/scan", control_phones.scan),
    ("POST", "/sim/phones/{phone_id}/follow", control_phones.follow),
    ("POST", "/sim/phones/{phone_id}/unfollow", control_phones.unfollow),
    ("POST", "/sim/phones/{phone_id}/subscribe", control_phones.subscribe),
    ("POST", "/sim/phones/{phone_id}/say", control_phones.say),
    ("POST", "/sim/phones/{phone_id}/click", control_phones.click),
    ("POST", "/sim/phones/{phone_id}/revoke", control_phones.revoke),
    ("POST", "/sim/phones/{phone_id}/sheet", control_phones.check_payment),
    ("POST", "/sim/phones/{phone_id}/pay", control_phones.pay),
    ("GET", "/sim/phones/{phone_id}/transfers", control_phones.transfers),
    ("POST", "/sim/phones/{phone_id}/transfers/{out_bill_no}/confirm", control_phones.confirm_transfer),
    ("POST", "/sim/phones/{phone_id}/receive", control_phones.receive),
    ("POST", "/sim/phones/{phone_id}/codes", control_codes.show),
    ("DELETE", "/sim/codes/{code_id}", control_codes.hide),
    ("GET", "/sim/codes/{code_id}.png", control_codes.picture),
    ("GET", "/sim/phones/{phone_id}/messages", control_phones.messages),
    ("POST", "/sim/phones/{phone_id}/authorize", oauth_page.authorize),
    ("GET", "/sim/phones/{phone_id}/avatar.svg", control_views.avatar),
)


def build(options: Options) -> Starlette:
    """The whole simulator; its worker runs as long as the application does."""
    world = World(options)
    courier = Courier(world, ACTIONS)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.world, app.state.courier = world, courier
        worker = asyncio.create_task(courier.run())
        worker.add_done_callback(_stop_loudly)
        yield
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        world.store.close()

    return Starlette(routes=_routes(world, courier), lifespan=lifespan)


def _routes(world: World, courier: Courier) -> list[BaseRoute]:
    async def redeliver(order: Order) -> list[Doc]:
        times, is_parallel = int(order.body.get("times", 1)), bool(order.body.get("parallel", False))
        return await courier.redeliver(order.path["callback_id"], times=times, is_parallel=is_parallel)

    async def reset(order: Order) -> Doc:
        await courier.forget()
        world.reset()
        return {"reset": True}

    pay = [Route(item.path, pay_door.door(world, courier, item), methods=[item.method]) for item in ENDPOINTS]
    apis = [Route(item.path, api_door.door(world, item), methods=["GET", "POST"]) for item in APIS]
    control = [Route(path, quick(world, command), methods=[method]) for method, path, command in QUICK]
    return [
        *pay,
        Route("/v3/{rest:path}", _no_such_pay_path, methods=["GET", "POST"]),
        Route("/cgi-bin/showqrcode", partial(_show_ticket, world), methods=["GET"]),
        *apis,
        *(
            Route(f"/{part}/{{rest:path}}", api_door.unknown, methods=["GET", "POST"])
            for part in ("cgi-bin", "wxa", "sns")
        ),
        Route("/connect/oauth2/authorize", partial(oauth_page.show, world), methods=["GET"]),
        Route("/sim/callbacks/{callback_id}/redeliver", slow(world, redeliver), methods=["POST"]),
        Route("/sim/reset", slow(world, reset), methods=["POST"]),
        Route("/sim/shop", slow(world, control_views.shop), methods=["GET"]),
        Route("/sim/official-account/check-url", slow(world, control_views.check_url), methods=["POST"]),
        *control,
        Route("/", partial(_page, world), methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


async def _page(world: World, request: Request) -> Response:
    shop = world.options.shop_url
    own = f" {shop} http://*.localhost:{urlsplit(shop).port or 80}"
    # The shop sends a phone's browser to sign in at our plain address, whatever name this page has.
    sign_in = f" http://127.0.0.1:{request.url.port or 80}"
    sources = {"default": "", "img": f" data: blob:{own}", "frame": own + sign_in, "connect": own}
    policy = "; ".join(f"{name}-src 'self'{more}" for name, more in sources.items())
    return FileResponse(
        STATIC / "index.html", headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    )


async def _show_ticket(world: World, request: Request) -> Response:
    content = api_codes.ticket_picture(world, request.query_params.get("ticket", ""))
    return Response(status_code=404) if content is None else Response(content, media_type="image/jpeg")


def _no_such_pay_path(_: Request) -> Response:
    return JSONResponse({"code": "RESOURCE_NOT_EXISTS", "message": "请求的资源不存在"}, 404)


def _stop_loudly(worker: "asyncio.Task[None]") -> None:
    """A dead worker would leave a world in which nothing happens any more: stop the process instead."""
    if worker.cancelled() or worker.exception() is None:
        return
    traceback.print_exception(worker.exception(), file=sys.stderr)
    os.kill(os.getpid(), signal.SIGTERM)
