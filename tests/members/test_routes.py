"""Members' doors, as a client knocks (M1, M2)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.block import block
from chalicelib.members.rules import AddressesChanged
from tests.members.people import MP, OA, join, join_below
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock, upload
from tests.wechat.fake import FakeWeChat

pytestmark = pytest.mark.usefixtures("world")
H5 = "https://shop.example.com/h5/#/pages/me"
ADDRESS = {
    "receiver": "王小明",
    "phone": "13800138000",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "street": "科技园路 1 号",
}


def knows(wechat: FakeWeChat, openid: str, unionid: str | None = None) -> None:
    person = {"openid": openid, **({"unionid": unionid} if unionid else {})}
    wechat.on("/sns/jscode2session", {"session_key": "HyVFkGl5F5OQWJZZaNzBBg==", **person})
    wechat.on("/sns/oauth2/access_token", {"access_token": "a", "scope": "snsapi_base", **person})


class TestMiniProgram:
    def test_sign_in(self, wechat: FakeWeChat) -> None:
        knows(wechat, "openid-1")
        first = api.post("/shop/sign-in/mini-program", {"code": "a-code"})
        assert (first.status, first.json["is_new"]) == (200, True)
        me = api.get("/shop/me", token=first.json["access_token"])
        assert me.json == first.json["member"]
        again = api.post("/shop/sign-in/mini-program", {"code": "b-code"})
        assert (again.json["is_new"], again.json["member"]) == (False, me.json)

    def test_the_session_key_stays_with_us(self, wechat: FakeWeChat) -> None:
        """wechat.md §6.1: neither key nor openid reaches the client or a table of sessions."""
        knows(wechat, "openid-1")
        answer = api.post("/shop/sign-in/mini-program", {"code": "a-code"})
        for secret in (b"HyVFkGl5F5OQWJZZaNzBBg", b"openid-1"):
            assert secret not in answer.body
        assert "HyVFkGl5F5OQWJZZaNzBBg" not in str(support.dump_all())

    @pytest.mark.parametrize(
        ("errcode", "status", "code"),
        [(40163, 401, "CODE_USED"), (40029, 401, "CODE_EXPIRED"), (40226, 403, "LOGIN_BLOCKED")],
    )
    def test_a_refused_code_makes_nobody(
        self, wechat: FakeWeChat, errcode: int, status: int, code: str
    ) -> None:
        wechat.on("/sns/jscode2session", {"errcode": errcode, "errmsg": "no"})
        answer = api.post("/shop/sign-in/mini-program", {"code": "a-code"})
        assert (answer.status, answer.json["code"]) == (status, code)
        assert support.dump("members") == []

    def test_a_blocked_member_is_told_so(self, wechat: FakeWeChat) -> None:
        knows(wechat, "openid-1")
        block(join("1").member_id, reason="刷单")
        answer = api.post("/shop/sign-in/mini-program", {"code": "a-code"})
        assert (answer.status, answer.json["code"]) == (403, "MEMBER_BLOCKED")

    @pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 1}, {"code": "a", "openid": "openid-2"}])
    def test_an_openid_is_never_believed(self, wechat: FakeWeChat, body: dict[str, Any]) -> None:
        knows(wechat, "openid-1")
        assert api.post("/shop/sign-in/mini-program", body).status == 422


class TestOfficialAccount:
    """wechat.md §6.19: the way back is bound to the browser that began it, and good once."""

    def begin(self) -> tuple[str, str]:
        answer = api.get(f"/shop/sign-in/official-account/start?return_to={H5.replace('#', '%23')}")
        assert answer.status == 302
        (state,) = parse_qs(urlsplit(answer.headers["location"]).query)["state"]
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" in cookie
        return state, cookie.split(";")[0]

    def finish(self, state: str, cookie: str) -> api.Answer:
        body = {"code": "a-code", "state": state}
        return api.post("/shop/sign-in/official-account", body, headers={"cookie": f"a=b; {cookie}"})

    def test_there_and_back(self, wechat: FakeWeChat) -> None:
        knows(wechat, "openid-oa")
        answer = self.finish(*self.begin())
        assert (answer.status, answer.json["is_new"]) == (200, True)
        assert store.member_of_identity(OA, "openid-oa") == answer.json["member"]["member_id"]

    def test_it_joins_the_mini_program(self, wechat: FakeWeChat) -> None:
        """M1: one person, one member."""
        knows(wechat, "openid-mp", "union-1")
        first = api.post("/shop/sign-in/mini-program", {"code": "a-code"}).json["member"]
        knows(wechat, "openid-oa", "union-1")
        assert self.finish(*self.begin()).json["member"]["member_id"] == first["member_id"]

    def test_the_way_leads_through_wechat(self) -> None:
        location = api.get("/shop/sign-in/official-account/start?return_to=" + H5.split("#")[0]).headers[
            "location"
        ]
        query = parse_qs(urlsplit(location).query)
        assert location.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?")
        assert query["redirect_uri"] == [H5.split("#")[0]] and query["appid"] == [OA]

    def test_a_state_fits_into_wechats_limit(self) -> None:
        state, _ = self.begin()
        assert len(state) <= 128 and state.isalnum()

    def test_another_browser_is_refused(self, wechat: FakeWeChat) -> None:
        """The attacker's way back, slipped to a victim, signs nobody in."""
        knows(wechat, "openid-oa")
        state, _ = self.begin()
        _, others_cookie = self.begin()
        for cookie in (others_cookie, "", "fx_way="):
            answer = self.finish(state, cookie)
            assert (answer.status, answer.json["code"]) == (401, "BAD_STATE")
        assert wechat.calls("/sns/oauth2/access_token") == []

    def test_a_state_is_good_once(self, wechat: FakeWeChat) -> None:
        knows(wechat, "openid-oa")
        state, cookie = self.begin()
        assert self.finish(state, cookie).status == 200
        assert self.finish(state, cookie).status == 401
        assert len(wechat.calls("/sns/oauth2/access_token")) == 1

    def test_a_state_is_good_for_ten_minutes(self, wechat: FakeWeChat, world: Clock) -> None:
        knows(wechat, "openid-oa")
        state, cookie = self.begin()
        world.advance(minutes=10)
        assert self.finish(state, cookie).status == 401

    @pytest.mark.parametrize("state", ["x", "AAAA", "中文", "a.b.c", "A" * 128])
    def test_a_made_up_state_is_refused(self, wechat: FakeWeChat, state: str) -> None:
        _, cookie = self.begin()
        assert self.finish(state, cookie).status == 401

    def test_a_snapshot_page_signs_nobody_in(self, wechat: FakeWeChat) -> None:
        wechat.on("/sns/oauth2/access_token", {"access_token": "a", "openid": "o", "is_snapshotuser": 1})
        assert self.finish(*self.begin()).json["code"] == "SNAPSHOT_USER"
        assert support.dump("members") == []

    def test_only_back_to_our_own_shop(self) -> None:
        answer = api.get("/shop/sign-in/official-account/start?return_to=https://evil.example.com/h5/")
        assert (answer.status, answer.json["code"]) == (422, "BAD_RETURN_ADDRESS")
        assert "location" not in answer.headers


