"""Subscribe messages (N2) and content checks (N4)."""

import pytest

from chalicelib.kernel.money import yuan
from chalicelib.wechat import messages
from chalicelib.wechat.transport import WeChatUnavailable
from tests.wechat.fake import FakeWeChat, Reply

SEND = "/cgi-bin/message/subscribe/send"
CHECK = "/wxa/msg_sec_check"


def _send(values: dict[str, str]) -> bool:
    return messages.send_subscribe("o1", "T1", "pages/orders/detail?id=1", values)


def test_a_message_reaches_the_member(wechat: FakeWeChat) -> None:
    wechat.on(SEND, {"errcode": 0, "errmsg": "ok", "msgid": 7})
    assert _send({"thing1": "龙井茶", "amount2": "¥12.00"}) is True
    assert wechat.calls(SEND)[0].json == {
        "touser": "o1",
        "template_id": "T1",
        "page": "pages/orders/detail?id=1",
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {"thing1": {"value": "龙井茶"}, "amount2": {"value": "¥12.00"}},
    }


@pytest.mark.parametrize("errcode", [43101, 40003, 47003, 40037, 41030])
def test_a_refused_message_stops_nothing(
    wechat: FakeWeChat, errcode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """N2: the shop works when a notice fails; only a refusal that is our mistake is reported."""
    wechat.on(SEND, {"errcode": errcode, "errmsg": "no rid: 1"})
    assert _send({"thing1": "茶"}) is False
    assert ("wechat_message_refused" in capsys.readouterr().out) is (errcode != 43101)


def test_an_outage_is_raised_so_that_it_can_be_tried_again(wechat: FakeWeChat) -> None:
    wechat.on(SEND, Reply(status=503))
    with pytest.raises(WeChatUnavailable):
        _send({"thing1": "茶"})


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("thing1", "茶" * 20, "茶" * 20),
        ("thing1", "茶" * 21, "茶" * 19 + "…"),
        ("thing12", " 两\n行 ", "两 行"),
        ("character_string1", "OR01KB5", "OR01KB5"),
        ("number3", "12.5", "12.5"),
        ("amount2", "¥1234567890.50", "¥1234567890.50"),
        ("amount2", "12元", "12元"),
        ("amount2", yuan(123_456_789), "¥1234567.89"),
        ("time4", "2026年11月23日 18:00", "2026年11月23日 18:00"),
        ("time4", "2026-11-23 18:00:01", "2026-11-23 18:00:01"),
        ("time4", "18:00", "18:00"),
        ("date5", "2026-11-23", "2026-11-23"),
        ("phone_number6", "+86-0766-66888866", "+86-0766-66888866"),
        ("car_number7", "粤A8Z888挂", "粤A8Z888挂"),
        ("name8", "欧阳" * 6, "欧阳" * 5),
        ("name8", "a" * 21, "a" * 20),
        ("phrase9", "待付款！", "待付款"),
        ("phrase9", "已经签收完成", "已经签收完"),
        ("letter10", "SF", "SF"),
        ("symbol11", "+", "+"),
    ],
)
def test_a_value_is_made_to_fit_its_kind(key: str, value: str, shown: str) -> None:
    assert messages.fit(key, value) == shown


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "  "),
        ("number3", "十二"),
        ("amount2", "12.345"),
        ("amount2", "12345678901"),
        ("time4", "明天"),
        ("date5", "18:00"),
        ("character_string1", "订单"),
        ("phrase9", "ok"),
        ("thing", "茶"),
        ("object1", "茶"),
    ],
)
def test_a_value_that_cannot_fit_is_our_bug(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=key):
        messages.fit(key, value)


@pytest.mark.parametrize("verdict", ["pass", "review", "risky"])
def test_a_text_is_judged_by_suggest(wechat: FakeWeChat, verdict: str) -> None:
    wechat.on(CHECK, {"errcode": 0, "result": {"suggest": verdict, "label": 100}})
    assert messages.text_is_fine("o1", "很好喝", 2) == verdict
    assert wechat.calls(CHECK)[0].json == {"version": 2, "openid": "o1", "scene": 2, "content": "很好喝"}


def test_a_long_text_is_as_good_as_its_worst_piece(wechat: FakeWeChat) -> None:
    verdicts = [{"errcode": 0, "result": {"suggest": verdict}} for verdict in ("pass", "risky", "review")]
    wechat.on(CHECK, *verdicts)
    assert messages.text_is_fine("o1", "字" * 5001, 2) == "risky"
    assert [len(seen.json["content"]) for seen in wechat.calls(CHECK)] == [2500, 2500, 1]


def test_nothing_to_judge_is_fine(wechat: FakeWeChat) -> None:
    assert messages.text_is_fine("o1", " ", 1) == "pass"
    assert wechat.seen == []


@pytest.mark.parametrize("errcode", [61010, 40003, 43104])
def test_a_member_wechat_will_not_judge_is_for_people_to_judge(wechat: FakeWeChat, errcode: int) -> None:
    wechat.on(CHECK, {"errcode": errcode})
    assert messages.text_is_fine("o1", "好", 1) == "review"


@pytest.mark.parametrize("answer", [{"errcode": 0}, {"errcode": 0, "result": {"suggest": "new"}}])
def test_errcode_0_alone_is_no_pass(wechat: FakeWeChat, answer: dict[str, object]) -> None:
    wechat.on(CHECK, answer)
    with pytest.raises(WeChatUnavailable):
        messages.text_is_fine("o1", "好", 1)
