"""The doors to scans, codes, the team and the journal (I1 … I5, M3, D7)."""

import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image

import app  # noqa: F401 - opens the front door
from chalicelib.distributors.change_status import change_status
from chalicelib.invites import rules, store
from chalicelib.invites.make_code import make_code
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from tests.invites.conftest import SetRules
from tests.invites.support import (
    at_once,
    code_of,
    follow_attributions,
    seller,
    shopper,
    upline,
)
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock
from tests.wechat.fake import FakeWeChat, Reply

MINI = "/wxa/getwxacodeunlimit"
JPEG = Reply(b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})


def scans(member_id: str, json: Any) -> api.Answer:
    return api.post("/shop/scans", json, token=api.member_token(member_id))


def codes(member_id: str, more: str = "") -> Any:
    return api.get(f"/distributor/codes{more}", token=api.member_token(member_id)).json


def picture(member_id: str, code: str, kind: str) -> api.Answer:
    path = f"/distributor/codes/{code}/picture?kind={kind}"
    return api.get(path, token=api.member_token(member_id))


def test_a_scanned_scene_binds_and_says_so(world: Clock) -> None:
    """I3: the answer carries decision, rule, a sentence, and where to go."""
    inviter, me = seller("小红"), shopper("我")
    product = make_code(inviter, product_id="PR1")
    answer = scans(me, {"scene": f"i={product.code}", "source": "MINI_CODE"})
    assert answer.status == 200
    assert answer.json == {
        "decision": "BOUND",
        "rule": "FIRST_BINDING",
        "says": "欢迎光临！您的推荐人是小红。",
        "until": None,
        "product_id": "PR1",
        "inviter": {"nickname": "小红", "avatar_url": None},
    }
    assert upline(me) == inviter
    again = scans(me, {"scene": f"i={product.code}", "source": "MINI_CODE"})
    assert (again.status, again.json) == (200, answer.json)


def test_a_typed_code_may_be_small_letters(world: Clock) -> None:
    """I1: a code is for people too."""
    inviter, me = seller("小红"), shopper("我")
    typed = code_of(inviter).lower()
    assert scans(me, {"code": typed, "source": "TYPED"}).json["rule"] == "FIRST_BINDING"


def test_a_scan_that_says_more_or_less_than_it_may_is_refused(world: Clock) -> None:
    """Trust A6.3: nobody names their inviter; bad input changes nothing."""
    me = shopper("我")
    before = support.dump_all()
    for body in (
        {"source": "LINK"},
        {"code": "ABC", "source": "OFFICIAL_ACCOUNT"},
        {"code": "ABC", "source": "LINK", "inviter_id": "ME1"},
        {"code": "邀请码", "source": "LINK"},
        {"scene": "i=" + "A" * 70, "source": "MINI_CODE"},
        {"code": "ABC"},
    ):
        assert scans(me, body).status == 422, body
    assert support.dump_all() == before


def test_an_unknown_code_does_not_stop_the_shopper(world: Clock) -> None:
    """Peers §5.4: no hidden failure, no reproach."""
    answer = scans(shopper("我"), {"code": "ABCDEFGH", "source": "LINK"})
    assert (answer.status, answer.json["decision"], answer.json["inviter"]) == (200, "REFUSED", None)
    assert "不影响" in answer.json["says"]


def test_anybody_with_a_code_sees_who_invites(world: Clock) -> None:
    """I1, I2."""
    inviter = seller("小红")
    product = make_code(inviter, product_id="PR1", valid_days=1)
    shown = api.get(f"/shop/invites/{product.code}")
    assert shown.json == {
        "code": product.code,
        "is_good": True,
        "product_id": "PR1",
        "inviter": {"nickname": "小红", "avatar_url": None},
    }
    world.advance(days=1)
    assert api.get(f"/shop/invites/{product.code}").json["is_good"] is False
    assert api.get("/shop/invites/ABCDEFGH").json["code"] == "CODE_UNKNOWN"
    commit(members.set_status(members.load(inviter), "BLOCKED", reason="违规"))
    assert api.get(f"/shop/invites/{product.code}").status == 404


def test_the_personal_code_comes_on_first_need_and_stays(world: Clock) -> None:
    """I1: a personal invite code and link."""
    me = seller("我")
    first = codes(me)["personal"]
    assert codes(me)["personal"] == first
    assert rules.is_code(first["code"]) and first["state"] == "GOOD"
    assert first["scene"] == f"i={first['code']}"
    assert first["h5_url"] == f"https://shop.example.com/h5/?inv={first['code']}"
    assert [one["code"] for one in codes(me)["items"]] == [first["code"]]


