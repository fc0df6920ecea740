"""Signing in: codes of WeChat become identities (M1)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.kernel.config import config
from chalicelib.wechat import login
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable
from tests.wechat.fake import FakeWeChat, Reply

SESSION = "/sns/jscode2session"
OAUTH = "/sns/oauth2/access_token"
PHONE = "/wxa/business/getuserphonenumber"


def test_a_login_code_becomes_an_identity_and_the_session_key_is_dropped(wechat: FakeWeChat) -> None:
    wechat.on(SESSION, {"session_key": "planted-session-key==", "openid": "o1", "unionid": "u1"})
    identity = login.identity_of_code("code-1")
    assert identity == login.Identity("wx0000000000000001", "o1", "u1")
    assert wechat.seen[0].query == {
        "appid": "wx0000000000000001",
        "secret": "planted-mp-app-secret",
        "js_code": "code-1",
        "grant_type": "authorization_code",
    }


def test_a_cold_login_needs_no_access_token(wechat: FakeWeChat) -> None:
    """wechatpy would fetch one before every first login (wechat.md §1.2)."""
    wechat.on(SESSION, {"session_key": "k", "openid": "o1"})
    assert login.identity_of_code("c").unionid is None
    assert [seen.path for seen in wechat.seen] == [SESSION]


@pytest.mark.parametrize(
    ("errcode", "error"),
    [
        (40163, login.CodeUsed),
        (40029, login.CodeExpired),
        (40226, login.LoginBlocked),
        (45011, WeChatUnavailable),
        (-1, WeChatUnavailable),
        (40013, WeChatRefused),
    ],
)
@pytest.mark.parametrize("app", ["mp", "oa"])
def test_each_refusal_has_its_own_name(
    wechat: FakeWeChat, app: str, errcode: int, error: type[Exception]
) -> None:
    wechat.on(SESSION, {"errcode": errcode, "errmsg": "no, rid: 1"})
    wechat.on(OAUTH, {"errcode": errcode, "errmsg": "no, rid: 1"})
    with pytest.raises(error):
        login.identity_of_code("c") if app == "mp" else login.identity_of_oauth_code("c")


def test_an_answer_without_openid_is_no_identity(wechat: FakeWeChat) -> None:
    wechat.on(SESSION, {"session_key": "k"})
    with pytest.raises(WeChatUnavailable):
        login.identity_of_code("c")


def test_the_oauth_address_is_built_as_wechat_wants_it(wechat: FakeWeChat) -> None:
    """WeChat checks the order of the parameters and the fragment."""
    url = login.oauth_url("state-1", "https://shop.example.com/h5/?a=1&b=2")
    split = urlsplit(url)
    assert url.startswith(f"{config().wechat_open_url}/connect/oauth2/authorize?appid=")
    assert list(parse_qs(split.query)) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert parse_qs(split.query)["redirect_uri"] == ["https://shop.example.com/h5/?a=1&b=2"]
    assert split.fragment == "wechat_redirect"


def test_an_oauth_code_becomes_an_identity_of_the_official_account(wechat: FakeWeChat) -> None:
    wechat.on(OAUTH, {"access_token": "page", "openid": "oa1", "scope": "snsapi_base", "unionid": "u1"})
    assert login.identity_of_oauth_code("c") == login.Identity("wx0000000000000002", "oa1", "u1")


def test_a_snapshot_page_has_nobody_behind_it(wechat: FakeWeChat) -> None:
    wechat.on(OAUTH, {"access_token": "page", "openid": "made-up", "is_snapshotuser": 1})
    with pytest.raises(login.SnapshotUser):
        login.identity_of_oauth_code("c")


@pytest.mark.parametrize(
    ("country", "pure", "expected"),
    [("86", "13800138000", "13800138000"), ("852", "61234567", "+85261234567")],
)
def test_a_phone_code_becomes_a_number(wechat: FakeWeChat, country: str, pure: str, expected: str) -> None:
    wechat.on(PHONE, {"errcode": 0, "phone_info": {"purePhoneNumber": pure, "countryCode": country}})
    assert login.phone_of_code("p") == expected
    assert wechat.calls(PHONE)[0].json == {"code": "p"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"errcode": 40029}, login.CodeExpired),
        ({"errcode": 45009}, login.PhoneUnavailable),
        ({"errcode": 45011}, login.PhoneUnavailable),
        ({"errcode": 48001}, login.PhoneUnavailable),
        ({"errcode": 0, "phone_info": {}}, login.PhoneUnavailable),
        ({"errcode": -1}, WeChatUnavailable),
        (Reply(status=502), WeChatUnavailable),
    ],
)
def test_a_phone_number_may_not_be_had(
    wechat: FakeWeChat, reply: dict[str, object] | Reply, error: type[Exception]
) -> None:
    wechat.on(PHONE, reply)
    with pytest.raises(error):
        login.phone_of_code("p")
