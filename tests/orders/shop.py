"""A small shop for tests of orders, made through the rooms' own verbs and stores.

A invites B invites C, who buys. Tea: two articles, ¥33.33 and ¥79 (B's level pays ¥70 for the second);
samples: one article of ¥10.01. Freight is ¥12, ¥25 to the far west, none to Hong Kong.
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.rules import Category, FreightRate, FreightTemplate, Product, RegionRate, Sku
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions import store as commissions
from chalicelib.commissions.first_plan import first_plan
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor, Level
from chalicelib.distributors.save_level import save_level
from chalicelib.inventory import store as inventory
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel import clock
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Address
from chalicelib.members.save_address import save_address
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store
from chalicelib.orders.ask_refund import RefundAsk, ask_refund
from chalicelib.orders.move_refund import BY_BUYER, Refund, RefundKind, Slice
from chalicelib.orders.place import Placement, place
from chalicelib.orders.price import Wanted
from chalicelib.orders.quote_with import quote_with
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import Order, ParcelLine
from chalicelib.orders.ship import Shipment, ship
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle import settle
from chalicelib.wechat.login import Identity
from tests.payments.fakes import WeChatPay
from tests.support.world import PICTURE_KEY

HOME, WEST, NOWHERE = "AD-HOME", "AD-WEST", "AD-NOWHERE"
STOCK = 10


@dataclass(frozen=True)
class Shop:
    """Ids of people and goods, and the WeChat Pay beside it."""

    peer: WeChatPay
    a: str
    b: str
    c: str
    tea: Product
    samples: Product

    @property
    def basket(self) -> tuple[Wanted, ...]:
        """3 × ¥33.33 and 1 × ¥10.01."""
        return (self.wanted(self.tea, 0, 3), self.wanted(self.samples, 0, 1))

    @staticmethod
    def wanted(product: Product, article: int, quantity: int) -> Wanted:
        return Wanted(product.product_id, product.skus[article].sku_id, quantity)

    # -- what people do ---------------------------------------------------------------------

    def place(self, *basket: Wanted, key: str = "order-0001", via: str = "mp", **more: Any) -> Order:
        """C places an order of the basket, at the price just quoted."""
        wanted = basket or self.basket
        address_id = more.pop("address_id", HOME)
        buyer_id = more.pop("buyer_id", self.c)
        province = members.address(buyer_id, address_id).province
        expected_fen = more.pop("expected_total_fen", None)
        if expected_fen is None:
            redeem = more.get("redeem", Redeem())
            expected_fen = quote_with(buyer_id, wanted, redeem, province=province).quote.total_fen
        told = Placement(buyer_id, via, key, repr(wanted), wanted, address_id, expected_fen, **more)
        return place(told)

    def paid(self, *basket: Wanted, key: str = "order-0001") -> Order:
        """C's order, paid through WeChat and settled."""
        return self.pay(self.place(*basket, key=key))

    def pay(self, order: Order) -> Order:
        """The buyer pays on the phone; the notice is settled."""
        prepay(order.buyer_id, order.order_id, via="mp")
        settle(self.peer.buy(order.order_id))
        return store.load(order.order_id)

    def shipped(self, order: Order, *lines: ParcelLine, number: str = "SF10000001") -> Order:
        return ship(order.order_id, Shipment("EXPRESS", "SF", number, lines))

    def ask(
        self,
        order: Order,
        *slices: Slice,
        key: str = "refund-0001",
        kind: RefundKind = "REFUND_ONLY",
        by: str = BY_BUYER,
        **more: Any,
    ) -> Refund:
        """Somebody asks for these slices back."""
        wanted = RefundAsk(key, repr(slices), kind, slices, "OTHER", asked_by=by, **more)
        return ask_refund(store.load(order.order_id), wanted)

    def pay_back(self, refund: Refund, *, freight_fen: int | None = None) -> Refund:
        """Staff let a refund go, WeChat pays it, its notice is booked."""
        reserve_refund(refund.refund_id, freight_fen=freight_fen)
        assert send_refund(refund.refund_id) is not None
        post_refund(self.peer.end_refund(refund.refund_id))
        return store.load_refund(refund.refund_id)

    # -- what can be seen -------------------------------------------------------------------

    def left(self, product: Product, article: int = 0) -> int:
        return inventory.load(product.skus[article].sku_id).available

    def holds(self, order: Order) -> dict[str, frozenset[str]]:
        """By payee, the refunds that hold the commission."""
        return {row.payee_id: row.holds for row in commissions.of_order(order.order_id)}


def open_shop(peer: WeChatPay) -> Shop:
    """Everything there, ten of each article in stock."""
    distributors.forget_levels()
    commissions.forget_plans()
    save_level(Level("normal", "普通分销商", 1), is_new=True)
    distributors.forget_levels()
    first_plan()
    template = save_template(_freight())
    category = save_category(Category("", "茶"))
    tea = add_to_shelf(
        "高山绿茶",
        category.category_id,
        template.template_id,
        Sku("", "100 克", Fen(3333), cost_fen=Fen(1500)),
        Sku("", "250 克", Fen(7900), member_prices_fen={"normal": Fen(7000)}, cost_fen=Fen(3400)),
    )
    samples = add_to_shelf(
        "试饮小样",
        category.category_id,
        template.template_id,
        Sku("", "三泡装", Fen(1001), cost_fen=Fen(400)),
    )
    a, b, c = (_person(name) for name in "abc")
    _below(b, a)
    _below(c, b)
    for seller in (a, b):
        at = clock.now()
        made = Distributor(seller, "APPROVED", "normal", at, at)
        commit(distributors.change(None, made, "ASSIGNED", by="ST1", at=at))
    return Shop(peer, a, b, c, tea, samples)


def _freight() -> FreightTemplate:
    near = FreightRate(first_units=1, first_fee_fen=1200, next_units=1, next_fee_fen=0)
    far = FreightRate(first_units=1, first_fee_fen=2500, next_units=1, next_fee_fen=0)
    return FreightTemplate("", "统一运费", "PIECE", near, (RegionRate(("新疆",), far),), ("香港",))


def add_to_shelf(
    title: str, category_id: str, template_id: str, *skus: Sku, limit_per_order: int | None = 5
) -> Product:
    """A product in stock and on the shelf."""
    draft = Product(
        product_id="",
        title=title,
        subtitle="",
        category_id=category_id,
        picture_urls=(f"{config().public_url}/{PICTURE_KEY}",),
        description=(),
        is_on_shelf=False,
        freight_template_id=template_id,
        skus=skus,
        limit_per_order=limit_per_order,
    )
    product = add_product(draft)
    for sku in product.skus:
        set_stock(Count(product.product_id, sku.sku_id, STOCK, 0, version=0, by="ST1", reason="备货"))
    return set_shelf(product.product_id, is_on_shelf=True, version=product.version)


def _person(name: str) -> str:
    member_id = sign_in(Identity(config().mp_appid, f"o-{name}", f"u-{name}")).member.member_id
    for address_id, province in ((HOME, "广东省"), (WEST, "新疆维吾尔自治区"), (NOWHERE, "香港")):
        address = Address(address_id, "李雷", "13800138000", province, "某市", "某区", "某路 1 号")
        save_address(member_id, address, is_new=True)
    return member_id


def _below(member_id: str, upline_id: str) -> None:
    path = (upline_id, *members.load(upline_id).path)[:3]
    member = members.load(member_id)
    commit(members.bind_upline(member, path, at=clock.now(), code="TESTCODE"))
