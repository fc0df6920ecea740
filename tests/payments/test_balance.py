"""The balance pays a whole order, and refunds of it come back there (O1, O4, W1, decision 11)."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.credit import Credited, credit
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import Grant, Payee, Sale
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.members.block import block
from chalicelib.members.rules import MemberBlocked
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Slice
from chalicelib.payments import store
from chalicelib.payments.jobs import find_unnotified
from chalicelib.payments.pay_from_balance import pay_from_balance
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.preview_refund import preview_refund
from chalicelib.payments.rules import BalanceNotEnough, OrderNotPayable
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.reports import audit as auditing
from chalicelib.reports.audit import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.reports.day_figures import day_figures, tallies_of_entries
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Penalty, Violation
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rebuild import rebuild
from chalicelib.wallet.show import show, show_lines
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support import api
from tests.support.world import Clock, dump_all


@pytest.fixture(autouse=True)
def _exact_books(world: Clock, monkeypatch: pytest.MonkeyPatch) -> object:
    """After each test the audit finds nothing (trust A4)."""
    distributors.forget_levels()
    yield
    monkeypatch.setattr(auditing, "check_bills", lambda walked, at: BillCheck((), ()))
    monkeypatch.setattr(auditing, "check_stock", lambda found: [])
    assert audit(is_full=True).findings == ()


def door(order_id: str) -> str:
    return f"/shop/orders/{order_id}/balance-payment"


def sums(entry_id: str) -> dict[str, int]:
    return {one.account: one.amount_fen for one in wallet.load_entry(entry_id).postings}


def give_back(order_id: str, *slices: Slice, key: str = "refund-1") -> str:
    refund_id = shop.reserved(order_id, *slices, key=key).refund_id
    ended = send_refund(refund_id)
    assert ended is not None
    post_refund(ended)
    return refund_id


def balance(member_id: str) -> tuple[int, int]:
    found = wallet.find(member_id)
    return found.available_fen, found.debt_fen


def test_the_balance_pays_and_everybody_earns_as_ever(who: shop.People, peer: WeChatPay) -> None:
    """O1, invariants 3, 6: one commit, WeChat hears nothing, commission rows as by WeChat."""
    order, token = shop.place(who), api.member_token(who.c)
    shop.earn(who.c, shop.TOTAL_FEN + 800)
    answer = api.post(door(order.order_id), token=token, key="pay-once-1")
    assert (answer.status, answer.json["status"]) == (200, "PAID")
    bill_id = answer.json["balance_bill_id"]
    assert sums(f"PURCHASE:{bill_id}") == {f"m:{who.c}:available": -12_200, "shop:sales": 12_200}
    assert sums(f"CREDIT:{order.order_id}") == {
        "shop:commission": -1_648,
        f"m:{who.b}:pending": shop.LEVEL_1_FEN,
        f"m:{who.a}:pending": shop.LEVEL_2_FEN,
    }
    assert balance(who.c) == (800, 0) and not peer.trades and not peer.calls
    before = dump_all()
    assert api.post(door(order.order_id), token=token, key="pay-once-1").json == answer.json
    assert dump_all() == before
    shown = api.get(f"/shop/orders/{order.order_id}", token=token).json
    assert (shown["paid_by"], shown["balance_bill_id"], shown["can_pay_by_balance"]) == (
        "BALANCE",
        bill_id,
        False,
    )


def test_a_key_is_good_for_one_order(who: shop.People) -> None:
    """O1: the same key with another order is refused, another key on a paid order too."""
    first, second = shop.place(who), shop.place(who, "order-2")
    shop.earn(who.c, 3 * shop.TOTAL_FEN)
    pay_from_balance(who.c, first.order_id, key="key-1")
    with pytest.raises(KeyReused):
        pay_from_balance(who.c, second.order_id, key="key-1")
    with pytest.raises(OrderNotPayable):
        pay_from_balance(who.c, first.order_id, key="key-2")
    assert balance(who.c) == (2 * shop.TOTAL_FEN, 0)


def _too_little(who: shop.People) -> None:
    shop.earn(who.c, shop.TOTAL_FEN - 1)


def _debt(who: shop.People) -> None:
    commit(
        wallet.move(who.c, debt_fen=300),
        wallet.entry("ADJUST:debt", now(), [("shop:sales", 300), (f"m:{who.c}:debt", -300)], {}),
    )


def _violation(penalty: Penalty) -> Callable[[shop.People], None]:
    def punish(who: shop.People) -> None:
        shop.earn(who.c, shop.TOTAL_FEN)
        save_level(Level("normal", "普通分销商", 1), is_new=True)
        assign(who.c, "normal", by="STBOSS", reason="测试")
        told = ("违规处理", "内部说明")
        record_violation(Violation(who.c, "VI1", "OTHER", penalty, *told, now(), "STBOSS"))

    return punish


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (_too_little, "BALANCE_NOT_ENOUGH", "余额有 ¥121.99，这个订单要付 ¥122.00"),
        (_debt, "BALANCE_NOT_ENOUGH", "还有 ¥3.00 待抵扣"),
        (_violation("FREEZE_COMMISSION"), "BALANCE_HELD", "违规"),
        (_violation("SUSPEND"), "BALANCE_HELD", "违规"),
    ],
)
def test_who_cannot_pay_is_told_why(
    who: shop.People, spoil: Callable[[shop.People], None], code: str, says: str
) -> None:
    """W1, D3: refused in words with what is there; nothing is changed (invariant 17)."""
    order = shop.place(who)
    spoil(who)
    before = dump_all()
    answer = api.post(door(order.order_id), token=api.member_token(who.c), key="pay-once-1")
    assert (answer.status, answer.json["code"]) == (409, code)
    assert says in answer.json["detail"]
    assert dump_all() == before


def test_only_the_buyer_in_good_standing_and_in_time(who: shop.People, world: Clock) -> None:
    """Trust A6.1: another's order is unknown; a blocked member and a late one pay nothing."""
    order, token = shop.place(who), api.member_token(who.c)
    shop.earn(who.c, shop.TOTAL_FEN)
    assert api.post(door(order.order_id), token=api.member_token(who.a), key="pay-once-1").status == 404
    assert api.post(door(order.order_id), token=token).status == 400
    world.advance(minutes=30)
    late = api.post(door(order.order_id), token=api.member_token(who.c), key="pay-once-1")
    assert late.json["code"] == "ORDER_EXPIRED"
    world.advance(minutes=-30)
    block(who.c, reason="测试")
    with pytest.raises(MemberBlocked):
        pay_from_balance(who.c, order.order_id, key="key-1")
    assert balance(who.c) == (shop.TOTAL_FEN, 0)


