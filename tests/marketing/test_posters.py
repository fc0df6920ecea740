"""Posters: what stands on one, the code in it, and when it is painted anew (I1, A4)."""

import io
import subprocess
import sys
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

import app  # noqa: F401 - opens the front door
from chalicelib.catalog import store as catalog
from chalicelib.catalog.change_product import change_product
from chalicelib.catalog.rules import Product
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.money import Fen
from chalicelib.marketing import make_poster as verb
from chalicelib.marketing.paint_poster import HEIGHT, WIDTH, Poster, paint_poster
from chalicelib.members import store as members
from chalicelib.wechat.codes import plain_qr
from tests.catalog import shop
from tests.invites.conftest import _served, wechat  # noqa: F401 - fixtures
from tests.marketing.conftest import People
from tests.support import api
from tests.wechat.fake import FakeWeChat, Reply

MINI = "/wxa/getwxacodeunlimit"
MEDIA = "fenxiao-test-media"


def poster(member_id: str, code: str, kind: str = "h5") -> api.Answer:
    return api.get(f"/distributor/codes/{code}/poster?kind={kind}", token=api.member_token(member_id))


def says(content: bytes) -> str:
    """What a phone reads in the picture."""
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
        (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def keep(key: str, colour: str) -> None:
    """A plain picture in the media bucket."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    aws.client("s3").put_object(Bucket=MEDIA, Key=key, Body=made.getvalue(), ContentType="image/png")


def pixel(content: bytes, place: tuple[int, int]) -> tuple[int, ...]:
    with Image.open(io.BytesIO(content)) as image:
        found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return found


def product_of_the_shop() -> Product:
    return shop.on_shelf(shop.category().category_id, price_fen=12_800)


def test_the_code_in_the_poster_leads_to_the_shop_and_to_the_product(who: People) -> None:
    """I1, I2: the link in the picture is the code's own, with the product and the sharer."""
    personal = make_code(who.seller).code
    answer = poster(who.seller, personal)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert says(answer.body) == f"https://shop.example.com/h5/?inv={personal}"
    product = product_of_the_shop()
    code = make_code(who.seller, product_id=product.product_id, channel="朋友圈").code
    link = f"https://shop.example.com/h5/?inv={code}#/pages/product/detail?id={product.product_id}"
    assert says(poster(who.seller, code).body) == link


def test_product_and_person_stand_on_it_with_their_pictures(who: People) -> None:
    """I1: avatar and product; without pictures, or with broken ones, there is a poster all the same."""
    product = product_of_the_shop()
    code = make_code(who.seller, product_id=product.product_id).code
    bare = poster(who.seller, code).body
    avatar = f"media/avatars/{who.seller}/AV01234567890123456789ABCDEF.png"
    commit(members.set_avatar(who.seller, f"https://shop.example.com/{avatar}"))
    keep(avatar, "#0000ff")
    dressed = poster(who.seller, code).body
    assert says(bare) == says(dressed)
    assert pixel(bare, (80, 1030))[0] > 150 > 100 > pixel(dressed, (80, 1030))[0]
    assert pixel(dressed, (80, 1030))[2] > 200
    keep(shop.PICTURE.removeprefix("https://shop.example.com/"), "#00ff00")
    commit(members.set_nickname(who.seller, "小红"))
    assert pixel(poster(who.seller, code).body, (375, 375))[1] > 200
    aws.client("s3").put_object(Bucket=MEDIA, Key=avatar, Body=b"<svg/>")
    commit(members.set_nickname(who.seller, "小兰"))
    assert says(poster(who.seller, code).body) == says(bare)


def test_it_is_painted_once_for_what_stands_on_it(who: People) -> None:
    """Kept under the hash of all that is drawn: served from there, and anew when the price moves."""
    product = product_of_the_shop()
    code = make_code(who.seller, product_id=product.product_id).code
    first = poster(who.seller, code).body
    (kept,) = _kept()
    aws.client("s3").put_object(Bucket=MEDIA, Key=kept, Body=b"\xff\xd8kept")
    assert poster(who.seller, code).body == b"\xff\xd8kept"
    now = catalog.load(product.product_id)
    change_product(replace(now, skus=(replace(now.skus[0], price_fen=Fen(9_900)),)))
    assert poster(who.seller, code).body not in (first, b"\xff\xd8kept")
    assert len(_kept()) == 2


def test_it_is_of_ones_own_living_code_and_of_goods_on_sale(who: People) -> None:
    """Trust A6.1: a wrong owner gets 404; nothing is advertised that nobody can buy."""
    product = product_of_the_shop()
    code = make_code(who.seller, product_id=product.product_id).code
    assert poster(who.ann, code).status in (403, 404)
    assert poster(who.seller, code, "svg").status == 422
    stored = catalog.load(product.product_id)
    set_shelf(product.product_id, is_on_shelf=False, version=stored.version)
    assert poster(who.seller, code).json["code"] == "PRODUCT_UNKNOWN"
    personal = make_code(who.seller).code
    api.delete(f"/distributor/codes/{personal}", token=api.member_token(who.seller))
    assert poster(who.seller, personal).json["code"] == "CODE_NOT_USABLE"


def test_painting_has_a_measure_and_showing_has_none(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust A6.4."""
    monkeypatch.setattr(verb, "_PER_MEMBER", Limit("poster", times=1, minutes=60))
    code = make_code(who.seller).code
    assert [poster(who.seller, code).status for _ in range(3)] == [200, 200, 200]
    other = make_code(who.seller, channel="门店").code
    refused = poster(who.seller, other)
    assert (refused.status, refused.json["code"]) == (429, "TOO_OFTEN")


def test_the_mini_program_code_comes_through_the_gateway(
    who: People,
    wechat: FakeWeChat,  # noqa: F811 - the fixture
) -> None:
    """I1: WeChat's picture on the poster; something that is no picture is said in words, not painted."""
    made = io.BytesIO()
    Image.open(io.BytesIO(plain_qr("mini"))).convert("RGB").save(made, "JPEG", quality=95)
    wechat.on(MINI, Reply(made.getvalue(), headers={"Content-Type": "image/jpeg"}))
    assert says(poster(who.seller, make_code(who.seller).code, "mini").body) == "mini"
    wechat.on(MINI, Reply(b"\xff\xd8junk", headers={"Content-Type": "image/jpeg"}))
    refused = poster(who.seller, make_code(who.seller, channel="门店").code, "mini")
    assert (refused.status, refused.json["code"]) == (503, "MINI_CODE_UNAVAILABLE")


@pytest.mark.parametrize("name", ["小红😀", "😀", "", "㐂𠮷", "一个名字特别特别特别长的分销商朋友"])
def test_any_name_and_title_can_be_painted(name: str) -> None:
    """Letters the font lacks are left out; the same words give the same bytes."""
    code = plain_qr("https://shop.example.com/h5/?inv=ABCDEFGH")
    of_shop = paint_poster(Poster(name, code))
    of_goods = paint_poster(Poster(name, code, "云南高山小粒咖啡豆😀" * 12, "¥1,288.00 起", b"junk", b""))
    assert says(of_shop) == says(of_goods) == "https://shop.example.com/h5/?inv=ABCDEFGH"
    assert paint_poster(Poster(name, code)) == of_shop
    if name == "小红😀":
        assert of_shop == paint_poster(Poster("小红", code))


def test_the_drawing_library_is_not_loaded_before_a_poster_is_painted() -> None:
    """A cold start does not pay for it (style.md §17)."""
    check = "import sys, app, chalicelib.marketing.routes; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def _kept() -> list[str]:
    found = aws.client("s3").list_objects_v2(Bucket=MEDIA, Prefix="codes/poster/")
    return [one["Key"] for one in found["Contents"]]
