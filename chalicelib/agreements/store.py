"""Reads and writes of agreements and signatures. Write-makers commit nothing."""

from chalicelib.agreements.models import AgreementRow, SignatureRow
from chalicelib.agreements.rules import (
    Agreement,
    AgreementMoved,
    AgreementUnknown,
    AlreadySigned,
    Signature,
)
from chalicelib.kernel.dynamo import Write, put_new
from chalicelib.kernel.paging import Page, page

_SHELF = "all"


def current() -> Agreement | None:
    """The version in force, the newest; ``None`` while the shop has published none."""
    rows = AgreementRow.query(_SHELF, scan_index_forward=False, limit=1, consistent_read=True)
    return next((row.as_value(Agreement) for row in rows), None)


def load(version: int) -> Agreement:
    """One version. Raises ``AgreementUnknown``."""
    row = AgreementRow.find(_SHELF, _number(version))
    if row is None:
        raise AgreementUnknown()
    return row.as_value(Agreement)


def agreements(*, limit: int, cursor: str | None) -> Page[Agreement]:
    """All versions, newest first."""
    return page(AgreementRow, _SHELF, limit=limit, cursor=cursor).map(lambda row: row.as_value(Agreement))


def add_agreement(one: Agreement) -> Write:
    """One more version; the commit raises ``AgreementMoved`` when its number is taken."""
    return put_new(AgreementRow.of_value(one, shelf=_SHELF, number=_number(one.version)), AgreementMoved)


def find_signature(member_id: str, version: int) -> Signature | None:
    """That this member signed this version, if so."""
    row = SignatureRow.find(member_id, _number(version))
    return row.as_value(Signature) if row else None


def signatures(member_id: str, *, limit: int, cursor: str | None) -> Page[Signature]:
    """What this member signed, newest version first."""
    return page(SignatureRow, member_id, limit=limit, cursor=cursor).map(lambda row: row.as_value(Signature))


def add_signature(one: Signature) -> Write:
    """Keep the signature; the commit raises ``AlreadySigned`` when there is one: the first stays."""
    return put_new(SignatureRow.of_value(one, number=_number(one.version)), AlreadySigned)


def _number(version: int) -> str:
    return f"{version:010d}"
