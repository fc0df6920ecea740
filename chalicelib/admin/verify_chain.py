"""Find what was done to the audit after it was sealed (invariant 24)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chalicelib.admin import store
from chalicelib.admin.link import DayHead, Head, link

Kind = Literal["EDITED", "DELETED", "ADDED", "BROKEN_LINK", "BROKEN_DAY"]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed. ``where`` is a row's id, a link's number or a day."""

    kind: Kind
    day: str
    where: str


def verify_chain(*, since: str = "") -> list[Finding]:
    """Everything that does not fit the chain, from the business day ``since`` (ISO) on, else from the start.

    Rows not yet sealed are not judged. That the newest links themselves are there is shown by
    comparing the last closed day's head with the copy in the logs.
    """
    start = store.day_before(since) if since else None
    findings: list[Finding] = []
    last: Head | None = None
    hashes = {start.number: start.hash} if start else {0: ""}
    ends: dict[str, str] = {}
    for head, signature in store.links(after=start.number if start else 0):
        findings.extend(_link_findings(head, last, signature, start=start))
        findings.extend(_row_findings(head, last))
        hashes[head.number] = head.hash
        ends[head.day] = head.rows[-1].audit_id
        last = head
    findings.extend(_day_findings(since, hashes, ends))
    return findings


def _link_findings(
    head: Head, last: Head | None, signature: str, *, start: DayHead | None
) -> Iterator[Finding]:
    """A link must follow the one before, be made of what it says, and be signed by us."""
    if last is None:
        expected = (start.number + 1, start.hash) if start else (1, "")
    else:
        expected = (last.number + 1, last.hash)
    is_next = (head.number, head.previous_hash) == expected
    before = Head(head.number - 1, head.day, (), "", head.previous_hash) if head.number > 1 else None
    is_whole = link(before, head.day, head.rows).hash == head.hash
    if not (is_next and is_whole and store.is_link_signed(head, signature)):
        yield Finding("BROKEN_LINK", head.day, str(head.number))


def _row_findings(head: Head, last: Head | None) -> Iterator[Finding]:
    after = last.rows[-1].audit_id if last is not None and last.day == head.day else ""
    until = head.rows[-1].audit_id
    present = {row.audit_id: row.digest for row, _ in store.audit_between(head.day, after=after, until=until)}
    for row in head.rows:
        if row.audit_id not in present:
            yield Finding("DELETED", head.day, row.audit_id)
        elif present[row.audit_id] != row.digest:
            yield Finding("EDITED", head.day, row.audit_id)
    sealed = {row.audit_id for row in head.rows}
    for audit_id in sorted(present.keys() - sealed):
        yield Finding("ADDED", head.day, audit_id)


def _day_findings(since: str, hashes: dict[int, str], ends: dict[str, str]) -> Iterator[Finding]:
    """A closed day must name a link that is there, and hold no row after its last sealed one."""
    for day, signature in store.days(since=since):
        if hashes.get(day.number) != day.hash or not store.is_day_signed(day, signature):
            yield Finding("BROKEN_DAY", day.day, day.day)
        for row, _ in store.audit_between(day.day, after=ends.get(day.day, "")):
            yield Finding("ADDED", day.day, row.audit_id)
