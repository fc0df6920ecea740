"""Access tokens: one for all containers, one refresh, one retry (wechat.md §3.3, §6.16)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.kernel import aws
from chalicelib.wechat import token
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable
from tests.support.world import Clock
from tests.wechat.fake import FakeWeChat, Reply

STABLE = "/cgi-bin/stable_token"
PATH = "/wxa/anything"


def _tokens(*names: str) -> list[dict[str, object]]:
    return [{"access_token": name, "expires_in": 7200} for name in names]


def _sent_tokens(wechat: FakeWeChat) -> list[str]:
    return [seen.query["access_token"] for seen in wechat.calls(PATH)]


def test_twenty_cold_starts_at_once_ask_wechat_once(wechat: FakeWeChat) -> None:
    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(lambda _: token.access_token("mp"), range(20)))
    assert set(got) == {"planted-access-token-1"}
    assert len(wechat.calls(STABLE)) == 1


def test_a_second_container_takes_the_token_from_the_table(wechat: FakeWeChat) -> None:
    token.access_token("mp")
    token.forget()
    assert token.access_token("mp") == "planted-access-token-1"
    assert len(wechat.calls(STABLE)) == 1


def test_a_held_token_costs_no_table_read(wechat: FakeWeChat) -> None:
    token.access_token("mp")
    calls: list[str] = []
    events = aws.client("dynamodb").meta.events
    watcher = lambda **_: calls.append("read")  # noqa: E731
    events.register("before-call.dynamodb", watcher)
    try:
        token.access_token("mp")
    finally:
        events.unregister("before-call.dynamodb", watcher)
    assert calls == []


def test_the_two_apps_have_tokens_of_their_own(wechat: FakeWeChat) -> None:
    wechat.on(STABLE, *_tokens("of-mp", "of-oa"))
    assert (token.access_token("mp"), token.access_token("oa")) == ("of-mp", "of-oa")
    first, second = (seen.json for seen in wechat.calls(STABLE))
    assert first["appid"] == "wx0000000000000001" and first["secret"] == "planted-mp-app-secret"
    assert second["appid"] == "wx0000000000000002" and second["secret"] == "planted-oa-app-secret"
    assert first["grant_type"] == "client_credential" and first["force_refresh"] is False


def test_a_token_is_renewed_before_its_end_by_our_own_clock(wechat: FakeWeChat, world: Clock) -> None:
    """DynamoDB's lazy deletion is never relied on: the row is still there, and expired."""
    wechat.on(STABLE, *_tokens("first", "second"))
    assert token.access_token("mp") == "first"
    world.advance(seconds=7200 - 61)
    assert token.access_token("mp") == "first"
    world.advance(seconds=2)
    assert token.access_token("mp") == "second"


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_rejected_token_is_refreshed_once_and_the_call_repeated_once(
    wechat: FakeWeChat, errcode: int
) -> None:
    wechat.on(STABLE, *_tokens("old", "new"))
    wechat.on(PATH, {"errcode": errcode, "errmsg": "invalid credential"}, {"errcode": 0, "fine": 1})
    assert token.post("mp", "wxa/anything", {})["fine"] == 1
    assert _sent_tokens(wechat) == ["old", "new"]
    assert len(wechat.calls(STABLE)) == 2


def test_a_token_rejected_for_ever_ends_after_one_retry(wechat: FakeWeChat) -> None:
    """wechatpy's own retry would recurse without end here (wechat.md §1.5)."""
    wechat.on(STABLE, *_tokens("old", "new"))
    wechat.on(PATH, {"errcode": 40001, "errmsg": "invalid credential"})
    with pytest.raises(WeChatRefused) as refused:
        token.post("mp", "wxa/anything", {})
    assert refused.value.errcode == 40001
    assert len(wechat.calls(PATH)) == 2


def test_a_rejected_token_that_wechat_hands_out_again_is_forced_away_but_rarely(
    wechat: FakeWeChat, world: Clock
) -> None:
    wechat.on(STABLE, *_tokens("stuck", "stuck", "fresh", "fresh"))
    wechat.on(PATH, {"errcode": 40001}, {"errcode": 0}, {"errcode": 40001})
    token.post("mp", "wxa/anything", {})
    assert [seen.json["force_refresh"] for seen in wechat.calls(STABLE)] == [False, False, True]
    with pytest.raises(WeChatRefused):
        token.post("mp", "wxa/anything", {})
    assert [seen.json["force_refresh"] for seen in wechat.calls(STABLE)][3:] == [False]
    world.advance(minutes=72)
    with pytest.raises(WeChatRefused):
        token.post("mp", "wxa/anything", {})
    assert [seen.json["force_refresh"] for seen in wechat.calls(STABLE)][4:] == [False, True]


def test_another_container_may_have_replaced_a_rejected_token_already(wechat: FakeWeChat) -> None:
    wechat.on(STABLE, *_tokens("old", "new"))
    assert token.access_token("mp") == "old"
    assert token.access_token("mp", rejected="old") == "new"
    token._held["mp"] = token.Token("old", token.store.find("mp").expires_at)  # type: ignore[union-attr]
    assert token.access_token("mp", rejected="old") == "new"
    assert len(wechat.calls(STABLE)) == 2


def test_a_failed_refresh_lets_the_next_one_try(wechat: FakeWeChat) -> None:
    wechat.on(STABLE, {"errcode": 45009, "errmsg": "reach max api daily quota limit"}, *_tokens("good"))
    with pytest.raises(WeChatUnavailable):
        token.access_token("mp")
    assert token.access_token("mp") == "good"


def test_the_lock_of_a_dead_container_frees_itself(wechat: FakeWeChat, world: Clock) -> None:
    assert token.store.take_refresh_lock("mp", None)
    assert not token.store.take_refresh_lock("mp", None)
    world.advance(seconds=11)
    assert token.access_token("mp") == "planted-access-token-1"


def test_waiting_for_a_lock_ends(wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(token, "_WAITS", 3)
    assert token.store.take_refresh_lock("mp", None)
    with pytest.raises(WeChatUnavailable):
        token.access_token("mp")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>bad gateway</html>", 502),
        Reply(b"not json", 200),
        Reply(b"[]", 200),
        Reply(is_cut=True),
        Reply(b'{"errcode":-1,"errmsg":"system error"}'),
        Reply(status=302, headers={"Location": "/cgi-bin/stable_token"}),
    ],
)
def test_an_outage_is_named_as_one(wechat: FakeWeChat, reply: Reply) -> None:
    wechat.on(PATH, reply)
    with pytest.raises(WeChatUnavailable):
        token.post("mp", "wxa/anything", {})


def test_chinese_is_sent_as_utf8_json(wechat: FakeWeChat) -> None:
    wechat.on(PATH, {"errcode": 0})
    token.post("mp", "wxa/anything", {"词": "分销"})
    (seen,) = wechat.calls(PATH)
    assert seen.body == '{"词": "分销"}'.encode()
    assert seen.headers["Content-Type"] == "application/json"
