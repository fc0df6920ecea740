"""A day in the shop that gives every follower something to do; nobody has followed it yet."""

from dataclasses import replace

from chalicelib.commissions.mature import mature
from chalicelib.distributors.apply import apply
from chalicelib.distributors.change_status import change_status
from chalicelib.inventory import store as inventory
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.invites.make_code import make_code
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.send_late_refund import send_late_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.payments.store import find
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wechat.login import Identity
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Outcome
from tests.orders.shop import Shop
from tests.support.world import Clock
from tests.withdrawals.people import earn

MESSAGES = [
    {"kind": kind, "template_id": f"TEMPLATE_000{number}", "fields": {"amount2": "amount"}}
    for number, kind in enumerate(("order_paid", "commission_pending"))
]
"""Two notices are also sent as messages; the rest stay in the inbox."""


def tell(shop: Shop, world: Clock) -> None:
    """Bought, sent, received, matured, refunded, withdrawn; come too late; joined, applied, moved."""
    fill_cart(shop.c, shop.wanted(shop.tea, 0, 3))
    order = receive(shop.shipped(shop.paid()))
    refuse_refund(shop.ask(order, Slice(2, 1), key="refund-0000").refund_id, said="已使用")
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    _pay_too_late(shop)
    world.advance(days=8)
    mature()
    world.advance(minutes=1)
    shop.pay_back(shop.ask(orders.load(order.order_id), Slice(1, 1), key="refund-0002", by="ST1"))
    _withdraw(shop)
    grant_points(shop.c, 100, reason="生日礼物", by="ST1", key="grant-1")
    _run_low(shop)
    _join(shop)


def _pay_too_late(shop: Shop) -> None:
    order = shop.place(shop.wanted(shop.samples, 0, 1), key="order-late")
    prepay(shop.c, order.order_id, via="mp")
    paid = shop.peer.buy(order.order_id)
    close(order.order_id, reason="BUYER")
    settle(paid)
    payment = find(order.order_id)
    assert payment is not None
    send_late_refund(payment)
    post_late_refund(shop.peer.end_refund(late_refund_id(order.order_id)))


def _withdraw(shop: Shop) -> None:
    earn(shop.b, 5_000)
    asked = request(shop.b, Fen(5_000), key="withdrawal-1")
    pay_out()
    shop.peer.end_transfer(asked.withdrawal_id)
    post(asked.withdrawal_id, Outcome("SUCCESS", amount_fen=5_000, openid="o-b"))


def _run_low(shop: Shop) -> None:
    sku_id = shop.samples.skus[0].sku_id
    before = inventory.load(sku_id)
    count = Count(shop.samples.product_id, sku_id, 1, 5, version=before.version, by="ST1", reason="盘点")
    set_stock(count)
    commit(inventory.change_stock(inventory.load(sku_id), replace(inventory.load(sku_id), low_at=6)))


def _join(shop: Shop) -> None:
    newcomer = sign_in(Identity(config().mp_appid, "o-d", None)).member.member_id
    record_scan(newcomer, make_code(shop.b).code, source="MINI_PROGRAM")
    apply(newcomer, "我想推广")
    change_status(newcomer, "APPROVED", by="ST1")
    move(shop.b, None, by="ST1", reason="换线")
    assert members.load(newcomer).path[1:] == (shop.a,), "the follower is to correct it"
