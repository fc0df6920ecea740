"""The official account: pushes that wechatpy understands, replies, menus, sign-in (wechat.md §4.8, §5)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from tests.contract.peers import Delivery, Merchant, Shop, Simulator, wait_until


class Account:
    """The shop's side of the message server, made of wechatpy alone."""

    def __init__(self, simulator: Simulator, shop: Shop) -> None:
        keys = simulator.keys
        self.shop, self.token = shop, keys["oa_token"]
        self.crypto = WeChatCrypto(self.token, keys["oa_encoding_aes_key"], keys["oa_appid"])

    def open(self, delivery: Delivery) -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(delivery.path).query).items()}
        assert query["encrypt_type"] == "aes"
        check_signature(self.token, query["signature"], query["timestamp"], query["nonce"])
        words = (query["msg_signature"], query["timestamp"], query["nonce"])
        return parse_message(self.crypto.decrypt_message(delivery.body, *words))

    def messages(self, count: int) -> list[Any]:
        wait_until(lambda: len(self.shop.got) >= count)
        return [self.open(item) for item in self.shop.got]


@pytest.fixture
def account(simulator: Simulator, shop: Shop) -> Account:
    shop.answer = lambda delivery: (200, "success")
    return Account(simulator, shop)


def ticket(simulator: Simulator, scene: str = "i=7Kd9Qx2m") -> dict[str, Any]:
    body = {
        "expire_seconds": 600,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": scene}},
    }
    return simulator.api("/cgi-bin/qrcode/create", body, app="oa")


class TestEvents:
    def test_scanning_a_code_follows_and_then_only_scans(
        self, simulator: Simulator, account: Account
    ) -> None:
        person, code = simulator.person(), ticket(simulator)
        path = f"/phones/{person['id']}/scan"
        assert simulator.sim(path, {"ticket": code["ticket"]})["scene"] == "i=7Kd9Qx2m"
        assert simulator.sim(path, {"text": code["url"]})["kind"] == "official_account"
        first, second = account.messages(2)
        assert (first.event, first.scene_id, first.source) == (
            "subscribe_scan",
            "i=7Kd9Qx2m",
            person["oa_openid"],
        )
        assert (second.event, second.scene_id) == ("scan", "i=7Kd9Qx2m")
        assert first.target == simulator.keys["oa_original_id"]
        simulator.advance(601)
        simulator.sim(path, {"ticket": code["ticket"]}, status=422)

    def test_following_leaving_and_what_the_user_info_tells(
        self, simulator: Simulator, account: Account
    ) -> None:
        person = simulator.person()
        path = "/cgi-bin/user/info"
        assert simulator.api(path, app="oa", openid=person["oa_openid"])["subscribe"] == 0
        simulator.sim(f"/phones/{person['id']}/follow", {})
        info = simulator.api(path, app="oa", openid=person["oa_openid"])
        assert (info["subscribe"], info["unionid"]) == (1, person["unionid"])
        assert simulator.api(path, app="oa", openid=person["mp_openid"])["errcode"] == 40003
        simulator.sim(f"/phones/{person['id']}/unfollow", {})
        assert [item.event for item in account.messages(2)] == ["subscribe", "unsubscribe"]

    def test_subscription_answers_arrive_as_one_or_many(self, simulator: Simulator, account: Account) -> None:
        person = simulator.person()
        for templates in (["T1"], ["T1", "T2"]):
            simulator.sim(f"/phones/{person['id']}/subscribe", {"template_ids": templates, "accept": False})
        lists = [item._data["SubscribeMsgPopupEvent"]["List"] for item in account.messages(2)]
        assert lists[0]["SubscribeStatusString"] == "reject"
        assert [item["TemplateId"] for item in lists[1]] == ["T1", "T2"]

    def test_revoked_authorisation(self, simulator: Simulator, account: Account) -> None:
        person = simulator.person()
        simulator.sim(f"/phones/{person['id']}/revoke", {})
        (message,) = account.messages(1)
        assert message._data["Event"] == "user_authorization_revoke"
        assert message._data["OpenID"] == person["mp_openid"]

    def test_settlement_is_announced_on_shipping_and_on_receipt(
        self, simulator: Simulator, merchant: Merchant, shop: Shop, account: Account
    ) -> None:
        order = merchant.paid(simulator.person())
        body = {
            "order_key": {"order_number_type": 2, "transaction_id": order["transaction_id"]},
            "logistics_type": 1,
            "delivery_mode": 1,
            "shipping_list": [{"tracking_no": "1", "express_company": "YTO", "item_desc": "苹果"}],
            "upload_time": "2026-11-24T13:29:35.120+08:00",
            "payer": order["payer"],
        }
        assert simulator.api("/wxa/sec/order/upload_shipping_info", body)["errcode"] == 0
        simulator.advance(10 * 86_400 + 1)

        def pushed() -> list[Delivery]:
            return [item for item in shop.got if item.path.startswith("/wechat/official-account")]

        wait_until(lambda: len(pushed()) == 2)
        shipped, settled = (account.open(item)._data for item in pushed())
        assert shipped["merchant_trade_no"] == settled["merchant_trade_no"] == order["out_trade_no"]
        assert "estimated_settlement_time" in shipped
        assert settled["confirm_receive_method"] == "1"

    def test_a_forgotten_shipping_is_reminded_of(
        self, simulator: Simulator, merchant: Merchant, shop: Shop, account: Account
    ) -> None:
        merchant.paid(simulator.person())
        simulator.advance(48 * 3600 + 1)
        push = wait_until(lambda: next((item for item in shop.got if "official" in item.path), None))
        assert account.open(push)._data["Event"] == "trade_manage_remind_shipping"

    def test_silence_is_repeated_three_times(self, simulator: Simulator, shop: Shop) -> None:
        shop.answer = lambda delivery: (500, "")
        simulator.sim(f"/phones/{simulator.person()['id']}/say", {"text": "在吗"})
        simulator.advance(60)
        wait_until(lambda: simulator.sim("/callbacks")[0]["state"] == "given_up")
        assert len(shop.got) == 4

    def test_a_bad_signature_is_one(self, simulator: Simulator, account: Account) -> None:
        simulator.fault("event_bad_signature")
        simulator.sim(f"/phones/{simulator.person()['id']}/say", {"text": "在吗"})
        with pytest.raises(InvalidSignatureException):
            account.messages(1)

    def test_duplicates(self, simulator: Simulator, account: Account) -> None:
        simulator.fault("event_duplicate", count=2)
        simulator.sim(f"/phones/{simulator.person()['id']}/say", {"text": "在吗"})
        first, second = account.messages(2)
        assert (first.id, first.content) == (second.id, "在吗")


