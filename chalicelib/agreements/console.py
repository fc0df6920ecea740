"""Staff's doors to the cooperation agreement and to who signed it (D4)."""

from typing import Any

from chalicelib.agreements import rules, store
from chalicelib.agreements.publish_agreement import publish_agreement
from chalicelib.agreements.rules import Agreement
from chalicelib.agreements.schemas import (
    AgreementTextIn,
    SignatureOut,
    StaffAgreementOut,
    StaffAgreementsOut,
    StaffSignaturesOut,
)
from chalicelib.kernel.auth import staff
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor

doors = Doors("/console")


@doors.get(
    "/agreements",
    who=staff("distributors.read"),
    query=Paging,
    returns=StaffAgreementsOut,
    errors=(BadCursor,),
)
def list_agreements(ask: Ask[Any]) -> StaffAgreementsOut:
    """All versions, newest first."""
    found = store.agreements(limit=ask.query.limit, cursor=ask.query.next)
    current = store.current()
    items = [_shown(one, current.version if current else 0) for one in found.items]
    return StaffAgreementsOut(items=items, next=found.next)


@doors.post(
    "/agreements",
    who=staff("agreements.edit"),
    body=AgreementTextIn,
    returns=StaffAgreementOut,
    status=201,
    errors=(rules.AgreementMoved,),
)
def publish(ask: Ask[AgreementTextIn]) -> StaffAgreementOut:
    """Publish a version; it is in force at once, and nobody edits it any more."""
    given = ask.body
    made = publish_agreement(given.title.strip(), given.text.strip(), version=given.version, by=ask.who.id)
    return _shown(made, made.version)


@doors.get(
    "/members/{member_id}/signatures",
    who=staff("distributors.read"),
    query=Paging,
    returns=StaffSignaturesOut,
    errors=(BadCursor,),
)
def list_signatures_of(ask: Ask[Any]) -> StaffSignaturesOut:
    """What this member signed, newest version first."""
    found = store.signatures(ask.path["member_id"], limit=ask.query.limit, cursor=ask.query.next)
    items = [SignatureOut.model_validate(one) for one in found.items]
    return StaffSignaturesOut(items=items, next=found.next)


def _shown(one: Agreement, current: int) -> StaffAgreementOut:
    return StaffAgreementOut(
        version=one.version,
        title=one.title,
        text=one.text,
        digest=one.digest,
        published_at=one.published_at,
        published_by=one.published_by,
        is_current=one.version == current,
    )
