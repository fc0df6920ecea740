"""Codes to scan (I1, I4)."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from chalicelib.kernel.clock import now
from chalicelib.wechat import codes
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable
from tests.wechat.fake import FakeWeChat, Reply

CODE = "/wxa/getwxacodeunlimit"
QR = "/cgi-bin/qrcode/create"


def test_a_mini_program_code_is_wechats_picture(wechat: FakeWeChat) -> None:
    wechat.on(CODE, Reply(b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"}))
    assert codes.mini_program_code("i=7Kd9Qx2m", "pages/index/index") == b"\xff\xd8picture"
    assert wechat.calls(CODE)[0].json == {
        "scene": "i=7Kd9Qx2m",
        "page": "pages/index/index",
        "check_path": False,
        "env_version": "release",
        "width": 430,
    }


@pytest.mark.parametrize("scene", ["", "x" * 33, "邀请", "a b", "a%20", "a\n", 'a"'])
def test_a_scene_wechat_refuses_is_never_sent(wechat: FakeWeChat, scene: str) -> None:
    with pytest.raises(ValueError, match="scene"):
        codes.mini_program_code(scene, "pages/index/index")
    assert wechat.seen == []


def test_every_allowed_letter_may_stand_in_a_scene(wechat: FakeWeChat) -> None:
    wechat.on(CODE, Reply(b"p", headers={"Content-Type": "image/jpeg"}))
    for scene in ("!#$&'()*+,/:;=?@-._~", "0123456789", "abcXYZ" * 5):
        codes.mini_program_code(scene, "pages/index/index")


@pytest.mark.parametrize("page", ["", "/pages/index", "pages/index?x=1", "pages//index", "页面"])
def test_a_page_has_neither_slash_in_front_nor_query(wechat: FakeWeChat, page: str) -> None:
    with pytest.raises(ValueError, match="page"):
        codes.mini_program_code("i=1", page)


def test_an_error_in_place_of_the_picture_is_seen(wechat: FakeWeChat) -> None:
    wechat.on(CODE, {"errcode": 41030, "errmsg": "invalid page rid: 1"})
    with pytest.raises(WeChatRefused) as refused:
        codes.mini_program_code("i=1", "pages/gone")
    assert refused.value.errcode == 41030


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>", headers={"Content-Type": "text/html"}),
        Reply(b"", headers={"Content-Type": "image/jpeg"}),
        Reply(b'{"ok":1}', headers={"Content-Type": "application/json"}),
    ],
)
def test_only_a_picture_is_a_picture(wechat: FakeWeChat, reply: Reply) -> None:
    wechat.on(CODE, reply)
    with pytest.raises(WeChatUnavailable):
        codes.mini_program_code("i=1", "pages/index/index")


def test_an_official_account_code_is_temporary_and_drawn_by_us(wechat: FakeWeChat) -> None:
    wechat.on(QR, {"ticket": "t", "expire_seconds": 604800, "url": "http://weixin.qq.com/q/k"})
    made = codes.official_account_qr("i=7Kd9Qx2m", expire_days=7)
    assert made.url == "http://weixin.qq.com/q/k"
    assert made.picture == codes.plain_qr(made.url)
    assert made.expires_at == now() + timedelta(days=7)
    assert wechat.calls(QR)[0].json == {
        "expire_seconds": 604800,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "i=7Kd9Qx2m"}},
    }


@pytest.mark.parametrize(("scene", "days"), [("", 1), ("x" * 65, 1), ("i", 0), ("i", 31)])
def test_an_official_account_code_has_limits(wechat: FakeWeChat, scene: str, days: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        codes.official_account_qr(scene, days)


def test_a_plain_code_is_a_square_picture_with_a_quiet_zone() -> None:
    picture = Image.open(io.BytesIO(codes.plain_qr("https://shop.example.com/h5/?i=7Kd9Qx2m"))).convert("1")
    assert picture.format is None and picture.width == picture.height
    assert not any(picture.getpixel((spot, 39)) == 0 for spot in range(picture.width))
    assert picture.getpixel((40, 40)) == 0