class TestReplies:
    def reply_with(self, account: Account, shop: Shop, text: str) -> None:
        def answer(delivery: Delivery) -> tuple[int, str]:
            reply = TextReply(content=text, message=account.open(delivery)).render()
            return 200, account.crypto.encrypt_message(reply, "nonce", "1714036504")

        shop.answer = answer

    def test_a_sealed_reply_appears_on_the_phone(
        self, simulator: Simulator, shop: Shop, account: Account
    ) -> None:
        person = simulator.person()
        self.reply_with(account, shop, "您好，欢迎")
        simulator.sim(f"/phones/{person['id']}/say", {"text": "在吗"})
        message = wait_until(lambda: simulator.sim(f"/phones/{person['id']}/messages"))[0]
        assert (message["kind"], message["text"]) == ("reply", "您好，欢迎")

    def test_an_open_reply_is_not_understood(self, simulator: Simulator, shop: Shop) -> None:
        shop.answer = lambda delivery: (200, "<xml><Content>hi</Content></xml>")
        person = simulator.person()
        simulator.sim(f"/phones/{person['id']}/say", {"text": "在吗"})
        attempt = wait_until(lambda: simulator.sim("/callbacks")[0]["attempts"])[0]
        assert "无法识别" in attempt["note"]
        assert simulator.sim(f"/phones/{person['id']}/messages") == []

    def test_url_check(self, simulator: Simulator, shop: Shop) -> None:
        def answer(delivery: Delivery) -> tuple[int, str]:
            query = {name: values[0] for name, values in parse_qs(urlsplit(delivery.path).query).items()}
            check_signature(
                simulator.keys["oa_token"], query["signature"], query["timestamp"], query["nonce"]
            )
            return 200, query["echostr"]

        shop.answer = answer
        assert simulator.sim("/official-account/check-url", {})["is_verified"] is True
        shop.answer = lambda delivery: (200, "wrong")
        assert simulator.sim("/official-account/check-url", {})["is_verified"] is False


