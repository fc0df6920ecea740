"""Members' doors to the cooperation agreement (D4). What is earned is never asked a signature for."""

from typing import Any

from chalicelib.agreements import rules, store
from chalicelib.agreements.schemas import (
    AgreementOut,
    AgreementStateOut,
    SignatureOut,
    SignaturesOut,
    SignIn,
)
from chalicelib.agreements.sign_agreement import sign_agreement
from chalicelib.kernel.auth import member
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor

doors = Doors("/shop")


@doors.get("/agreement", who=member, returns=AgreementStateOut)
def read_agreement(ask: Ask[Any]) -> AgreementStateOut:
    """The version in force, and whether I signed it."""
    return _state(ask.who.id)


@doors.post(
    "/agreement/sign",
    who=member,
    body=SignIn,
    returns=AgreementStateOut,
    errors=(rules.AgreementUnknown, rules.AgreementMoved),
)
def sign(ask: Ask[SignIn]) -> AgreementStateOut:
    """Sign the version in force; twice is once."""
    sign_agreement(ask.who.id, ask.body.version, ask.body.device)
    return _state(ask.who.id)


@doors.get("/agreement/signatures", who=member, query=Paging, returns=SignaturesOut, errors=(BadCursor,))
def list_signatures(ask: Ask[Any]) -> SignaturesOut:
    """What I signed, newest version first."""
    found = store.signatures(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return SignaturesOut(items=[SignatureOut.model_validate(one) for one in found.items], next=found.next)


@doors.get(
    "/agreement/versions/{agreement_version}",
    who=member,
    returns=AgreementOut,
    errors=(rules.AgreementUnknown,),
)
def read_version(ask: Ask[Any]) -> AgreementOut:
    """One version, word for word as it was signed."""
    asked = ask.path["agreement_version"]
    if not asked.isdecimal() or len(asked) > 7:
        raise rules.AgreementUnknown()
    return AgreementOut.model_validate(store.load(int(asked)))


def _state(member_id: str) -> AgreementStateOut:
    current = store.current()
    signed = store.find_signature(member_id, current.version) if current else None
    return AgreementStateOut(
        current=AgreementOut.model_validate(current) if current else None,
        signed=SignatureOut.model_validate(signed) if signed else None,
        is_open=current is not None and signed is None,
    )
