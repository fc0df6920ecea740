"""Tables of this room; only ``invites.store`` touches them."""

from pynamodb.attributes import Attribute, BooleanAttribute, UnicodeAttribute
from pynamodb.constants import STRING
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import FenAttribute, IntAttribute, Table, TimeAttribute, table_name


class OwnerIndex(GlobalSecondaryIndex["InviteRow"]):  # type: ignore[no-untyped-call]
    """A member's codes, revoked ones too, by age."""

    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    created_at = TimeAttribute(range_key=True)


class InviteRow(Table):
    """One code, looked up consistently when it is scanned."""

    class Meta:
        table_name = table_name("invites")

    code = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    product_id = UnicodeAttribute(null=True)
    created_at = TimeAttribute()
    expires_at = TimeAttribute(null=True)
    revoked_at = TimeAttribute(null=True)
    by_owner = OwnerIndex()


class SlotRow(Table):
    """Which code is the living one of an owner, product and channel."""

    class Meta:
        table_name = table_name("invite-slots")

    slot = UnicodeAttribute(hash_key=True)
    code = UnicodeAttribute()


class SequenceAttribute(Attribute[int]):
    """A counting number as text of eight digits, which sorts by it."""

    attr_type = STRING

    def serialize(self, value: int) -> str:
        return f"{value:08d}"

    def deserialize(self, value: str) -> int:
        return int(value)


class AttributionRow(Table):
    """The journal, put only: nobody changes evidence."""

    class Meta:
        table_name = table_name("attributions")

    member_id = UnicodeAttribute(hash_key=True)
    number = SequenceAttribute(range_key=True)
    at = TimeAttribute()
    source = UnicodeAttribute()
    decision = UnicodeAttribute()
    rule = UnicodeAttribute()
    code = UnicodeAttribute(null=True)
    channel = UnicodeAttribute()
    product_id = UnicodeAttribute(null=True)
    inviter_id = UnicodeAttribute(null=True)
    upline_before = UnicodeAttribute(null=True)
    upline = UnicodeAttribute(null=True)
    until = TimeAttribute(null=True)
    is_sign_up = BooleanAttribute()
    by = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)


class StatsRow(Table):
    """What a code brought; a projection of the journal, and of orders."""

    class Meta:
        table_name = table_name("invite-stats")

    code = UnicodeAttribute(hash_key=True)
    scans = IntAttribute(null=True)
    sign_ups = IntAttribute(null=True)
    bindings = IntAttribute(null=True)
    orders = IntAttribute(null=True)
    sales_fen = FenAttribute(null=True)


class TeamCountRow(Table):
    """How many stand below a member; a projection of the members."""

    class Meta:
        table_name = table_name("team-counts")

    member_id = UnicodeAttribute(hash_key=True)
    level_1 = IntAttribute(null=True)
    level_2 = IntAttribute(null=True)
    level_3 = IntAttribute(null=True)


class CountedRow(Table):
    """What the projections have counted already; kept longer than any stream delivers again."""

    class Meta:
        table_name = table_name("invite-counted")

    mark = UnicodeAttribute(hash_key=True)
    forget_at = IntAttribute()


class MessageRow(Table):
    """A push of the official account that was handled, with the answer it got."""

    class Meta:
        table_name = table_name("official-account-messages")

    message_id = UnicodeAttribute(hash_key=True)
    reply = UnicodeAttribute()
    forget_at = IntAttribute()
