"""The page of phones: no outside resource, no inline script, and a state that says what the phones need."""

import re
from pathlib import Path

import httpx
import pytest

from scripts.local import wechat_sim
from tests.contract.peers import Merchant, Shop, Simulator

STATIC = Path(wechat_sim.__file__).parent / "static"


def test_the_page_needs_nothing_from_outside(simulator: Simulator) -> None:
    answer = simulator.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    linked = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert all(simulator.http.get(path).status_code == 200 for path in linked)
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text) == []


@pytest.mark.parametrize("file", sorted(path.name for path in STATIC.iterdir()))
def test_no_file_reaches_outside(file: str) -> None:
    text = (STATIC / file).read_text()
    addresses = set(re.findall(r"https?://[\w.]+", text)) - {
        "http://www.w3.org",
        "http://phones.fenxiao.localhost",
    }
    assert addresses == set()
    assert not re.search(r"\binnerHTML\b|\beval\(|document\.write", text)


def test_modules_import_only_files_that_exist() -> None:
    for file in STATIC.glob("*.js"):
        for name in re.findall(r'from "\./([\w.]+)"', file.read_text()):
            assert (STATIC / name).exists(), f"{file.name} imports {name}"


def test_the_state_shows_what_waits_for_a_person(simulator: Simulator, merchant: Merchant) -> None:
    person, other = simulator.person("甲"), simulator.person("乙")
    merchant.call("POST", "/v3/fund-app/mch-transfer/transfer-bills", merchant.transfer_body(person))
    simulator.sim(f"/phones/{other['id']}/codes", {"title": "邀请码", "text": "hello"})
    phones = {phone["id"]: phone for phone in simulator.sim("/state")["phones"]}
    (transfer,) = phones[person["id"]]["transfers"]
    assert (transfer["amount_fen"], transfer["state"]) == (2000, "WAIT_USER_CONFIRM")
    (code,) = phones[other["id"]]["codes"]
    assert simulator.sim(f"/phones/{person['id']}/scan", {"code_id": code["id"]}) == {
        "kind": "text",
        "text": "hello",
    }
    assert simulator.http.get(f"/sim/codes/{code['id']}.png").headers["content-type"] == "image/png"
    assert "session_key" not in str(phones)


def test_codes_the_shop_draws_can_be_scanned(simulator: Simulator) -> None:
    simulator.http.post(
        "/wxa/getwxacodeunlimit",
        params={"access_token": simulator.token()},
        json={"scene": "i=7Kd9", "page": "pages/index/index"},
    )
    (code,) = simulator.sim("/state")["codes"]
    scanned = simulator.sim(f"/phones/{simulator.person()['id']}/scan", {"code_id": code["id"]})
    assert scanned == {"kind": "mini_program", "page": "pages/index/index", "scene": "i=7Kd9"}


def test_the_h5_shop_is_found_when_it_is_there(simulator: Simulator, shop: Shop) -> None:
    shop.answer = lambda delivery: (200 if delivery.path == "/h5/" else 404, "")
    assert simulator.sim("/shop")["h5_url"] == f"{shop.url}/h5/"
    shop.answer = lambda delivery: (404, "")
    assert simulator.sim("/shop")["h5_url"] == ""


def test_web_sign_in_shows_the_consent_page(simulator: Simulator) -> None:
    query = {
        "appid": simulator.keys["oa_appid"],
        "redirect_uri": "http://p1.fenxiao.localhost:8800/h5/",
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "state": '"><script>',
    }
    answer: httpx.Response = simulator.http.get("/connect/oauth2/authorize", params=query)
    assert "<script>" not in answer.text
    assert answer.headers["content-security-policy"] == "default-src 'self'"


def test_the_help_names_every_command(simulator: Simulator) -> None:
    from scripts.local.wechat_sim.app import QUICK

    text = simulator.http.get("/sim/help").text
    words = {part for _, path, _ in QUICK for part in path.split("/")[2:3]}
    assert [word for word in sorted(words) if word not in text] == []
