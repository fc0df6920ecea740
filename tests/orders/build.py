"""Orders and refunds as plain values, for tests of pure rules."""

from datetime import UTC, datetime, timedelta

from chalicelib.commissions.rules import Terms
from chalicelib.kernel.money import Fen
from chalicelib.orders.move_refund import (
    Refund,
    RefundLine,
    RefundStatus,
)
from chalicelib.orders.rules import (
    Order,
    OrderLine,
    ShipTo,
    Status,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def line(line_no: int = 1, *, quantity: int = 3, paid_fen: int = 9_999) -> OrderLine:
    return OrderLine(
        line_no=line_no,
        product_id=f"PR{line_no}",
        sku_id=f"SK{line_no}",
        title=f"商品{line_no}",
        sku_name="标准",
        picture_url=None,
        quantity=quantity,
        price_fen=Fen(paid_fen // quantity),
        goods_fen=Fen(paid_fen),
        discount_fen=Fen(0),
        paid_fen=Fen(paid_fen),
        cost_fen=Fen(100),
    )


def order(*lines: OrderLine, status: Status = "PAID", freight_fen: int = 1_200) -> Order:
    lines = lines or (line(),)
    goods_fen = sum(one.paid_fen for one in lines)
    return Order(
        order_id="OR1",
        buyer_id="ME1",
        status=status,
        lines=lines,
        goods_fen=Fen(goods_fen),
        freight_fen=Fen(freight_fen),
        total_fen=Fen(goods_fen + freight_fen),
        terms=Terms("", 0, "", 0, (), ()),
        ship_to=ShipTo("广东省", "深圳市", "南山区", "sealed"),
        payer_appid=None,
        payer_openid=None,
        fingerprint="f",
        placed_at=AT,
        expires_at=AT + timedelta(minutes=30),
        auto_receive_days=10,
        after_sale_days=7,
        paid_at=AT,
    )


def refund(of: Order, *lines: RefundLine, freight_fen: int = 0, status: RefundStatus = "ASKED") -> Refund:
    return Refund(
        refund_id=f"RF{len(of.refund_ids) + 1}",
        order_id=of.order_id,
        buyer_id=of.buyer_id,
        kind="REFUND_ONLY",
        status=status,
        lines=lines,
        freight_fen=Fen(freight_fen),
        amount_fen=Fen(sum(one.amount_fen for one in lines) + freight_fen),
        reason="OTHER",
        note=None,
        picture_keys=(),
        asked_by="buyer",
        fingerprint="f",
        asked_at=AT,
    )
