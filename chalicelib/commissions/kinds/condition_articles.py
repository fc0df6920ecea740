"""Products or categories (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Id, Known, Rule

_Ids = Annotated[tuple[Id, ...], Field(max_length=200)]


@dataclass(frozen=True)
class ArticlesCondition(Condition):
    """The line is of one of these products or categories; with ``is_except``, of none of them."""

    product_ids: _Ids = ()
    category_ids: _Ids = ()
    is_except: bool = False
    kind: Literal["ARTICLES"] = "ARTICLES"
    is_of_line: ClassVar[bool] = True

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        assert article is not None
        product = article.product
        is_named = product.product_id in self.product_ids or product.category_id in self.category_ids
        return is_named != self.is_except

    def can_hold_with(self, others: Sequence["ArticlesCondition"]) -> bool:
        """Whether some product of some category passes all; any product may be of any category."""
        together = (self, *others)
        named = {one for condition in together for one in condition.product_ids}
        return any(_has_category(together, product) for product in (None, *sorted(named)))

    def implies(self, other: "ArticlesCondition") -> bool:
        if self.is_except != other.is_except:
            return False
        inner, outer = (other, self) if self.is_except else (self, other)
        return set(inner.product_ids) <= set(outer.product_ids) and set(inner.category_ids) <= set(
            outer.category_ids
        )

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if rule.is_of_period:
            return [("", "按周期结算的规则不能限定商品。", "请去掉这个条件，或改为按订单返利。")]
        found = [
            ("product_ids", f"没有商品“{one}”。", "请从商品列表里重新选择。")
            for one in self.product_ids
            if one not in known.product_ids
        ]
        found += [
            ("category_ids", f"没有分类“{one}”。", "请从分类列表里重新选择。")
            for one in self.category_ids
            if one not in known.category_ids
        ]
        if not self.product_ids and not self.category_ids:
            found.append(("product_ids", "没有选择任何商品或分类。", "请至少选一个，或去掉这个条件。"))
        return found

    def told(self) -> str:
        named = [f"商品 {one}" for one in self.product_ids] + [f"分类 {one}" for one in self.category_ids]
        return ("除外：" if self.is_except else "限：") + "、".join(named)


def _has_category(together: Sequence[ArticlesCondition], product_id: str | None) -> bool:
    """Whether this product (``None``: one that nobody names) passes all in one category at least."""
    if any(one.is_except and product_id in one.product_ids for one in together):
        return False
    wanted = [
        set(one.category_ids) for one in together if not one.is_except and product_id not in one.product_ids
    ]
    banned = {category for one in together if one.is_except for category in one.category_ids}
    return not wanted or bool(set.intersection(*wanted) - banned)