def test_the_first_need_of_many_at_once_makes_one_code(world: Clock) -> None:
    """Trust 22: one living code a slot."""
    me, made = seller("我"), []
    assert at_once([lambda: made.append(make_code(me))] * 5) == []
    assert len(set(made)) == 1


def test_codes_for_channels_and_products_have_their_own_life(world: Clock) -> None:
    """I2, I5: per-channel and per-product codes; revoke, expire; asked for again, the same one."""
    me, other = seller("我"), seller("他")
    token = api.member_token(me)

    def make(**body: Any) -> Any:
        return api.post("/distributor/codes", body, token=token).json

    moments = make(channel="朋友圈")
    assert make(channel=" 朋友圈 ") == moments
    product = make(product_id="PR1", channel="朋友圈", valid_days=7)
    assert product["code"] != moments["code"]
    assert product["h5_url"].endswith(f"?inv={product['code']}#/pages/product/detail?id=PR1")
    path = f"/distributor/codes/{moments['code']}"
    assert api.delete(path, token=api.member_token(other)).status == 404
    assert api.delete(path, token=token).status == 204
    revoked_at = world.now()
    world.advance(days=7)
    token = api.member_token(me)
    assert api.delete(path, token=token).status == 204
    assert api.delete("/distributor/codes/ABCDEFGH", token=token).status == 404
    states = {one["code"]: one["state"] for one in codes(me)["items"]}
    assert (states[moments["code"]], states[product["code"]]) == ("REVOKED", "EXPIRED")
    kept = store.find_code(moments["code"])
    assert kept is not None and kept.revoked_at == revoked_at
    fresh = make(channel="朋友圈")
    assert (fresh["code"] != moments["code"], fresh["state"]) == (True, "GOOD")
    for body in ({"channel": "长" * 21}, {"valid_days": 0}, {"product_id": "a b"}, {"owner_id": other}):
        assert api.post("/distributor/codes", body, token=token).status == 422


