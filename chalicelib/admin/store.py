"""Staff, roles, settings and the audit in their tables."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.admin.link import DayHead, Head, SealedRow, digest
from chalicelib.admin.matching_step import WrongCode
from chalicelib.admin.models import AuditChainRow, AuditRow, RoleRow, SettingRow, StaffRow
from chalicelib.admin.rules import (
    PRESETS,
    AuditEntry,
    Role,
    RoleChanged,
    RoleUnknown,
    SettingChanged,
    SettingVersion,
    Staff,
    StaffChanged,
    StaffExists,
    StaffUnknown,
    key_document,
)
from chalicelib.kernel import aws, clock, crypto, ids
from chalicelib.kernel.days import walk_back
from chalicelib.kernel.dynamo import Write, check, delete, put, put_new, update
from chalicelib.kernel.errors import Crowded
from chalicelib.kernel.paging import Page, page

_SHELF = "all"
_LINKS, _DAYS = "links", "days"


# -- staff and roles ----------------------------------------------------------------------------


def staff_id_of(username: str) -> str:
    """The one id that this username has."""
    return ids.derived_id("ST", username)


def load_staff(staff_id: str) -> Staff:
    """The staff member. Raises ``StaffUnknown``."""
    staff = find_staff(staff_id)
    if staff is None:
        raise StaffUnknown()
    return staff


def find_staff(staff_id: str) -> Staff | None:
    """The staff member as it stands now, or ``None``."""
    row = StaffRow.find(_SHELF, staff_id)
    return None if row is None else row.as_value(Staff)


def password_hash(staff_id: str) -> str | None:
    """The hash of the password, to verify a sign-in against."""
    row = StaffRow.find(_SHELF, staff_id)
    return None if row is None else row.password_hash


def all_staff() -> list[Staff]:
    """Everybody, disabled ones too, by name."""
    rows = StaffRow.query(_SHELF, consistent_read=True)
    return sorted((row.as_value(Staff) for row in rows), key=lambda one: (one.name, one.staff_id))


def put_staff(staff: Staff, hashed_password: str) -> Write:
    """Put somebody new."""
    return put_new(StaffRow.of_value(staff, shelf=_SHELF, password_hash=hashed_password), StaffExists)


def change_staff(before: Staff, after: Staff) -> Write:
    """Change name, roles and status, if nothing changed since ``before``."""
    actions = [
        StaffRow.name.set(after.name),
        StaffRow.role_ids.set(after.role_ids),
        StaffRow.status.set(after.status),
        StaffRow.version.set(before.version + 1),
    ]
    return update(
        StaffRow,
        (_SHELF, before.staff_id),
        actions,
        StaffRow.version == before.version,
        otherwise=StaffChanged,
    )


def set_password(staff: Staff, hashed_password: str, *, must_change: bool, with_factor: bool = True) -> Write:
    """Give a new password, if nothing changed since ``staff`` was read; perhaps without the second factor."""
    actions = [
        StaffRow.password_hash.set(hashed_password),
        StaffRow.must_change_password.set(must_change),
        StaffRow.password_changed_at.set(clock.now()),
        StaffRow.version.set(staff.version + 1),
        *([] if with_factor else _no_factor()),
    ]
    condition = StaffRow.version == staff.version
    return update(StaffRow, (_SHELF, staff.staff_id), actions, condition, otherwise=StaffChanged)


@dataclass(frozen=True)
class Factor:
    """A second factor: its secret as it is sealed, and the newest used code's half minute."""

    sealed: str
    step: int | None

    def secret(self, staff_id: str) -> str:
        """The secret that the phone shares with us."""
        return crypto.unseal(self.sealed, context=_factor_of(staff_id))


def factor(staff_id: str, *, is_offered: bool = False) -> Factor | None:
    """The second factor in force, or the one that waits for its first code."""
    row = StaffRow.find(_SHELF, staff_id)
    sealed = row and (row.offered_factor_sealed if is_offered else row.factor_sealed)
    return None if row is None or not sealed else Factor(sealed, None if is_offered else row.factor_step)


def offer_factor(staff: Staff, secret: str) -> Write:
    """Keep a secret until its first code comes, over one offered before."""
    actions = [
        StaffRow.offered_factor_sealed.set(crypto.seal(secret, context=_factor_of(staff.staff_id))),
        StaffRow.version.set(staff.version + 1),
    ]
    condition = (StaffRow.version == staff.version) & StaffRow.factor_sealed.does_not_exist()
    return update(StaffRow, (_SHELF, staff.staff_id), actions, condition, otherwise=StaffChanged)


