"""A small shop for tests of money: A invites B invites C, and C's order with the figures of the demo.

Line 1 is 3 × ¥33.33, line 2 is 1 × ¥10.01, freight ¥12; level 1 (B) earns 10 %, level 2 (A) 5 %.
The order is put through the rooms' own stores, its terms frozen as placement would.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.adjustments.rules import ADJUSTMENTS
from chalicelib.commissions import store as commissions
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.rules import Grant, Payee, TermLine, Terms
from chalicelib.inventory import store as inventory
from chalicelib.inventory.rules import Stock
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Address
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.ask_refund import RefundAsk, ask_refund
from chalicelib.orders.move_refund import Refund, Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import Order, OrderLine
from chalicelib.orders.ship import Shipment, ship
from chalicelib.payments.pay_from_balance import pay_from_balance
from chalicelib.payments.prepay import prepay
from chalicelib.payments.settle import settle
from chalicelib.wallet import store as wallet
from chalicelib.wechat.login import Identity
from chalicelib.wechat.pay import PaidNotice
from tests.commissions import moment
from tests.payments.fakes import WeChatPay

HOME = Address("AD-HOME", "李雷", "13800138000", "广东省", "深圳市", "南山区", "海德路 1 号")
TOTAL_FEN = 12_200
LEVEL_1_FEN, LEVEL_2_FEN = 1_099, 549


@dataclass(frozen=True)
class People:
    """Member ids: ``a`` and ``b`` are the uplines of the buyer ``c``."""

    a: str
    b: str
    c: str


def people(*openids: str) -> People:
    """Three members; the chain is in the order's terms."""
    names = openids or ("o-a", "o-b", "o-c")
    return People(*(sign_in(Identity(config().mp_appid, one, None)).member.member_id for one in names))


def stock(quantity: int = 10) -> None:
    """So many pieces of both SKUs."""
    for sku_id in ("SK1", "SK2"):
        before = inventory.load(sku_id)
        after = Stock(sku_id, product_id=f"PR{sku_id[-1]}", available=quantity, stocked=quantity)
        commit(inventory.change_stock(before, after))


def order_id(who: People, key: str = "order-1") -> str:
    """The id of C's order of this key."""
    return derived_id("OR", who.c, key)


def place(who: People, key: str = "order-1") -> Order:
    """C's unpaid order, its stock reserved."""
    at = now()
    number = order_id(who, key)
    order = Order(
        order_id=number,
        buyer_id=who.c,
        status="UNPAID",
        lines=(_line(1, "SK1", 3, 3_333), _line(2, "SK2", 1, 1_001)),
        goods_fen=Fen(11_000),
        freight_fen=Fen(1_200),
        total_fen=Fen(TOTAL_FEN),
        terms=terms(who),
        ship_to=orders.sealed(HOME, number),
        payer_appid=config().mp_appid,
        payer_openid=members.load(who.c).openids[config().mp_appid],
        fingerprint="f",
        placed_at=at,
        expires_at=at + timedelta(minutes=30),
        auto_receive_days=10,
        after_sale_days=7,
    )
    reserved = [inventory.reserve(number, line.sku_id, line.quantity) for line in order.lines]
    commit(orders.put_order(order, KeyReused), *reserved)
    return order


def bought(peer: WeChatPay, order: Order) -> PaidNotice:
    """The buyer pays at WeChat; the notice that follows."""
    prepay(order.buyer_id, order.order_id, via="mp")
    return peer.buy(order.order_id)


def paid_order(peer: WeChatPay, who: People, key: str = "order-1") -> Order:
    """C's order, paid and settled."""
    order = place(who, key)
    settle(bought(peer, order))
    return orders.load(order.order_id)


def ask(order_id: str, *slices: Slice, key: str = "refund-1", freight_fen: int | None = None) -> Refund:
    """The shop itself asks a refund of these slices; ASKED."""
    wanted = RefundAsk(
        key=key,
        fingerprint=key,
        kind="REFUND_ONLY",
        slices=slices,
        reason="OTHER",
        asked_by="STANNA",
        freight_fen=freight_fen,
    )
    return ask_refund(orders.load(order_id), wanted)


def reserved(order_id: str, *slices: Slice, key: str = "refund-1", freight_fen: int | None = None) -> Refund:
    """A refund that staff let go, not yet sent to WeChat."""
    return reserve_refund(ask(order_id, *slices, key=key, freight_fen=freight_fen).refund_id)


def everything(order: Order) -> list[Slice]:
    """All units of all lines."""
    return [Slice(line.line_no, line.quantity) for line in order.lines]


def received(order_id: str) -> Order:
    """The order sent and received; its after-sale window runs."""
    return receive(ship(order_id, Shipment("PICK_UP")))


def spend(member_id: str, amount_fen: int) -> None:
    """Take available money away, balanced in the journal."""
    commit(
        wallet.move(member_id, available_fen=-amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:spent",
            now(),
            [(ADJUSTMENTS, amount_fen), (f"m:{member_id}:available", -amount_fen)],
            {"member_id": member_id, "reason": "测试"},
        ),
    )


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


def budget(amount_fen: int) -> None:
    """From now on the plan that C's orders froze pays no more than this in all."""
    plan = replace(
        moment.plan("01_two_levels"), plan_id="PL1", caps=(BudgetCap(amount_fen),), starts_at=now()
    )
    commit(commissions.add_plan(plan))
    commissions.forget_plans()


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


def earn(member_id: str, amount_fen: int) -> None:
    """Available money from nowhere in particular, balanced in the journal."""
    commit(
        wallet.move(member_id, available_fen=amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:{amount_fen}",
            now(),
            [("shop:sales", -amount_fen), (f"m:{member_id}:available", amount_fen)],
            {"member_id": member_id},
        ),
    )


def paid_by_balance(who: People, key: str = "order-1", *, leaves_fen: int = 0) -> Order:
    """C's order, paid by C's own money; so much is left of that."""
    earn(who.c, TOTAL_FEN + leaves_fen)
    return pay_from_balance(who.c, place(who, key).order_id, key="balance-1")
