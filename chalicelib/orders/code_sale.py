"""What an event of an order adds to the statistics of the code it came by (I5). Pure."""

from dataclasses import replace

from chalicelib.invites.count_row import CodeStats
from chalicelib.kernel.money import Fen
from chalicelib.standing.rules import SaleEvent


def code_sale(stats: CodeStats, event: SaleEvent) -> CodeStats:
    """The statistics with this event: goods paid or refunded, an order more, or one that went back whole."""
    return replace(
        stats, orders=stats.orders + event.orders, sales_fen=Fen(stats.sales_fen + event.goods_fen)
    )