def set_factor(staff: Staff, offered: Factor, step: int) -> Write:
    """Put the offered factor in force; the code that proved it is used up."""
    actions = [
        StaffRow.factor_sealed.set(offered.sealed),
        StaffRow.factor_at.set(clock.now()),
        StaffRow.factor_step.set(step),
        StaffRow.offered_factor_sealed.remove(),
        StaffRow.version.set(staff.version + 1),
    ]
    condition = (StaffRow.version == staff.version) & (StaffRow.offered_factor_sealed == offered.sealed)
    return update(StaffRow, (_SHELF, staff.staff_id), actions, condition, otherwise=StaffChanged)


def use_code(staff_id: str, held: Factor, step: int) -> Write:
    """Use up this half minute's code and those before; of two at once with the same one, one wins."""
    is_unused = StaffRow.factor_step < step
    condition = (StaffRow.factor_sealed == held.sealed) & is_unused
    return update(
        StaffRow, (_SHELF, staff_id), [StaffRow.factor_step.set(step)], condition, otherwise=WrongCode
    )


def remove_factor(staff: Staff) -> Write:
    """Take the second factor away, and one that waits."""
    actions = [*_no_factor(), StaffRow.version.set(staff.version + 1)]
    condition = StaffRow.version == staff.version
    return update(StaffRow, (_SHELF, staff.staff_id), actions, condition, otherwise=StaffChanged)


def _no_factor() -> list[Action]:
    names = (StaffRow.factor_sealed, StaffRow.factor_at, StaffRow.factor_step, StaffRow.offered_factor_sealed)
    return [name.remove() for name in names]


def _factor_of(staff_id: str) -> str:
    return f"{staff_id}:factor"


def still(staff: Staff) -> Write:
    """Let the commit fail unless this one's roles and status are as they were read."""
    condition = StaffRow.version == staff.version
    return check(StaffRow, (_SHELF, staff.staff_id), condition, otherwise=StaffChanged)


def roles() -> dict[str, Role]:
    """Every role by id: the presets and the shop's own."""
    own = (row.as_value(Role) for row in RoleRow.query(_SHELF, consistent_read=True))
    return {**PRESETS, **{role.role_id: role for role in own}}


def load_role(role_id: str) -> Role:
    """The role. Raises ``RoleUnknown``."""
    role = roles().get(role_id)
    if role is None:
        raise RoleUnknown()
    return role


def put_role(role: Role) -> Write:
    """Keep one of the shop's own roles, if it is still of the version before; version 1 is new."""
    row = RoleRow.of_value(role, shelf=_SHELF)
    if role.version == 1:
        return put_new(row, RoleChanged)
    return put(row, RoleRow.version == role.version - 1, RoleChanged)


def remove_role(role: Role) -> Write:
    """Take one of the shop's own roles away."""
    return delete(RoleRow, (_SHELF, role.role_id), RoleRow.version == role.version, otherwise=RoleChanged)


# -- settings -----------------------------------------------------------------------------------


def setting(name: str) -> dict[str, Any] | None:
    """The values in force of one settings document; ``None`` while nobody has changed the defaults."""
    latest = setting_versions(name, limit=1)
    return latest[0].values if latest else None


def setting_versions(name: str, *, limit: int = 20) -> list[SettingVersion]:
    """The versions of one document, newest first."""
    rows = SettingRow.query(name, scan_index_forward=False, limit=limit, consistent_read=True)
    return [
        SettingVersion(
            row.name, int(row.version), json.loads(row.values_json), row.changed_at, row.changed_by
        )
        for row in rows
    ]


def put_setting(version: SettingVersion) -> Write:
    """Add a version; of two who add the same one, only the first does."""
    row = SettingRow(
        version.name,
        f"{version.version:010d}",
        values_json=json.dumps(version.values, ensure_ascii=False),
        changed_at=version.changed_at,
        changed_by=version.changed_by,
    )
    return put_new(row, SettingChanged)


def key_set(name: str) -> SettingVersion | None:
    """Who replaced the key last, and when; without its value. ``None`` when staff never did."""
    return next(iter(setting_versions(key_document(name), limit=1)), None)


# -- audit --------------------------------------------------------------------------------------


def put_audit(entry: AuditEntry) -> Write:
    """Put an audit row under its business day."""
    day = clock.business_day(entry.at).isoformat()
    return put_new(AuditRow.of_value(entry, day=day))


def audit(
    *, newest: date, oldest: date, staff_id: str | None = None, limit: int = 20, cursor: str | None = None
) -> Page[AuditEntry]:
    """Audit rows of these business days, newest first; of one staff member if given."""
    only = AuditRow.staff_id == staff_id if staff_id else None
    found = walk_back(
        lambda day, count, inner: page(AuditRow, day, limit=count, cursor=inner, filter_condition=only),
        name=f"audit:{staff_id or ''}",
        newest=newest,
        oldest=oldest,
        limit=limit,
        cursor=cursor,
    )
    return found.map(lambda row: row.as_value(AuditEntry))