class TestPassword:
    GIVEN = {"username": "lucy", "password": "four plain words"}

    def test_sign_up_sign_in_renew_and_leave(self) -> None:
        made = api.post("/shop/sign-up", self.GIVEN)
        assert (made.status, made.json["member"]["username"]) == (201, "lucy")
        signed_in = api.post("/shop/sign-in/password", self.GIVEN)
        assert signed_in.status == 200
        renewed = api.post("/shop/sign-in/refresh", {"refresh_token": signed_in.json["refresh_token"]})
        assert renewed.status == 200
        assert api.post("/shop/sign-out", token=renewed.json["access_token"]).status == 204
        after = api.post("/shop/sign-in/refresh", {"refresh_token": renewed.json["refresh_token"]})
        assert (after.status, after.json["code"]) == (401, "SESSION_OVER")
        other = api.post("/shop/sign-in/refresh", {"refresh_token": made.json["refresh_token"]})
        assert other.status == 200, "another device stays signed in"

    def test_refusals(self) -> None:
        api.post("/shop/sign-up", self.GIVEN)
        assert api.post("/shop/sign-up", self.GIVEN).json["code"] == "USERNAME_TAKEN"
        assert api.post("/shop/sign-up", {**self.GIVEN, "password": "short"}).json["code"] == "WEAK_PASSWORD"
        wrong = {**self.GIVEN, "password": "not this one"}
        answers = [api.post("/shop/sign-in/password", wrong) for _ in range(6)]
        assert [one.status for one in answers] == [401] * 5 + [429]
        assert answers[0].json["code"] == "WRONG_PASSWORD"


