"""The overview agrees with the journal: its figures are folded from the stream, each event once (B4, G1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import log
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.jobs import deliver
from chalicelib.orders.close import close
from chalicelib.payments.settle import settle
from chalicelib.reports.audit import audit
from chalicelib.reports.day_figures import DayFigures
from chalicelib.reports.jobs import count_for_day, count_new_distributor
from chalicelib.wallet import store as wallet
from tests.books import streams
from tests.payments import shop
from tests.payments.conftest import peer, who
from tests.payments.fakes import WeChatPay
from tests.reports.test_audit import lived, only_our_books, tamper
from tests.support import api
from tests.support.world import Clock

__all__ = ["lived", "only_our_books", "peer", "who"]
FOLLOWED = {"journal": count_for_day, "distributor-changes": count_new_distributor}


def shown() -> Any:
    """The overview after all that happened came through the streams."""
    for table, record in streams.take():
        if table in FOLLOWED:
            assert deliver(table, [record, record], [FOLLOWED[table]]) == []
    return api.get("/console/overview", token=api.staff_token("wallet.read")).json["days"]


def test_a_day_is_its_entries(lived: str) -> None:
    """One order of ¥122, one unit of ¥33.33 back: ¥16.48 of rebates less ¥4.99 taken back."""
    (day,) = [one for one in shown() if one["orders"]]
    assert day == {
        "day": str(business_day(now()) - timedelta(days=8)),
        "orders": 1,
        "buyers": 1,
        "sales_fen": 12_200,
        "refunds": 1,
        "refunded_fen": 3_333,
        "rebates_fen": 1_648 - 499,
        "new_distributors": 0,
    }


def test_who_buys_twice_is_one_buyer(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """Two orders of one member are two orders and one buyer; the next day they buy anew."""
    shop.paid_order(peer, who, key="key-1")
    shop.paid_order(peer, who, key="key-2")
    today = shown()[-1]
    assert (today["orders"], today["buyers"], today["sales_fen"]) == (2, 1, 24_400)
    world.advance(days=1)
    shop.paid_order(peer, who, key="key-3")
    yesterday, today = shown()[-2:]
    assert (yesterday["buyers"], today["buyers"], today["orders"]) == (1, 1, 1)


def test_a_day_is_read_from_a_bounded_number_of_rows(lived: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """N5: the journal is not walked, however much was sold."""
    expected = shown()
    monkeypatch.setattr(wallet, "entries_of_day", None)
    assert shown() == expected


def test_money_that_came_too_late_and_went_back_is_no_sale(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §6.7: neither an order nor a refund of the day."""
    order = shop.place(who)
    notice = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(notice)
    assert [one.kind for one in wallet.entries_of_day(business_day(now()))] == ["PAID"]
    today = shown()[-1]
    assert {name: today[name] for name in vars(DayFigures())} == vars(DayFigures())


def test_new_distributors_of_a_day_are_counted(world: Clock) -> None:
    """D1: approved today; who was approved before counts on that day alone."""
    assert shown()[-1]["new_distributors"] == 0
    member = shop.people("o-new-1", "o-new-2", "o-new-3").a
    api.post("/shop/distributor/application", {"message": "我想加入"}, token=api.member_token(member))
    assert shown()[-1]["new_distributors"] == 0
    _decide(member, "approve", {})
    world.advance(days=1)
    _decide(member, "disable", {"reason": "休假"})
    _decide(member, "enable", {"reason": "回来"})
    assert [one["new_distributors"] for one in shown()][-3:] == [0, 1, 0]


def _decide(member_id: str, step: str, given: dict[str, str]) -> None:
    token = api.staff_token("distributors.audit" if step == "approve" else "distributors.edit")
    assert api.post(f"/console/distributors/{member_id}/{step}", given, token=token).status == 200


@pytest.mark.parametrize("spoil", [None, "sales_fen", "buyers"])
def test_the_audit_says_when_a_day_is_shown_wrong(
    lived: str, monkeypatch: pytest.MonkeyPatch, spoil: str | None
) -> None:
    """B4: a day that is over is compared with its entries; nobody's money is off by it."""
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(log, "count", _keeping(told))
    day = next(one["day"] for one in shown() if one["orders"])
    if spoil:
        tamper("day-figures", {"day_shard": f"{day}#3"}, spoil, {"N": "7777"})
    made = audit(is_full=True)
    assert (made.books_off_fen, made.findings) == (0, ())
    assert [one for one in told if one[0] == "day_figures_off"] == ([("day_figures_off", 1)] if spoil else [])


def _keeping(told: list[tuple[str, float]]) -> Callable[..., None]:
    return lambda metric, value=1, **where: told.append((metric, value))
