"""Audit rows as people read them: who did what to what, in names instead of ids (G2)."""

from collections.abc import Sequence

from chalicelib.admin import store
from chalicelib.admin.rules import AuditEntry
from chalicelib.admin.schemas import AuditChangeOut, AuditEntryOut
from chalicelib.admin.tell_audit import people_of, tell_audit
from chalicelib.members import store as members


def show_audit(entries: Sequence[AuditEntry]) -> list[AuditEntryOut]:
    """These rows in words; one batch read of the members whom they name."""
    ids = set().union(*(people_of(one) for one in entries))
    staff = {one.staff_id: one.name for one in store.all_staff()}
    known = members.load_many(one for one in ids if one.startswith("ME"))
    names = staff | {one.member_id: one.nickname for one in known.values()}

    def name_of(person_id: str) -> str:
        return names.get(person_id, f"…{person_id[-4:]}")

    return [
        AuditEntryOut(
            **{name: value for name, value in vars(one).items() if name not in ("session_id", "changes")},
            staff_name=staff.get(one.staff_id),
            told=tell_audit(one, name_of),
            changes=[AuditChangeOut.model_validate(change) for change in one.changes],
        )
        for one in entries
    ]
