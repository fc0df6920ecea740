"""api.weixin.qq.com: codes, tokens, pictures, messages, shipping, strictness (wechat.md §4.1–4.7)."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.contract.peers import Merchant, Simulator

CODE = {"scene": "i=7Kd9Qx2m", "page": "pages/index/index"}
TEMPLATE = "TEMPLATE_PAID_0001"


def session(simulator: Simulator, code: str, **changes: str) -> dict[str, Any]:
    query = {
        "appid": simulator.keys["mp_appid"],
        "secret": simulator.keys["mp_secret"],
        "js_code": code,
        "grant_type": "authorization_code",
        **changes,
    }
    return dict(simulator.http.get("/sns/jscode2session", params=query).json())


class TestLogin:
    def test_a_code_opens_one_session(self, simulator: Simulator) -> None:
        person = simulator.person()
        code = simulator.sim(f"/phones/{person['id']}/login", {"app": "mp"})["code"]
        answer = session(simulator, code)
        assert (answer["openid"], answer["unionid"]) == (person["mp_openid"], person["unionid"])
        assert len(base64.b64decode(answer["session_key"])) == 16
        assert "errcode" not in answer
        assert session(simulator, code)["errcode"] == 40163

    def test_what_is_refused(self, simulator: Simulator) -> None:
        person = simulator.person()
        path = f"/phones/{person['id']}/login"
        code = simulator.sim(path, {"app": "mp"})["code"]
        assert session(simulator, code, appid="wx00")["errcode"] == 40013
        assert session(simulator, code, secret="wrong")["errcode"] == 40125
        assert session(simulator, code, grant_type="other")["errcode"] == 40002
        assert session(simulator, "unknown")["errcode"] == 40029
        assert session(simulator, simulator.sim(path, {"app": "oa"})["code"])["errcode"] == 40029
        simulator.advance(301)
        assert session(simulator, code)["errcode"] == 40029

    def test_phone_number(self, simulator: Simulator) -> None:
        person = simulator.person()
        code = simulator.sim(f"/phones/{person['id']}/phone-code", {})["code"]
        answer = simulator.api("/wxa/business/getuserphonenumber", {"code": code})
        assert answer["phone_info"]["purePhoneNumber"] == person["phone_number"]
        assert simulator.api("/wxa/business/getuserphonenumber", {"code": code})["errcode"] == 40163


class TestToken:
    def test_the_stable_token_stays_until_shortly_before_its_end(self, simulator: Simulator) -> None:
        first = simulator.token()
        assert simulator.token() == first
        simulator.advance(7200 - 299)
        second = simulator.token()
        assert second != first
        path = "/wxa/getwxacodeunlimit"
        assert (
            simulator.http.post(path, params={"access_token": first}, json=CODE).headers["content-type"]
            == "image/jpeg"
        )
        simulator.advance(301)
        assert simulator.http.post(path, params={"access_token": first}, json=CODE).json()["errcode"] in (
            40001,
            42001,
        )

    def test_forced_refresh_is_rationed(self, simulator: Simulator) -> None:
        body = {
            "grant_type": "client_credential",
            "appid": simulator.keys["mp_appid"],
            "secret": simulator.keys["mp_secret"],
            "force_refresh": True,
        }
        first = simulator.http.post("/cgi-bin/stable_token", json=body).json()
        assert first["access_token"]
        assert simulator.http.post("/cgi-bin/stable_token", json=body).json()["errcode"] == 45009
        assert simulator.http.get("/cgi-bin/stable_token").json()["errcode"] == 43002

    def test_the_two_kinds_of_token_do_not_disturb_each_other(self, simulator: Simulator) -> None:
        stable = simulator.token()
        query = {
            "grant_type": "client_credential",
            "appid": simulator.keys["mp_appid"],
            "secret": simulator.keys["mp_secret"],
        }
        plain = [simulator.http.get("/cgi-bin/token", params=query).json()["access_token"] for _ in range(2)]
        assert len({stable, *plain}) == 3
        simulator.advance(301)
        answers = [
            simulator.http.post("/wxa/getwxacodeunlimit", params={"access_token": word}, json=CODE).headers[
                "content-type"
            ]
            for word in (stable, *plain)
        ]
        assert answers == ["image/jpeg", "application/json", "image/jpeg"]

    @pytest.mark.parametrize(
        ("fault", "errcode"), [("token_invalid", 40001), ("token_expired", 42001), ("quota", 45009)]
    )
    def test_token_faults(self, simulator: Simulator, fault: str, errcode: int) -> None:
        simulator.fault(fault, endpoint="api.wxacode")
        assert simulator.api("/wxa/getwxacodeunlimit", CODE)["errcode"] == errcode

    def test_missing_unknown_and_foreign_tokens(self, simulator: Simulator) -> None:
        path = "/wxa/getwxacodeunlimit"
        assert simulator.http.post(path, json=CODE).json()["errcode"] == 41001
        assert simulator.http.post(path, params={"access_token": "x"}, json=CODE).json()["errcode"] == 40014
        assert (
            simulator.http.post(path, params={"access_token": "x" * 136}, json=CODE).json()["errcode"]
            == 40001
        )
        assert simulator.api(path, CODE, app="oa")["errcode"] == 48001
        assert simulator.api("/wxa/no_such_thing", {})["errcode"] == 40066


class TestCodes:
    def picture(self, simulator: Simulator, **changes: object) -> Any:
        query = {"access_token": simulator.token()}
        return simulator.http.post("/wxa/getwxacodeunlimit", params=query, json={**CODE, **changes})

    def test_a_phone_reads_it_even_from_a_poster(self, simulator: Simulator) -> None:
        person = simulator.person()
        answer = self.picture(simulator, width=430)
        assert answer.headers["content-type"] == "image/jpeg"
        poster = Image.new("RGB", (900, 1400), "#fde")
        poster.paste(Image.open(io.BytesIO(answer.content)), (240, 800))
        drawn = io.BytesIO()
        poster.save(drawn, "PNG")
        scanned = {"image_base64": base64.b64encode(drawn.getvalue()).decode()}
        assert simulator.sim(f"/phones/{person['id']}/scan", scanned) == {"kind": "mini_program", **CODE}
        blank = {"image_base64": base64.b64encode(b"no picture").decode()}
        simulator.sim(f"/phones/{person['id']}/scan", blank, status=422)

    def test_transparent_ones_are_png(self, simulator: Simulator) -> None:
        assert self.picture(simulator, is_hyaline=True).headers["content-type"] == "image/png"

    @pytest.mark.parametrize(
        ("change", "errcode"),
        [
            ({"scene": "x" * 33}, 40169),
            ({"scene": ""}, 40169),
            ({"scene": "邀请"}, 40129),
            ({"scene": "a%20b"}, 40129),
            ({"page": "/pages/index/index"}, 41030),
            ({"page": "pages/index/index?a=1"}, 41030),
            ({"check_path": "false"}, 47001),
            ({"width": "430"}, 47001),
            ({"unknown": 1}, 47001),
            ({"scene": None}, 47001),
        ],
    )
    def test_what_is_refused(self, simulator: Simulator, change: Any, errcode: int) -> None:
        assert self.picture(simulator, **change).json()["errcode"] == errcode

    def test_forms_and_emptiness_are_refused(self, simulator: Simulator) -> None:
        path, query = "/wxa/getwxacodeunlimit", {"access_token": simulator.token()}
        assert simulator.http.post(path, params=query, data=CODE).json()["errcode"] == 47001
        assert simulator.http.post(path, params=query).json()["errcode"] == 44002

    def test_only_published_pages_when_the_path_is_checked(self, simulator: Simulator) -> None:
        simulator.sim("/settings", {"published_pages": ["pages/home"]})
        assert self.picture(simulator).json()["errcode"] == 41030
        assert self.picture(simulator, check_path=False).headers["content-type"] == "image/jpeg"
        simulator.fault("scene_invalid")
        assert self.picture(simulator, check_path=False).json()["errcode"] == 40169


class TestMessages:
    def send(
        self, simulator: Simulator, person: dict[str, Any], data: dict[str, Any], **changes: object
    ) -> int:
        body = {"touser": person["mp_openid"], "template_id": TEMPLATE, "data": data, **changes}
        return int(simulator.api("/cgi-bin/message/subscribe/send", body)["errcode"])

    def test_one_acceptance_pays_for_one_message(self, simulator: Simulator) -> None:
        person = simulator.person()
        data = {"thing1": {"value": "云南苹果"}, "amount2": {"value": "¥12.00"}}
        assert self.send(simulator, person, data) == 43101
        simulator.sim(f"/phones/{person['id']}/subscribe", {"template_ids": [TEMPLATE], "accept": False})
        assert self.send(simulator, person, data) == 43101
        simulator.sim(f"/phones/{person['id']}/subscribe", {"template_ids": [TEMPLATE], "accept": True})
        assert self.send(simulator, person, data) == 0
        assert self.send(simulator, person, data) == 43101
        (message,) = simulator.sim(f"/phones/{person['id']}/messages")
        assert message["values"] == {"thing1": "云南苹果", "amount2": "¥12.00"}

    @pytest.mark.parametrize(
        ("name", "good", "bad"),
        [
            ("thing1", "二十个字" * 5, "二十个字" * 5 + "多"),
            ("number2", "-12.5", "十二"),
            ("letter3", "ABC", "A1"),
            ("character_string4", "SF1234", "顺丰"),
            ("time5", "2026年11月24日 15:01", "下午"),
            ("date6", "2026-11-24", "明天"),
            ("amount7", "¥1234.50", "¥1.234"),
            ("phone_number8", "138****0001", "电话"),
            ("car_number9", "京A12345", "京A1234567"),
            ("name10", "张三", "a name far longer than twenty"),
            ("phrase11", "已发货", "已经发货了哦"),
            ("thing1", "x", ""),
        ],
    )
    def test_value_limits(self, simulator: Simulator, name: str, good: str, bad: str) -> None:
        person = simulator.person()
        simulator.sim(f"/phones/{person['id']}/subscribe", {"template_ids": [TEMPLATE]})
        assert self.send(simulator, person, {name: {"value": bad}}) == 47003
        assert self.send(simulator, person, {name: {"value": good}}) == 0

    def test_what_else_is_refused(self, simulator: Simulator) -> None:
        person = simulator.person()
        data = {"thing1": {"value": "x"}}
        assert self.send(simulator, person, data, touser="oUnknown") == 40003
        assert self.send(simulator, person, data, page="/pages/x") == 41030
        assert self.send(simulator, person, {"thing1": "x"}) == 47001
        simulator.sim("/settings", {"templates": ["OTHER"]})
        assert self.send(simulator, person, data) == 40037

    def test_content_check(self, simulator: Simulator) -> None:
        person = simulator.person()

        def suggest(content: str) -> str:
            body = {"version": 2, "openid": person["mp_openid"], "scene": 2, "content": content}
            return str(simulator.api("/wxa/msg_sec_check", body).get("result", {}).get("suggest"))

        assert (suggest("苹果很甜"), suggest("网上赌博")) == ("pass", "risky")
        simulator.fault("content_risky", suggest="review", label=10001)
        assert suggest("苹果很甜") == "review"
        simulator.advance(7201)
        assert suggest("苹果很甜") == "None", "nobody was here for two hours"


class TestShipping:
    def body(self, order: dict[str, Any], **changes: object) -> dict[str, Any]:
        parcel = {"tracking_no": "YT100", "express_company": "YTO", "item_desc": "苹果*1"}
        return {
            "order_key": {"order_number_type": 2, "transaction_id": order["transaction_id"]},
            "logistics_type": 1,
            "delivery_mode": 1,
            "shipping_list": [parcel],
            "upload_time": "2026-11-24T13:29:35.120+08:00",
            "payer": order["payer"],
            **changes,
        }

    def ship(self, simulator: Simulator, body: dict[str, Any]) -> int:
        return int(simulator.api("/wxa/sec/order/upload_shipping_info", body)["errcode"])

    def state(self, simulator: Simulator, order: dict[str, Any]) -> int:
        query = {"transaction_id": order["transaction_id"]}
        return int(simulator.api("/wxa/sec/order/get_order", query)["order"]["order_state"])

    def test_from_payment_to_settlement(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        order = merchant.paid(person)
        frozen_fen = simulator.sim("/settings")["frozen_fen"]
        assert (self.state(simulator, order), frozen_fen) == (1, 10_000 - 60)
        assert self.ship(simulator, self.body(order)) == 0
        assert self.ship(simulator, self.body(order)) == 10060002
        other = [{"tracking_no": "YT200", "express_company": "YTO", "item_desc": "苹果*1"}]
        assert self.ship(simulator, self.body(order, shipping_list=other)) == 0
        third = [{"tracking_no": "YT300", "express_company": "YTO", "item_desc": "苹果*1"}]
        assert self.ship(simulator, self.body(order, shipping_list=third)) == 10060003
        simulator.sim(f"/phones/{person['id']}/receive", {"transaction_id": order["transaction_id"]})
        assert self.state(simulator, order) == 4
        assert simulator.sim("/settings")["frozen_fen"] == 0
        assert self.ship(simulator, self.body(order)) == 10060004

    def test_too_early(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.fault("shipping_not_found", times=None, seconds=60)
        order = merchant.paid(simulator.person())
        assert self.ship(simulator, self.body(order)) == 10060001
        simulator.advance(61)
        assert self.ship(simulator, self.body(order)) == 0

    @pytest.mark.parametrize(
        "change",
        [
            {"shipping_list": {}},
            {"shipping_list": []},
            {"logistics_type": 5},
            {"delivery_mode": 2},
            {"upload_time": "2026-11-24"},
            {"payer": None},
            {"order_key": {"order_number_type": 1, "transaction_id": "x"}},
            {"shipping_list": [{"item_desc": "苹果"}]},
            {"shipping_list": [{"tracking_no": "1", "express_company": "SF", "item_desc": "苹果"}]},
            {"shipping_list": [{"tracking_no": "1", "express_company": "YTO", "item_desc": "长" * 121}]},
        ],
    )
    def test_ill_formed(self, simulator: Simulator, merchant: Merchant, change: Any) -> None:
        assert self.ship(simulator, self.body(merchant.paid(simulator.person()), **change)) == 47001

    def test_somebody_elses_order(self, simulator: Simulator, merchant: Merchant) -> None:
        order = merchant.paid(simulator.person())
        other = {"openid": simulator.person("乙")["mp_openid"]}
        assert self.ship(simulator, self.body(order, payer=other)) == 10060001
        assert self.ship(simulator, self.body({**order, "transaction_id": "4200000"})) == 10060001