class TestMenu:
    MENU = {
        "button": [
            {"type": "view", "name": "商城", "url": "https://shop.example/h5/"},
            {"name": "我的", "sub_button": [{"type": "click", "name": "推广码", "key": "MY_QR"}]},
        ]
    }

    def test_made_read_and_removed(self, simulator: Simulator, account: Account) -> None:
        assert simulator.api("/cgi-bin/menu/get", app="oa")["errcode"] == 46003
        assert simulator.api("/cgi-bin/menu/create", self.MENU, app="oa")["errcode"] == 0
        assert simulator.api("/cgi-bin/menu/get", app="oa")["menu"] == self.MENU
        simulator.sim(f"/phones/{simulator.person()['id']}/click", {"key": "MY_QR"})
        (message,) = account.messages(1)
        assert (message.event, message.key) == ("click", "MY_QR")
        assert simulator.api("/cgi-bin/menu/delete", app="oa")["errcode"] == 0

    @pytest.mark.parametrize(
        ("buttons", "errcode"),
        [
            ([], 40016),
            ([{"type": "click", "name": "x", "key": "k"}] * 4, 40016),
            ([{"type": "fly", "name": "x"}], 40017),
            ([{"type": "click", "name": "x" * 17, "key": "k"}], 40018),
            ([{"type": "view", "name": "x", "url": "shop"}], 40055),
            ([{"name": "x", "sub_button": [{"type": "view", "name": "x", "url": "shop"}]}], 40054),
            ([{"name": "x", "sub_button": [{"type": "click", "name": "x", "key": "k"}] * 6}], 40023),
            ([{"name": "x", "sub_button": [{"type": "click", "name": "长" * 21, "key": "k"}]}], 40025),
            (["x"], 47001),
            ("x", 47001),
        ],
    )
    def test_what_is_refused(self, simulator: Simulator, buttons: Any, errcode: int) -> None:
        assert simulator.api("/cgi-bin/menu/create", {"button": buttons}, app="oa")["errcode"] == errcode


class TestWebSignIn:
    def authorize(self, simulator: Simulator, person: dict[str, Any], **changes: str) -> Any:
        query = {
            "appid": simulator.keys["oa_appid"],
            "redirect_uri": "http://127.0.0.1:8800/h5/?tab=me",
            "response_type": "code",
            "scope": "snsapi_userinfo",
            "state": "s 1&2",
            "phone": person["id"],
            **changes,
        }
        return simulator.http.get("/connect/oauth2/authorize", params=query)

    def token(self, simulator: Simulator, code: str) -> dict[str, Any]:
        query = {
            "appid": simulator.keys["oa_appid"],
            "secret": simulator.keys["oa_secret"],
            "code": code,
            "grant_type": "authorization_code",
        }
        return dict(simulator.http.get("/sns/oauth2/access_token", params=query).json())

    def code(self, answer: Any) -> str:
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def test_a_phone_comes_back_with_code_and_state(self, simulator: Simulator) -> None:
        person = simulator.person()
        answer = self.authorize(simulator, person)
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (answer.status_code, back["state"], back["tab"]) == (302, ["s 1&2"], ["me"])
        session = self.token(simulator, back["code"][0])
        assert (session["openid"], session["unionid"]) == (person["oa_openid"], person["unionid"])
        assert self.token(simulator, back["code"][0])["errcode"] == 40163
        query = {"access_token": session["access_token"], "openid": session["openid"]}
        assert simulator.http.get("/sns/userinfo", params=query).json()["nickname"] == person["nickname"]
        assert simulator.http.get("/sns/auth", params=query).json()["errcode"] == 0
        fresh = {"appid": simulator.keys["oa_appid"], "refresh_token": session["refresh_token"]}
        assert (
            simulator.http.get("/sns/oauth2/refresh_token", params=fresh).json()["openid"]
            == session["openid"]
        )
        simulator.advance(7201)
        assert simulator.http.get("/sns/userinfo", params=query).json()["errcode"] == 42001

    def test_the_base_scope_tells_no_name(self, simulator: Simulator) -> None:
        answer = self.authorize(simulator, simulator.person(), scope="snsapi_base")
        session = self.token(simulator, self.code(answer))
        query = {"access_token": session["access_token"], "openid": session["openid"]}
        assert simulator.http.get("/sns/userinfo", params=query).json()["errcode"] == 48001

    def test_a_snapshot_user_is_marked(self, simulator: Simulator) -> None:
        simulator.fault("snapshot_user")
        person = simulator.person()
        session = self.token(simulator, self.code(self.authorize(simulator, person)))
        assert session["is_snapshotuser"] == 1
        assert "unionid" not in session
        assert session["openid"] != person["oa_openid"]

    @pytest.mark.parametrize(
        "change",
        [
            {"appid": "wx00"},
            {"redirect_uri": "https://elsewhere.example/"},
            {"scope": "snsapi_other"},
            {"response_type": "token"},
        ],
    )
    def test_what_is_refused(self, simulator: Simulator, change: dict[str, str]) -> None:
        answer = self.authorize(simulator, simulator.person(), **change)
        assert (answer.status_code, "location" in answer.headers) == (200, False)

    def test_ticket_for_pages(self, simulator: Simulator) -> None:
        first = simulator.api("/cgi-bin/ticket/getticket", app="oa", type="jsapi")
        assert first["ticket"] == simulator.api("/cgi-bin/ticket/getticket", app="oa", type="jsapi")["ticket"]
        simulator.advance(7201)
        assert first["ticket"] != simulator.api("/cgi-bin/ticket/getticket", app="oa", type="jsapi")["ticket"]
