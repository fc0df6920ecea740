"""Money in, back and out against the simulated WeChat as a process (O2, O4, W3, N3)."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.commissions.mature import mature
from chalicelib.kernel import settings
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.jobs import find_unnotified
from chalicelib.wallet import store as wallet
from chalicelib.withdrawals import store as withdrawals
from chalicelib.withdrawals.jobs import pay_out
from tests.crash.books import balanced, journal
from tests.payments import shop
from tests.support import api
from tests.wechat.conftest import _running, street  # noqa: F401 - fixtures
from tests.wechat.fake import Reply, Seen
from tests.wechat.street import Street, wait_for
from tests.withdrawals.people import approve_distributor

DOORS = ("/wechat/paid", "/wechat/refunded", "/wechat/transferred")


@pytest.fixture
def wechat(street: Street) -> Street:  # noqa: F811
    """The simulator, whose calls reach our doors."""

    def door(path: str) -> Callable[[Seen], Reply]:
        def answer(seen: Seen) -> Reply:
            given = api.post(path, body=seen.body, headers=seen.headers)
            return Reply(given.body, given.status, {})

        return answer

    street.shop.answers.update({path: door(path) for path in DOORS})
    return street


def allow_small_withdrawals() -> None:
    """Commissions of one order may be withdrawn."""
    token = api.staff_token("settings.edit")
    changed = api.put(
        "/console/settings/withdrawals", {"version": 0, "values": {"min_fen": 100}}, token=token
    )
    assert changed.status == 200, changed.json
    settings.forget()


def bought(wechat: Street, phones: list[dict[str, Any]], who: shop.People, key: str = "order-1") -> str:
    """C places an order and pays it on the phone; the order's id once it is paid here."""
    order_id = shop.place(who, key).order_id
    answer = api.post(f"/shop/orders/{order_id}/payment", token=api.member_token(who.c))
    assert answer.status == 200, answer.json
    wechat.do(f"phones/{phones[2]['id']}/pay", params=answer.json, action="pay")
    wait_for(lambda: orders.load(order_id).status == "PAID" or None)
    return order_id


def everybody(wechat: Street) -> tuple[list[dict[str, Any]], shop.People]:
    """Three phones and their members."""
    phones = [wechat.person(name) for name in ("阿安", "小白", "小陈")]
    shop.stock()
    return phones, shop.people(*(phone["mp_openid"] for phone in phones))


def test_the_whole_way_of_the_money(wechat: Street) -> None:
    """Paid with duplicates, partly refunded, matured, withdrawn and confirmed; the books balance."""
    allow_small_withdrawals()
    phones, who = everybody(wechat)
    order_id = bought(wechat, phones, who)
    (callback,) = [one for one in wechat.look("callbacks") if one["url"].endswith("/wechat/paid")]
    wechat.do(f"callbacks/{callback['id']}/redeliver", times=5, parallel=True)
    wechat.called("/wechat/paid", 6)
    assert len(journal()) == 1

    refund_id = shop.ask(order_id, Slice(1, 1)).refund_id
    approved = api.post(
        f"/console/refunds/{refund_id}/approve", json={}, token=api.staff_token("refunds.audit")
    )
    assert approved.status == 200
    wait_for(lambda: orders.load_refund(refund_id).status == "POSTED" or None)

    shop.received(order_id)
    wechat.advance(days=8)
    mature()
    assert wallet.find(who.b).available_fen == 1_099 - 333

    approve_distributor(who.b)
    token = api.member_token(who.b)
    asked = api.post("/distributor/withdrawals", json={"amount_fen": 766}, token=token, key="request-0001")
    assert asked.status == 201, asked.json
    pay_out()
    shown = api.get(f"/distributor/withdrawals/{asked.json['withdrawal_id']}", token=token).json
    assert shown["title"] == "待您确认"
    number, phone = shown["withdrawal_id"], phones[1]["id"]
    wechat.do(f"phones/{phone}/transfers/{number}/confirm", package=shown["confirm"]["package"])
    wait_for(lambda: withdrawals.load(number).status == "PAID" or None)
    held = wallet.find(who.b)
    assert (held.available_fen, held.frozen_fen, held.debt_fen) == (0, 0, 0)
    assert {entry.partition(":")[0] for entry in journal()} == {
        "PAID",
        "REFUND",
        "MATURE",
        "RESERVE",
        "PAYOUT",
    }
    balanced()


def test_a_dropped_notice_is_found_by_asking(wechat: Street) -> None:
    """O2: WeChat never calls; the sweeper's query settles."""
    phones, who = everybody(wechat)
    order_id = shop.place(who).order_id
    params = api.post(f"/shop/orders/{order_id}/payment", token=api.member_token(who.c)).json
    wechat.fault("notify_dropped", endpoint="notice.TRANSACTION", times=None)
    wechat.do(f"phones/{phones[2]['id']}/pay", params=params, action="pay")
    wechat.advance(seconds=61)
    find_unnotified()
    assert orders.load(order_id).status == "PAID"
    balanced()


def test_an_ignored_transfer_comes_back_after_a_day(wechat: Street) -> None:
    """W3: OVERDUE_CLOSE by WeChat's notice or by our query, and the money is available again."""
    phones, who = everybody(wechat)
    shop.received(bought(wechat, phones, who))
    wechat.advance(days=8)
    mature()
    approve_distributor(who.b)
    token = api.member_token(who.b)
    asked = api.post("/distributor/withdrawals", json={"amount_fen": 1_000}, token=token, key="request-0001")
    number = asked.json["withdrawal_id"]
    pay_out()
    assert withdrawals.load(number).status == "WAITING"
    wechat.advance(hours=25)

    def returned() -> bool | None:
        pay_out()
        return withdrawals.load(number).status == "RETURNED" or None

    wait_for(returned)
    assert withdrawals.load(number).fail_reason == "OVERDUE_CLOSE"
    assert wallet.find(who.b).available_fen == 1_099
    balanced()
