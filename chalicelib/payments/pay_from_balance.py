"""The buyer's own available money pays a whole order in one commit (O1, invariants 6, 13, 14)."""

from dataclasses import replace

from chalicelib.commissions.credit import credit
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import CommissionFrozen
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.members import store as members
from chalicelib.members.rules import demand_active
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.payments import store
from chalicelib.payments.rules import (
    BalanceHeld,
    BalanceNotEnough,
    OrderNotPayable,
    balance_problem,
    check_payable,
)
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import WalletMoved, account_of


def pay_from_balance(buyer_id: str, order_id: str, *, key: str) -> Order:
    """Pay the buyer's own unpaid order out of what is available now; the same ``key`` again is once.

    All of it or nothing: no order is paid half by WeChat (decision 11). Whoever earns on the order has
    the same rows as by WeChat. Where WeChat was told of the order, the sweeper closes it there; money
    that slips in goes back. Raises ``OrderUnknown``, ``OrderNotPayable``, ``OrderExpired``,
    ``BalanceNotEnough``, ``BalanceHeld``, ``KeyReused``, ``MemberBlocked`` or ``MemberClosed``; nothing
    is changed then.
    """
    order, bill_id = orders.load_own(buyer_id, order_id), derived_id("BP", buyer_id, key)
    if order.balance_bill_id == bill_id:
        return order
    check_payable(order, now())
    demand_active(members.load(buyer_id))
    problem = balance_problem(wallet.find(buyer_id), distributors.find(buyer_id), order.total_fen)
    if problem is not None:
        raise problem
    try:
        _pay(order, bill_id)
    except WalletMoved:
        raise BalanceNotEnough() from None
    except CommissionFrozen:
        raise BalanceHeld() from None
    except ConditionFailed:
        return _decided(orders.load(order_id), bill_id)
    return orders.load(order_id)


def _pay(order: Order, bill_id: str) -> None:
    at, total_fen = now(), order.total_fen
    credited = credit(order.sale, at)
    refs = {"order_id": order.order_id, "bill_id": bill_id}
    spent = [(account_of(order.buyer_id, "available"), -total_fen), ("shop:sales", total_fen)]
    entries = [replace(wallet.entry(f"PURCHASE:{bill_id}", at, spent, refs), otherwise=KeyReused)]
    if credited.postings or credited.points:
        entries.append(
            wallet.entry(f"CREDIT:{order.order_id}", at, credited.postings, refs, points=credited.points)
        )
    announced = store.find(order.order_id)
    commit(
        orders.mark_paid(order, paid_at=at, bill_id=bill_id),
        wallet.move(order.buyer_id, available_fen=-total_fen),
        credited.writes,
        entries,
        distributors.commission_flows(order.buyer_id),
        [store.postponed(announced, at)] if announced and announced.status == "PREPAID" else [],
    )


def _decided(order: Order, bill_id: str) -> Order:
    """Somebody was quicker: this very request, or another payment, WeChat's notice, the clock."""
    if order.balance_bill_id != bill_id:
        raise OrderNotPayable()
    return order
