"""Violations (违规) and what they do to a distributor (D3). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.distributors.rules import Distributor, NotPenalisable, Status, Step
from chalicelib.kernel.errors import Conflict, NotFound

Kind = Literal["PRICE_CUTTING", "FALSE_PROMOTION", "FAKE_ORDERS", "HARASSMENT", "OTHER"]
Penalty = Literal["WARN", "FREEZE_COMMISSION", "SUSPEND", "EXPEL"]
"""A word; commission does not mature; nothing new is earned, for now or for good."""
ViolationState = Literal["OPEN", "SERVED", "WITHDRAWN"]
"""WITHDRAWN was no violation: conditions do not see it. SERVED was one, and its penalty is over."""

KIND_TITLES: Mapping[Kind, str] = {
    "PRICE_CUTTING": "低价倒卖",
    "FALSE_PROMOTION": "虚假宣传",
    "FAKE_ORDERS": "虚假交易",
    "HARASSMENT": "骚扰他人",
    "OTHER": "其他违规",
}
PENALTY_TITLES: Mapping[Penalty, str] = {
    "WARN": "警告",
    "FREEZE_COMMISSION": "佣金暂时冻结",
    "SUSPEND": "暂停推广资格",
    "EXPEL": "取消推广资格",
}
STATE_TITLES: Mapping[ViolationState, str] = {"OPEN": "处理中", "SERVED": "已解除", "WITHDRAWN": "已撤销"}
_STEPS: Mapping[Penalty, Step] = {
    "WARN": "WARNED",
    "FREEZE_COMMISSION": "FROZEN",
    "SUSPEND": "SUSPENDED",
    "EXPEL": "EXPELLED",
}


@dataclass(frozen=True)
class Violation:
    """One violation. ``told`` is what the member reads, ``note`` is for staff alone."""

    member_id: str
    violation_id: str
    kind: Kind
    penalty: Penalty
    told: str
    note: str
    recorded_at: datetime
    recorded_by: str
    order_id: str | None = None
    state: ViolationState = "OPEN"
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None
    appeal: str | None = None
    appealed_at: datetime | None = None
    version: int = 1


class ViolationUnknown(NotFound):
    """No such violation of this member."""

    title = "没有这条违规记录"
    detail = "没有找到这条违规记录，请返回刷新。"


class ViolationMoved(Conflict):
    """It was lifted, or its appeal came in, meanwhile."""

    title = "违规记录刚刚有变化"
    detail = "这条违规记录刚刚有变化，请刷新后再试。"


class CannotAppeal(Conflict):
    """Over, or appealed already: staff have the member's word."""

    title = "现在不能申诉"
    detail = "这条记录已经处理完，或者您已经申诉过，请等待处理结果。"


def violation(one: Violation, before: Distributor) -> tuple[Distributor, Step]:
    """The distributor under this penalty, and the word of the history for it.

    Raises ``NotPenalisable`` where there is nothing to suspend or to expel.
    """
    status: Status = before.status
    if one.penalty == "SUSPEND":
        if before.status not in ("APPROVED", "SUSPENDED"):
            raise NotPenalisable()
        status = "SUSPENDED"
    elif one.penalty == "EXPEL":
        if before.status not in ("APPROVED", "SUSPENDED", "DISABLED"):
            raise NotPenalisable()
        status = "EXPELLED"
    frozen = {one.violation_id} if one.penalty == "FREEZE_COMMISSION" else set()
    after = replace(
        before,
        status=status,
        reason=one.told,
        frozen_by=before.frozen_by | frozen,
        violated_at=one.recorded_at,
        version=before.version + 1,
    )
    return after, _STEPS[one.penalty]


def without(ended: Violation, others: Iterable[Violation], before: Distributor) -> Distributor:
    """The distributor once ``ended`` is over; what the other open violations ask for stays."""
    rest = [one for one in others if one.violation_id != ended.violation_id]
    penalties = {one.penalty for one in rest if one.state == "OPEN"}
    status: Status = before.status
    if before.status in ("SUSPENDED", "EXPELLED"):
        status = "EXPELLED" if "EXPEL" in penalties else "SUSPENDED" if "SUSPEND" in penalties else "APPROVED"
    counted = [one.recorded_at for one in (*rest, ended) if one.state != "WITHDRAWN"]
    return replace(
        before,
        status=status,
        reason=ended.ended_reason,
        frozen_by=before.frozen_by - {ended.violation_id},
        violated_at=max(counted, default=None),
        version=before.version + 1,
    )


def ended(one: Violation, to: ViolationState, *, by: str, reason: str, at: datetime) -> Violation:
    """The violation as it ends. Raises ``ViolationMoved`` when it has ended already."""
    if one.state != "OPEN":
        raise ViolationMoved()
    return replace(one, state=to, ended_at=at, ended_by=by, ended_reason=reason, version=one.version + 1)


def appealed(one: Violation, text: str, at: datetime) -> Violation:
    """The violation with the member's word on it, once. Raises ``CannotAppeal``."""
    if one.state != "OPEN" or one.appeal is not None:
        raise CannotAppeal()
    return replace(one, appeal=text, appealed_at=at, version=one.version + 1)
