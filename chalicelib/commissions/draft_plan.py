"""Staff write a new version of the rebate plan, or edit it while it is a draft (R10)."""

from dataclasses import replace

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import PlanMovedOn, PlanNotDraft
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.kernel.ids import derived_id

_TRIES = 5


def draft_plan(wanted: Plan, *, by: str = "") -> Plan:
    """Store a new draft under the next version number; id and version of ``wanted`` do not count.

    Raises ``PlanUnknown`` when ``based_on`` names none, ``Crowded`` when others keep taking the number.
    """
    if wanted.based_on is not None:
        store.load_plan(wanted.based_on)
    for _ in range(_TRIES):
        version = max((plan.version for plan in store.plans()), default=0) + 1
        plan_id = derived_id("PL", str(version))
        draft = replace(
            wanted,
            plan_id=plan_id,
            version=version,
            status="DRAFT",
            revision=1,
            created_at=now(),
            edited_by=by,
        )
        try:
            commit(store.add_plan(draft))
        except PlanMovedOn:
            continue
        return draft
    raise Crowded()


def edit_draft(plan_id: str, wanted: Plan, *, revision: int, by: str = "") -> Plan:
    """Put the content of ``wanted`` into a draft that was read at ``revision``.

    Raises ``PlanUnknown``, ``PlanNotDraft``, or ``PlanMovedOn`` when another edit came between.
    """
    before = store.load_plan(plan_id)
    if before.status != "DRAFT":
        raise PlanNotDraft()
    if before.revision != revision:
        raise PlanMovedOn()
    after = replace(
        before,
        name=wanted.name,
        rules=wanted.rules,
        cap_bps=wanted.cap_bps,
        caps=wanted.caps,
        entry_fee_fen=wanted.entry_fee_fen,
        note=wanted.note,
        edited_by=by,
        revision=revision + 1,
    )
    commit(store.save_plan(before, after))
    return after
