"""Rows of agreements and signatures; only ``agreements.store`` touches them. Both are put only."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, table_name


class AgreementRow(Table):
    """See ``rules.Agreement``; a shop has few versions, so one shelf holds them all."""

    class Meta:
        table_name = table_name("agreements")

    shelf = UnicodeAttribute(hash_key=True)
    number = UnicodeAttribute(range_key=True)
    """The version as ten digits, so that versions sort."""
    version = IntAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    digest = UnicodeAttribute()
    published_at = TimeAttribute()
    published_by = UnicodeAttribute()


class SignatureRow(Table):
    """See ``rules.Signature``."""

    class Meta:
        table_name = table_name("agreement-signatures")

    member_id = UnicodeAttribute(hash_key=True)
    number = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    digest = UnicodeAttribute()
    signed_at = TimeAttribute()
    device = UnicodeAttribute()
