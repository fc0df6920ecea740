"""The demo shop: a few honest products, freight, levels, a rebate plan and its owner.

Made once in a new world, through the same verbs that staff use.
"""

import contextlib
from dataclasses import asdict, dataclass

from chalicelib.admin.change_setting import change_setting
from chalicelib.admin.create_owner import create_owner
from chalicelib.admin.rules import StaffExists
from chalicelib.catalog import store as catalog
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.rules import (
    Block,
    Category,
    FreightRate,
    FreightTemplate,
    Product,
    Promotion,
    RegionRate,
    Sku,
)
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions.first_plan import first_plan
from chalicelib.distributors import store as distributors
from chalicelib.distributors.first_level import first_level
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel import aws, ids
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.money import Fen
from chalicelib.marketing.rules import Campaign, Gift, Terms, Validity
from chalicelib.marketing.save_campaign import save_campaign
from chalicelib.marketing.save_gift import save_gift
from chalicelib.wallet.move_points import PointsRules
from chalicelib.wallet.points_for import PointsEarning
from scripts.local.still_life import still_life

OWNER = "owner"


@dataclass(frozen=True)
class Sample:
    """A product of the demo shop; each article is a name, a price and a cost in fen."""

    category: str
    title: str
    subtitle: str
    articles: tuple[tuple[str, int, int], ...]
    subject: str
    colors: tuple[str, str]
    promotion: Promotion = Promotion()


SAMPLES = (
    Sample("茶与咖啡", "高山云雾绿茶", "清明前采摘，回甘清甜", (("100 克", 3333, 1500), ("250 克", 7900, 3400)), "tin", ("#dff0d8", "#5b8c5a")),
    Sample("茶与咖啡", "试饮小样", "三款茶各一泡，先尝再买", (("三泡装", 1001, 400),), "sachets", ("#eaf4ec", "#8fb996")),
    Sample("茶与咖啡", "云南小粒咖啡豆", "中度烘焙，坚果与可可香", (("227 克", 5800, 2600), ("454 克", 9900, 4700)), "bag", ("#f3e6d8", "#6f4e37")),
    Sample("家居好物", "手工竹编收纳篮", "老师傅一根一根编出来", (("小号", 6800, 3000), ("大号", 12800, 5600)), "basket", ("#f6ecd6", "#c29a5b")),
    Sample("家居好物", "陶土马克杯", "一杯一色，手感温润", (("月白", 4500, 1800), ("黛青", 4500, 1800)), "mug", ("#e9edf2", "#6b7f99"), Promotion(fixed_fen=(600, 200))),
    Sample("家居好物", "长绒棉四件套", "六十支贡缎，越洗越软", (("1.5 米床", 29900, 14200), ("1.8 米床", 32900, 15800)), "bedding", ("#f2ecf5", "#9a86b3"), Promotion(rates_bps=(1200, 600))),
    Sample("山野食材", "秦岭百花蜜", "一年只取一次", (("500 克", 5900, 2700),), "jar", ("#fdf1d0", "#e0a526")),
    Sample("山野食材", "东北长粒香米", "新米现碾，产地直发", (("5 公斤", 6900, 4100),), "sack", ("#f8f5ea", "#c9b98a"), Promotion(takes_part=False)),
)  # fmt: skip


def make_demo_shop(owner_password: str) -> None:
    """Make whatever is not there yet; does nothing in a shop that has categories."""
    _levels()
    first_plan()
    with contextlib.suppress(StaffExists):
        create_owner(OWNER, "店主", owner_password, must_change=False)
    if catalog.categories():
        return
    template = save_template(_freight())
    made: dict[str, str] = {}
    for position, sample in enumerate(SAMPLES):
        if sample.category not in made:
            category = Category("", sample.category, sort=len(made))
            made[sample.category] = save_category(category).category_id
        _product(sample, made[sample.category], template.template_id, position)
    _marketing(made["茶与咖啡"])


def _marketing(tea_id: str) -> None:
    """A coupon to claim, one for tea alone, a gift, points that may pay a whole order and come every day."""
    at = now()
    welcome = Terms("新人满 50 减 10", "FIXED", off_fen=Fen(1_000), threshold_fen=Fen(5_000))
    tea = Terms("茶与咖啡九折", "PERCENT", off_bps=1_000, max_off_fen=Fen(3_000), category_ids=(tea_id,))
    for key, terms in (("welcome", welcome), ("tea", tea)):
        draft = Campaign("", terms, Validity(30), 1_000, 1, True, "ACTIVE", at)
        save_campaign(draft, by="demo", key=key)
    save_gift(
        Gift("", "竹编收纳篮（小号）", None, Fen(6_800), 100, 30, "ACTIVE", at), by="demo", key="basket"
    )
    change_setting("points", asdict(PointsRules(max_share_bps=10_000)), version=0, by="demo")
    daily = PointsEarning(check_in_points=1, streak_bonus=3)
    change_setting("points_earning", asdict(daily), version=0, by="demo")


def _levels() -> None:
    first_level()
    if len(distributors.levels()) == 1:
        save_level(Level("silver", "银牌分销商", 2, (1200, 600)), is_new=True)
        save_level(Level("gold", "金牌分销商", 3, (1500, 800)), is_new=True)


def _freight() -> FreightTemplate:
    """¥12 an order, free from ¥199 on; ¥25 to the far west."""
    near = FreightRate(first_units=1, first_fee_fen=1200, next_units=1, next_fee_fen=0, free_over_fen=19900)
    far = FreightRate(first_units=1, first_fee_fen=2500, next_units=1, next_fee_fen=300)
    west = RegionRate(("西藏自治区", "新疆维吾尔自治区", "青海省"), far)
    return FreightTemplate("", "全国包邮满 199 元", "PIECE", near, (west,))


def _product(sample: Sample, category_id: str, template_id: str, position: int) -> None:
    draft = Product(
        product_id="",
        title=sample.title,
        subtitle=sample.subtitle,
        category_id=category_id,
        picture_urls=(_picture(sample),),
        description=(Block(text=f"{sample.title}：{sample.subtitle}。七天无理由退货，四十八小时内发货。"),),
        is_on_shelf=False,
        freight_template_id=template_id,
        skus=tuple(
            Sku("", name, Fen(price_fen), cost_fen=Fen(cost_fen))
            for name, price_fen, cost_fen in sample.articles
        ),
        promotion=sample.promotion,
        sort=position,
    )
    product = add_product(draft)
    for sku in product.skus:
        set_stock(Count(product.product_id, sku.sku_id, 500, 10, version=0, by="demo", reason="开店备货"))
    set_shelf(product.product_id, is_on_shelf=True, version=product.version)


def _picture(sample: Sample) -> str:
    """The sample's picture, uploaded where uploaded pictures live."""
    key = f"media/pictures/{ids.new_id('PC')}.png"
    aws.client("s3").put_object(
        Bucket=config().media_bucket,
        Key=key,
        Body=still_life(sample.subject, sample.colors),
        ContentType="image/png",
    )
    return f"{config().public_url}/{key}"
