"""The shop's paid orders of the last days, as a simulation takes them (R10). By index, never a scan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.kinds.facts import Article, Facts, Holder, Person
from chalicelib.commissions.kinds.model import Need, Plan
from chalicelib.commissions.load_people import load_people
from chalicelib.commissions.simulate import PastOrder
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Member
from chalicelib.orders import store
from chalicelib.orders.rules import Order, OrderLine
from chalicelib.standing import store as standing
from chalicelib.standing.rules import MAX_CHAIN
from chalicelib.standing.territory import Territory

PAGE = 100
_NO_PART = Promotion(takes_part=False)


@dataclass(frozen=True)
class Place:
    """Where reading is: a business day and how far in it; ``last`` is the last day to read."""

    day: date
    last: date
    inner: str | None = None

    @staticmethod
    def first(days: int, last: date) -> "Place":
        """The beginning of so many days up to ``last``."""
        return Place(last - timedelta(days=days - 1), last)


@dataclass(frozen=True)
class Found:
    """A page: what was paid of it, and where the next one is."""

    orders: list[PastOrder]
    next: Place | None


def past_orders(days: int, plans: Iterable[Plan]) -> Iterator[PastOrder]:
    """All of the last so many days, oldest first, with the facts that these plans go by."""
    place: Place | None = Place.first(days, business_day(now()))
    needs = needs_of(plans)
    while place is not None:
        found = read_past_orders(place, needs)
        yield from found.orders
        place = found.next


def needs_of(plans: Iterable[Plan]) -> frozenset[Need]:
    """The facts that any rule of these plans needs, those of periods too."""
    kinds = (kind for plan in plans for rule in plan.rules for kind in rule.kinds)
    return frozenset(need for kind in kinds for need in kind.needs)


def read_past_orders(place: Place, needs: frozenset[Need]) -> Found:
    """One page of a day's orders.

    Money, goods, uplines, sharer and address are those of the order; levels, standing, territories and
    the products' own settings are today's. An order that was given back whole, or never paid, is left
    out; what was given back in part is taken as paid.
    """
    page = store.of_day(place.day, limit=PAGE, cursor=place.inner)
    paid = [one for one in page.items if one.paid_at is not None and one.status != "CLOSED"]
    if page.next is not None:
        following: Place | None = Place(place.day, place.last, page.next)
    else:
        following = Place(place.day + timedelta(days=1), place.last) if place.day < place.last else None
    return Found(_known(paid, needs) if paid else [], following)


def _known(orders: list[Order], needs: frozenset[Need]) -> list[PastOrder]:
    products = catalog.load_many(line.product_id for order in orders for line in order.lines)
    by_region = "REGION" in needs
    held = {order.order_id: _holders(order) for order in orders} if by_region else {}
    involved = [
        member_id
        for order in orders
        for member_id in (order.buyer_id, *order.chain, order.sharer_id)
        if member_id is not None
    ]
    involved += [one.member_id for found in held.values() for one in found]
    ids = list(dict.fromkeys(involved))
    known = members.load_many(ids)
    people = load_people(needs, ids, known)
    return [
        _past(
            order,
            products,
            people,
            buyer=known.get(order.buyer_id),
            held=held.get(order.order_id, ()),
        )
        for order in orders
    ]


def _holders(order: Order) -> list[Territory]:
    return standing.holders(order.ship_to.province, order.ship_to.city, order.ship_to.district)


def _past(
    order: Order,
    products: dict[str, Product],
    people: dict[str, Person],
    *,
    buyer: Member | None,
    held: Sequence[Territory],
) -> PastOrder:
    first_at = buyer.bought_at if buyer else None
    return PastOrder(
        order.order_id,
        Facts(
            at=order.placed_at,
            buyer=people[order.buyer_id],
            chain=tuple(people[one] for one in order.chain[:MAX_CHAIN]),
            articles=tuple(_article(line, products.get(line.product_id)) for line in order.lines),
            sharer=people[order.sharer_id] if order.sharer_id else None,
            holders=tuple(Holder(one.level, people[one.member_id]) for one in held),
            region=(order.ship_to.province, order.ship_to.city, order.ship_to.district),
            is_first_order=order.terms.claims_first_order or order.paid_at == first_at,
        ),
        order.paid_at,
    )


def _article(line: OrderLine, product: Product | None) -> Article:
    """The line as it was bought; goods that are gone take no part any more."""
    skus = product.skus if product else ()
    sku = next((one for one in skus if one.sku_id == line.sku_id), None)
    sku = sku or Sku(line.sku_id, line.sku_name, line.price_fen, cost_fen=line.cost_fen)
    gone = Product(line.product_id, line.title, "", "", (), (), False, None, (sku,), _NO_PART)
    return Article(
        line_no=line.line_no,
        product=product or gone,
        sku=sku,
        quantity=line.quantity,
        paid_fen=line.paid_fen,
        list_fen=Fen(sku.price_fen * line.quantity),
        cost_fen=Fen(line.cost_fen * line.quantity),
    )
