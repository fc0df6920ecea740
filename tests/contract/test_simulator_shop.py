"""The small shop inside the phones: it asks the API for what there is, and its parts fit together."""

import re
from pathlib import Path
from typing import get_args

import pytest

from chalicelib import front_door
from chalicelib.catalog.rules import Province
from chalicelib.distributors.rules import Status as Standing
from chalicelib.orders.move_refund import OPEN, RefundReason, RefundStatus
from chalicelib.withdrawals.rules import Status as WithdrawalStatus
from scripts.local import wechat_sim
from tests.contract.peers import Simulator

STATIC = Path(wechat_sim.__file__).parent / "static"
MODULES = sorted(STATIC.glob("shop*.js"))
TEXTS = {module.name: module.read_text() for module in MODULES}
EVERYTHING = "\n".join(TEXTS.values())


def test_the_page_finds_the_shop(simulator: Simulator) -> None:
    assert simulator.sim("/shop")["has_module"] is True
    for file in (*TEXTS, "shop.css"):
        assert simulator.http.get(f"/static/{file}").status_code == 200


@pytest.mark.parametrize("file", [*TEXTS, "shop.css"])
def test_every_part_stays_small(file: str) -> None:
    assert len((STATIC / file).read_text().splitlines()) <= 400


@pytest.mark.parametrize("file", TEXTS)
def test_what_is_imported_is_exported_and_used(file: str) -> None:
    text = TEXTS[file]
    for names, module in re.findall(r'import \{ ([^}]+) \} from "\./([\w.]+)"', text):
        offered = (STATIC / module).read_text()
        for name in names.split(", "):
            original, _, alias = name.partition(" as ")
            exported = rf"export (?:async )?(?:function|class|const) {original}\b"
            assert re.search(exported, offered), f"{module} has no {original}"
            assert len(re.findall(rf"\b{alias or original}\b", text)) > 1, f"{original} is not used"


ONLY_IN_THE_MALL = {"/shop/coupon-offers/{}/claim"}
"""What the phones' small client leaves to the mall itself."""


def test_every_request_has_its_door() -> None:
    """A path in the client is one of the contract's, with the method it is called with."""
    doors = [
        (door.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", door.path))) for door in front_door.all_doors()
    ]
    asked = _requests()
    assert len(asked) > 35
    missing = [
        one for one in asked if not any(one[0] == method and path.fullmatch(one[1]) for method, path in doors)
    ]
    assert missing == []


def test_what_makes_something_once_goes_to_a_door_that_takes_a_key() -> None:
    keyed = {re.sub(r"\{\w+\}", "{}", door.path) for door in front_door.all_doors() if door.takes_key}
    made = re.findall(r'api\.once\([^,]+, ["`]([^"`]+)["`]', EVERYTHING)
    mine = {re.sub(r"\$\{[^}]+\}", "{}", path) for path in made}
    ours = {path for path in keyed if path.startswith(("/shop/", "/distributor/"))}
    assert mine == ours - ONLY_IN_THE_MALL


def test_every_page_that_is_opened_exists() -> None:
    pages = {
        name
        for names in re.findall(r"export const pages = \{ ([^}]+) \}", EVERYTHING)
        for name in names.split(", ")
    }
    opened = set(re.findall(r'\.(?:open|replace)\("(\w+)"', EVERYTHING))
    notices = set(re.findall(r'\["pages/[\w/]+", "(\w+)"', EVERYTHING))
    assert opened
    assert notices
    assert opened | notices <= pages


def test_choices_are_those_of_the_shop() -> None:
    """Provinces, reasons and states are written once more in the client; they must not drift."""
    provinces = re.search(r'"(北京市 [^"]+)"', TEXTS["shop_address.js"])
    assert provinces is not None
    assert tuple(provinces[1].split(" ")) == get_args(Province)
    reasons = re.search(r"const REASONS = \[(.*?)\];", TEXTS["shop_refunds.js"], re.DOTALL)
    assert reasons is not None
    assert tuple(re.findall(r'\["(\w+)"', reasons[1])) == get_args(RefundReason)
    assert _words("const ENDED", "shop_refunds.js") == set(get_args(RefundStatus)) - OPEN
    assert _words("const ENDED", "shop_money.js") < set(get_args(WithdrawalStatus))
    standings = re.search(r"const words = \{ (.*?) \};", TEXTS["shop_promotion.js"])
    assert standings is not None
    told = set(re.findall(r"(\w+): ", standings[1]))
    assert told == {*get_args(Standing), "NONE"} - {"APPROVED"}


def test_no_price_and_no_float_is_made_in_the_client() -> None:
    """Money is whole fen there too; what is typed is read digit by digit."""
    assert re.findall(r"parseFloat|toFixed|\bprice_fen:", EVERYTHING) == []


def _requests() -> set[tuple[str, str]]:
    """(method, path with ``X`` for what is filled in) of every literal request."""
    calls = re.findall(r'api\.(get|post|put|delete|picture)\(["`]([^"`]+)["`]', EVERYTHING)
    sent = re.findall(r'#send\("(GET|POST|PUT)", "([^"]+)"', EVERYTHING)
    once = re.findall(r'api\.once\([^,]+, ["`]([^"`]+)["`]', EVERYTHING)
    found = [(name.upper().replace("PICTURE", "GET"), path) for name, path in calls]
    found += sent + [("POST", path) for path in once]
    return {(method, re.sub(r"\$\{[^}]+\}", "X", path)) for method, path in found if path.startswith("/")}


def _words(name: str, file: str) -> set[str]:
    found = re.search(rf"{name} = \[([^\]]+)\]", TEXTS[file])
    assert found is not None
    return set(re.findall(r'"(\w+)"', found[1]))
