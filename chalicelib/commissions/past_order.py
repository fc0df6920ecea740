"""Orders as a simulation takes them from a file (R10); docs/schemas/orders.json is made from these."""

from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.kinds.facts import Area, Article, Facts, Holder, Person
from chalicelib.commissions.kinds.model import Bps, FenIn, Id
from chalicelib.commissions.rules import Exclusion
from chalicelib.commissions.simulate import PastOrder
from chalicelib.kernel.http import Body
from chalicelib.kernel.money import Fen


class PersonIn(Body):
    """Somebody who may earn, as of the order's moment."""

    member_id: Id
    level_id: str = ""
    level_name: str = ""
    level_rates_bps: tuple[Bps, ...] = ()
    excluded: Exclusion | None = Field(None, description="Why they earn nothing; null when they may.")
    joined_at: AwareDatetime | None = None
    has_open_violation: bool = False
    direct_buyers: int = Field(0, ge=0)

    def person(self) -> Person:
        """As rules see it."""
        return Person(**vars(self))


class HolderIn(Body):
    """Who holds a territory the order went to."""

    area: Area
    person: PersonIn


class PromotionIn(Body):
    """A product's or article's own ratios or amounts for upline 1 to 3."""

    takes_part: bool = True
    rates_bps: tuple[Bps, ...] = ()
    fixed_fen: tuple[FenIn, ...] = ()

    def promotion(self) -> Promotion:
        """As the catalog has it."""
        return Promotion(**vars(self))


class LineIn(Body):
    """One line; all money is for the whole line, after discounts and without freight unless said."""

    product_id: Id
    sku_id: Id
    title: str = Field(max_length=200)
    category_id: str = ""
    quantity: int = Field(1, ge=1, le=10_000)
    paid_fen: FenIn
    list_fen: FenIn | None = Field(None, description="At list price; as paid when left out.")
    cost_fen: FenIn = 0
    promotion: PromotionIn = PromotionIn()
    sku_promotion: PromotionIn | None = Field(None, description="Overrides the product's.")

    def article(self, line_no: int) -> Article:
        """As rules see it."""
        list_fen = Fen(self.paid_fen if self.list_fen is None else self.list_fen)
        own = self.sku_promotion.promotion() if self.sku_promotion else None
        price_fen, cost_fen = Fen(list_fen // self.quantity), Fen(self.cost_fen // self.quantity)
        sku = Sku(self.sku_id, "", price_fen, cost_fen=cost_fen, promotion=own)
        general = self.promotion.promotion()
        product = Product(
            self.product_id, self.title, "", self.category_id, (), (), True, None, (sku,), general
        )
        paid_fen = Fen(self.paid_fen)
        return Article(line_no, product, sku, self.quantity, paid_fen, list_fen, Fen(self.cost_fen))


class OrderIn(Body):
    """A paid order with the people around it."""

    order_id: Id
    at: AwareDatetime = Field(description="When it was placed.")
    paid_at: AwareDatetime | None = Field(
        None, description="The period of this moment counts it; that of `at` when left out."
    )
    buyer: PersonIn
    uplines: tuple[PersonIn, ...] = Field((), max_length=9, description="Nearest first.")
    lines: tuple[LineIn, ...] = Field(min_length=1, max_length=100)
    sharer: PersonIn | None = None
    holders: tuple[HolderIn, ...] = Field((), max_length=3, description="Narrowest first.")
    region: tuple[str, str, str] = ("", "", "")
    is_first_order: bool = False


def past_order(text: str) -> PastOrder:
    """The order that this JSON says, as simulating takes it. Raises pydantic's ``ValidationError``."""
    given = OrderIn.model_validate_json(text)
    facts = Facts(
        at=given.at,
        buyer=given.buyer.person(),
        chain=tuple(one.person() for one in given.uplines),
        articles=tuple(line.article(number) for number, line in enumerate(given.lines, 1)),
        sharer=given.sharer.person() if given.sharer else None,
        holders=tuple(Holder(one.area, one.person.person()) for one in given.holders),
        region=given.region,
        is_first_order=given.is_first_order,
    )
    return PastOrder(given.order_id, facts, given.paid_at)


Orders = TypeAdapter(Annotated[list[OrderIn], Field(description="Paid orders, in any order.")])
