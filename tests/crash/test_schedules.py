"""Every scheduled function survives a death at every call and is quiet after its next run.

The list is the front door's own: a new job without a case fails here (trust A5.3, invariant 23).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import front_door
from chalicelib.admin.record import record
from chalicelib.admin.seal import seal
from chalicelib.catalog.rules import Category
from chalicelib.catalog.save_category import save_category
from chalicelib.commissions.mature import mature
from chalicelib.inventory import store as inventory
from chalicelib.kernel import dynamo, log
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Scheduled
from chalicelib.kernel.money import Fen
from chalicelib.marketing.end_due import end_due
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.payments import jobs as payments
from chalicelib.payments.prepay import prepay
from chalicelib.payments.send_refund import send_refund
from chalicelib.ranking.enter_ranking import enter_ranking
from chalicelib.ranking.fold_board import fold_board
from chalicelib.reports import audit as audit_file
from chalicelib.reports import store as reports
from chalicelib.reports.audit import audit
from chalicelib.standing.judge_all import judge_all
from chalicelib.wallet.expire_lots import expire_lots
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wechat.pay_call import PayUnknown
from chalicelib.withdrawals.request import request
from tests.crash.books import Snapshot
from tests.crash.harness import assert_killed, claim, die, kills, names_of, points, survives, wired
from tests.crash.story import earn_silver, give_gift
from tests.crash.street import Street
from tests.marketing import campaigns
from tests.orders.shop import Shop
from tests.standing.people import sell
from tests.support.world import Clock
from tests.withdrawals.people import earn

Prepare = Callable[[Shop, Clock], object]


def _matured(shop: Shop, world: Clock) -> None:
    receive(shop.shipped(shop.paid()))
    world.advance(days=8)


def _ranked(shop: Shop, world: Clock) -> None:
    sell(shop.b, 5_000)
    enter_ranking(shop.b, is_in=True)


def _sent_long_ago(shop: Shop, world: Clock) -> None:
    shop.shipped(shop.paid())
    world.advance(days=11)


def _never_sent_back(shop: Shop, world: Clock) -> None:
    order = receive(shop.shipped(shop.paid()))
    approve_return(shop.ask(order, Slice(1, 1), kind="RETURN").refund_id)
    world.advance(days=15)


def _never_notified(shop: Shop, world: Clock) -> None:
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    shop.peer.buy(order.order_id)
    world.advance(minutes=1)


def _never_announced(shop: Shop, world: Clock) -> None:
    shop.place()
    world.advance(minutes=31)


def _agreed(shop: Shop, world: Clock) -> None:
    reserve_refund(shop.ask(shop.paid(), Slice(1, 1)).refund_id)


def _asked_for_money(shop: Shop, world: Clock) -> None:
    earn(shop.b, 5_000)
    request(shop.b, Fen(5_000), key="withdrawal-1")


def _audited_yesterday(shop: Shop, world: Clock) -> None:
    world.advance(hours=3)
    audit()
    world.advance(days=1)


def _changed_by_staff(shop: Shop, world: Clock) -> None:
    seal()
    who = Entrant("staff", "ST1", "SE1", "console")
    for name in ("茶具", "礼盒"):
        with dynamo.riding(
            lambda writes: record(
                writes, entrant=who, door_name="POST /x", request_id="RQ", ip="1.2.3.4", body=None
            )
        ):
            save_category(Category("", name))
    world.advance(minutes=3)


def _given_long_ago(shop: Shop, world: Clock) -> None:
    grant_points(shop.c, 100, reason="生日礼物", by="ST1", key="grant-1")
    world.advance(days=371)


def _never_used(shop: Shop, world: Clock) -> None:
    campaigns.coupon(shop.c)
    give_gift(shop.c)
    world.advance(days=40)


PREPARED: dict[str, Prepare] = {
    "admin_seal_audit": _changed_by_staff,
    "commissions_mature_due": _matured,
    "marketing_end_what_is_due": _never_used,
    "orders_receive_by_itself": _sent_long_ago,
    "orders_complete_by_itself": _matured,
    "orders_cancel_unsent_returns": _never_sent_back,
    "orders_tell_wechat_later": lambda shop, world: shop.shipped(shop.paid()),
    "payments_find_unnotified": _never_notified,
    "payments_close_unpaid": _never_announced,
    "payments_send_refunds": _agreed,
    "standing_judge_levels": lambda shop, world: earn_silver(shop),
    "ranking_fold_boards": _ranked,
    "reports_audit_nightly": _audited_yesterday,
    "wallet_expire_points": _given_long_ago,
    "withdrawals_pay_out": _asked_for_money,
}
BATCHES = {"commissions_mature_due": 2}
"""Money commits of one run where several people's are due: here two payees."""
BEHIND = {
    "admin_seal_audit": seal,
    "commissions_mature_due": mature,
    "marketing_end_what_is_due": end_due,
    "reports_audit_nightly": audit,
    "standing_judge_levels": judge_all,
    "ranking_fold_boards": fold_board,
    "wallet_expire_points": expire_lots,
}
"""The verb of a job whose own module only calls it."""
ELSEWHERE = {"commissions_close_periods", "jobs_run_waiting"}
"""They need a plan and a clock, or a worker, of their own: ``test_close_period``, ``test_jobs``."""
JOBS = [job for job in front_door.scheduled() if job.name not in ELSEWHERE]
for _job in JOBS:
    claim(names_of([BEHIND.get(_job.name, _job.run)]), _job.name)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_scheduled_function_survives(shop: Shop, peer: Street, world: Clock, job: Scheduled) -> None:
    """A run two hours later finds what a dead one left; the runs after that find nothing."""
    assert job.name in PREPARED, "a new job: give it work here, so that it can be killed"
    PREPARED[job.name](shop, world)

    def next_run() -> None:
        world.moment += timedelta(minutes=max(job.every_minutes, 125))
        job.run()

    survives(peer, world, job.run, sweep=next_run, rounds=2, money_commits=BATCHES.get(job.name, 1))
    assert_killed(names_of([BEHIND.get(job.name, job.run)]))


