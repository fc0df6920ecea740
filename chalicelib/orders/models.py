"""Tables of this room; only ``orders.store`` touches them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.commissions.rules import Terms
from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.orders.move_refund import RefundLine
from chalicelib.orders.rules import OrderLine, Parcel, ShipTo, Upload


class BuyerIndex(GlobalSecondaryIndex["OrderRow"]):  # type: ignore[no-untyped-call]
    """A buyer's orders by when they were placed."""

    class Meta:
        index_name = "buyer"
        projection = KeysOnlyProjection()

    buyer_id = UnicodeAttribute(hash_key=True)
    placed_at = TimeAttribute(range_key=True)


class BuyerStateIndex(GlobalSecondaryIndex["OrderRow"]):  # type: ignore[no-untyped-call]
    """A buyer's orders of one state."""

    class Meta:
        index_name = "buyer_state"
        projection = KeysOnlyProjection()

    buyer_state = UnicodeAttribute(hash_key=True)
    placed_at = TimeAttribute(range_key=True)


class DayIndex(GlobalSecondaryIndex["OrderRow"]):  # type: ignore[no-untyped-call]
    """All orders of one business day."""

    class Meta:
        index_name = "day"
        projection = IncludeProjection(["status"])

    day = UnicodeAttribute(hash_key=True)
    placed_at = TimeAttribute(range_key=True)


class DueIndex(GlobalSecondaryIndex["OrderRow"]):  # type: ignore[no-untyped-call]
    """Orders that wait for the clock, a queue for each state so that none keeps another waiting."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class UploadIndex(GlobalSecondaryIndex["OrderRow"]):  # type: ignore[no-untyped-call]
    """Orders whose shipping WeChat has yet to be told."""

    class Meta:
        index_name = "upload"
        projection = KeysOnlyProjection()

    upload_shard = UnicodeAttribute(hash_key=True)
    upload_at = TimeAttribute(range_key=True)


class OrderRow(Table):
    """One order; the last block is there for the indexes only."""

    class Meta:
        table_name = table_name("orders")

    order_id = UnicodeAttribute(hash_key=True)
    buyer_id = UnicodeAttribute()
    status = UnicodeAttribute()
    lines = ValueAttribute[tuple[OrderLine, ...]](tuple[OrderLine, ...])
    goods_fen = FenAttribute()
    freight_fen = FenAttribute()
    total_fen = FenAttribute()
    terms = ValueAttribute[Terms](Terms)
    ship_to = ValueAttribute[ShipTo](ShipTo)
    payer_appid = UnicodeAttribute(null=True)
    payer_openid = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute()
    placed_at = TimeAttribute()
    expires_at = TimeAttribute()
    auto_receive_days = IntAttribute()
    after_sale_days = IntAttribute()
    version = IntAttribute()
    note = UnicodeAttribute(null=True)
    sharer_id = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    paid_at = TimeAttribute(null=True)
    transaction_id = UnicodeAttribute(null=True)
    balance_bill_id = UnicodeAttribute(null=True)
    parcels = ValueAttribute[tuple[Parcel, ...]](tuple[Parcel, ...])
    shipped_at = TimeAttribute(null=True)
    receive_at = TimeAttribute(null=True)
    received_at = TimeAttribute(null=True)
    after_sale_until = TimeAttribute(null=True)
    completed_at = TimeAttribute(null=True)
    closed_at = TimeAttribute(null=True)
    close_reason = UnicodeAttribute(null=True)
    refund_ids = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    refund_reserved_fen = FenAttribute()
    refunded_fen = FenAttribute()
    freight_reserved_fen = FenAttribute()
    freight_refunded_fen = FenAttribute()
    upload = ValueAttribute[Upload](Upload, null=True)
    coupon_id = UnicodeAttribute(null=True)
    coupon_name = UnicodeAttribute(null=True)
    coupon_fen = FenAttribute()
    points = IntAttribute()
    points_fen = FenAttribute()
    chain = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    fen_per_earned_point = IntAttribute(null=True)

    buyer_state = UnicodeAttribute()
    day = UnicodeAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    upload_shard = UnicodeAttribute(null=True)
    upload_at = TimeAttribute(null=True)
    by_buyer = BuyerIndex()
    by_buyer_state = BuyerStateIndex()
    by_day = DayIndex()
    by_due = DueIndex()
    by_upload = UploadIndex()


class RefundBuyerIndex(GlobalSecondaryIndex["RefundRow"]):  # type: ignore[no-untyped-call]
    """A buyer's refunds by when they were asked."""

    class Meta:
        index_name = "buyer"
        projection = KeysOnlyProjection()

    buyer_id = UnicodeAttribute(hash_key=True)
    asked_at = TimeAttribute(range_key=True)


class RefundDayIndex(GlobalSecondaryIndex["RefundRow"]):  # type: ignore[no-untyped-call]
    """All refunds asked on one business day."""

    class Meta:
        index_name = "day"
        projection = KeysOnlyProjection()

    day = UnicodeAttribute(hash_key=True)
    asked_at = TimeAttribute(range_key=True)


class RefundOpenIndex(GlobalSecondaryIndex["RefundRow"]):  # type: ignore[no-untyped-call]
    """Refunds that are not ended, by state: staff work through them, oldest first."""

    class Meta:
        index_name = "open"
        projection = KeysOnlyProjection()

    open_state = UnicodeAttribute(hash_key=True)
    asked_at = TimeAttribute(range_key=True)


class RefundDueIndex(GlobalSecondaryIndex["RefundRow"]):  # type: ignore[no-untyped-call]
    """Refunds that wait for the clock, a queue for each state."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class RefundRow(Table):
    """One refund; the last block is there for the indexes only."""

    class Meta:
        table_name = table_name("refunds")

    refund_id = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute()
    buyer_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    lines = ValueAttribute[tuple[RefundLine, ...]](tuple[RefundLine, ...])
    freight_fen = FenAttribute()
    amount_fen = FenAttribute()
    reason = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    picture_keys = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    asked_by = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    asked_at = TimeAttribute()
    version = IntAttribute()
    approved_at = TimeAttribute(null=True)
    return_until = TimeAttribute(null=True)
    return_company = UnicodeAttribute(null=True)
    return_tracking_number = UnicodeAttribute(null=True)
    return_sent_at = TimeAttribute(null=True)
    returned_at = TimeAttribute(null=True)
    is_sellable = BooleanAttribute()
    reserved_at = TimeAttribute(null=True)
    sent_at = TimeAttribute(null=True)
    ended_at = TimeAttribute(null=True)
    said = UnicodeAttribute(null=True)

    day = UnicodeAttribute()
    open_state = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    by_buyer = RefundBuyerIndex()
    by_day = RefundDayIndex()
    by_open = RefundOpenIndex()
    by_due = RefundDueIndex()


class FirstOrderRow(Table):
    """The order that is a member's first, where a rule pays for that; one for each member."""

    class Meta:
        table_name = table_name("first-orders")

    member_id = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute()


class CartLineRow(Table):
    """One SKU in a member's cart."""

    class Meta:
        table_name = table_name("cart-lines")

    member_id = UnicodeAttribute(hash_key=True)
    sku_id = UnicodeAttribute(range_key=True)
    product_id = UnicodeAttribute()
    quantity = IntAttribute()
    added_at = TimeAttribute()
