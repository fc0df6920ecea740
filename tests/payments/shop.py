"""A small shop for tests of money: A invites B invites C, and C's order with the figures of the demo.

Line 1 is 3 × ¥33.33, line 2 is 1 × ¥10.01, freight ¥12; level 1 (B) earns 10 %, level 2 (A) 5 %.
The order is put through the rooms' own stores, its terms frozen as placement would.
"""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.commissions.rules import Grant, Payee, TermLine, Terms
from chalicelib.inventory import store as inventory
from chalicelib.inventory.rules import Stock
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order, OrderLine, ShipTo
from chalicelib.payments.prepay import prepay
from chalicelib.wechat.login import Identity
from chalicelib.wechat.pay import PaidNotice
from tests.payments.fakes import WeChatPay

TOTAL_FEN = 12_200
LEVEL_1_FEN, LEVEL_2_FEN = 1_099, 549


@dataclass(frozen=True)
class People:
    """Member ids: ``a`` and ``b`` are the uplines of the buyer ``c``."""

    a: str
    b: str
    c: str


def people() -> People:
    """Three members; the chain is in the order's terms."""
    found = [sign_in(Identity(config().mp_appid, f"o-{name}", None)).member.member_id for name in "abc"]
    return People(*found)


def stock(quantity: int = 10) -> None:
    """So many pieces of both SKUs."""
    for sku_id in ("SK1", "SK2"):
        before = inventory.load(sku_id)
        after = Stock(sku_id, product_id=f"PR{sku_id[-1]}", available=quantity, stocked=quantity)
        commit(inventory.change_stock(before, after))


def place(who: People, key: str = "order-1") -> Order:
    """C's unpaid order, its stock reserved."""
    at = now()
    order_id = derived_id("OR", who.c, key)
    order = Order(
        order_id=order_id,
        buyer_id=who.c,
        status="UNPAID",
        lines=(_line(1, "SK1", 3, 3_333), _line(2, "SK2", 1, 1_001)),
        goods_fen=Fen(11_000),
        freight_fen=Fen(1_200),
        total_fen=Fen(TOTAL_FEN),
        terms=terms(who),
        ship_to=ShipTo("广东省", "深圳市", "南山区", "sealed"),
        payer_appid=config().mp_appid,
        payer_openid="o-c",
        fingerprint="f",
        placed_at=at,
        expires_at=at + timedelta(minutes=30),
        auto_receive_days=10,
        after_sale_days=7,
    )
    reserved = [inventory.reserve(order_id, line.sku_id, line.quantity) for line in order.lines]
    commit(orders.put_order(order, KeyReused), *reserved)
    return order


def bought(peer: WeChatPay, order: Order) -> PaidNotice:
    """The buyer pays at WeChat; the notice that follows."""
    prepay(order.buyer_id, order.order_id, via="mp")
    return peer.buy(order.order_id)


def terms(who: People) -> Terms:
    """Two levels, 10 % and 5 %."""
    grants = (Grant("PLAN", 1_000), Grant("PLAN", 500))
    return Terms(
        plan_id="PL1",
        plan_version=1,
        plan_name="两级",
        cap_bps=3_000,
        payees=(Payee(who.b, 1, "normal", "L1"), Payee(who.a, 2, "normal", "L2")),
        lines=tuple(TermLine(number, f"PR{number}", f"SK{number}", grants) for number in (1, 2)),
    )


def _line(line_no: int, sku_id: str, quantity: int, price_fen: int) -> OrderLine:
    return OrderLine(
        line_no=line_no,
        product_id=f"PR{line_no}",
        sku_id=sku_id,
        title=f"商品{line_no}",
        sku_name="标准",
        picture_url=None,
        quantity=quantity,
        price_fen=Fen(price_fen),
        goods_fen=Fen(quantity * price_fen),
        discount_fen=Fen(0),
        paid_fen=Fen(quantity * price_fen),
        cost_fen=Fen(100),
    )
