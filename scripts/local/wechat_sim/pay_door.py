"""The door of WeChat Pay v3: every request is verified, every answer signed, also 204 and refusals."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from scripts.local.wechat_sim import crypto, notices
from scripts.local.wechat_sim.checks import UNKNOWN_FIELD, Rule, complaint_about
from scripts.local.wechat_sim.courier import Courier
from scripts.local.wechat_sim.keys import PlatformKey
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

FRESH_SECONDS = 300
SCHEME = "WECHATPAY2-SHA256-RSA2048"
PARTS = re.compile(r'(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"')
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class PayError(Exception):
    """A refusal with WeChat Pay's HTTP status, ``code`` and ``message``."""

    def __init__(self, status: int, code: str, message: str, detail: Doc | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Doc = {"code": code, "message": message, **({"detail": detail} if detail else {})}


@dataclass(frozen=True)
class Call:
    """One verified request as its handler sees it."""

    world: World
    endpoint: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Doc
    client_ip: str

    @property
    def now(self) -> float:
        """Unix seconds of the shared clock."""
        return self.world.now()


@dataclass
class Answer:
    """What a handler answers; ``notice_id`` is the callback that the answer has already caused."""

    body: Doc | None
    status: int = 200
    notice_ids: list[str] = field(default_factory=list)
    raw: bytes | None = None


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """One row of the table of pay endpoints; ``early`` makes happen what notifies before the answer."""

    name: str
    method: str
    path: str
    handler: Handler
    rule: Rule | None = None
    needs_serial: bool = False
    early: Callable[[World, Doc], str | None] | None = None


def door(world: World, courier: Courier, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The web handler of one endpoint."""

    async def serve(request: Request) -> Response:
        raw = await request.body()
        key = _answer_key(world, request)
        hung = await _fault_before(world, endpoint.name, request)
        if hung is not None:
            return hung
        try:
            with world.store.transaction():
                answer = _handle(world, endpoint, request, raw)
                early_id = _early(world, endpoint, answer)
        except PayError as error:
            return _signed(world, key, error.status, error.body)
        if early_id:
            await courier.deliver_now(early_id)
        return await _fault_after(world, endpoint.name, request, answer) or _answered(world, key, answer)

    return serve


def _handle(world: World, endpoint: Endpoint, request: Request, raw: bytes) -> Answer:
    _refuse_forged(world, request, raw)
    if endpoint.needs_serial and world.keys.platform(request.headers.get("wechatpay-serial", "")) is None:
        raise _parameter_error(
            "Wechatpay-Serial", "Wechatpay-Serial 请求头缺失或不是有效的微信支付公钥ID", "header"
        )
    for name in ("accept", "user-agent"):
        if not request.headers.get(name):
            raise _parameter_error(name, "Http头缺少Accept或User-Agent", "header")
    call = Call(
        world=world,
        endpoint=endpoint.name,
        path=request.path_params,
        query=dict(request.query_params),
        body=_body(endpoint, request, raw),
        client_ip=request.client.host if request.client else "",
    )
    return endpoint.handler(call)


def _refuse_forged(world: World, request: Request, raw: bytes) -> None:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(PARTS.findall(rest))
    if scheme != SCHEME or len(parts) != 5:
        raise _sign_error("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    if parts["mchid"] != world.keys.mch_id:
        raise _sign_error("商户号不存在")
    if parts["serial_no"] != world.keys.mch_serial:
        raise _sign_error("商户证书序列号有误，请使用签名私钥匹配的证书序列号")
    if not parts["timestamp"].isdigit() or not _is_fresh(world, int(parts["timestamp"])):
        raise _sign_error("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    path = request.scope["raw_path"].decode()
    query = request.scope["query_string"].decode()
    target = f"{path}?{query}" if query else path
    try:
        body = raw.decode()
    except UnicodeDecodeError as error:
        raise _parameter_error("", "请求体不是UTF-8编码", "body") from error
    text = crypto.request_text(request.method, target, parts["timestamp"], parts["nonce_str"], body)
    if not crypto.is_signed_by(world.keys.merchant_public, text, parts["signature"]):
        raise _sign_error("错误的签名，验签失败")


def _is_fresh(world: World, timestamp: int) -> bool:
    # Client libraries stamp requests with the machine's clock, which the shared clock may have left
    # behind; both count as the present.
    return min(abs(timestamp - world.now()), abs(timestamp - world.clock.machine_now())) <= FRESH_SECONDS


def _body(endpoint: Endpoint, request: Request, raw: bytes) -> Doc:
    if endpoint.rule is None:
        if raw and raw.strip() not in (b"", b"{}"):
            raise _parameter_error("", UNKNOWN_FIELD, "body")
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise _parameter_error("Content-Type", "Http头Content-Type应为application/json", "header")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise _parameter_error("", "请求体不是合法的JSON", "body") from error
    complaint = complaint_about(body, endpoint.rule)
    if complaint:
        raise _parameter_error(complaint[0], complaint[1], "body", value=_value_at(body, complaint[0]))
    assert isinstance(body, dict)
    return body


def _value_at(body: object, pointer: str) -> str:
    value = body
    for name in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
    return "" if value is None else str(value)[:64]


def _parameter_error(name: str, issue: str, location: str, *, value: str = "") -> PayError:
    detail: Doc = {"location": location, "value": value, "issue": issue, "field": name}
    message = UNKNOWN_FIELD if issue == UNKNOWN_FIELD else f"参数错误：{name} {issue}"
    return PayError(400, "PARAM_ERROR", message, detail)


def _sign_error(message: str) -> PayError:
    return PayError(401, "SIGN_ERROR", message, {"location": "authorization", "issue": "sign not match"})


def _early(world: World, endpoint: Endpoint, answer: Answer) -> str | None:
    if endpoint.early is None or not world.faults.hits("notify_before_response", endpoint.name):
        return answer.notice_ids[0] if answer.notice_ids else None
    return endpoint.early(world, answer.body or {})


async def _fault_before(world: World, endpoint: str, request: Request) -> Response | None:
    faults = world.faults
    if faults.hits("bad_gateway", endpoint):
        return Response(BAD_GATEWAY, 502, media_type="text/html")
    if faults.hits("rate_limited", endpoint):
        body = {"code": "FREQUENCY_LIMITED", "message": "频率限制，请降低请求频率"}
        return _signed(world, _answer_key(world, request), 429, body)
    if faults.hits("system_error_before_commit", endpoint):
        return _system_error(world, request)
    hang = faults.take("timeout_before_commit", endpoint)
    return await _hang(request, float(hang["seconds"])) if hang else None


async def _fault_after(world: World, endpoint: str, request: Request, answer: Answer) -> Response | None:
    faults = world.faults
    if faults.hits("system_error_after_commit", endpoint):
        return _system_error(world, request)
    hang = faults.take("timeout_after_commit", endpoint)
    if hang:
        return await _hang(request, float(hang["seconds"]))
    content = "" if answer.body is None else _compact(answer.body)
    if faults.hits("unsigned_response", endpoint):
        return Response(content, answer.status, media_type="application/json")
    if faults.hits("bad_signature_response", endpoint):
        headers = notices.signature_headers(world, content + " ", key=_answer_key(world, request))
        return Response(content, answer.status, headers=headers)
    return None


async def _hang(request: Request, seconds: float) -> Response:
    """Say nothing until the client leaves or its patience would long be over."""
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                continue
    except (TimeoutError, ClientDisconnect):
        return Response(
            BAD_GATEWAY.replace("502 Bad Gateway", "504 Gateway Time-out"), 504, media_type="text/html"
        )
    return Response(status_code=499)


def _system_error(world: World, request: Request) -> Response:
    body = {"code": "SYSTEM_ERROR", "message": "系统异常，请用相同参数重新调用"}
    return _signed(world, _answer_key(world, request), 500, body)


def _answer_key(world: World, request: Request) -> PlatformKey:
    # A request that names a platform key is answered with that key; so both live during a rotation.
    return world.keys.platform(request.headers.get("wechatpay-serial", "")) or notices.signing_key(world)


def _answered(world: World, key: PlatformKey, answer: Answer) -> Response:
    if answer.raw is not None:  # bill files are the one unsigned answer
        return Response(answer.raw, answer.status, media_type="application/octet-stream")
    return _signed(world, key, answer.status, answer.body)


def _signed(world: World, key: PlatformKey, status: int, body: Doc | None) -> Response:
    content = "" if body is None else _compact(body)
    headers = notices.signature_headers(world, content, key=key)
    if status == 204:
        del headers["Content-Type"]
    return Response(content, status, headers=headers)


def _compact(body: Doc) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
