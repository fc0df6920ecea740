"""Faults of the answers themselves: what was done stays done, whatever the shop is told (wechat.md §6)."""

import httpx
import pytest

from tests.contract.peers import Merchant, Simulator

JSAPI = "/v3/pay/transactions/jsapi"


def is_known(simulator: Simulator, merchant: Merchant, number: str) -> bool:
    path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={simulator.keys['mch_id']}"
    return merchant.call("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "is_done"),
    [
        ("system_error_before_commit", 500, False),
        ("system_error_after_commit", 500, True),
        ("rate_limited", 429, False),
        ("bad_gateway", 502, False),
        ("unsigned_response", 200, True),
        ("bad_signature_response", 200, True),
    ],
)
def test_answers_that_lie(
    simulator: Simulator, merchant: Merchant, fault: str, status: int, is_done: bool
) -> None:
    body = merchant.order(simulator.person())
    simulator.fault(fault, endpoint="pay.prepay")
    assert merchant.send("POST", JSAPI, body).status_code == status
    assert is_known(simulator, merchant, body["out_trade_no"]) is is_done
    assert merchant.prepay(body), "used up: the next one is served"


def test_unsigned_and_badly_signed_answers(simulator: Simulator, merchant: Merchant) -> None:
    person = simulator.person()
    simulator.fault("unsigned_response", endpoint="pay.prepay")
    answer = merchant.send("POST", JSAPI, merchant.order(person))
    assert "wechatpay-signature" not in answer.headers
    simulator.fault("bad_signature_response", endpoint="pay.prepay")
    answer = merchant.send("POST", JSAPI, merchant.order(person))
    with pytest.raises(AssertionError):
        merchant.verify(dict(answer.headers), answer.text)


@pytest.mark.parametrize(
    ("fault", "is_done"), [("timeout_before_commit", False), ("timeout_after_commit", True)]
)
def test_silence(simulator: Simulator, merchant: Merchant, fault: str, is_done: bool) -> None:
    body = merchant.order(simulator.person())
    simulator.fault(fault, endpoint="pay.prepay", seconds=3)
    simulator.http.timeout = 0.3
    with pytest.raises(httpx.ReadTimeout):
        merchant.send("POST", JSAPI, body)
    simulator.http.timeout = 10
    assert is_known(simulator, merchant, body["out_trade_no"]) is is_done


def test_faults_count_down_and_match_endpoints(simulator: Simulator, merchant: Merchant) -> None:
    simulator.fault("rate_limited", times=2, endpoint="pay.refund*")
    assert merchant.prepay(merchant.order(simulator.person()))
    answers = [merchant.call("GET", "/v3/refund/domestic/refunds/R1").status_code for _ in range(3)]
    assert answers == [429, 429, 404]
    assert simulator.sim("/faults") == []


def test_only_known_faults_can_be_switched_on(simulator: Simulator) -> None:
    simulator.sim("/faults", {"name": "no_such_fault"}, status=404)
    simulator.sim("/faults", {"name": "rate_limited", "parameters": {"x": 1}}, status=400)
    simulator.sim("/faults", {"name": "rate_limited", "times": 0}, status=400)
    fault = simulator.sim("/faults", {"name": "rate_limited", "times": None})
    assert simulator.http.delete(f"/sim/faults/{fault['id']}").json() == {"was_on": True}
    assert simulator.sim("/faults") == []


def test_every_fault_of_the_catalogue_is_looked_for_somewhere() -> None:
    """A switch that nothing reads would make a test pass for no reason."""
    from pathlib import Path

    from scripts.local import wechat_sim
    from scripts.local.wechat_sim.faults import CATALOG

    folder = Path(wechat_sim.__file__).parent
    code = "\n".join(file.read_text() for file in folder.glob("*.py") if file.name != "faults.py")
    assert [name for name in CATALOG if f'"{name}"' not in code] == []
