"""One's own data taken along, and an account given up for good (M2, N4)."""

import json
from typing import Any

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.agreements.publish_agreement import publish_agreement
from chalicelib.agreements.sign_agreement import sign_agreement
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.block import block
from chalicelib.members.rules import CLOSED_NAME, MemberChanged
from chalicelib.members.sign_in import sign_in
from chalicelib.members.sign_in_with_password import sign_in_with_password
from chalicelib.members.sign_up import sign_up
from chalicelib.members.start_session import start_session
from chalicelib.orders.cancel import cancel
from chalicelib.privacy.close_account import close_account
from chalicelib.privacy.rules import AccountNotClosable
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Totals, WalletMoved
from chalicelib.wechat.login import Identity
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import dump
from tests.withdrawals.people import ask as ask_withdrawal
from tests.withdrawals.people import earn, owe

READ = {"understood": True}


def as_member(member_id: str) -> str:
    return api.member_token(member_id)


def exported(member_id: str, part: str) -> list[dict[str, Any]]:
    """All pages of one part."""
    found: list[dict[str, Any]] = []
    next_page = ""
    while True:
        path = f"/shop/me/export?part={part}&limit=2{next_page}"
        answer = api.get(path, token=as_member(member_id))
        assert answer.status == 200, answer.json
        found += answer.json["items"]
        if answer.json["next"] is None:
            return found
        next_page = f"&next={answer.json['next']}"


def test_everything_of_mine_is_there_and_nothing_of_others(shop: Shop) -> None:
    """M2: each part, page by page to the end; others are masked as everywhere."""
    commit(members.set_phone(shop.c, "13800138000"), members.set_nickname(shop.b, "王小明"))
    placed = [shop.place(key=f"order-000{number}") for number in range(3)]
    (me,) = exported(shop.c, "profile")
    assert (me["phone"], me["inviter"]) == ("13800138000", "王**")
    assert me["wechat_openids"] == members.load(shop.c).openids
    assert {one["address_id"] for one in exported(shop.c, "addresses")} == {
        "AD-HOME",
        "AD-WEST",
        "AD-NOWHERE",
    }
    orders = exported(shop.c, "orders")
    assert sorted(one["order_id"] for one in orders) == sorted(one.order_id for one in placed)
    shop.pay(placed[0])
    (mine,) = exported(shop.b, "commissions")
    assert mine["order_id"] == placed[0].order_id and mine["amount_fen"] > 0
    earn(shop.b, 5_000)
    asked = ask_withdrawal(shop.b)
    (withdrawal,) = exported(shop.b, "withdrawals")
    assert (withdrawal["withdrawal_id"], withdrawal["amount_fen"]) == (asked.withdrawal_id, 5_000)
    api.get("/distributor/codes", token=as_member(shop.b))
    assert len(exported(shop.b, "codes")) == 1
    publish_agreement("合作协议", "如实推广，不夸大，也不刷单，佣金只来自成交。", version=0, by="ST1")
    sign_agreement(shop.b, 1, "H5")
    assert [one["version"] for one in exported(shop.b, "signatures")] == [1]
    assert exported(shop.c, "signatures") == []
    assert exported(shop.c, "commissions") == exported(shop.c, "codes") == exported(shop.c, "points") == []
    told = json.dumps([exported(shop.b, part) for part in ("profile", "orders", "commissions", "wallet")])
    assert shop.c not in told and "科技路" not in told
    assert api.get("/shop/me/export?part=secrets", token=as_member(shop.c)).status == 422
    assert api.get("/shop/me/export?part=profile").status == 401


def test_an_open_order_keeps_the_account_until_it_ends(shop: Shop) -> None:
    order = shop.place()
    refused = api.post("/shop/me/close", READ, token=as_member(shop.c))
    assert (refused.status, refused.json["code"]) == (409, "ACCOUNT_NOT_CLOSABLE")
    assert [refused.json["detail"]] == api.get("/shop/me/closing", token=as_member(shop.c)).json["reasons"]
    cancel(order, reason="BUYER")
    assert api.get("/shop/me/closing", token=as_member(shop.c)).json == {"can_close": True, "reasons": []}
    assert api.post("/shop/me/close", {"understood": False}, token=as_member(shop.c)).status == 422
    assert api.post("/shop/me/close", READ, token=as_member(shop.c)).status == 204


