"""Tables of this room: one row per announced order, and what could not be booked."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import FenAttribute, IntAttribute, Table, TimeAttribute, table_name


class DuePayments(GlobalSecondaryIndex["PaymentRow"]):  # type: ignore[no-untyped-call]
    """Payments that WeChat must be asked about; absent once there is nothing left to do."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class PaymentsOfDay(GlobalSecondaryIndex["PaymentRow"]):  # type: ignore[no-untyped-call]
    """Money that came in on a business day, for reconciliation (W5)."""

    class Meta:
        index_name = "day"
        projection = KeysOnlyProjection()

    day = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute(range_key=True)


class PaymentRow(Table):
    """See ``rules.Payment``; the row may come into being by the notice itself."""

    class Meta:
        table_name = table_name("payments")

    order_id = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    amount_fen = FenAttribute()
    appid = UnicodeAttribute()
    openid = UnicodeAttribute()
    description = UnicodeAttribute()
    expires_at = TimeAttribute()
    reserved_at = TimeAttribute()
    prepay_id = UnicodeAttribute(null=True)
    prepaid_at = TimeAttribute(null=True)
    checks = IntAttribute(default=0)
    transaction_id = UnicodeAttribute(null=True)
    paid_at = TimeAttribute(null=True)
    notice_id = UnicodeAttribute(null=True)
    refund_id = UnicodeAttribute(null=True)
    refund_status = UnicodeAttribute(null=True)
    refund_reserved_at = TimeAttribute(null=True)
    last_refund_id = UnicodeAttribute(null=True)
    last_refund_at = TimeAttribute(null=True)
    day = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    due = DuePayments()
    of_day = PaymentsOfDay()


class QuarantineByState(GlobalSecondaryIndex["QuarantineRow"]):  # type: ignore[no-untyped-call]
    """Few by nature: each one is an alarm."""

    class Meta:
        index_name = "state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    at = TimeAttribute(range_key=True)


class QuarantineRow(Table):
    """See ``rules.Quarantined``."""

    class Meta:
        table_name = table_name("payment-quarantine")

    quarantine_id = UnicodeAttribute(hash_key=True)
    reason = UnicodeAttribute()
    order_number = UnicodeAttribute()
    transaction_id = UnicodeAttribute()
    amount_fen = FenAttribute()
    expected_fen = FenAttribute(null=True)
    notice_id = UnicodeAttribute()
    at = TimeAttribute()
    state = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    resolved_by = UnicodeAttribute(null=True)
    resolved_at = TimeAttribute(null=True)
    by_state = QuarantineByState()
