"""A day in the shop that gives every follower something to do; nobody has followed it yet."""

from dataclasses import replace

from chalicelib.catalog.rules import Sku
from chalicelib.commissions.mature import mature
from chalicelib.distributors import store as distributors
from chalicelib.distributors.application import Purchase
from chalicelib.distributors.apply import apply
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.distributors.save_level import save_level
from chalicelib.inventory import store as inventory
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.invites.make_code import make_code
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.marketing.grant_form import claim_id_of, grant_form
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.members import store as members
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.complete import complete
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.send_late_refund import send_late_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.payments.store import find
from chalicelib.privacy.close_account import close_account
from chalicelib.service.write_review import Said, write_review
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wechat.login import Identity
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Outcome
from tests.marketing import campaigns
from tests.orders.shop import Shop, add_to_shelf
from tests.standing.people import SILVER, sell
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
    write_review(shop.c, order.order_id, Said(1, 4, "", ()))
    refuse_refund(shop.ask(order, Slice(2, 1), key="refund-0000").refund_id, said="已使用")
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    _pay_too_late(shop)
    world.advance(days=8)
    mature()
    complete(orders.load(order.order_id))
    keep_purchase(Purchase(shop.c, "OR-EARLIER", Fen(500), {"PR-EARLIER": 1}, 1))
    world.advance(minutes=1)
    shop.pay_back(shop.ask(orders.load(order.order_id), Slice(1, 1), key="refund-0002", by="ST1"))
    _withdraw(shop)
    grant_points(shop.c, 100, reason="生日礼物", by="ST1", key="grant-1")
    _run_low(shop)
    _join(shop)
    _be_given(shop)
    earn_silver(shop)
    record_violation(recorded(shop.a))
    _leave(shop)


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


def _leave(shop: Shop) -> None:
    """Somebody with a full cart goes for good."""
    leaver = sign_in(Identity(config().mp_appid, "o-e", None)).member.member_id
    fill_cart(leaver, shop.wanted(shop.tea, 0, 1))
    close_account(leaver)


def _be_given(shop: Shop) -> None:
    """A coupon from staff, a gift, and goods for nothing."""
    send_coupons(campaigns.campaign(key="sent").template_id, [shop.b], by="ST1", key="send-1")
    give_gift(shop.c)
    order_of_nothing(shop)


def give_gift(member_id: str) -> str:
    """One gift that waits for an address; its claim."""
    made = campaigns.gift()
    commit(grant_form("GIFT", made.gift_id, member_id=member_id, grant_id="GRANT1", units=1, at=now()))
    return claim_id_of("GRANT1", 0)


def order_of_nothing(shop: Shop) -> str:
    """Sent without freight, and paid by coupon and points; the policy must let points pay all."""
    by_mail = None  # a card needs no freight
    kind = Sku("", "一张", Fen(500), cost_fen=Fen(1))
    card = add_to_shelf("电子贺卡", shop.samples.category_id, by_mail, kind)  # type: ignore[arg-type]
    made = campaigns.coupon(shop.c, off_fen=500, threshold_fen=0)
    campaigns.points(shop.c, 20)
    order = shop.place(shop.wanted(card, 0, 3), key="order-free", redeem=Redeem(made.coupon_id, 10))
    assert order.total_fen == 0
    return order.order_id


def recorded(member_id: str) -> Violation:
    """A violation whose penalty freezes commission."""
    return Violation(
        member_id, "VI1", "PRICE_CUTTING", "FREEZE_COMMISSION", "在群里低价倒卖。", "", now(), "ST1"
    )


def earn_silver(shop: Shop) -> None:
    """B has sold what silver asks for, and more; nobody has judged it."""
    save_level(SILVER, is_new=True)
    distributors.forget_levels()
    sell(shop.b, 200_000)
