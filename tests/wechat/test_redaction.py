"""Nothing secret reaches a log line or the text of an error (N4; wechat.md §6.14)."""

import logging
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import date

import pytest

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import DomainError
from chalicelib.wechat import bills, codes, login, messages, official_account, pay, shipping, token, transfer
from tests.wechat.conftest import SECRETS
from tests.wechat.fake import FakeWeChat, Reply, of_json, refusal, signed
from tests.wechat.test_transfer import BILL, BILLS, WAITING

# Constants, since a traceback quotes the lines of this file.
CODE, PHONE_CODE, OPENID = "planted-login-code", "planted-phone-code", "planted-openid"
NAME, PHONE = "planted-real-name", "13800138000"
PLANTED = [
    *SECRETS.values(),
    *(line for line in SECRETS["wechat/mch-private-key"].splitlines() if not line.startswith("-----")),
    "planted-access-token-1",
    "planted-session-key",
    CODE,
    PHONE_CODE,
    OPENID,
    "planted-package-info",
    NAME,
    PHONE,
]

CALLS: dict[str, Callable[[], object]] = {
    "login": lambda: login.identity_of_code(CODE),
    "oauth": lambda: login.identity_of_oauth_code(CODE),
    "phone": lambda: login.phone_of_code(PHONE_CODE),
    "code": lambda: codes.mini_program_code("i=1", "pages/index"),
    "message": lambda: messages.send_subscribe(OPENID, "T1", "p", {"thing1": "茶"}),
    "check": lambda: messages.text_is_fine(OPENID, "茶", 1),
    "unionid": lambda: official_account.user_unionid(OPENID),
    "shipping": lambda: shipping.upload_shipping(
        order_number="OR000001",
        openid=OPENID,
        delivery="EXPRESS",
        parcels=[shipping.Parcel("茶", "SF", "SF1", PHONE)],
    ),
    "prepay": lambda: pay.prepay(
        order_number="OR000001",
        amount_fen=1,
        appid="a",
        openid=OPENID,
        description="茶",
        expires_at=now(),
    ),
    "transfer": lambda: transfer.send(
        bill_number="WD1",
        openid=OPENID,
        amount_fen=200_000,
        remark="x",
        user_name=NAME,
    ),
    "bill": lambda: bills.trade_bill(date(2026, 11, 22)),
}
FAULTS: dict[str, Callable[[], Reply]] = {
    "cut": lambda: Reply(is_cut=True),
    "page": lambda: Reply(b"<html>", 502),
    "refused": lambda: of_json({"errcode": 40013, "errmsg": "invalid appid"}),
    "pay refused": lambda: refusal("PARAM_ERROR"),
}


@pytest.fixture(autouse=True)
def everything_is_printed(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every library may say all it likes, but botocore, which is the kernel's to keep quiet."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("botocore"), "level", logging.WARNING)


def _is_clean(*texts: str) -> None:
    for text in texts:
        for planted in PLANTED:
            assert planted not in text


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_failed_call_tells_no_secret(
    wechat: FakeWeChat,
    name: str,
    fault: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stable_token = wechat.answers["/cgi-bin/stable_token"]
    wechat.answers = _Everywhere(FAULTS[fault]())
    wechat.answers["/cgi-bin/stable_token"] = stable_token
    try:
        CALLS[name]()
        problem = None
    except Exception as raised:
        problem = raised
        log.error("failed", problem)
        _is_clean("".join(traceback.format_exception(problem)), str(problem), repr(problem))
    assert problem is not None or fault == "refused", "the fault did nothing"
    assert wechat.seen, "the call never left"
    _is_clean(capsys.readouterr().out, caplog.text)
    wechat.answers = {}


class _Everywhere(dict[str, Callable[[object], Reply]]):
    """One answer for every path."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def get(self, key: str, default: object = None) -> Callable[[object], Reply]:  # type: ignore[override]
        return super().get(key) or (lambda _: self._reply)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_nobody_answers_tells_no_secret(
    wechat: FakeWeChat,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Here ``requests`` quotes the whole address, app secret or access token included."""
    token.access_token("mp")
    token.access_token("oa")
    for base in ("API", "PAY"):
        monkeypatch.setenv(f"FENXIAO_WECHAT_{base}_URL", "http://127.0.0.1:9")
    config.cache_clear()
    token._client.cache_clear()
    with pytest.raises(DomainError) as raised:
        CALLS[name]()
    log.error("failed", raised.value)
    _is_clean("".join(traceback.format_exception(raised.value)), capsys.readouterr().out, caplog.text)


def test_a_successful_call_tells_no_secret(
    wechat: FakeWeChat, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    wechat.on("/sns/jscode2session", {"session_key": "planted-session-key", "openid": OPENID})
    wechat.on("/cgi-bin/message/subscribe/send", {"errcode": 43101, "errmsg": "refuse"})
    wechat.on(BILLS, signed(WAITING))
    wechat.on(BILL, signed(WAITING))
    for name in ("login", "message", "transfer"):
        CALLS[name]()
    _is_clean(capsys.readouterr().out, caplog.text, repr(transfer.query("WD1")))


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """A cold start that shows the catalogue pays for none of WeChat (wechat.md §1.6)."""
    heavy = ["requests", "wechatpy", "wechatpayv3", "cryptography", "segno", "xmltodict"]
    rooms = "bills codes login messages official_account pay shipping token transfer"
    script = (
        "import sys\n"
        "from importlib import import_module\n"
        f"for name in {rooms.split()!r}: import_module('chalicelib.wechat.' + name)\n"
        f"sys.exit(', '.join(name for name in {heavy!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.stderr.strip() == ""
