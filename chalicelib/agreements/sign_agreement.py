"""A member signs the cooperation agreement in force (D4)."""

from chalicelib.agreements import store
from chalicelib.agreements.rules import (
    Agreement,
    AgreementOpen,
    AlreadySigned,
    Device,
    Signature,
    demand_current,
)
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit


def sign_agreement(member_id: str, version: int, device: Device) -> Signature:
    """The signature of the version in force; twice is once, and the first one stays.

    Raises ``AgreementUnknown`` while there is none, ``AgreementMoved`` when a newer one is in force.
    """
    agreement = demand_current(version, store.current())
    there = store.find_signature(member_id, version)
    if there is not None:
        return there
    made = _made(member_id, agreement, device)
    try:
        commit(store.add_signature(made))
    except AlreadySigned:
        return store.find_signature(member_id, version) or made
    return made


def signing(member_id: str, version: int | None, device: Device) -> list[Write]:
    """What an application adds to its commit: the signature of the version in force, if none is there yet.

    Raises ``AgreementOpen`` when that version is not agreed to, ``AgreementMoved`` when another one is.
    """
    agreement = store.current()
    if agreement is None or store.find_signature(member_id, agreement.version):
        return []
    if version is None:
        raise AgreementOpen("请先阅读并同意合作协议，再提交申请。")
    return [store.add_signature(_made(member_id, demand_current(version, agreement), device))]


def demand_signed(member_id: str) -> None:
    """Before something new is shared. Raises ``AgreementOpen`` unless the version in force is signed."""
    agreement = store.current()
    if agreement is not None and store.find_signature(member_id, agreement.version) is None:
        raise AgreementOpen()


def _made(member_id: str, agreement: Agreement, device: Device) -> Signature:
    return Signature(member_id, agreement.version, agreement.digest, now(), device)
