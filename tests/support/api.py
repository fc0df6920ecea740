"""The API as a client sees it, in process: the real Chalice app, routes, guards and doors."""

import functools
import json as jsonlib
import threading
from dataclasses import dataclass
from typing import Any

from chalice.config import Config
from chalice.local import LocalGateway, LocalGatewayException

from chalicelib.kernel import auth
from chalicelib.kernel.auth import Entrant
from tests.support import promises


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return jsonlib.loads(self.body)


_making = threading.Lock()


def _gateway() -> LocalGateway:
    with _making:  # made once, even when many threads call first
        return _made_gateway()


@functools.cache
def _made_gateway() -> LocalGateway:
    from chalice.local import CustomLocalChalice, LocalChalice

    import app

    CustomLocalChalice.__bases__ = (LocalChalice, app.app.__class__)
    app.app.__class__ = CustomLocalChalice
    return LocalGateway(app.app, Config.create(lambda_timeout=25))


def call(
    method: str,
    path: str,
    *,
    json: Any = None,
    body: bytes | None = None,
    token: str | None = None,
    key: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request through Chalice's own gateway emulation; safe to call from many threads.

    A refusal that the door's contract does not list is an ``AssertionError`` here, whatever the test asks.
    """
    sent = {"accept": "*/*", **{name.lower(): value for name, value in (headers or {}).items()}}
    if json is not None:
        body = jsonlib.dumps(json).encode()
    if body is not None:
        sent.setdefault("content-type", "application/json")
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    if key is not None:
        sent["idempotency-key"] = key
    try:
        answer = _gateway().handle_request(method, path, sent, body)
    except LocalGatewayException as refusal:
        return Answer(refusal.CODE, dict(refusal.headers), (refusal.body or "").encode())
    content = answer["body"] or b""
    if isinstance(content, str):
        content = content.encode()
    if answer.get("isBase64Encoded"):
        import base64

        content = base64.b64decode(content)
    came = Answer(answer["statusCode"], {k.lower(): v for k, v in answer["headers"].items()}, content)
    if came.headers.get("content-type", "").startswith("application/problem+json"):
        promises.hold(method, path, came.status, came.json["code"])
    return came


def get(path: str, **more: Any) -> Answer:
    """Read."""
    return call("GET", path, **more)


def post(path: str, json: Any = None, **more: Any) -> Answer:
    """Make or do."""
    return call("POST", path, json=json, **more)


def put(path: str, json: Any = None, **more: Any) -> Answer:
    """Set."""
    return call("PUT", path, json=json, **more)


def delete(path: str, **more: Any) -> Answer:
    """Take away."""
    return call("DELETE", path, **more)


def member_token(member_id: str, via: str = "mp") -> str:
    """An access token as sign-in would give it."""
    return auth.access_token(Entrant("member", member_id, "SETEST", via))


def staff_token(*permissions: str, staff_id: str = "STTEST") -> str:
    """An access token of a real staff member whose one role grants exactly these permissions."""
    from tests.support import people

    people.make_staff(staff_id, permissions)
    return people.staff_token(staff_id)
