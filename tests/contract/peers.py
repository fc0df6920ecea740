"""The two ends that contract tests put against the simulator: a merchant and a shop."""

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from wechatpayv3 import SignType, WeChatPay, WeChatPayType
from wechatpayv3.utils import aes_decrypt, build_authorization, load_private_key, load_public_key, rsa_verify

from scripts.local.wechat_sim.app import build
from scripts.local.wechat_sim.world import Options


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(claim: Callable[[], Any], *, seconds: float = 60.0, what: str = "what was claimed") -> Any:
    """The first true value of ``claim``; fails after ``seconds``, and says ``what`` did not come true.

    It waits as long as a busy machine may need; whoever is not busy never notices.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = claim()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"{what}: not true after {seconds:.0f} s")


@dataclass
class Delivery:
    """One request that the simulator made to the shop."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Shop:
    """A real HTTP server that keeps what it receives and answers as ``answer`` says."""

    def __init__(self) -> None:
        self.got: list[Delivery] = []
        self.answer: Callable[[Delivery], tuple[int, str]] = lambda delivery: (204, "")
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                delivery = Delivery(self.command, self.path, dict(self.headers), self.rfile.read(length))
                status, text = shop.answer(delivery)
                shop.got.append(delivery)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = _serve  # noqa: N815  # named by http.server

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        """Forget what came and answer 204 again."""
        self.got.clear()
        self.answer = lambda delivery: (204, "")

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Simulator:
    """The simulator in a thread of this process, on a free port, with its control surface at hand."""

    directory: Path
    shop_url: str
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock_file = self.directory / "clock.json"
        options = Options(self.directory, self.url, self.clock_file, self.shop_url)
        config = uvicorn.Config(build(options), "127.0.0.1", self.port, log_level="error", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)
        self.keys: dict[str, Any] = json.loads((self.directory / "keys.json").read_text())

    def close(self) -> None:
        """Stop serving."""
        self.http.close()
        self._server.should_exit = True
        self._thread.join(5)

    def sim(self, path: str, body: object = None, *, status: int = 200) -> Any:
        """A command (with ``body``) or a question to the control surface."""
        response = self.http.get(f"/sim{path}") if body is None else self.http.post(f"/sim{path}", json=body)
        assert response.status_code == status, response.text
        return response.json()

    def fault(self, name: str, *, times: int | None = 1, endpoint: str = "*", **parameters: object) -> None:
        """Switch a fault on."""
        self.sim("/faults", {"name": name, "times": times, "endpoint": endpoint, "parameters": parameters})

    def advance(self, seconds: float) -> None:
        """Move the shared clock."""
        self.sim("/clock", {"advance_seconds": seconds})

    def person(self, nickname: str = "小林") -> dict[str, Any]:
        """A new phone."""
        created: dict[str, Any] = self.sim("/phones", {"nickname": nickname})
        return created

    def token(self, app: str = "mp") -> str:
        """An access token of one of the two apps."""
        body = {
            "grant_type": "client_credential",
            "appid": self.keys[f"{app}_appid"],
            "secret": self.keys[f"{app}_secret"],
        }
        return str(self.http.post("/cgi-bin/stable_token", json=body).json()["access_token"])

    def api(self, path: str, body: object = None, *, app: str = "mp", **query: str) -> dict[str, Any]:
        """A call of api.weixin.qq.com with a token."""
        params = {"access_token": self.token(app), **query}
        if body is None:
            response = self.http.get(path, params=params)
        else:
            response = self.http.post(path, params=params, json=body)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer


