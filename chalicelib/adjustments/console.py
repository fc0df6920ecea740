"""Staff's doors to changes of a wallet (W1, trust A6.5)."""

from typing import Any

from chalicelib.adjustments import store
from chalicelib.adjustments.ask_adjustment import ask_adjustment
from chalicelib.adjustments.decide_adjustment import decide_adjustment
from chalicelib.adjustments.rules import AdjustmentMoved, AdjustmentNeedsAnother, AdjustmentUnknown
from chalicelib.adjustments.schemas import (
    AdjustmentEffectOut,
    AdjustmentOut,
    AdjustmentsAsked,
    AdjustmentsOut,
    AgreementIn,
    WalletAdjustmentIn,
)
from chalicelib.adjustments.show import show
from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import Crowded, KeyReused
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.members import store as members
from chalicelib.members.rules import MemberClosed, MemberUnknown

doors = Doors("/console")


@doors.post(
    "/wallets/{member_id}/adjustments",
    who=staff("wallet.adjust"),
    body=WalletAdjustmentIn,
    returns=AdjustmentOut,
    status=201,
    takes_key=True,
    errors=(MemberUnknown, MemberClosed, KeyReused),
)
def ask_for_adjustment(ask: Ask[WalletAdjustmentIn]) -> AdjustmentOut:
    """Ask to give a member money or to take some; a second person must agree before anything moves."""
    member_id, given = members.load(ask.path["member_id"]).member_id, ask.body
    asked = ask_adjustment(member_id, given.amount_fen, reason=given.reason, by=ask.who.id, key=ask.key)
    return AdjustmentOut.model_validate(asked)


@doors.get(
    "/wallet-adjustments",
    who=staff("wallet.read"),
    query=AdjustmentsAsked,
    returns=AdjustmentsOut,
    errors=(BadCursor,),
)
def list_adjustments(ask: Ask[Any]) -> AdjustmentsOut:
    """Adjustments by state, last asked first."""
    found = store.of_status(ask.query.status, limit=ask.query.limit, cursor=ask.query.next)
    return AdjustmentsOut(items=[AdjustmentOut.model_validate(one) for one in found.items], next=found.next)


@doors.get(
    "/wallet-adjustments/{adjustment_id}",
    who=staff("wallet.read"),
    returns=AdjustmentEffectOut,
    errors=(AdjustmentUnknown,),
)
def read_adjustment(ask: Ask[Any]) -> AdjustmentEffectOut:
    """One adjustment, and what it does, or would do now, in words."""
    return show(store.load(ask.path["adjustment_id"]))


@doors.post(
    "/wallet-adjustments/{adjustment_id}/decision",
    who=staff("wallet.adjust"),
    body=AgreementIn,
    returns=AdjustmentOut,
    errors=(AdjustmentUnknown, AdjustmentMoved, AdjustmentNeedsAnother, MemberClosed, Crowded),
)
def decide(ask: Ask[AgreementIn]) -> AdjustmentOut:
    """Agree to an adjustment that a colleague asked for, or refuse it."""
    decided = decide_adjustment(ask.path["adjustment_id"], is_agreed=ask.body.is_agreed, by=ask.who.id)
    return AdjustmentOut.model_validate(decided)
