"""Whether a plan can pay more on an article than the shop allows or has, after coupons (R9). Pure."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from chalicelib.catalog.rules import Product, Sku, price_of, promotion_of
from chalicelib.commissions.check_plan import CEILING, Shop
from chalicelib.commissions.kinds.facts import Article
from chalicelib.commissions.kinds.model import Breach, Plan
from chalicelib.commissions.most_paid import most_paid
from chalicelib.kernel.money import Fen, share, yuan

MOST = 20
"""Articles named at most; a merchant mends the first ones and asks again."""

AfterCoupons = Callable[[Product, Sku], int]


def check_skus(
    plan: Plan, shop: Shop, products: Iterable[Product], after_coupons: AfterCoupons
) -> tuple[Breach, ...]:
    """The articles on which all payees together could get more than the ceiling, or than the margin.

    Each article is reckoned at its lowest price: of the cheapest member price and the deepest coupon.
    What is capped by a rule's own caps is held; the ceiling itself is what is held against. An article
    that is given away, or takes no part, pays nothing. After ``MOST`` findings the rest is not looked at,
    and the last finding says so.
    """
    found = (
        breach
        for product in products
        for sku in product.skus
        for breach in _of_sku(plan, shop, _lowest(product, sku, after_coupons))
    )
    first = tuple(islice(found, MOST))
    if next(found, None) is None:
        return first
    reason = f"先列出 {MOST} 处，后面的商品还没有全部检查。"
    return (*first, Breach("skus", CEILING, reason, "请先改好上面这些，再检查一次。"))


def _lowest(product: Product, sku: Sku, after_coupons: AfterCoupons) -> Article:
    prices = [price_of(sku, level_id) for level_id in (None, *sku.member_prices_fen)]
    off_fen = max(0, sku.price_fen - after_coupons(product, sku))
    paid_fen = Fen(max(0, min(prices) - off_fen))
    return Article(1, product, sku, 1, paid_fen, sku.price_fen, sku.cost_fen)


def _of_sku(plan: Plan, shop: Shop, article: Article) -> Iterator[Breach]:
    if not article.paid_fen or not promotion_of(article.product, article.sku).takes_part:
        return
    most = most_paid(plan, article, shop.levels)
    name = f"{article.product.title}（{article.sku.name}）"
    field = f"skus.{article.sku.sku_id}"
    ceiling = share(article.paid_fen, plan.cap_bps)
    if most > ceiling:
        reason = (
            f"“{name}”最低卖 {yuan(article.paid_fen)}，佣金最高合计 {yuan(most)}，超过上限 {yuan(ceiling)}。"
        )
        yield Breach(field, CEILING, reason, "请降低它的佣金或优惠，给规则加上限，或提高总上限。")
    margin = article.paid_fen - article.cost_fen
    if min(most, ceiling) > 0 and min(most, ceiling) > margin:
        lowest, earned = yuan(article.paid_fen), yuan(min(most, ceiling))
        reason = f"“{name}”最低卖 {lowest}，毛利 {yuan(margin)}，佣金最高 {earned}，会亏本。"
        yield Breach(field, "不亏本销售", reason, "请降低它的佣金或优惠，或调整售价。")
