"""Rows of members, of the names they sign in by, and of their addresses."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, ValueAttribute, table_name


class Downline1Index(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """Those whom a member invited."""

    class Meta:
        index_name = "downline_1"
        projection = AllProjection()

    upline_1 = UnicodeAttribute(hash_key=True)
    joined_at = TimeAttribute(range_key=True)


class Downline2Index(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """The second level below a member."""

    class Meta:
        index_name = "downline_2"
        projection = AllProjection()

    upline_2 = UnicodeAttribute(hash_key=True)
    joined_at = TimeAttribute(range_key=True)


class Downline3Index(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """The third level below a member."""

    class Meta:
        index_name = "downline_3"
        projection = AllProjection()

    upline_3 = UnicodeAttribute(hash_key=True)
    joined_at = TimeAttribute(range_key=True)


class DayIndex(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """Those who joined on a business day."""

    class Meta:
        index_name = "day"
        projection = AllProjection()

    joined_day = UnicodeAttribute(hash_key=True)
    joined_at = TimeAttribute(range_key=True)


class PhoneIndex(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """Members by the blind index of their phone; one number may belong to several."""

    class Meta:
        index_name = "phone"
        projection = KeysOnlyProjection()

    phone_index = UnicodeAttribute(hash_key=True)
    joined_at = TimeAttribute(range_key=True)


class NicknameIndex(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """Members by the beginning of a nickname they chose; spread over its first letter."""

    class Meta:
        index_name = "nickname"
        projection = KeysOnlyProjection()

    nickname_initial = UnicodeAttribute(hash_key=True)
    nickname = UnicodeAttribute(range_key=True)


class MemberRow(Table):
    """One person. ``upline_1`` is the direct inviter, ``upline_2`` that one's, and so on."""

    class Meta:
        table_name = table_name("members")

    member_id = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    nickname = UnicodeAttribute()
    nickname_initial = UnicodeAttribute(null=True)
    """Only of a chosen nickname: those we gave all begin alike."""
    avatar_url = UnicodeAttribute(null=True)
    upline_1 = UnicodeAttribute(null=True)
    upline_2 = UnicodeAttribute(null=True)
    upline_3 = UnicodeAttribute(null=True)
    joined_at = TimeAttribute()
    joined_day = UnicodeAttribute()
    bound_at = TimeAttribute(null=True)
    bound_code = UnicodeAttribute(null=True)
    bought_at = TimeAttribute(null=True)
    openids = ValueAttribute[dict[str, str]](dict[str, str])
    unionid = UnicodeAttribute(null=True)
    username = UnicodeAttribute(null=True)
    phone_sealed = UnicodeAttribute(null=True)
    phone_index = UnicodeAttribute(null=True)
    phone_masked = UnicodeAttribute(null=True)
    tags = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    note = UnicodeAttribute(null=True)
    block_reason = UnicodeAttribute(null=True)
    downline_1 = Downline1Index()
    downline_2 = Downline2Index()
    downline_3 = Downline3Index()
    day = DayIndex()
    phone = PhoneIndex()
    by_nickname = NicknameIndex()


class IdentityMemberIndex(GlobalSecondaryIndex["IdentityRow"]):  # type: ignore[no-untyped-call]
    """All names by which one member signs in."""

    class Meta:
        index_name = "member"
        projection = KeysOnlyProjection()

    member_id = UnicodeAttribute(hash_key=True)


class IdentityRow(Table):
    """A name that means one member: ``appid#openid``, ``unionid:…`` or ``username:…``."""

    class Meta:
        table_name = table_name("identities")

    identity = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute()
    made_at = TimeAttribute()
    password_hash = UnicodeAttribute(null=True)
    member = IdentityMemberIndex()


class AddressBookRow(Table):
    """All addresses of one member in one item, so that their number and default need no counting."""

    class Meta:
        table_name = table_name("address-books")

    member_id = UnicodeAttribute(hash_key=True)
    version = IntAttribute()
    addresses_sealed = UnicodeAttribute()
    """The addresses as JSON, sealed as a whole: parts of an address tell nearly as much as all of it."""