@kills(payments.find_unnotified)
def test_putting_off_what_wechat_does_not_answer(shop: Shop, peer: Street, world: Clock) -> None:
    """Dead while it puts a payment off: the next run looks again, and settles it."""
    _never_notified(shop, world)
    peer.fail("query_trade", *[PayUnknown("timeout")] * 2)

    def next_run() -> None:
        world.advance(minutes=6)
        payments.find_unnotified()

    survives(peer, world, payments.find_unnotified, sweep=next_run, rounds=4)


@kills(payments.send_refunds, send_refund)
def test_putting_off_a_refund_that_wechat_does_not_answer(shop: Shop, peer: Street, world: Clock) -> None:
    _agreed(shop, world)
    peer.fail("refund", *[PayUnknown("timeout")] * 2)

    def next_run() -> None:
        world.advance(minutes=6)
        payments.send_refunds()

    survives(peer, world, payments.send_refunds, sweep=next_run, rounds=4)
    assert len(peer.refunds) == 1


@kills(audit)
def test_no_day_is_closed_whose_alarm_was_lost(
    shop: Shop, peer: Street, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding of no fen lets the day close, and no later audit looks there again (trust A4, 21)."""
    shop.paid()
    stock = inventory.load(shop.tea.skus[0].sku_id)
    commit(inventory.change_stock(stock, replace(stock, available=stock.available + 1)))
    world.advance(days=1)
    told: list[str] = []
    monkeypatch.setattr(audit_file.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(log, "count", lambda name, *_, **__: told.append(name))
    start = Snapshot.take(peer, world)
    with wired(peer) as wire:
        wire.restart(None)
        made = audit()
        assert made.books_off_fen == 0 and made.findings and "audit_findings" in told
        assert reports.last_closed_day() is not None
        calls = len(wire.calls)
        writes = {number for number, name in enumerate(wire.calls) if name == "TransactWriteItems"}
        for point in (one for one in points(calls) if one[0] in writes):
            start.restore(peer, world)
            told.clear()
            death = die(wire, audit, point, calls)
            assert reports.last_closed_day() is None or "audit_findings" in told, death
