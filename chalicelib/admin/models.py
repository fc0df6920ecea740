"""Rows of staff, roles, settings, the audit and its chain. The last three are put and never changed."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.admin.link import SealedRow
from chalicelib.admin.rules import AuditChange
from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, ValueAttribute, table_name


class StaffRow(Table):
    """One staff member; a shop has few, so one shelf holds them all."""

    class Meta:
        table_name = table_name("staff")

    shelf = UnicodeAttribute(hash_key=True)
    staff_id = UnicodeAttribute(range_key=True)
    """Derived from the username, which makes usernames unique."""
    username = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    role_ids = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    password_hash = UnicodeAttribute()
    must_change_password = BooleanAttribute()
    made_at = TimeAttribute()
    password_changed_at = TimeAttribute(null=True)
    factor_at = TimeAttribute(null=True)
    factor_sealed = UnicodeAttribute(null=True)
    offered_factor_sealed = UnicodeAttribute(null=True)
    factor_step = IntAttribute(null=True)
    """Of the newest code that was used: it and those before are worth nothing."""
    version = IntAttribute()


class RoleRow(Table):
    """One role of the shop's own; presets are part of the product."""

    class Meta:
        table_name = table_name("roles")

    shelf = UnicodeAttribute(hash_key=True)
    role_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    permissions = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    version = IntAttribute()


class SettingRow(Table):
    """One version of one settings document."""

    class Meta:
        table_name = table_name("settings")

    name = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute(range_key=True)
    """Ten digits, so that versions sort."""
    values_json = UnicodeAttribute()
    changed_at = TimeAttribute()
    changed_by = UnicodeAttribute()


class AuditRow(Table):
    """One change by staff, filed by business day; ids sort by time."""

    class Meta:
        table_name = table_name("audit")

    day = UnicodeAttribute(hash_key=True)
    audit_id = UnicodeAttribute(range_key=True)
    at = TimeAttribute()
    staff_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    door = UnicodeAttribute()
    request_id = UnicodeAttribute()
    ip = UnicodeAttribute()
    body = UnicodeAttribute(null=True)
    changes = ValueAttribute[tuple[AuditChange, ...]](tuple[AuditChange, ...])


class AuditChainRow(Table):
    """A link (``chain`` is ``links``, ``number`` twelve digits) or a day's head (``days``, the day)."""

    class Meta:
        table_name = table_name("audit-chain")

    chain = UnicodeAttribute(hash_key=True)
    number = UnicodeAttribute(range_key=True)
    day = UnicodeAttribute()
    rows = ValueAttribute[tuple[SealedRow, ...]](tuple[SealedRow, ...], null=True)
    link_number = IntAttribute()
    previous_hash = UnicodeAttribute(null=True)
    hash = UnicodeAttribute()
    signature = UnicodeAttribute()
    """By the signing key: who can write the table still cannot forge the chain."""
    sealed_at = TimeAttribute()
