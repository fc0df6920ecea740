"""A chain of people, a plan and a sale, made through the rooms' own verbs and stores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hypothesis import strategies as st

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.claw_back import ClawedBack, claw_back
from chalicelib.commissions.credit import credit
from chalicelib.commissions.rules import (
    Grant,
    Payee,
    RefundedLine,
    Sale,
    SaleLine,
    TermLine,
    Terms,
)
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.rules import Level
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Member, new_member
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import PointsTurn

RULES: tuple[str, ...] = ("SELF", "L1", "L2", "L3")
PLAN_10_5 = (Grant("PLAN", 1000), Grant("PLAN", 500))
LINES = (SaleLine(1, "山核桃", 3, Fen(9999)), SaleLine(2, "红枣", 1, Fen(1001)))
"""The figure that must come out: 10 % and 5 % of 3 × ¥33.33 and 1 × ¥10.01."""


def terms(*payees: Payee, grants: Mapping[int, Sequence[Grant]], cap_bps: int = 3000) -> Terms:
    """Terms as an order froze them."""
    lines = tuple(TermLine(number, "PR", f"SK{number}", tuple(given)) for number, given in grants.items())
    return Terms("PL1", 1, "标准返利方案", cap_bps, payees, lines)


def chain(depth: int = 2) -> tuple[Payee, ...]:
    """Uplines A, B, C of a buyer, nearest first."""
    return tuple(Payee(f"MB{'ABC'[place]}", place + 1, "normal", RULES[place + 1]) for place in range(depth))


def sale(order_id: str = "OR1", *, lines: tuple[SaleLine, ...] = LINES, frozen: Terms | None = None) -> Sale:
    """A sale to MBX; by default the one of the known figures."""
    given = frozen or terms(*chain(), grants={line.line_no: PLAN_10_5 for line in lines})
    return Sale(order_id, "MBX", lines, given)


def pay(one: Sale) -> int:
    """Commit the payment of a sale as payments do, without the order; returns what was credited."""
    credited = credit(one, now())
    paid_fen = sum(line.goods_paid_fen for line in one.lines)
    postings = [("wx:cash", -paid_fen), ("shop:sales", paid_fen), *credited.postings]
    booked = wallet.entry(
        f"PAID:{one.order_id}", now(), postings, {"order_id": one.order_id}, points=credited.points
    )
    commit(credited.writes, [booked] if paid_fen else [])
    return credited.total_fen


def ask_back(
    one: Sale, refund_id: str, amounts: Mapping[int, int], *, turn: PointsTurn | None = None
) -> ClawedBack:
    """What a refund of these amounts, line by line, takes back; not committed."""
    paid = {line.line_no: line.goods_paid_fen for line in one.lines}
    lines = {number: RefundedLine(paid[number], Fen(0), Fen(amount)) for number, amount in amounts.items()}
    return claw_back(one.order_id, refund_id, lines, now(), turn=turn or PointsTurn())


def refund(one: Sale, refund_id: str, amounts: Mapping[int, int]) -> int:
    """Commit a refund as payments do, without the order; returns what was taken back."""
    turn = PointsTurn()
    clawed = ask_back(one, refund_id, amounts, turn=turn)
    total = sum(amounts.values())
    postings = [("wx:cash", total), ("shop:sales", -total), *clawed.postings]
    refs = {"order_id": one.order_id, "refund_id": refund_id}
    booked = wallet.entry(f"REFUND:{refund_id}", now(), postings, refs, points=turn.postings)
    commit(clawed.writes, turn.writes(), booked)
    return clawed.total_fen


def add_levels(*levels: Level) -> None:
    """Levels of distributors; 普通 with the plan's own ratios by default."""
    commit(*(distributors.add_level(level) for level in levels or (Level("normal", "普通", 1),)))
    distributors.forget_levels()


def add_member(member_id: str, path: Sequence[str] = (), *, nickname: str = "小明同学") -> Member:
    """A member below ``path``."""
    joined = now()
    bound_at: datetime | None = joined if path else None
    member = replace(new_member(member_id, joined), path=tuple(path), nickname=nickname, bound_at=bound_at)
    commit(members.put_member(member))
    return member


def add_distributor(member_id: str, path: Sequence[str] = (), *, level_id: str = "normal") -> Member:
    """An approved distributor."""
    member = add_member(member_id, path)
    assign(member_id, level_id, by="STBOSS", reason="测试用")
    return member


def product(
    *skus: Sku, promotion: Promotion | None = None, price_fen: int = 10_000, product_id: str = "PR1"
) -> Product:
    """A product with one article unless told otherwise."""
    return Product(
        product_id=product_id,
        title="山核桃",
        subtitle="",
        category_id="CA1",
        picture_urls=(),
        description=(),
        is_on_shelf=True,
        freight_template_id=None,
        skus=skus or (Sku("SK1", "500 克", Fen(price_fen)),),
        promotion=promotion or Promotion(),
    )


grants = st.one_of(
    st.builds(Grant, st.just("PLAN"), st.integers(0, 10_000)),
    st.builds(lambda fixed: Grant("SKU_FIXED", 0, Fen(fixed)), st.integers(0, 10**6)),
    st.just(Grant("OFF")),
)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Any sale: 1 to 4 payees, 1 to 5 lines, ratios and fixed amounts mixed, any cap."""
    payees = chain(draw(st.integers(1, 3)))
    if draw(st.booleans()):
        payees = (Payee("MBX", 0, "normal", "SELF"), *payees)
    count = draw(st.integers(1, 5))
    lines = tuple(
        SaleLine(number, f"商品{number}", draw(st.integers(1, 9)), Fen(draw(st.integers(0, 10**6))))
        for number in range(1, count + 1)
    )
    given = {
        line.line_no: draw(st.lists(grants, min_size=len(payees), max_size=len(payees))) for line in lines
    }
    return sale(lines=lines, frozen=terms(*payees, grants=given, cap_bps=draw(st.integers(0, 10_000))))
