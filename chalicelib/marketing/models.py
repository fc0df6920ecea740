"""Tables of this room; only ``marketing.store`` touches them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.marketing.rules import Terms, Validity


class CampaignRow(Table):
    """A campaign of coupons; a shop has few, they share a shelf."""

    class Meta:
        table_name = table_name("coupon-campaigns")

    shelf = UnicodeAttribute(hash_key=True)
    template_id = UnicodeAttribute(range_key=True)
    terms = ValueAttribute[Terms](Terms)
    validity = ValueAttribute[Validity](Validity)
    quantity = IntAttribute(null=True)
    limit_per_member = IntAttribute()
    is_claimable = BooleanAttribute()
    status = UnicodeAttribute()
    made_at = TimeAttribute()
    version = IntAttribute()
    points_price = IntAttribute(null=True)


class CampaignStockRow(Table):
    """What is left of a campaign or a gift, in several counters so that none is hot."""

    class Meta:
        table_name = table_name("campaign-stock")

    item_id = UnicodeAttribute(hash_key=True)
    shard = UnicodeAttribute(range_key=True)
    left = IntAttribute()


class CouponCountRow(Table):
    """How many coupons of a campaign a member took by themselves (invariant 18)."""

    class Meta:
        table_name = table_name("coupon-counts")

    member_id = UnicodeAttribute(hash_key=True)
    template_id = UnicodeAttribute(range_key=True)
    taken = IntAttribute()


class CouponStateIndex(GlobalSecondaryIndex["CouponRow"]):  # type: ignore[no-untyped-call]
    """A member's coupons of one state, the first to run out first."""

    class Meta:
        index_name = "state"
        projection = AllProjection()

    member_state = UnicodeAttribute(hash_key=True)
    expires_at = TimeAttribute(range_key=True)


class CouponDueIndex(GlobalSecondaryIndex["CouponRow"]):  # type: ignore[no-untyped-call]
    """Unused coupons by when somebody must look at them: to tell the member, then to end them."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class CouponRow(Table):
    """One coupon; its owner is in the key (trust A6.1). The last block is there for the indexes only."""

    class Meta:
        table_name = table_name("coupons")

    member_id = UnicodeAttribute(hash_key=True)
    coupon_id = UnicodeAttribute(range_key=True)
    template_id = UnicodeAttribute()
    terms = ValueAttribute[Terms](Terms)
    status = UnicodeAttribute()
    source = UnicodeAttribute()
    issued_at = TimeAttribute()
    starts_at = TimeAttribute()
    expires_at = TimeAttribute()
    from_id = UnicodeAttribute(null=True)
    order_id = UnicodeAttribute(null=True)
    used_at = TimeAttribute(null=True)
    is_told = BooleanAttribute()
    version = IntAttribute()

    member_state = UnicodeAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    by_state = CouponStateIndex()
    by_due = CouponDueIndex()


class CouponStatsRow(Table):
    """See ``stats_of_coupon.CouponStats``; a projection kept by followers."""

    class Meta:
        table_name = table_name("coupon-stats")

    template_id = UnicodeAttribute(hash_key=True)
    given = IntAttribute(null=True)
    claimed = IntAttribute(null=True)
    used = IntAttribute(null=True)
    expired = IntAttribute(null=True)
    revoked = IntAttribute(null=True)
    handed_on = IntAttribute(null=True)
    orders = IntAttribute(null=True)
    returned = IntAttribute(null=True)
    sales_fen = FenAttribute(null=True)
    off_fen = FenAttribute(null=True)


class CouponMarkRow(Table):
    """What the statistics have counted already; forgotten after the stream itself has."""

    class Meta:
        table_name = table_name("coupon-marks")

    mark = UnicodeAttribute(hash_key=True)
    forget_at = IntAttribute()


class AllotmentOwnerIndex(GlobalSecondaryIndex["AllotmentRow"]):  # type: ignore[no-untyped-call]
    """A distributor's codes by when they were made."""

    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    made_at = TimeAttribute(range_key=True)


class AllotmentRow(Table):
    """Coupons behind a code that a distributor hands on."""

    class Meta:
        table_name = table_name("coupon-allotments")

    code = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    template_id = UnicodeAttribute()
    terms = ValueAttribute[Terms](Terms)
    validity = ValueAttribute[Validity](Validity)
    limit_per_member = IntAttribute()
    quantity = IntAttribute()
    left = IntAttribute()
    made_at = TimeAttribute()
    ends_at = TimeAttribute()
    coupon_id = UnicodeAttribute(null=True)
    by_owner = AllotmentOwnerIndex()


class GiftRow(Table):
    """A gift; a shop has few, they share a shelf."""

    class Meta:
        table_name = table_name("gifts")

    shelf = UnicodeAttribute(hash_key=True)
    gift_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    picture_url = UnicodeAttribute(null=True)
    worth_fen = FenAttribute()
    quantity = IntAttribute()
    claim_days = IntAttribute()
    status = UnicodeAttribute()
    made_at = TimeAttribute()
    version = IntAttribute()


class GiftStateIndex(GlobalSecondaryIndex["GiftClaimRow"]):  # type: ignore[no-untyped-call]
    """Gifts of one state for staff, longest waiting first; those to be packed above all."""

    class Meta:
        index_name = "state"
        projection = KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    granted_at = TimeAttribute(range_key=True)


class GiftDueIndex(GlobalSecondaryIndex["GiftClaimRow"]):  # type: ignore[no-untyped-call]
    """Gifts that wait for an address, by when somebody must look at them."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class GiftClaimRow(Table):
    """One gift of one member; its owner is in the key (trust A6.1)."""

    class Meta:
        table_name = table_name("gift-claims")

    member_id = UnicodeAttribute(hash_key=True)
    grant_id = UnicodeAttribute(range_key=True)
    gift_id = UnicodeAttribute()
    name = UnicodeAttribute()
    picture_url = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    granted_at = TimeAttribute()
    expires_at = TimeAttribute()
    address_sealed = UnicodeAttribute(null=True)
    claimed_at = TimeAttribute(null=True)
    express_company = UnicodeAttribute(null=True)
    tracking_number = UnicodeAttribute(null=True)
    shipped_at = TimeAttribute(null=True)
    is_told = BooleanAttribute()
    version = IntAttribute()

    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    by_state = GiftStateIndex()
    by_due = GiftDueIndex()
