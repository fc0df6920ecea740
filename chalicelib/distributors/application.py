"""How members become distributors, and what an application comes to (D1). Pure.

The two ways by purchase look at what was bought and kept: an order counts from its completion on, when the
after-sale window is over and no refund is open. At payment it could be paid, used as a ticket and refunded.
What staff refund even later leaves the figures again; who is a distributor by then stays one, for nobody
loses it by a fault of the goods, and staff may take it away by hand.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.distributors.rules import Distributor, Status
from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.kernel.money import MAX_FEN, Fen, yuan

Mode = Literal["OPEN", "APPLY", "SPEND", "PRODUCT", "ASSIGN"]

MAX_JOIN_PRODUCTS = 10
KEPT_IN_ALL = "ALL"
"""The sum over all products stands under this name."""


@settings.declare("join", "成为分销商")
@dataclass(frozen=True)
class JoinRules:
    """How members become distributors (D1). Never for a fee and never for recruiting (R12).

    SPEND and PRODUCT look at goods bought at their normal price, kept after the after-sale window; nobody
    becomes a distributor without asking. Staff may assign anybody in every mode.
    """

    mode: Annotated[
        Mode,
        Field(
            title="怎样成为分销商",
            description="消费或购买指定商品只看按正常售价买下、过了售后期没有退的商品，退掉的不算；这不是入门费，"
            "商城不得另收加入费，也不得为发展下线付钱。已经是分销商的人不受影响。",
        ),
    ] = "APPLY"
    default_level_id: Annotated[str, Field(title="新分销商的等级")] = "normal"
    spend_fen: Annotated[
        Fen,
        Field(title="累计消费满", description="选「累计消费」时有效：会员自己买下并留下的商品，不含运费。"),
    ] = Fen(0)
    product_ids: Annotated[
        tuple[str, ...],
        Field(
            title="指定商品",
            max_length=MAX_JOIN_PRODUCTS,
            description="选「购买指定商品」时有效：买过其中任意一件即可，最多 10 件，按正常售价出售。",
        ),
    ] = ()
    is_audited: Annotated[
        bool,
        Field(
            title="满足条件后还要审核", description="关：满足条件的会员申请后马上生效；开：还要由商城审核。"
        ),
    ] = False

    def check(self) -> None:
        """Refuse what the settings page cannot mean."""
        if not self.default_level_id:
            raise ValueError("请选择新分销商的等级。")
        if not 0 <= self.spend_fen <= MAX_FEN:
            raise ValueError("消费金额不能为负，也不能太大。")
        if self.mode == "SPEND" and self.spend_fen == 0:
            raise ValueError("请填写累计消费满多少可以成为分销商。")
        if self.mode == "PRODUCT" and not self.product_ids:
            raise ValueError("请选择至少一件指定商品。")

    @property
    def opens_itself(self) -> bool:
        """Whoever may apply is a distributor at once."""
        return self.mode == "OPEN" or (self.mode in ("SPEND", "PRODUCT") and not self.is_audited)


@dataclass(frozen=True)
class Purchase:
    """What the buyer kept of one order whose after-sale window is over; ``version`` is the order's own."""

    member_id: str
    order_id: str
    kept_fen: Fen
    units: dict[str, int]
    """Units kept and paid for, by product."""
    version: int


@dataclass(frozen=True)
class KeptSum:
    """What one member kept of a product, or of all (``KEPT_IN_ALL``), after so many changes."""

    member_id: str
    product_id: str
    kept_fen: Fen = Fen(0)
    units: int = 0
    changes: int = 0


@dataclass(frozen=True)
class Kept:
    """What one member bought and kept in all: money for goods without freight, and products asked about."""

    spent_fen: Fen = Fen(0)
    product_ids: frozenset[str] = frozenset()

    def fulfils(self, joining: JoinRules) -> bool:
        """Whether this is enough to apply."""
        if joining.mode == "SPEND":
            return self.spent_fen >= joining.spend_fen
        return joining.mode != "PRODUCT" or not self.product_ids.isdisjoint(joining.product_ids)


class MayNotApply(Forbidden):
    """A disabled distributor cannot come back by applying again."""

    title = "暂时不能申请"
    detail = "您的推广资格已被停用，如有疑问请联系客服。"


class ConditionOpen(Forbidden):
    """What the shop asks of a new distributor is not done yet; the detail names what is missing."""

    title = "还差一点就可以申请"
    detail = "达到商城的条件后就可以申请。"


class OnlyByInvitation(Forbidden):
    """Here staff choose the distributors."""

    title = "由商城邀请"
    detail = "这里的分销商由商城邀请，感兴趣可以联系客服。"


class PurchaseMoved(Conflict):
    """What the member kept changed since it was read; read again."""

    title = "消费记录有变化"
    detail = "消费记录刚刚有变化，请稍后再试。"


def kept_sums(member_id: str, purchases: Iterable[Purchase]) -> dict[str, KeptSum]:
    """The sums of these purchases of one member: money in all, units of each product."""
    kept_fen, units = 0, Counter[str]()
    for one in purchases:
        kept_fen += one.kept_fen
        units.update(one.units)
    sums = {name: KeptSum(member_id, name, units=number) for name, number in units.items()}
    return {KEPT_IN_ALL: KeptSum(member_id, KEPT_IN_ALL, Fen(kept_fen)), **sums}


def application(
    present: Distributor | None,
    member_id: str,
    message: str | None,
    rules: JoinRules,
    *,
    at: datetime,
    kept: Kept,
) -> Distributor:
    """The standing after this member applies.

    Applying twice changes nothing. One whom staff had deleted is always looked at by staff, even
    in an open shop. Raises ``MayNotApply`` for the disabled, ``OnlyByInvitation``, ``ConditionOpen``.
    """
    if present is not None and present.status in ("PENDING", "APPROVED"):
        return present
    if present is not None and present.status in ("DISABLED", "SUSPENDED", "EXPELLED"):
        raise MayNotApply()
    if rules.mode == "ASSIGN":
        raise OnlyByInvitation()
    if not kept.fulfils(rules):
        raise ConditionOpen(way_text(rules, kept))
    is_open = rules.opens_itself and (present is None or present.status == "REJECTED")
    status: Status = "APPROVED" if is_open else "PENDING"
    decided_at = at if is_open else None
    level_id = rules.default_level_id
    if present is None:
        return Distributor(member_id, status, level_id, at, decided_at, message=message)
    return replace(
        present,
        status=status,
        level_id=level_id,
        applied_at=at,
        decided_at=decided_at,
        reason=None,
        message=message,
        version=present.version + 1,
        level_since=at,
        is_level_held=False,
        demoted_at=None,
    )


def way_text(rules: JoinRules, kept: Kept) -> str:
    """What is still to do to become a distributor, in one sentence for the member."""
    then = "提交申请，由商城审核" if not rules.opens_itself else "成为分销商"
    if rules.mode == "ASSIGN":
        return OnlyByInvitation.detail
    if kept.fulfils(rules):
        return f"您现在就可以{then}。"
    if rules.mode == "SPEND":
        return f"再消费 {yuan(rules.spend_fen - kept.spent_fen)} 即可{then}，收货并过了售后期的订单会计入。"
    return f"买过指定商品中的任意一件即可{then}，收货并过了售后期的订单会计入。"
