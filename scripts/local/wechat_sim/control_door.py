"""The JSON door of the control surface: reads the body, turns our errors into 4xx with a text."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scripts.local.wechat_sim import codes, pay_trades, pay_transfers, shipping
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

MISTAKES = {
    LookupError: 404,
    ValueError: 400,
    pay_trades.PaymentImpossible: 409,
    pay_transfers.ConfirmImpossible: 409,
    shipping.ReceiptImpossible: 409,
    codes.NothingToScan: 422,
}


class Order:
    """One command of the control surface: path words and body."""

    def __init__(self, world: World, request: Request, body: Doc) -> None:
        self.world = world
        self.request = request
        self.path = request.path_params
        self.body = body

    def text(self, name: str, default: str | None = None) -> str:
        """A text of the body. Raises ``ValueError`` when it is missing and has no default."""
        value = self.body.get(name, default)
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        return value

    def person(self) -> Doc:
        """The phone named in the path. Raises ``LookupError``."""
        return self.world.store.need("person", self.path["phone_id"])


Command = Callable[[Order], "Doc | list[Doc] | Response"]
SlowCommand = Callable[[Order], Awaitable["Doc | list[Doc]"]]


def quick(world: World, command: Command) -> Callable[[Request], Awaitable[Response]]:
    """A command that does all its work at once, in one transaction."""

    async def serve(request: Request) -> Response:
        try:
            order = await _order(world, request)
            with world.store.transaction():
                answer = command(order)
        except tuple(MISTAKES) as error:
            return _mistake(error)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    return serve


def slow(world: World, command: SlowCommand) -> Callable[[Request], Awaitable[Response]]:
    """A command that waits for the network."""

    async def serve(request: Request) -> Response:
        try:
            return JSONResponse(await command(await _order(world, request)))
        except tuple(MISTAKES) as error:
            return _mistake(error)

    return serve


async def _order(world: World, request: Request) -> Order:
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    return Order(world, request, body)


def _mistake(error: Exception) -> Response:
    status = next(code for kind, code in MISTAKES.items() if isinstance(error, kind))
    return JSONResponse({"error": str(error.args[0]) if error.args else type(error).__name__}, status)