def test_nobody_has_more_codes_than_anybody_needs(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Style B7.7: everything has a limit."""
    monkeypatch.setattr(rules, "MAX_CODES", 2)
    me = seller("我")
    for channel in ("a", "b"):
        make_code(me, channel=channel)
    answer = api.post("/distributor/codes", {"channel": "c"}, token=api.member_token(me))
    assert (answer.status, answer.json["code"]) == (409, "TOO_MANY_CODES")


def test_only_those_who_may_invite_have_codes_and_hear_why_not(world: Clock, binding: SetRules) -> None:
    """I3: approved distributors only, or all members; the disabled in neither case."""
    plain, fallen = shopper("乙"), seller("丙")
    change_status(fallen, "DISABLED", by="ST1", reason="违规")
    asked = {one: api.get("/distributor/codes", token=api.member_token(one)) for one in (plain, fallen)}
    assert (asked[plain].status, asked[plain].json["code"]) == (403, "NOT_DISTRIBUTOR")
    assert asked[fallen].json["code"] == "DISTRIBUTOR_DISABLED"
    binding(who_may_invite="MEMBERS")
    assert codes(plain)["personal"]["state"] == "GOOD"
    refused = api.get("/distributor/codes", token=api.member_token(fallen))
    assert (refused.status, refused.json["code"]) == (403, "MAY_NOT_INVITE")


def test_the_plain_qr_leads_to_the_h5_shop_and_is_kept(world: Clock) -> None:
    """I1: a plain H5 QR, cached in S3."""
    me = seller("我")
    code = code_of(me)
    first = picture(me, code, "h5")
    assert (first.status, first.headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(first.body)) as image:
        assert image.format == "PNG" and image.width == image.height
    assert _read_qr(first.body) == f"https://shop.example.com/h5/?inv={code}"
    kept = aws.client("s3").list_objects_v2(Bucket="fenxiao-test-media", Prefix="codes/")["Contents"]
    assert len(kept) == 1
    _overwrite(kept[0]["Key"], b"\x89PNG kept")
    assert picture(me, code, "h5").body == b"\x89PNG kept"


def test_the_mini_program_code_comes_from_wechat_once(wechat: FakeWeChat) -> None:
    """I1: through the gateway, then from S3."""
    wechat.on(MINI, JPEG)
    me = seller("我")
    code = code_of(me)
    for _ in range(2):
        answer = picture(me, code, "mini")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.body == b"\xff\xd8picture"
    (call,) = wechat.calls(MINI)
    assert (call.json["scene"], call.json["page"]) == (f"i={code}", "pages/index/index")


def test_where_wechat_makes_no_code_the_answer_says_so_and_the_plain_one_works(wechat: FakeWeChat) -> None:
    """Peers §3.15: an unpublished mini-program cannot make codes."""
    me = seller("我")
    code = code_of(me)
    for errcode in (41030, 48001, 45009, -1):
        wechat.on(MINI, {"errcode": errcode, "errmsg": "invalid page rid: 1"})
        refused = picture(me, code, "mini")
        assert (refused.status, refused.json["code"]) == (503, "MINI_CODE_UNAVAILABLE"), errcode
        assert "网页二维码" in refused.json["detail"]
        assert picture(me, code, "h5").status == 200
    wechat.on(MINI, JPEG)
    assert picture(me, code, "mini").status == 200


def test_pictures_are_of_ones_own_living_codes(world: Clock) -> None:
    """Trust A6.1: a wrong owner gets 404."""
    me, other = seller("我"), seller("他")
    code = code_of(me)
    assert picture(other, code, "h5").status == 404
    assert picture(me, code, "svg").status == 422
    api.delete(f"/distributor/codes/{code}", token=api.member_token(me))
    assert picture(me, code, "h5").json["code"] == "CODE_NOT_USABLE"


def test_staff_move_a_member_and_the_change_is_audited(world: Clock) -> None:
    """M3: with reason, audited; the journal shows everything."""
    old, new, me = seller("旧"), seller("新"), shopper("我")
    scans(me, {"code": code_of(old), "source": "LINK"})
    world.advance(days=1)
    token, path = api.staff_token("members.move", "invites.read"), f"/console/members/{me}/move"
    audited = len(support.dump("audit"))
    moved = api.post(path, {"inviter_id": new, "reason": "客户投诉核实"}, token=token)
    assert moved.status == 200
    assert (moved.json["rule"], moved.json["by"], moved.json["upline"]) == ("MOVED_BY_STAFF", "STTEST", new)
    assert len(support.dump("audit")) == audited + 1
    loop = api.post(f"/console/members/{new}/move", {"inviter_id": me, "reason": "试试"}, token=token)
    assert (loop.status, loop.json["code"]) == (409, "WOULD_MAKE_LOOP")
    assert api.post(path, {"inviter_id": new, "reason": "再来"}, token=token).json["code"] == "ALREADY_THERE"
    assert api.post(path, {"inviter_id": "MENOBODY", "reason": "再来"}, token=token).status == 404
    assert api.post(path, {"inviter_id": new}, token=token).status == 422
    assert api.post(path, {"inviter_id": None, "reason": "误绑"}, token=token).json["decision"] == "UNBOUND"
    journal = api.get(f"/console/members/{me}/attributions", token=token).json["items"]
    assert [one["rule"] for one in journal] == ["MOVED_BY_STAFF", "MOVED_BY_STAFF", "FIRST_BINDING"]
    assert journal[2]["source"] == "LINK" and journal[2]["code"] == code_of(old)
    assert api.get("/console/members/MENOBODY/attributions", token=token).status == 404


def test_moving_and_reading_the_journal_need_permissions(world: Clock) -> None:
    """Trust A6.5."""
    me, token = shopper("我"), api.staff_token("orders.read")
    move = {"inviter_id": None, "reason": "误绑"}
    assert api.post(f"/console/members/{me}/move", move, token=token).status == 403
    assert api.get(f"/console/members/{me}/attributions", token=token).status == 403
    assert api.get(f"/console/members/{me}/codes", token=token).status == 403


def test_a_code_shows_what_it_brought_to_its_owner_and_to_staff(world: Clock) -> None:
    """I5: statistics of its own for each code."""
    inviter = seller("小红")
    moments = make_code(inviter, channel="朋友圈")
    for number in range(3):
        scans(shopper(f"新{number}"), {"code": moments.code, "source": "LINK"})
    follow_attributions()
    by_code = {one["code"]: one for one in codes(inviter)["items"]}
    assert (by_code[moments.code]["scans"], by_code[moments.code]["sign_ups"]) == (3, 3)
    path = f"/console/members/{inviter}/codes"
    shown = api.get(path, token=api.staff_token("invites.read")).json["items"]
    assert {one["code"]: one["bindings"] for one in shown}[moments.code] == 3


def _overwrite(key: str, content: bytes) -> None:
    aws.client("s3").put_object(Bucket="fenxiao-test-media", Key=key, Body=content, ContentType="image/png")


def _read_qr(png: bytes) -> str:
    """What the picture says, by a reader of its own."""
    with Image.open(io.BytesIO(png)) as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(found.text)
