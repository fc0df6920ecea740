"""The simulator as a process: killed with -9 it loses nothing; an independent client gets along with it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.contract.peers import Merchant, Shop, Simulator, free_port, wait_until


class Process(Simulator):
    """The simulator started by its command line."""

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock_file = self.directory / "clock.json"
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        self.start()

    def start(self) -> None:
        flags = ["--port", str(self.port), "--state", str(self.directory), "--clock", str(self.clock_file)]
        command = [sys.executable, "-m", "scripts.local.wechat_sim", *flags, "--shop-url", self.shop_url]
        self.process = subprocess.Popen(command)
        wait_until(self._is_up, seconds=240, what=f"the simulator answers at {self.url}")
        self.keys: dict[str, Any] = json.loads((self.directory / "keys.json").read_text())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _is_up(self) -> bool:
        try:
            return self.http.get("/sim/health").status_code == 200
        except httpx.HTTPError:
            return False


def test_killed_and_started_again_everything_is_there(tmp_path: Path, shop: Shop) -> None:
    shop.answer = lambda delivery: (500, "")
    simulator = Process(tmp_path, shop.url, free_port())
    try:
        assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
        merchant, person = Merchant(simulator, shop.url), simulator.person()
        order = merchant.paid(person)
        transfer = merchant.transfer_body(person)
        package = merchant.call("POST", "/v3/fund-app/mch-transfer/transfer-bills", transfer).json()[
            "package_info"
        ]
        simulator.fault("rate_limited", times=7)
        token, keys = simulator.token(), simulator.keys
        wait_until(lambda: simulator.sim("/callbacks")[0]["tried"] == 1)
        kept = ("/phones", "/trades", "/transfers", "/callbacks", "/faults", "/settings")
        before = {path: simulator.sim(path) for path in kept}

        simulator.kill()
        simulator.start()

        assert {path: simulator.sim(path) for path in kept} == before
        assert (simulator.keys, simulator.token()) == (keys, token)
        simulator.http.delete("/sim/faults")
        shop.reset()
        simulator.advance(16)
        envelope, resource = merchant.open(wait_until(lambda: shop.got)[0])
        assert resource["out_trade_no"] == order["out_trade_no"], "the retries go on"
        confirm = f"/phones/{person['id']}/transfers/{transfer['out_bill_no']}/confirm"
        assert simulator.sim(confirm, {"package": package})["state"] == "TRANSFERING"
        assert envelope["event_type"] == "TRANSACTION.SUCCESS"
    finally:
        simulator.kill()
        simulator.http.close()


def test_the_wechatpayv3_client_gets_along(simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
    """The package verifies every answer itself and raises when a signature is wrong."""
    client, person, number = merchant.client(), simulator.person(), f"OR{os.getpid()}INDEPENDENT"
    status, text = client.pay(
        description="苹果", out_trade_no=number, amount={"total": 500}, payer={"openid": person["mp_openid"]}
    )
    params = merchant.params(json.loads(text)["prepay_id"])
    assert status == 200
    simulator.sim(f"/phones/{person['id']}/pay", {"params": params})
    opened = client.callback(wait_until(lambda: shop.got)[0].headers, shop.got[0].body)
    assert opened["resource"]["amount"]["total"] == 500
    assert json.loads(client.query(out_trade_no=number)[1])["trade_state"] == "SUCCESS"
    assert client.close(number)[0] == 400
    refund = {"refund": 100, "total": 500, "currency": "CNY"}
    assert client.refund(out_refund_no="R1", out_trade_no=number, amount=refund)[0] == 200
    assert json.loads(client.query_refund("R1")[1])["out_refund_no"] == "R1"
    transfer = {name: value for name, value in merchant.transfer_body(person).items() if name != "appid"}
    status, text = client.mch_transfer_bills(**transfer)
    assert (status, json.loads(text)["state"]) == (200, "WAIT_USER_CONFIRM")
    assert client.mch_transfer_bills_query(out_bill_no=transfer["out_bill_no"])[0] == 200
    assert client.mch_transfer_bills_cancel(out_bill_no=transfer["out_bill_no"])[0] == 200
    open_number = f"OR{os.getpid()}OPEN"
    amount, payer = {"total": 500}, {"openid": person["mp_openid"]}
    client.pay(description="苹果", out_trade_no=open_number, amount=amount, payer=payer)
    assert client.close(open_number)[0] == 204


def test_the_shared_clock(simulator: Simulator) -> None:
    """Any process may move the clock by the file; the simulator follows and moves it for the others."""
    simulator.clock_file.write_text(json.dumps({"real": 0, "shown": 2_000_000_000, "rate": 0.000001}))
    assert abs(simulator.sim("/clock")["now"] - 2_000_001_800) < 100
    simulator.advance(3600)
    content = json.loads(simulator.clock_file.read_text())
    assert abs(content["shown"] - 2_000_005_400) < 100
    before = simulator.sim("/clock")["now"]
    simulator.sim("/clock", {"rate": 1000})
    wait_until(lambda: simulator.sim("/clock")["now"] > before + 20)
    simulator.sim("/clock", {"advance_seconds": -1}, status=400)


def test_nothing_of_the_shop_is_imported() -> None:
    """A peer that shared code with the shop would share its mistakes."""
    from scripts.local import wechat_sim

    for file in Path(wechat_sim.__file__).parent.glob("*.py"):
        assert "chalicelib" not in file.read_text(), file.name
