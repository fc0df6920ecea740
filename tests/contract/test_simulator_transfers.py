"""Transfers to people: what is refused, and every road from acceptance to an end (wechat.md §3.6)."""

from typing import Any

import pytest
from wechatpayv3.utils import load_public_key, rsa_encrypt

from tests.contract.peers import Merchant, Shop, Simulator, wait_until

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
TOO_MUCH = "超过单笔转账上下限,核实产品设置是否准确"


def send(merchant: Merchant, body: dict[str, Any]) -> dict[str, Any]:
    answer = merchant.call("POST", BILLS, body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(merchant: Merchant, body: dict[str, Any]) -> tuple[int, str, str]:
    answer = merchant.call("POST", BILLS, body)
    return answer.status_code, answer.json()["code"], answer.json()["message"]


def facts(merchant: Merchant, body: dict[str, Any]) -> dict[str, Any]:
    return dict(merchant.call("GET", f"{BILLS}/out-bill-no/{body['out_bill_no']}").json())


def confirm(
    simulator: Simulator, person: dict[str, Any], body: dict[str, Any], package: str, status: int = 200
) -> Any:
    path = f"/phones/{person['id']}/transfers/{body['out_bill_no']}/confirm"
    return simulator.sim(path, {"package": package}, status=status)


def balance_fen(simulator: Simulator) -> int:
    return int(simulator.sim("/settings")["available_fen"])


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"transfer_scene_id": "1000"}, "该转账场景不可用"),
            ({"transfer_scene_report_infos": []}, "需传入转账场景报备信息,请检查"),
            (
                {"transfer_scene_report_infos": [{"info_type": "岗位类型", "info_content": "推广员"}]},
                "未传入完整且对应的转账场景报备信息，请根据接口文档检查",
            ),
            ({"user_recv_perception": "现金奖励"}, "暂不支持展示当前传入的用户收款感知"),
            ({"openid": "oUnknown"}, "Openid格式错误或者不属于商家公众账号"),
            ({"transfer_amount": 9}, TOO_MUCH),
            ({"transfer_amount": 20_001}, TOO_MUCH),
        ],
    )
    def test_what_wechat_refuses(
        self, simulator: Simulator, merchant: Merchant, change: Any, message: str
    ) -> None:
        body = merchant.transfer_body(simulator.person(), **change)
        assert refused(merchant, body) == (400, "INVALID_REQUEST", message)

    @pytest.mark.parametrize("number", ["TR-1", "TR_1", "单号", "x" * 33])
    def test_a_bill_number_is_letters_and_digits(
        self, simulator: Simulator, merchant: Merchant, number: str
    ) -> None:
        body = merchant.transfer_body(simulator.person(), out_bill_no=number)
        assert refused(merchant, body)[:2] == (400, "PARAM_ERROR")

    def test_other_addresses_are_refused(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.sim("/settings", {"transfer_allowed_ips": ["203.0.113.7"]})
        body = merchant.transfer_body(simulator.person())
        assert refused(merchant, body) == (400, "INVALID_REQUEST", "此IP地址不允许调用该接口\t")

    def test_daily_limits(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.sim("/settings", {"transfer_user_day_fen": 3_000, "transfer_day_fen": 5_000})
        person, other = simulator.person("甲"), simulator.person("乙")
        send(merchant, merchant.transfer_body(person))
        assert refused(merchant, merchant.transfer_body(person))[1] == "DAY_RECEIVED_QUOTA_EXCEED"
        send(merchant, merchant.transfer_body(other))
        assert refused(merchant, merchant.transfer_body(simulator.person("丙")))[1] == "TRANSFER_QUOTA_EXCEED"
        simulator.advance(86_400)
        send(merchant, merchant.transfer_body(person))

    def test_a_cancelled_transfer_frees_its_part_of_the_day(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        simulator.sim("/settings", {"transfer_user_day_fen": 2_000})
        person = simulator.person()
        body = merchant.transfer_body(person)
        send(merchant, body)
        assert refused(merchant, merchant.transfer_body(person))[1] == "DAY_RECEIVED_QUOTA_EXCEED"
        merchant.call("POST", f"{BILLS}/out-bill-no/{body['out_bill_no']}/cancel")
        simulator.advance(2)
        wait_until(lambda: facts(merchant, body)["state"] == "CANCELLED")
        send(merchant, merchant.transfer_body(person))

    def test_the_receivers_name(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.sim("/settings", {"transfer_max_fen": 500_000, "transfer_user_day_fen": 5_000_000})
        person = simulator.person("张三")
        key = load_public_key(simulator.keys["platform_public_key_pem"])
        name, other = rsa_encrypt("张三", key), rsa_encrypt("李四", key)
        assert (
            refused(merchant, merchant.transfer_body(person, transfer_amount=200_000))[1] == "INVALID_REQUEST"
        )
        small = merchant.transfer_body(person, transfer_amount=29, user_name=name)
        assert refused(merchant, small)[1] == "INVALID_REQUEST"
        assert refused(merchant, merchant.transfer_body(person, user_name="张三"))[1] == "PARAM_ERROR"
        assert refused(merchant, merchant.transfer_body(person, user_name=other))[1] == "NAME_NOT_CORRECT"
        send(merchant, merchant.transfer_body(person, transfer_amount=200_000, user_name=name))

    def test_one_number_is_one_transfer(self, simulator: Simulator, merchant: Merchant) -> None:
        body = merchant.transfer_body(simulator.person())
        assert send(merchant, body) == send(merchant, body)
        answer = refused(merchant, {**body, "transfer_amount": 2001})
        assert answer == (400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认")


class TestRoads:
    def test_confirmed(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        person, other = simulator.person("甲"), simulator.person("乙")
        before_fen = balance_fen(simulator)
        body = merchant.transfer_body(person)
        package = send(merchant, body)["package_info"]
        confirm(simulator, other, body, package, status=409)
        confirm(simulator, person, body, package + "x", status=409)
        confirm(simulator, person, body, package)
        assert facts(merchant, body)["state"] == "TRANSFERING"
        simulator.advance(2)
        envelope, resource = merchant.open(wait_until(lambda: shop.got)[0])
        assert (envelope["event_type"], resource["state"]) == ("MCHTRANSFER.BILL.FINISHED", "SUCCESS")
        assert before_fen - balance_fen(simulator) == 2000
        assert "package_info" not in send(merchant, body)
        confirm(simulator, person, body, package, status=409)

    def test_ignored_for_a_day(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        before_fen = balance_fen(simulator)
        body = merchant.transfer_body(simulator.person())
        send(merchant, body)
        simulator.advance(86_399)
        assert facts(merchant, body)["state"] == "WAIT_USER_CONFIRM"
        simulator.advance(2)
        _, resource = merchant.open(wait_until(lambda: shop.got)[0])
        assert (resource["state"], resource["fail_reason"]) == ("FAIL", "OVERDUE_CLOSE")
        assert balance_fen(simulator) == before_fen

    def test_cancelled(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        person = simulator.person()
        before_fen = balance_fen(simulator)
        body = merchant.transfer_body(person)
        package = send(merchant, body)["package_info"]
        path = f"{BILLS}/out-bill-no/{body['out_bill_no']}/cancel"
        assert merchant.call("POST", path).json()["state"] == "CANCELING"
        confirm(simulator, person, body, package, status=409)
        simulator.advance(2)
        _, resource = merchant.open(wait_until(lambda: shop.got)[0])
        assert resource["state"] == "CANCELLED"
        assert merchant.call("POST", path, {}).json()["state"] == "CANCELLED"
        assert balance_fen(simulator) == before_fen

    def test_confirmed_cannot_be_cancelled(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        body = merchant.transfer_body(person)
        confirm(simulator, person, body, send(merchant, body)["package_info"])
        answer = merchant.call("POST", f"{BILLS}/out-bill-no/{body['out_bill_no']}/cancel")
        assert answer.status_code == 400

    def test_balance_short_waits_for_the_same_number(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.sim("/settings", {"balance_fen": 1_999})
        body = merchant.transfer_body(simulator.person())
        first = send(merchant, body)
        assert (first["state"], "package_info" in first) == ("PROCESSING", False)
        assert send(merchant, body)["state"] == "PROCESSING"
        simulator.sim("/settings", {"balance_fen": 2_000})
        again = send(merchant, body)
        assert (again["state"], again["transfer_bill_no"]) == ("WAIT_USER_CONFIRM", first["transfer_bill_no"])

    def test_accepted_first(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.fault("transfer_delayed", seconds=60)
        body = merchant.transfer_body(simulator.person())
        assert send(merchant, body)["state"] == "ACCEPTED"
        simulator.advance(61)
        wait_until(lambda: facts(merchant, body)["state"] == "WAIT_USER_CONFIRM")
        assert send(merchant, body)["package_info"]

    def test_confirmed_and_failed(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("transfer_failed", fail_reason="REALNAME_CHECK_FAIL")
        person = simulator.person()
        before_fen = balance_fen(simulator)
        body = merchant.transfer_body(person)
        confirm(simulator, person, body, send(merchant, body)["package_info"])
        simulator.advance(2)
        _, resource = merchant.open(wait_until(lambda: shop.got)[0])
        assert (resource["state"], resource["fail_reason"]) == ("FAIL", "REALNAME_CHECK_FAIL")
        assert balance_fen(simulator) == before_fen

    def test_queries_end_after_thirty_days(self, simulator: Simulator, merchant: Merchant) -> None:
        body = merchant.transfer_body(simulator.person())
        send(merchant, body)
        simulator.advance(31 * 86_400)
        answer = merchant.call("GET", f"{BILLS}/out-bill-no/{body['out_bill_no']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
