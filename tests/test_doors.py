"""Every door has its guard and its contract; the contract in the repo is the one that is served."""

import json
from pathlib import Path

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib import front_door
from chalicelib.admin.rules import EVERYTHING
from chalicelib.kernel import openapi
from chalicelib.kernel.auth import OWN
from tests.support import api
from tests.support import world as support

ROOT = Path(__file__).resolve().parents[1]
DOORS = front_door.all_doors()
PREFIX_KINDS = {"shop": {"member", "anyone"}, "distributor": {"member"}, "console": {"staff", "anyone"}}


def test_the_contract_in_the_repo_is_the_one_served() -> None:
    """Run ``scripts/check --fix`` after changing a door; both front ends take their types from it."""
    kept = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(openapi.document(DOORS)))


def test_every_permission_that_a_door_asks_for_exists() -> None:
    asked = {door.who.argument for door in DOORS if door.who.check == "staff"}
    assert asked <= EVERYTHING | {OWN}


def test_every_permission_opens_some_door() -> None:
    asked = {door.who.argument for door in DOORS if door.who.check == "staff"}
    assert not EVERYTHING - asked


def test_the_prefix_of_a_path_says_who_may_enter() -> None:
    for door in DOORS:
        prefix = door.path.split("/")[1]
        if prefix in PREFIX_KINDS:
            assert door.who.kind in PREFIX_KINDS[prefix], door.path
        if prefix == "wechat":
            assert door.who.kind == "wechat", door.path


@pytest.mark.parametrize(
    "door",
    [one for one in DOORS if one.who.kind in ("member", "staff")],
    ids=lambda one: one.method + one.path,
)
def test_nobody_enters_a_guarded_door_without_a_token(door: front_door.Door) -> None:
    """ASVS 8.2: default deny, on every route."""
    with support.small_world():
        path = door.path.replace("{", "").replace("}", "")
        assert api.call(door.method, path, json={} if door.body else None).status == 401


def test_doors_that_make_money_or_orders_take_a_key() -> None:
    """Design §5: a client's repeat meets itself."""
    takers = {f"{door.method} {door.path}" for door in DOORS if door.takes_key}
    assert {
        "POST /shop/orders",
        "POST /shop/orders/{order_id}/refunds",
        "POST /distributor/withdrawals",
    } <= takers


def test_shoppers_never_name_prices_rates_or_uplines() -> None:
    """Trust A6.3: what only the server decides stands in no request of a member."""
    banned = {"price_fen", "total_fen", "rate_bps", "rates_bps", "level_id", "status", "upline", "openid"}
    for door in DOORS:
        if door.who.kind == "member" and door.body is not None:
            assert not banned & set(door.body.model_fields), door.path


def test_a_refusal_that_the_contract_does_not_list_fails_the_test_that_meets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Clients branch on ``code``; every request of every test is held to what its door lists."""
    with support.small_world():
        assert api.get("/shop/orders").status == 401
        monkeypatch.setattr(openapi, "refusals_of", lambda guard: ())
        with pytest.raises(AssertionError, match="401 UNAUTHORIZED is not among"):
            api.get("/shop/orders")
