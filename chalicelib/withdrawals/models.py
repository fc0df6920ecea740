"""Tables of this room: the withdrawals, and per member what is open and what is used up."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.withdrawals.rules import Step


class WithdrawalsOfMember(GlobalSecondaryIndex["WithdrawalRow"]):  # type: ignore[no-untyped-call]
    """A member's own list."""

    class Meta:
        index_name = "member"
        projection = AllProjection()

    member_id = UnicodeAttribute(hash_key=True)
    requested_at = TimeAttribute(range_key=True)


class DueWithdrawals(GlobalSecondaryIndex["WithdrawalRow"]):  # type: ignore[no-untyped-call]
    """What the scheduled function must send or ask about; absent when nothing is to be done."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class OpenWithdrawals(GlobalSecondaryIndex["WithdrawalRow"]):  # type: ignore[no-untyped-call]
    """Those that have not ended, by status; small, since each member has at most one."""

    class Meta:
        index_name = "open"
        projection = AllProjection()

    open_status = UnicodeAttribute(hash_key=True)
    requested_at = TimeAttribute(range_key=True)


class WithdrawalsOfDay(GlobalSecondaryIndex["WithdrawalRow"]):  # type: ignore[no-untyped-call]
    """Those asked for on a business day."""

    class Meta:
        index_name = "day"
        projection = AllProjection()

    day = UnicodeAttribute(hash_key=True)
    requested_at = TimeAttribute(range_key=True)


class WithdrawalRow(Table):
    """See ``rules.Withdrawal``."""

    class Meta:
        table_name = table_name("withdrawals")

    withdrawal_id = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute()
    status = UnicodeAttribute()
    version = IntAttribute()
    amount_fen = FenAttribute()
    fee_fen = FenAttribute()
    appid = UnicodeAttribute()
    openid = UnicodeAttribute()
    remark = UnicodeAttribute()
    approvals_needed = IntAttribute()
    approvals = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    requested_at = TimeAttribute()
    fingerprint = UnicodeAttribute()
    history = ValueAttribute[tuple[Step, ...]](tuple[Step, ...])
    real_name_sealed = UnicodeAttribute(null=True)
    sent_at = TimeAttribute(null=True)
    in_flight_at = TimeAttribute(null=True)
    unknown_at = TimeAttribute(null=True)
    attempts = IntAttribute(default=0)
    transfer_bill_number = UnicodeAttribute(null=True)
    package_info = UnicodeAttribute(null=True)
    fail_reason = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    ended_at = TimeAttribute(null=True)
    day = UnicodeAttribute()
    open_status = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    of_member = WithdrawalsOfMember()
    due = DueWithdrawals()
    open_by_status = OpenWithdrawals()
    of_day = WithdrawalsOfDay()


class WithdrawalLimitRow(Table):
    """``slot`` is ``OPEN`` (the one withdrawal under way), ``DAY#…`` or ``MONTH#…`` (what is used)."""

    class Meta:
        table_name = table_name("withdrawal-limits")

    member_id = UnicodeAttribute(hash_key=True)
    slot = UnicodeAttribute(range_key=True)
    withdrawal_id = UnicodeAttribute(null=True)
    used_fen = FenAttribute(null=True)
