"""The overview agrees with the journal, from live entries and from what the nightly audit kept (B4, G1)."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.clock import business_day, now
from chalicelib.orders.close import close
from chalicelib.payments.settle import settle
from chalicelib.reports import overview as overview_file
from chalicelib.reports.audit import audit
from chalicelib.reports.day_figures import DayFigures, day_figures
from chalicelib.wallet import store as wallet
from tests.payments import shop
from tests.payments.conftest import peer, who
from tests.payments.fakes import WeChatPay
from tests.reports.test_audit import lived, only_our_books
from tests.support import api
from tests.support.world import Clock

__all__ = ["lived", "only_our_books", "peer", "who"]


def shown() -> Any:
    return api.get("/console/overview", token=api.staff_token("wallet.read")).json


def test_a_day_is_its_entries(lived: str) -> None:
    """One order of ¥122, one unit of ¥33.33 back: ¥16.48 of rebates less ¥4.99 taken back."""
    day = next(one for one in shown()["days"] if one["orders"])
    assert day == {
        "day": str(business_day(now()) - timedelta(days=8)),
        "orders": 1,
        "sales_fen": 12_200,
        "refunds": 1,
        "refunded_fen": 3_333,
        "rebates_fen": 1_648 - 499,
    }


def test_what_the_audit_kept_is_what_was_there(lived: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that is over is not walked again, and says the same."""
    before = shown()["days"]
    audit(is_full=True)
    monkeypatch.setattr(overview_file, "_LIVE", 1)
    assert [one for one in shown()["days"] if one["orders"]] == [one for one in before if one["orders"]]


def test_money_that_came_too_late_and_went_back_is_no_sale(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §6.7: neither an order nor a refund of the day."""
    order = shop.place(who)
    notice = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(notice)
    found = day_figures(wallet.entries_of_day(business_day(now())))
    assert found == DayFigures()
    assert [one.kind for one in wallet.entries_of_day(business_day(now()))] == ["PAID"]


def test_new_distributors_of_a_day_are_counted(world: Clock) -> None:
    """D1: approved today; who was approved before counts on that day alone."""
    today = shown()["new_distributors"]
    assert list(today.values()) == [0, 0, 0]
    member = shop.people("o-new-1", "o-new-2", "o-new-3").a
    api.post("/shop/distributor/application", {"message": "我想加入"}, token=api.member_token(member))
    token = api.staff_token("distributors.audit")
    api.post(f"/console/distributors/{member}/approve", {}, token=token)
    assert shown()["new_distributors"][str(business_day(now()))] == 1