class Merchant:
    """Signs requests and verifies answers with the helpers of the ``wechatpayv3`` package, not with ours."""

    def __init__(self, simulator: Simulator, notify_url: str) -> None:
        keys = self.keys = simulator.keys
        self._simulator = simulator
        self.notify_url = notify_url
        self._private = load_private_key(keys["mch_private_key_pem"])
        self.platform = {keys["platform_public_key_id"]: load_public_key(keys["platform_public_key_pem"])}

    def client(self) -> WeChatPay:
        """The package's own client in public-key mode, pointed at the simulator."""
        keys = self.keys
        client = WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=keys["mch_id"],
            private_key=keys["mch_private_key_pem"],
            cert_serial_no=keys["mch_serial"],
            apiv3_key=keys["api_v3_key"],
            appid=keys["mp_appid"],
            notify_url=self.notify_url,
            public_key=keys["platform_public_key_pem"],
            public_key_id=keys["platform_public_key_id"],
            timeout=(2, 5),
        )
        client._core._gate_way = self._simulator.url
        return client

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """A signed request whose answer's signature has been verified."""
        response = self.send(method, path, body, **headers)
        self.verify(dict(response.headers), response.text)
        return response

    def send(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """A signed request; nothing is verified."""
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        keys = self.keys
        signature = build_authorization(
            path, method, keys["mch_id"], keys["mch_serial"], self._private, data=text
        )
        given = {
            "Authorization": signature,
            "Accept": "application/json",
            "Wechatpay-Serial": keys["platform_public_key_id"],
            **({"Content-Type": "application/json"} if text else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self._simulator.http.request(method, path, content=text.encode(), headers=given)

    def verify(self, headers: dict[str, str], body: str) -> None:
        """Fails unless the signature in the headers is the platform's over the body."""
        given = {name.lower(): value for name, value in headers.items()}
        assert given["wechatpay-signature-type"] == "WECHATPAY2-SHA256-RSA2048"
        assert given["request-id"]
        key = self.platform[given["wechatpay-serial"]]
        stamp, nonce, signature = (given[f"wechatpay-{name}"] for name in ("timestamp", "nonce", "signature"))
        assert rsa_verify(stamp, nonce, body, signature, key)

    def open(self, delivery: Delivery) -> tuple[dict[str, Any], dict[str, Any]]:
        """Envelope and resource of a notice, its signature verified."""
        self.verify(delivery.headers, delivery.body.decode())
        envelope = json.loads(delivery.body)
        sealed = envelope["resource"]
        text = aes_decrypt(
            nonce=sealed["nonce"],
            ciphertext=sealed["ciphertext"],
            associated_data=sealed["associated_data"],
            apiv3_key=self.keys["api_v3_key"],
        )
        return envelope, json.loads(text)

    def order(self, person: dict[str, Any], **changes: object) -> dict[str, Any]:
        """The smallest correct body of a prepay request."""
        return {
            "appid": self.keys["mp_appid"],
            "mchid": self.keys["mch_id"],
            "description": "云南苹果 5 斤",
            "out_trade_no": f"OR{secrets.token_hex(12)}",
            "notify_url": f"{self.notify_url}/paid",
            "amount": {"total": 10_000, "currency": "CNY"},
            "payer": {"openid": person["mp_openid"]},
            **changes,
        }

    def prepay(self, body: dict[str, Any]) -> str:
        """The prepay_id of an order."""
        response = self.call("POST", "/v3/pay/transactions/jsapi", body)
        assert response.status_code == 200, response.text
        return str(response.json()["prepay_id"])

    def params(self, prepay_id: str) -> dict[str, str]:
        """What wx.requestPayment wants."""
        package, stamp, appid = f"prepay_id={prepay_id}", str(int(time.time())), self.keys["mp_appid"]
        sign = self.client().sign([appid, stamp, "nonce", package], SignType.RSA_SHA256)
        return {
            "appId": appid,
            "timeStamp": stamp,
            "nonceStr": "nonce",
            "package": package,
            "signType": "RSA",
            "paySign": sign,
        }

    def paid(self, person: dict[str, Any], **changes: object) -> dict[str, Any]:
        """A paid order: its body with the transaction_id."""
        body = self.order(person, **changes)
        params = self.params(self.prepay(body))
        answer = self._simulator.sim(f"/phones/{person['id']}/pay", {"params": params, "action": "pay"})
        return {**body, "transaction_id": answer["transaction_id"]}

    def refund_body(self, order: dict[str, Any], refund_fen: int, **changes: object) -> dict[str, Any]:
        """The smallest correct body of a refund request."""
        return {
            "out_trade_no": order["out_trade_no"],
            "out_refund_no": f"RE{secrets.token_hex(12)}",
            "notify_url": f"{self.notify_url}/refunded",
            "amount": {"refund": refund_fen, "total": order["amount"]["total"], "currency": "CNY"},
            **changes,
        }

    def transfer_body(self, person: dict[str, Any], **changes: object) -> dict[str, Any]:
        """The smallest correct body of a transfer request."""
        return {
            "appid": self.keys["mp_appid"],
            "out_bill_no": f"TR{secrets.token_hex(12)}",
            "transfer_scene_id": "1005",
            "openid": person["mp_openid"],
            "transfer_amount": 2000,
            "transfer_remark": "11月推广佣金",
            "notify_url": f"{self.notify_url}/transferred",
            "transfer_scene_report_infos": [
                {"info_type": "岗位类型", "info_content": "推广员"},
                {"info_type": "报酬说明", "info_content": "11月商品推广佣金"},
            ],
            **changes,
        }