def test_money_that_wechat_brings_afterwards_goes_back(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §6.7: announced, paid by balance, then paid at WeChat too: it is late money."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    shop.earn(who.c, shop.TOTAL_FEN)
    pay_from_balance(who.c, order.order_id, key="key-1")
    settle(paid)
    settle(paid)
    payment = store.find(order.order_id)
    assert payment is not None
    assert (payment.status, payment.refund_id) == ("LATE", late_refund_id(order.order_id))
    assert orders.load(order.order_id).paid_by == "BALANCE"
    assert len(commissions.of_order(order.order_id)) == 2
    find_unnotified()
    assert list(peer.refunds) == [late_refund_id(order.order_id)]


def test_an_announced_order_is_closed_at_wechat_at_once(who: shop.People, peer: WeChatPay) -> None:
    """O2: nobody pays twice: the sweeper's next run takes the order away from WeChat."""
    order = shop.place(who)
    shop.prepay(who.c, order.order_id, via="mp")
    shop.earn(who.c, shop.TOTAL_FEN)
    pay_from_balance(who.c, order.order_id, key="key-1")
    find_unnotified()
    assert peer.trades[order.order_id]["trade_state"] == "CLOSED"
    payment = store.find(order.order_id)
    assert payment is not None and payment.status == "CLOSED"
    assert orders.load(order.order_id).status == "PAID"


@pytest.mark.parametrize(
    "slices",
    [
        (Slice(1, 3), Slice(2, 1)),
        (Slice(2, 1), Slice(1, 1), Slice(1, 2)),
        (Slice(1, 1), Slice(1, 1), Slice(2, 1), Slice(1, 1)),
    ],
)
def test_refunds_in_any_slices_come_back_to_the_fen(
    who: shop.People, peer: WeChatPay, slices: tuple[Slice, ...]
) -> None:
    """O4, invariants 8, 11: WeChat is not asked; in the end all is back and all commission is taken."""
    order = shop.paid_by_balance(who, leaves_fen=5)
    for number, one in enumerate(slices):
        give_back(order.order_id, one, key=f"refund-{number}")
    found = orders.load(order.order_id)
    assert (found.status, found.refunded_fen) == ("CLOSED", 12_200)
    assert balance(who.c) == (12_205, 0) and not peer.calls
    assert {row.clawed_fen for row in commissions.of_order(order.order_id)} == {1_099, 549}


def test_staff_approve_it_and_it_is_back_at_once(who: shop.People, peer: WeChatPay) -> None:
    """O4: one tap of staff; both sides read where the money went."""
    order = shop.paid_by_balance(who)
    refund_id = shop.ask(order.order_id, Slice(1, 1)).refund_id
    token = api.staff_token("refunds.audit", staff_id="STANNA")
    answer = api.post(f"/console/refunds/{refund_id}/approve", json={}, token=token)
    assert (answer.status, answer.json["status"], answer.json["paid_by"]) == (200, "POSTED", "BALANCE")
    assert balance(who.c) == (3_333, 0) and not peer.calls
    assert sums(f"REPAY:{refund_id}") == {"shop:sales": -3_333, f"m:{who.c}:available": 3_333}
    shown = api.get(f"/shop/refunds/{refund_id}", token=api.member_token(who.c)).json
    assert "退回您的余额" in shown["says"]


def test_a_debt_is_paid_first_by_what_comes_back(who: shop.People) -> None:
    """W1, invariant 13: no money is available beside a debt."""
    order = shop.paid_by_balance(who)
    _debt(who)
    give_back(order.order_id, Slice(2, 1))
    assert balance(who.c) == (701, 0)


@pytest.mark.parametrize("left_fen", [0, 5_000])
def test_a_buyer_who_earned_on_the_own_order_has_one_wallet(
    who: shop.People, peer: WeChatPay, world: Clock, left_fen: int
) -> None:
    """R2, W1: the same refund brings money back and takes matured commission: the wallet moves once."""
    order = shop.place(who)
    own = replace(
        order.terms,
        payees=(Payee(who.c, 0, "normal", "SELF"),),
        lines=tuple(replace(one, grants=(Grant("PLAN", 1_000),)) for one in order.terms.lines),
    )
    commit(orders.replace_order(order, replace(order, terms=own, version=2)))
    shop.earn(who.c, shop.TOTAL_FEN + left_fen)
    pay_from_balance(who.c, order.order_id, key="key-1")
    shop.received(order.order_id)
    world.advance(days=7, minutes=1)
    mature()
    assert balance(who.c) == (left_fen + 1_099, 0)
    if not left_fen:
        shop.spend(who.c, 1_099)
    refund_id = shop.ask(order.order_id, Slice(1, 3)).refund_id
    (foreseen,) = preview_refund(refund_id).clawbacks
    assert (foreseen.from_available_fen, foreseen.new_debt_fen) == (999, 0)
    shop.reserve_refund(refund_id)
    ended = send_refund(refund_id)
    assert ended is not None
    post_refund(ended)
    had_fen = left_fen + 1_099 if left_fen else 0
    assert balance(who.c) == (had_fen + 9_999 - 999, 0)


def test_the_statement_and_the_sums_tell_of_it(who: shop.People) -> None:
    """W1: spending is no loss of earnings; a rebuild from the journal says the same."""
    order = shop.paid_by_balance(who, leaves_fen=100)
    give_back(order.order_id, Slice(2, 1))
    totals = rebuild(who.c, since=now().date() - timedelta(days=1))
    assert (totals.spent_fen, totals.available_fen) == (11_199, 1_101)
    assert totals.earned_fen == 12_300
    assert show(who.c).earned_fen == 12_300
    titles = [line.title for line in show_lines(who.c, month=None, limit=20, cursor=None).items]
    assert {"余额支付订单", "订单退款，退回余额"} <= set(titles)


def test_the_day_counts_it_like_any_sale(who: shop.People) -> None:
    """G1: one order, one refund though it has two entries, and the rebate net."""
    order = shop.paid_by_balance(who)
    give_back(order.order_id, Slice(1, 1))
    entries = [one for one in wallet.entries_of_day(now().date()) if one.kind != "ADJUST"]
    made = day_figures(tallies_of_entries(entries, {order.order_id: who.c}))
    assert made.buyers == 1
    assert (made.orders, made.sales_fen, made.refunds, made.refunded_fen) == (1, 12_200, 1, 3_333)
    assert made.rebates_fen == 1_648 - 499


def test_a_withdrawal_between_looking_and_paying_is_noticed(
    who: shop.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 14: the wallet's own condition decides, not what was read."""
    order = shop.place(who)
    shop.earn(who.c, shop.TOTAL_FEN)

    def spend_meanwhile(sale: Sale, at: datetime) -> Credited:
        shop.spend(who.c, 1)
        return credit(sale, at)

    monkeypatch.setattr(sys.modules[pay_from_balance.__module__], "credit", spend_meanwhile)
    with pytest.raises(BalanceNotEnough):
        pay_from_balance(who.c, order.order_id, key="key-1")
    assert orders.load(order.order_id).status == "UNPAID"