def test_money_keeps_the_account_wherever_it_stands(shop: Shop) -> None:
    """Available, on its way out, still pending, or owed (W1)."""
    earn(shop.b, 5_000)
    with pytest.raises(AccountNotClosable, match="可提现"):
        close_account(shop.b)
    ask_withdrawal(shop.b)
    with pytest.raises(AccountNotClosable, match="正在提现"):
        close_account(shop.b)
    owe(shop.a, 700)
    with pytest.raises(AccountNotClosable, match=r"¥7\.00 待抵扣"):
        close_account(shop.a)
    commit(wallet.put_totals(Totals(shop.c, "ALL", lines=1, pending_fen=300), wallet.totals(shop.c)))  # type: ignore[arg-type]
    with pytest.raises(AccountNotClosable, match=r"¥3\.00 佣金待结算"):
        close_account(shop.c)


def test_money_that_comes_between_stops_the_closing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit itself holds the wallet to nothing: what was read before is not trusted."""
    look = wallet.find
    monkeypatch.setattr(wallet, "find", lambda member_id: [look(member_id), earn(member_id, 900)][0])
    with pytest.raises(WalletMoved):
        close_account(shop.c)
    assert members.load(shop.c).is_active and members.address_book(shop.c)[0]
    monkeypatch.undo()
    with pytest.raises(AccountNotClosable):
        close_account(shop.c)


def test_nothing_names_the_person_afterwards_and_the_books_stay(shop: Shop) -> None:
    """N4: names, numbers, addresses and ways in are gone; path, dates and journal are not."""
    commit(members.set_phone(shop.c, "13800138000"))
    commit(members.set_nickname(shop.c, "韩梅梅"))
    commit(members.set_avatar(shop.c, "https://shop.example.com/a.png"))
    commit(members.set_note(shop.c, "爱喝茶"))
    before, journal = members.load(shop.c), dump("journal")
    tokens = start_session(before, "mp")
    close_account(shop.c)
    close_account(shop.c)
    after = members.load(shop.c)
    assert (after.status, after.nickname, after.path) == ("CLOSED", CLOSED_NAME, before.path)
    left = [line for line in dump("members") + dump("identities") if shop.c in line]
    assert len(left) == 1
    for word in ("13800138000", "138****8000", "韩梅梅", "a.png", "爱喝茶", *before.openids.values()):
        assert word not in left[0], word
    assert members.with_phone("13800138000") == [] and members.with_nickname("韩") == []
    assert members.address_book(shop.c) == ((), 0)
    assert dump("journal") == journal
    renewed = api.post("/shop/sign-in/refresh", {"refresh_token": tokens.refresh_token})
    assert renewed.status == 401


def test_who_comes_again_is_somebody_new(shop: Shop) -> None:
    """The old ways in mean nobody; the old member stays closed."""
    (openid,) = members.load(shop.c).openids.items()
    close_account(shop.c)
    again = sign_in(Identity(openid[0], openid[1], None))
    assert again.is_new and again.member.member_id != shop.c and again.member.upline is None
    by_name = sign_up("hanmeimei", "four plain words", ip="1.2.3.4")
    close_account(by_name.member_id)
    assert sign_up("hanmeimei", "four plain words", ip="1.2.3.4").member_id != by_name.member_id
    assert sign_in_with_password("hanmeimei", "four plain words", ip="1.2.3.4").member_id != by_name.member_id


def test_whoever_is_kept_out_cannot_begin_anew_by_closing(shop: Shop) -> None:
    """M3: a block outlives the wish to leave."""
    block(shop.c, reason="刷单")
    refused = api.post("/shop/me/close", READ, token=as_member(shop.c))
    assert (refused.status, refused.json["code"]) == (403, "MEMBER_BLOCKED")
    assert members.member_of_identity(*next(iter(members.load(shop.c).openids.items()))) == shop.c


def test_a_name_added_meanwhile_is_not_left_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Race: a sign-in by another app adds an openid while the account closes."""
    stale = members.load(shop.c)
    commit(members.add_openid(shop.c, "wx-other-app", "o-late"))
    monkeypatch.setattr(members, "load", lambda _: stale)
    with pytest.raises(MemberChanged):
        close_account(shop.c)
    monkeypatch.undo()
    assert members.load(shop.c).is_active
