"""Levels 普通, 银牌 and 金牌 with tasks, distributors on them, and sales that count for them."""

from dataclasses import replace
from datetime import datetime

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Level, Task, Tasks
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel.clock import now
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.rules import SaleEvent
from tests.commissions.support import add_distributor

NORMAL = Level("normal", "普通", 1)
SILVER = Level("silver", "银牌", 2, upgrade=Tasks((Task("own_sales_fen", 100_000),), 1))
GOLD = Level(
    "gold",
    "金牌",
    3,
    upgrade=Tasks((Task("own_sales_fen", 500_000), Task("direct_buyers", 2), Task("orders", 5)), 2),
    keep=Tasks((Task("own_sales_fen", 50_000),), 1, window="MONTH"),
)


def add_levels(*levels: Level) -> None:
    for level in levels or (NORMAL, SILVER, GOLD):
        save_level(level, is_new=True)


def distributor(member_id: str = "MBSELLER", *, level_id: str = "normal") -> str:
    add_distributor(member_id, level_id=level_id)
    return member_id


def sell(member_id: str, goods_fen: int, *, buyer: str = "MBBUYER", at: datetime | None = None) -> SaleEvent:
    """A direct downline's order, counted."""
    moment = at or now()
    number = f"OR{buyer}{goods_fen}{moment:%m%d%H%M%S}"
    event = SaleEvent(f"PAID:{number}", number, buyer, (member_id,), moment, goods_fen, 1)
    count_sale(event)
    return event


def give_back(event: SaleEvent, *, at: datetime | None = None) -> None:
    """The whole order is refunded."""
    moment = at or now()
    count_sale(
        replace(event, event_id=f"REFUND:{event.order_id}", at=moment, goods_fen=-event.goods_fen, orders=0)
    )
    count_sale(replace(event, event_id=f"RETURNED:{event.order_id}", at=moment, goods_fen=0, orders=-1))


def level_of(member_id: str) -> str:
    return distributors.load(member_id).level_id
