"""People of the local world as programs: a phone with its WeChat and the shop's app, and a staff member.

They use only what a real client has: the shop's API over HTTP, and the phone's own screen (the
simulator's control surface). The demo and the end-to-end tests are written with them.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx


class Refused(Exception):
    """The shop refused; ``problem`` is its problem+json."""

    def __init__(self, status: int, problem: Any) -> None:
        self.status = status
        self.problem = problem
        super().__init__(f"{status} {problem}")


class Caller:
    """Whoever calls the shop's API with a bearer token."""

    def __init__(self, api_url: str) -> None:
        self.http = httpx.Client(base_url=api_url, timeout=30)
        self.token: str | None = None

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Read. Raises ``Refused``."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Make or do. ``key`` is the Idempotency-Key."""
        return self._call("POST", path, json=body, key=key)

    def put(self, path: str, body: Any) -> Any:
        """Set."""
        return self._call("PUT", path, json=body)

    def _call(self, method: str, path: str, key: str | None = None, **more: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        if more.get("json") is None:
            more.pop("json", None)
        answer = self.http.request(method, path, headers=headers, **more)
        is_json = bool(answer.content) and "json" in answer.headers.get("content-type", "")
        content = answer.json() if is_json else answer.content
        if answer.status_code >= 400:
            raise Refused(answer.status_code, content)
        return content


class Staff(Caller):
    """A staff member at the console."""

    def sign_in(self, username: str, password: str) -> None:
        """With a password."""
        self.token = self.post("/console/sign-in", {"username": username, "password": password})[
            "access_token"
        ]


class Phone(Caller):
    """A person with a phone: WeChat on it, and the shop's mini-program."""

    def __init__(self, api_url: str, wechat_url: str, nickname: str) -> None:
        super().__init__(api_url)
        self.wechat = httpx.Client(base_url=wechat_url, timeout=30)
        self.nickname = nickname
        self.phone_id: str = self._device_called(nickname)
        self.member_id = ""

    @classmethod
    def fresh(cls, api_url: str, wechat_url: str, nickname: str) -> "Phone":
        """The phone of somebody new; a number is put behind a name that is taken."""
        with httpx.Client(base_url=wechat_url, timeout=30) as wechat:
            taken = {phone["nickname"] for phone in wechat.get("/sim/phones").json()}
        names = (nickname, *(f"{nickname}{number}" for number in range(2, 10_000)))
        return cls(api_url, wechat_url, next(name for name in names if name not in taken))

    def _device_called(self, nickname: str) -> str:
        for phone in self.device("GET", "/sim/phones"):
            if phone["nickname"] == nickname:
                return str(phone["id"])
        return str(self.device("POST", "/sim/phones", {"nickname": nickname})["id"])

    def close(self) -> None:
        """Hang up, and lay the phone down."""
        super().close()
        self.wechat.close()

    def device(self, method: str, path: str, body: Any = None) -> Any:
        """Touch the phone itself."""
        answer = self.wechat.request(method, path, json=body)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json())
        return answer.json()

    def touch(self, action: str, body: Any = None) -> Any:
        """Do something on this phone's screen."""
        return self.device("POST", f"/sim/phones/{self.phone_id}/{action}", body or {})

    def sign_in(self) -> None:
        """Open the mini-program: wx.login, and the shop's own token."""
        code = self.touch("login", {"app": "mp"})["code"]
        signed = self.post("/shop/sign-in/mini-program", {"code": code})
        self.token = signed["access_token"]
        self.member_id = signed["member"]["member_id"]
        self.put("/shop/me", {"nickname": self.nickname})

    def scan_code_of(self, other: "Phone", code: str) -> Any:
        """扫一扫: read the picture on the other phone, as the camera does, and open the shop with it."""
        import base64

        picture = other.get(f"/distributor/codes/{code}/picture", kind="mini")
        seen = self.touch("scan", {"image_base64": base64.b64encode(picture).decode()})
        return self.post("/shop/scans", {"scene": seen["scene"], "source": "MINI_CODE"})

    def pay(self, order_id: str) -> None:
        """Tap pay, and confirm on WeChat's sheet."""
        params = self.post(f"/shop/orders/{order_id}/payment")
        self.touch("pay", {"params": params, "action": "pay"})


def fresh_key() -> str:
    """An Idempotency-Key, made and kept by the client before it sends."""
    return secrets.token_hex(16)


def wait_for(what: str, look: Callable[[], Any], patience_seconds: float = 120) -> Any:
    """Look until there is something to see. Raises ``TimeoutError``."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        seen = look()
        if seen:
            return seen
        time.sleep(0.1)
    raise TimeoutError(f"nothing after {patience_seconds:.0f} s: {what}")
