"""Following or scanning through a code of ours on the official account binds (I4)."""

import json
from xml.sax.saxutils import escape

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.invites import store
from chalicelib.kernel import clock
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from tests.invites.pushes import DOOR, opened, push, signature
from tests.invites.support import at_once, code_of, journal, seller, upline
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock
from tests.wechat.fake import FakeWeChat

USER = "/cgi-bin/user/info"


@pytest.fixture(autouse=True)
def known(wechat: FakeWeChat) -> None:
    wechat.on(USER, {"subscribe": 1, "openid": "fan", "unionid": "union-fan"})


def event(name: str, key: str = "", *, at: int = 1764000000, openid: str = "fan") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>event</MsgType><Event>{name}</Event>"
        f"<EventKey>{escape(key)}</EventKey></xml>"
    )


def said(answer: api.Answer) -> str:
    """The text of the reply."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
    reply = opened(answer)
    assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == ("fan", "gh_1", "text")
    return str(reply["Content"])


def fan() -> str:
    member_id = members.member_of_identity(config().oa_appid, "fan")
    assert member_id is not None
    return member_id


def test_wechat_may_check_the_address(world: Clock) -> None:
    timestamp = str(int(clock.now().timestamp()))
    good = f"{DOOR}?signature={signature(timestamp, 'n')}&timestamp={timestamp}&nonce=n&echostr=437512"
    answer = api.get(good)
    assert (answer.status, answer.body) == (200, b"437512")
    assert api.get(good.replace("nonce=n", "nonce=x")).status == 403


def test_following_through_a_code_signs_in_and_binds(world: Clock) -> None:
    """I4: subscribe with qrscene_; the unionid makes the follower the same person as in the mini-program."""
    inviter = seller("小红")
    me = sign_in(Identity(config().mp_appid, "mp-openid", "union-fan")).member.member_id
    code = code_of(inviter)
    text = said(push(event("subscribe", f"qrscene_i={code}")))
    assert "您的推荐人是小红" in text and f"https://shop.example.com/h5/?inv={code}" in text
    assert fan() == me and upline(me) == inviter
    (row,) = store.last_attributions(me, 9)
    assert (row.source, row.decision, row.code) == ("OFFICIAL_ACCOUNT", "BOUND", code)


def test_a_follower_who_scans_is_bound_too_and_becomes_a_member(world: Clock) -> None:
    """I4: SCAN by somebody who follows already; a sign-up of the code (I5)."""
    inviter = seller("小红")
    said(push(event("SCAN", f"i={code_of(inviter)}")))
    assert upline(fan()) == inviter
    assert store.last_attributions(fan())[0].is_sign_up


def test_a_repeated_push_changes_nothing_and_gets_the_same_answer(world: Clock) -> None:
    """WeChat repeats three times; deduped by sender, time and event (wechat.md §5)."""
    inviter = seller("小红")
    xml = event("subscribe", f"qrscene_i={code_of(inviter)}")
    first = said(push(xml))
    before = support.dump_all()
    world.advance(minutes=20)
    assert said(push(xml)) == first
    assert support.dump_all() == before
    assert "欢迎回来" in said(push(event("SCAN", f"i={code_of(inviter)}", at=1764000900)))
    assert journal(fan()) == [("BOUND", "FIRST_BINDING"), ("KEPT", "ALREADY_BOUND_HERE")]


def test_the_same_push_many_times_at_once_is_one_binding(world: Clock) -> None:
    """A repeat while the first still runs is normal (wechat.md §5)."""
    inviter, texts = seller("小红"), []
    xml = event("subscribe", f"qrscene_i={code_of(inviter)}")
    push(event("subscribe"))  # the token of WeChat is at hand, as in a warm container
    assert at_once([lambda: texts.append(said(push(xml)))] * 4) == []
    assert len(set(texts)) == 1
    assert journal(fan()) == [("BOUND", "FIRST_BINDING")]
    assert len(support.dump("official-account-messages")) == 1


def test_a_plain_follower_is_greeted_and_nothing_is_written(world: Clock) -> None:
    """G4: follow-welcome."""
    before = support.dump_all()
    text = said(push(event("subscribe")))
    assert "欢迎光临" in text and 'href="https://shop.example.com/h5/"' in text
    assert support.dump_all() == before


def test_a_code_of_somebody_elses_making_is_answered_kindly(world: Clock) -> None:
    """The journal keeps it, the follower is welcome."""
    assert "没有找到这个邀请码" in said(push(event("SCAN", "promo-2026&x=<b>")))
    assert journal(fan()) == [("REFUSED", "CODE_UNKNOWN")]


def test_what_we_do_not_know_is_acknowledged(world: Clock) -> None:
    """Else WeChat tells the follower that the account is out of order."""
    before = support.dump_all()
    for xml in (
        event("unsubscribe"),
        event("CLICK", "MY_QR"),
        event("something_new_of_2027", "i=7KD9QX2M"),
        event("")
        .replace("event", "text")
        .replace("<Event></Event>", "<Content>你好</Content><MsgId>1</MsgId>"),
    ):
        answer = push(xml)
        assert (answer.status, answer.body) == (200, b"success"), xml
    assert push(event("SCAN", "i=7KD9QX2M"), appid=config().mp_appid).body == b"success"
    assert support.dump_all() == before


def test_a_push_that_is_not_wechats_changes_nothing(world: Clock) -> None:
    """Wrong signature, stale, a document type, unencrypted: refused."""
    inviter = seller("小红")
    xml = event("subscribe", f"qrscene_i={code_of(inviter)}")
    before = support.dump_all()
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]>' + xml
    for answer in (
        push(xml, forged_signature=signature("somebody", "else")),
        push(xml, age_seconds=301),
        push(bomb),
        api.call("POST", DOOR, body=xml.encode(), headers={"content-type": "text/xml"}),
    ):
        assert (answer.status, answer.json["code"]) == (403, "BAD_MESSAGE")
    big = b"<xml>" + b"x" * 70_000 + b"</xml>"
    assert api.call("POST", DOOR, body=big, headers={"content-type": "text/xml"}).status in (403, 413)
    assert support.dump_all() == before


def test_a_blocked_member_is_told_and_not_bound(world: Clock) -> None:
    """M3."""
    inviter = seller("小红")
    me = sign_in(Identity(config().oa_appid, "fan", "union-fan")).member
    commit(members.set_status(me, "BLOCKED", reason="违规"))
    assert "客服" in said(push(event("SCAN", f"i={code_of(inviter)}")))
    assert upline(me.member_id) is None and journal(me.member_id) == []


def test_without_the_right_to_read_unionids_the_follower_is_bound_all_the_same(
    world: Clock, wechat: FakeWeChat
) -> None:
    """48001: an account that is not certified."""
    wechat.on(USER, {"errcode": 48001, "errmsg": "api unauthorized rid: 1"})
    inviter = seller("小红")
    assert "小红" in said(push(event("SCAN", f"i={code_of(inviter)}")))
    assert upline(fan()) == inviter


def test_while_wechat_is_out_of_reach_the_push_is_left_to_its_repeat(
    world: Clock, wechat: FakeWeChat
) -> None:
    """A member made without the unionid would be a second person (M1), so it must come again."""
    inviter = seller("小红")
    xml = event("SCAN", f"i={code_of(inviter)}")
    wechat.on(USER, {"errcode": -1, "errmsg": "system error"})
    before = {short: rows for short, rows in support.dump_all().items() if short != "wechat-tokens"}
    assert push(xml).status == 503
    after = {short: rows for short, rows in support.dump_all().items() if short != "wechat-tokens"}
    assert json.dumps(after) == json.dumps(before)
    wechat.on(USER, {"subscribe": 1, "openid": "fan", "unionid": "union-fan"})
    assert "小红" in said(push(xml))
    assert upline(fan()) == inviter
