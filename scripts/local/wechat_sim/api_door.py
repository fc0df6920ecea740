"""The door of api.weixin.qq.com: always HTTP 200, errors by errcode, tokens checked, bodies strict."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scripts.local.wechat_sim import people
from scripts.local.wechat_sim.checks import Rule, complaint_about
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

OK: Doc = {"errcode": 0, "errmsg": "ok"}
INVALID = "invalid credential, access_token is invalid or not latest"


class ApiError(Exception):
    """A refusal with WeChat's errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(frozen=True)
class ApiCall:
    """One checked request; ``app`` is whose token it carried (``mp`` or ``oa``)."""

    world: World
    endpoint: str
    query: dict[str, str]
    body: Doc
    app: str

    @property
    def now(self) -> float:
        """Unix seconds of the shared clock."""
        return self.world.now()


@dataclass(frozen=True)
class Picture:
    """A binary answer."""

    content: bytes
    media_type: str


ApiHandler = Callable[[ApiCall], "Doc | Picture"]


@dataclass(frozen=True)
class Api:
    """One row of the table: ``apps`` are the kinds of token accepted, empty for none needed."""

    name: str
    method: str
    path: str
    handler: ApiHandler
    apps: str = ""
    rule: Rule | None = None


FAULTS = (
    ("busy", -1, "system error"),
    ("token_invalid", 40001, INVALID),
    ("token_expired", 42001, "access_token expired"),
    ("quota", 45009, "reach max api daily quota limit"),
    ("ip_not_allowed", 40164, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist"),
)


def door(world: World, api: Api) -> Callable[[Request], Awaitable[Response]]:
    """The web handler of one endpoint."""

    async def serve(request: Request) -> Response:
        raw = await request.body()
        if world.faults.hits("api_bad_gateway", api.name):
            return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
        hang = world.faults.take("api_timeout", api.name)
        if hang:
            await asyncio.sleep(float(hang["seconds"]))
            return Response(status_code=504)
        try:
            with world.store.transaction():
                answer = _handle(world, api, request, raw)
        except ApiError as error:
            return refusal(error.errcode, error.errmsg)
        except people.CodeRefused as error:
            return refusal(error.errcode, error.errmsg)
        if isinstance(answer, Picture):
            return Response(answer.content, media_type=answer.media_type)
        return JSONResponse(answer)

    return serve


def refusal(errcode: int, errmsg: str) -> Response:
    """WeChat's error body with its request id at the end."""
    rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return JSONResponse({"errcode": errcode, "errmsg": f"{errmsg} rid: {rid}"})


def unknown(_: Request) -> Response:
    """40066 for every path that WeChat does not know."""
    return refusal(40066, "invalid url")


def _handle(world: World, api: Api, request: Request, raw: bytes) -> "Doc | Picture":
    if request.method != api.method:
        raise ApiError(
            *((43002, "require POST method") if api.method == "POST" else (43001, "require GET method"))
        )
    _raise_faults(world, api)
    allowed = world.setting("api_allowed_ips")
    client = request.client.host if request.client else ""
    if allowed is not None and client not in allowed and (api.apps or "token" in api.name):
        raise ApiError(40164, f"invalid ip {client} ipv6 ::ffff:{client}, not in whitelist")
    query = dict(request.query_params)
    app = _app_of_token(world, query.get("access_token")) if api.apps else ""
    if api.apps and app not in api.apps.split():
        raise ApiError(48001, "api unauthorized")
    return api.handler(ApiCall(world, api.name, query, _body(api, raw), app))


def _raise_faults(world: World, api: Api) -> None:
    needs_token = bool(api.apps)
    for name, errcode, errmsg in FAULTS:
        if name.startswith("token_") and not needs_token:
            continue
        if world.faults.hits(name, api.name):
            raise ApiError(errcode, errmsg)
    wanted = world.faults.take("api_error", api.name)
    if wanted:
        raise ApiError(int(wanted["errcode"]), str(wanted["errmsg"]))


def _app_of_token(world: World, access_token: str | None) -> str:
    if not access_token:
        raise ApiError(41001, "access_token missing")
    found = world.store.get("access_token", access_token)
    if found is None:
        raise ApiError(40001 if len(access_token) >= 64 else 40014, INVALID)
    if world.now() >= found["expires_at"]:
        raise ApiError(42001, "access_token expired")
    if world.now() >= found["replaced_at"]:
        raise ApiError(40001, INVALID)
    return str(found["app"])


def _body(api: Api, raw: bytes) -> Doc:
    if api.rule is None:
        return {}
    if not raw:
        raise ApiError(44002, "empty post data")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    complaint = complaint_about(body, api.rule)
    if complaint:
        raise ApiError(47001, f"data format error, hint: [{complaint[0]}]")
    assert isinstance(body, dict)
    return body
