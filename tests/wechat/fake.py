"""A WeChat in this process that answers what a test tells it to, for faults a polite peer cannot have.

It has crypto code of its own, so that it and the gateways cannot share a mistake.
"""

import base64
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.kernel import clock

KEY_ID = "PUB_KEY_ID_0119000001202611230000000000000001"
API_V3_KEY = "0123456789abcdef0123456789ABCDEF"


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


MERCHANT, PLATFORM, STRANGER = _key(), _key(), _key()


@dataclass(frozen=True)
class Seen:
    """A request that reached the fake."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    peer_port: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    is_cut: bool = False


Answer = Callable[[Seen], Reply]


class FakeWeChat:
    """Serves on loopback; ``answers`` maps a path to what to say, ``seen`` keeps what came."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: dict[str, Answer] = {}
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                fake._handle(self)

            do_GET = do_POST = handle_any  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def on(self, path: str, *replies: Reply | dict[str, Any]) -> None:
        """Answer ``path`` with these in turn; the last one for ever."""
        left = [reply if isinstance(reply, Reply) else of_json(reply) for reply in replies]
        lock = threading.Lock()

        def answer(_: Seen) -> Reply:
            with lock:
                return left.pop(0) if len(left) > 1 else left[0]

        self.answers[path] = answer

    def calls(self, path: str) -> list[Seen]:
        return [one for one in self.seen if one.path == path]

    def reset(self) -> None:
        self.seen.clear()
        self.answers.clear()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        seen = Seen(
            handler.command,
            split.path,
            dict(parse_qsl(split.query)),
            dict(handler.headers.items()),
            body,
            handler.client_address[1],
        )
        self.seen.append(seen)
        reply = self.answers.get(split.path, lambda _: of_json({"errcode": 40066, "errmsg": "invalid url"}))(
            seen
        )
        if reply.delay_seconds:
            threading.Event().wait(reply.delay_seconds)
        if reply.is_cut:
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)


def of_json(value: Any, status: int = 200) -> Reply:
    """An unsigned JSON answer, as api.weixin.qq.com gives."""
    return Reply(compact(value), status, {"Content-Type": "application/json; charset=utf-8"})


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def signature_headers(
    body: bytes,
    *,
    key: rsa.RSAPrivateKey = PLATFORM,
    serial: str = KEY_ID,
    age_seconds: int = 0,
    signed_body: bytes | None = None,
) -> dict[str, str]:
    """What WeChat Pay puts on every answer and notice (wechat.md §2.2)."""
    timestamp, nonce = str(int(clock.now().timestamp()) - age_seconds), secrets.token_hex(16)
    message = f"{timestamp}\n{nonce}\n".encode() + (body if signed_body is None else signed_body) + b"\n"
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(key.sign(message, padding.PKCS1v15(), SHA256())).decode(),
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def signed(value: Any, status: int = 200, **how: Any) -> Reply:
    """A signed answer of WeChat Pay; ``None`` for an empty body."""
    body = b"" if value is None else compact(value)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Request-ID": "08F78BB5AE0610D302-268498688",
        **signature_headers(body, **how),
    }
    return Reply(body, status, headers)


def refusal(code: str, status: int = 400, message: str = "不行") -> Reply:
    return signed({"code": code, "message": message}, status)


def notice_body(resource: Any, kind: str = "TRANSACTION.SUCCESS", aad: str = "transaction") -> bytes:
    """The envelope of a notice, its resource sealed under our APIv3 key."""
    nonce = secrets.token_hex(6)
    plain = resource if isinstance(resource, bytes) else compact(resource)
    sealed = AESGCM(API_V3_KEY.encode()).encrypt(nonce.encode(), plain, aad.encode())
    return compact(
        {
            "id": "EV-2018022511223320873",
            "create_time": "2026-11-23T18:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": kind,
            "summary": "通知",
            "resource": {
                "original_type": aad,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": aad,
                "nonce": nonce,
            },
        }
    )
