"""WeChat's keys: tried at WeChat, put into the vault, never shown, never in the audit or the log (G3, N4)."""

import json

import pytest

from chalicelib.admin import store
from chalicelib.admin.tell_audit import tell_audit
from chalicelib.kernel import clock, secrets
from chalicelib.wechat import pay_crypto
from tests.support import api
from tests.wechat import fake
from tests.wechat.conftest import _served, wechat  # noqa: F401 - fixtures
from tests.wechat.fake import FakeWeChat, Reply, Seen

PATH = "/console/wechat-keys"
GOOD, WRONG = "0123456789abcdef0123456789abcdef", "f" * 32


@pytest.fixture
def keeper(wechat: FakeWeChat) -> str:  # noqa: F811
    """A staff member who may; WeChat knows one good secret."""

    def token(seen: Seen) -> Reply:
        is_good = seen.json["secret"] == GOOD
        refused = {"errcode": 40125, "errmsg": "invalid appsecret"}
        return fake.of_json({"access_token": "TRIED", "expires_in": 7200} if is_good else refused)

    wechat.answers["/cgi-bin/stable_token"] = token
    return api.staff_token("settings.keys")


def put(name: str, value: str, token: str) -> api.Answer:
    return api.put(f"{PATH}/{name}", {"secret": value}, token=token)


def test_a_secret_that_wechat_takes_is_kept_and_its_value_is_nowhere_else(
    keeper: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = put("mp-secret", GOOD, keeper)
    assert (answer.status, answer.json["set_by"]) == (200, "STTEST")
    assert secrets.secret("wechat/mp-secret") == GOOD
    listed = api.get(PATH, token=keeper)
    today = clock.business_day(clock.now())
    audited = store.audit(newest=today, oldest=today, limit=10)
    assert [one.door for one in audited.items] == ["PUT /console/wechat-keys/{key_name}"]
    assert tell_audit(audited.items[0], str) == "更换了微信密钥“小程序密钥 AppSecret”"
    for text in (answer.body, listed.body, str(audited.items), capsys.readouterr().out):
        assert GOOD not in str(text)


def test_a_secret_that_wechat_refuses_changes_nothing(keeper: str) -> None:
    before = secrets.secret("wechat/mp-secret")
    answer = put("mp-secret", WRONG, keeper)
    assert (answer.status, answer.json["fields"]) == (422, {"secret": "微信说这个密钥不对。"})
    secrets.forget()
    assert secrets.secret("wechat/mp-secret") == before
    assert store.key_set("mp-secret") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mp-secret", "短"),
        ("api-v3-key", "a" * 31),
        ("oa-token", "有汉字的"),
        ("oa-encoding-aes-key", "x" * 42),
    ],
)
def test_what_no_such_key_looks_like_is_refused_before_wechat_is_asked(
    keeper: str,
    wechat: FakeWeChat,  # noqa: F811
    name: str,
    value: str,
) -> None:
    answer = put(name, value.ljust(3, "短"), keeper)
    assert answer.status == 422 and "应是" in answer.json["fields"]["secret"]
    assert not wechat.seen


def test_a_notice_that_was_sealed_with_the_former_key_still_opens(keeper: str) -> None:
    """O2: none is lost while the merchant changes the key; what neither opens stays shut."""
    sealed = json.loads(fake.notice_body({"out_trade_no": "OR1"}))["resource"]
    assert put("api-v3-key", "B" * 32, keeper).status == 200
    pay_crypto.forget()
    assert json.loads(pay_crypto.opened(sealed) or "{}") == {"out_trade_no": "OR1"}
    assert put("api-v3-key", "C" * 32, keeper).status == 200
    pay_crypto.forget()
    assert pay_crypto.opened(sealed) is None


def test_an_unknown_key_and_whoever_may_not_are_refused(keeper: str) -> None:
    assert put("mch-private-key", GOOD, keeper).json["code"] == "KEY_UNKNOWN"
    assert put("mp-secret", GOOD, api.staff_token("settings.edit")).status == 403