def images_before(writes: Sequence[Write]) -> dict[tuple[str, str], dict[str, Any]]:
    """What stands under the keys of these writes, by ``Write.target``, in typed values."""
    wanted: dict[str, dict[str, Any]] = {}
    for write in writes:
        table = wanted.setdefault(write.target[0], {"Keys": [], "ConsistentRead": True})
        table["Keys"].append(write.key)
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(5):
        answer = aws.client("dynamodb").batch_get_item(RequestItems=wanted)
        for full_name, items in answer["Responses"].items():
            found.setdefault(full_name, []).extend(items)
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return {
                write.target: item
                for write in writes
                for item in found.get(write.target[0], [])
                if all(item[name] == value for name, value in write.key.items())
            }
    raise Crowded()


def audit_between(day: str, *, after: str = "", until: str = "~") -> Iterator[tuple[SealedRow, datetime]]:
    """The rows of a day with ids above ``after`` and up to ``until``, oldest first, as they stand now."""
    for row in AuditRow.query(day, AuditRow.audit_id.between(after or "!", until), consistent_read=True):
        if row.audit_id != after:
            yield SealedRow(row.audit_id, digest(row.serialize())), row.at


def last_link() -> Head | None:
    """The newest link of the chain."""
    rows = AuditChainRow.query(_LINKS, scan_index_forward=False, limit=1, consistent_read=True)
    return next((_head(row) for row in rows), None)


def links(*, after: int = 0) -> Iterator[tuple[Head, str]]:
    """All links with numbers above ``after`` in order, each with its signature."""
    first = f"{after + 1:012d}"
    rows = AuditChainRow.query(_LINKS, AuditChainRow.number >= first, consistent_read=True)
    return ((_head(row), row.signature) for row in rows)


def last_day() -> DayHead | None:
    """The newest day that is closed."""
    rows = AuditChainRow.query(_DAYS, scan_index_forward=False, limit=1, consistent_read=True)
    return next((_day_head(row) for row in rows), None)


def days(*, since: str = "") -> Iterator[tuple[DayHead, str]]:
    """All closed days from ``since`` on, each with its signature."""
    rows = AuditChainRow.query(_DAYS, AuditChainRow.number >= (since or "!"), consistent_read=True)
    return ((_day_head(row), row.signature) for row in rows)


def day_before(day: str) -> DayHead | None:
    """The last closed day before this one."""
    earlier = AuditChainRow.number < day
    rows = AuditChainRow.query(_DAYS, earlier, scan_index_forward=False, limit=1, consistent_read=True)
    return next((_day_head(row) for row in rows), None)


def put_link(head: Head) -> Write:
    """Put a link; ``ConditionFailed`` when another sealer was first."""
    row = AuditChainRow(
        _LINKS,
        f"{head.number:012d}",
        day=head.day,
        rows=head.rows,
        link_number=head.number,
        previous_hash=head.previous_hash,
        hash=head.hash,
        signature=_signed(_link_text(head), "audit-link"),
        sealed_at=clock.now(),
    )
    return put_new(row)


def put_day(head: DayHead) -> Write:
    """Close a day; ``ConditionFailed`` when another sealer was first."""
    row = AuditChainRow(
        _DAYS,
        head.day,
        day=head.day,
        link_number=head.number,
        hash=head.hash,
        signature=_signed(_day_text(head), "audit-day"),
        sealed_at=clock.now(),
    )
    return put_new(row)


def is_link_signed(head: Head, signature: str) -> bool:
    """Whether we signed this link."""
    return _opened(signature, "audit-link") == _link_text(head)


def is_day_signed(head: DayHead, signature: str) -> bool:
    """Whether we signed this closed day."""
    return _opened(signature, "audit-day") == _day_text(head)


def _signed(text: bytes, purpose: str) -> str:
    """By the audit's own ring: what it signs is kept for ever, while tokens' keys are retired."""
    return crypto.sign(text, purpose=purpose, ring_name=crypto.AUDIT)


def _opened(signature: str, purpose: str) -> bytes | None:
    return crypto.open_signed(signature, purpose=purpose, ring_name=crypto.AUDIT)


def _link_text(head: Head) -> bytes:
    return f"{head.number}:{head.hash}".encode()


def _day_text(head: DayHead) -> bytes:
    return f"{head.day}:{head.number}:{head.hash}".encode()


def _head(row: AuditChainRow) -> Head:
    return Head(row.link_number, row.day, row.rows or (), row.previous_hash or "", row.hash)


def _day_head(row: AuditChainRow) -> DayHead:
    return DayHead(row.day, row.link_number, row.hash)