class TestMe:
    def test_the_inviter_is_masked(self) -> None:
        inviter = join("inviter")
        member = join_below("1", inviter)
        me = api.get("/shop/me", token=api.member_token(member.member_id)).json
        assert me["inviter_nickname"] == inviter.nickname[0] + "**"
        assert inviter.member_id not in str(me)

    def test_a_fine_nickname_is_taken(self, wechat: FakeWeChat) -> None:
        member = join("1")
        wechat.on("/wxa/msg_sec_check", {"errcode": 0, "result": {"suggest": "pass", "label": 100}})
        answer = api.put("/shop/me", {"nickname": " 小 明 "}, token=api.member_token(member.member_id))
        assert (answer.status, answer.json["nickname"]) == (200, "小 明")
        (asked,) = wechat.calls("/wxa/msg_sec_check")
        assert asked.json["openid"] == "openid-1" and asked.json["scene"] == 1

    @pytest.mark.parametrize("suggest", ["risky", "review"])
    def test_others_are_not(self, wechat: FakeWeChat, suggest: str) -> None:
        """N4: only what WeChat finds fine is shown."""
        member = join("1")
        wechat.on("/wxa/msg_sec_check", {"errcode": 0, "result": {"suggest": suggest, "label": 20001}})
        answer = api.put("/shop/me", {"nickname": "坏名字"}, token=api.member_token(member.member_id))
        assert (answer.status, answer.json["code"]) == (422, "NICKNAME_NOT_FINE")
        assert store.load(member.member_id).nickname == member.nickname

    def test_while_wechat_is_out_of_reach_it_is_refused_gently(self, wechat: FakeWeChat) -> None:
        member = join("1")
        wechat.on("/wxa/msg_sec_check", {"errcode": -1, "errmsg": "system busy"})
        answer = api.put("/shop/me", {"nickname": "小明"}, token=api.member_token(member.member_id))
        assert (answer.status, answer.json["code"]) == (503, "NICKNAME_NOT_CHECKED")
        assert "稍后再试" in answer.json["detail"]

    def test_who_is_not_in_the_mini_program_is_sent_there(self) -> None:
        made = api.post("/shop/sign-up", TestPassword.GIVEN)
        answer = api.put("/shop/me", {"nickname": "小明"}, token=made.json["access_token"])
        assert (answer.status, answer.json["code"]) == (409, "NICKNAME_NEEDS_MINI_PROGRAM")

    def test_an_avatar_is_uploaded_and_then_shown(self) -> None:
        member = join("1")
        token = api.member_token(member.member_id)
        offer = api.post("/shop/me/avatar", {"content_type": "image/png"}, token=token).json
        assert offer["fields"]["Content-Type"] == "image/png"
        assert offer["fields"]["key"].startswith(f"media/avatars/{member.member_id}/")
        aws.client("s3").put_object(Bucket="fenxiao-test-media", Key=offer["fields"]["key"], Body=b"png")
        early = api.put("/shop/me", {"avatar_url": offer["avatar_url"]}, token=token)
        assert (early.status, set(early.json["fields"])) == (422, {"avatar_url"}), "not uploaded yet"
        upload(offer["fields"]["key"])
        shown = api.put("/shop/me", {"avatar_url": offer["avatar_url"]}, token=token)
        assert (shown.status, shown.json["avatar_url"]) == (200, offer["avatar_url"])

    def test_somebody_elses_picture_is_not_shown(self) -> None:
        member, other = join("1"), join("2")
        offer = api.post(
            "/shop/me/avatar", {"content_type": "image/png"}, token=api.member_token(other.member_id)
        ).json
        answer = api.put(
            "/shop/me", {"avatar_url": offer["avatar_url"]}, token=api.member_token(member.member_id)
        )
        assert (answer.status, answer.json["code"]) == (422, "NOT_YOUR_PICTURE")

    @pytest.mark.parametrize("field", ["status", "path", "phone", "inviter_id", "unionid", "tags"])
    def test_a_member_says_nothing_else_of_itself(self, field: str) -> None:
        """Trust A6.3."""
        token = api.member_token(join("1").member_id)
        assert api.put("/shop/me", {field: "x"}, token=token).status == 422


