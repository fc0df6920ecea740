"""A member asks to become a distributor (申请分销商, D1)."""

from chalicelib.agreements.rules import Device
from chalicelib.agreements.sign_agreement import signing
from chalicelib.distributors import store
from chalicelib.distributors.application import JoinRules, MayNotApply, application
from chalicelib.distributors.rules import BY_MEMBER, Distributor, Step
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members


def apply(
    member_id: str, message: str | None, *, agreed: int | None = None, device: Device = "H5"
) -> Distributor:
    """Hand the application in; in an open shop, or with its condition done, the member is one at once.

    Asking again while pending or approved changes nothing. Raises ``MayNotApply`` for one who was
    disabled, and for a member who is blocked; ``ConditionOpen``, ``OnlyByInvitation``. The agreement in force
    is signed in the same commit (D4): ``agreed`` is the version that was read, else ``AgreementOpen``.
    """
    if not members.load(member_id).is_active:
        raise MayNotApply()
    before, at, joining = store.find(member_id), now(), settings.read(JoinRules)
    kept = store.kept(member_id, joining.product_ids)
    after = application(before, member_id, message, joining, at=at, kept=kept)
    if after != before:
        step: Step = "APPROVED" if after.is_active else "APPLIED"
        signed = signing(member_id, agreed, device)
        commit(store.change(before, after, step, by=BY_MEMBER, at=at), signed)
    return after
