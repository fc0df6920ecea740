"""What goes wrong between us and DynamoDB, put in the place of the engine's answer."""

import json
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from tests.contract.engines import Engine

Answer = Callable[[str, Any], Any]


class Fault:
    """The next ``times`` calls of ``operation`` meet ``answer`` instead of the engine."""

    def __init__(self, times: int, answer: Answer, operation: str = "TransactWriteItems") -> None:
        self.times, self.answer, self.operation, self.met = times, answer, operation, 0

    def __call__(self, event_name: str, request: Any) -> Any:
        if self.met == self.times or not event_name.endswith(f".{self.operation}"):
            return None
        self.met += 1
        return self.answer(event_name, request)


def cancelled(*reasons: str) -> Answer:
    """A transaction's refusal with these reasons."""
    return refused("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in reasons])


def refused(code: str, *, status: int = 400, **more: Any) -> Answer:
    """A refusal as DynamoDB words it; nothing is applied."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb#{code}", "message": "injected", **more}).encode()
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
    return lambda _, request: AWSResponse(request.url, status, headers, _Raw(body))


def conflicting(code: str = "TransactionConflict") -> Answer:
    """The refusal of a whole transaction, of whatever size, because of its first item."""

    def answer(event_name: str, request: Any) -> Any:
        others = len(json.loads(request.body)["TransactItems"]) - 1
        return cancelled(code, *["None"] * others)(event_name, request)

    return answer


def cut(_: str, request: Any) -> None:
    """The connection ends before anything has reached the engine."""
    raise ConnectionClosedError(endpoint_url=request.url)


def lost(engine: Engine) -> Answer:
    """Applied, and then silence until the caller gives up."""

    def answer(event_name: str, request: Any) -> None:
        assert engine.send(event_name, request).status_code in (200, 400), "reached the engine"
        raise ReadTimeoutError(endpoint_url=request.url)

    return answer


class _Raw(BytesIO):
    """A response body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