class TestPhone:
    def test_it_is_kept_sealed_and_shown_masked(self, wechat: FakeWeChat) -> None:
        member = join("1")
        wechat.on(
            "/wxa/business/getuserphonenumber",
            {"errcode": 0, "phone_info": {"purePhoneNumber": "13812345678", "countryCode": "86"}},
        )
        answer = api.post("/shop/me/phone", {"code": "a-code"}, token=api.member_token(member.member_id))
        assert (answer.status, answer.json["phone_masked"]) == (200, "138****5678")
        assert "13812345678" not in str(support.dump_all())
        assert [one.member_id for one in store.with_phone("13812345678")] == [member.member_id]
        assert store.with_phone("13812345679") == []

    def test_the_shop_works_without_one(self, wechat: FakeWeChat) -> None:
        wechat.on("/wxa/business/getuserphonenumber", {"errcode": 1400001, "errmsg": "quota"})
        token = api.member_token(join("1").member_id)
        answer = api.post("/shop/me/phone", {"code": "a-code"}, token=token)
        assert (answer.status, answer.json["code"]) == (503, "PHONE_UNAVAILABLE")
        assert api.get("/shop/me", token=token).json["phone_masked"] is None


class TestAddresses:
    def test_add_change_list_remove(self) -> None:
        token = api.member_token(join("1").member_id)
        first = api.post("/shop/me/addresses", ADDRESS, token=token)
        assert first.status == 201 and first.json["is_default"] is True
        second = api.post(
            "/shop/me/addresses", {**ADDRESS, "receiver": "李雷", "is_default": True}, token=token
        )
        listed = api.get("/shop/me/addresses", token=token).json["items"]
        assert [one["receiver"] for one in listed] == ["李雷", "王小明"]
        changed = api.put(
            f"/shop/me/addresses/{first.json['address_id']}", {**ADDRESS, "city": "广州市"}, token=token
        )
        assert (changed.status, changed.json["city"]) == (200, "广州市")
        assert api.delete(f"/shop/me/addresses/{second.json['address_id']}", token=token).status == 204
        (left,) = api.get("/shop/me/addresses", token=token).json["items"]
        assert (left["address_id"], left["is_default"]) == (first.json["address_id"], True)

    def test_what_is_in_them_is_sealed(self) -> None:
        """N4."""
        member = join("1")
        api.post("/shop/me/addresses", ADDRESS, token=api.member_token(member.member_id))
        kept = str(support.dump_all())
        assert not [text for text in ("王小明", "13800138000", "科技园") if text in kept]

    def test_somebody_elses_is_not_there(self) -> None:
        """Invariant 25: a reader sees only own objects."""
        one, other = (api.member_token(join(name).member_id) for name in ("1", "2"))
        path = f"/shop/me/addresses/{api.post('/shop/me/addresses', ADDRESS, token=one).json['address_id']}"
        assert api.put(path, ADDRESS, token=other).status == 404
        assert api.delete(path, token=other).status == 404
        assert api.get("/shop/me/addresses", token=other).json["items"] == []
        assert len(api.get("/shop/me/addresses", token=one).json["items"]) == 1

    def test_twenty_at_most(self) -> None:
        token = api.member_token(join("1").member_id)
        answers = [api.post("/shop/me/addresses", ADDRESS, token=token).status for _ in range(21)]
        assert answers == [201] * 20 + [409]

    @pytest.mark.parametrize(
        "wrong",
        [{"phone": "abc"}, {"receiver": " "}, {"street": ""}, {"member_id": "ME1"}, {"address_id": "A"}],
    )
    def test_what_cannot_be_sent_to_is_refused(self, wrong: dict[str, str]) -> None:
        token = api.member_token(join("1").member_id)
        assert api.post("/shop/me/addresses", {**ADDRESS, **wrong}, token=token).status == 422

    def test_a_book_changed_elsewhere_meanwhile_is_not_overwritten(self) -> None:
        member = join("1")
        token = api.member_token(member.member_id)
        api.post("/shop/me/addresses", ADDRESS, token=token)
        book, version = store.address_book(member.member_id)
        api.post("/shop/me/addresses", ADDRESS, token=token)
        with pytest.raises(AddressesChanged):
            commit(store.put_address_book(member.member_id, book, version=version))


def test_the_mini_programs_openid_is_under_its_appid() -> None:
    assert join("1").openids == {MP: "openid-1"}
