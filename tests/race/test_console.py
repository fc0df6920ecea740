"""Two people edit one thing (G3, R10): one is in force, the others are told."""

import json
from collections import Counter
from typing import Any

from chalicelib.adjustments import store as adjustments
from chalicelib.adjustments.ask_adjustment import ask_adjustment
from chalicelib.commissions import store as commissions
from chalicelib.commissions.first_plan import first_plan
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.wallet import store as wallet
from chalicelib.wallet.grant_points import grant_points
from tests.race.harness import MANY, Together
from tests.support import api
from tests.support.api import Answer
from tests.support.world import START, Clock, dump

SETTING = "/console/settings/withdrawals"
PLAN: dict[str, Any] = {
    "rules": [
        {
            "rule_id": "L1",
            "title": "一级佣金",
            "who": {"kind": "UPLINE", "level": 1},
            "base": {"kind": "PAID"},
            "how": {"kind": "CONFIGURED", "rate_bps": 1000},
        }
    ]
}


def test_sixteen_edits_of_one_setting(together: Together, world: Clock) -> None:
    """G3: of the edits of one version one counts, and its values are the ones in force."""
    token = api.staff_token("settings.read", "settings.edit")

    def edit(number: int) -> Answer:
        return api.put(SETTING, {"version": 0, "values": {"min_fen": 1_000 + number}}, token=token)

    told = together(*[lambda one=one: edit(one) for one in range(MANY)])  # type: ignore[misc]
    assert told == {"200": 1, "409 SETTING_CHANGED": MANY - 1}
    stored = [json.loads(one) for one in dump("settings")]
    assert len(stored) == 1
    assert api.get(SETTING, token=token).json["version"] == 1


def test_sixteen_drafts_and_sixteen_edits_of_one(together: Together, world: Clock) -> None:
    """R10: drafts get numbers of their own; of the edits of one revision one counts."""
    token = api.staff_token("plans.edit", "plans.read")
    told = together(
        *[
            lambda one=one: api.post("/console/plans", {"name": f"方案{one}", **PLAN}, token=token)
            for one in range(4)
        ]  # type: ignore[misc]
    )
    assert told == {"201": 4}
    assert sorted(plan.version for plan in commissions.plans()) == [1, 2, 3, 4]
    draft = commissions.plans()[0]

    def edit(number: int) -> Answer:
        body = {"name": f"修订{number}", **PLAN, "revision": draft.revision}
        return api.put(f"/console/plans/{draft.plan_id}", body, token=token)

    told = together(*[lambda one=one: edit(one) for one in range(MANY)])  # type: ignore[misc]
    assert told == {"200": 1, "409 PLAN_MOVED_ON": MANY - 1}
    assert commissions.load_plan(draft.plan_id).revision == draft.revision + 1


def test_a_plan_is_edited_while_it_is_submitted(together: Together, world: Clock) -> None:
    """R10, R12: what is submitted is what its author read; from then it is not edited."""
    save_level(Level("normal", "普通分销商", 1), is_new=True)
    first_plan()
    token = api.staff_token("plans.edit", "plans.read", "plans.publish")
    drafted = api.post("/console/plans", {"name": "原稿", **PLAN}, token=token).json
    path = f"/console/plans/{drafted['plan_id']}"
    edited = {"name": "修订", **PLAN, "revision": drafted["revision"]}
    told = together(
        *[
            lambda: api.post(f"{path}/submit", {"revision": drafted["revision"]}, token=token),
            lambda: api.put(path, edited, token=token),
        ]
        * (MANY // 2)
    )
    assert told["200"] == 1
    assert told.keys() <= {"200", "409 PLAN_MOVED_ON", "409 PLAN_NOT_DRAFT"}
    plan = commissions.load_plan(drafted["plan_id"])
    assert (plan.status, plan.name) in (("APPROVED", "原稿"), ("DRAFT", "修订"))


def half_agree(together: Together, path: str, permission: str) -> Counter[str]:
    """Sixteen persons who may, none of them whoever asked, decide at once; every other one agrees."""
    tokens = [api.staff_token(permission, staff_id=f"ST{number}") for number in range(MANY)]
    return together(
        *[
            lambda one=one, token=token: api.post(path, {"is_agreed": one % 2 == 0}, token=token)
            for one, token in enumerate(tokens)
        ]  # type: ignore[misc]
    )


def test_sixteen_decide_on_one_adjustment(together: Together, world: Clock) -> None:
    """Trust A6.5: one word counts, and money moves once."""
    commit(members.put_member(new_member("MBA", START)))
    asked = ask_adjustment("MBA", 5_000, reason="补差", by="STASKS", key="adjust-0001")
    told = half_agree(
        together, f"/console/wallet-adjustments/{asked.adjustment_id}/decision", "wallet.adjust"
    )
    assert told == {"200": 1, "409 ADJUSTMENT_MOVED": MANY - 1}
    is_done = adjustments.load(asked.adjustment_id).status == "DONE"
    assert wallet.find("MBA").available_fen == (5_000 if is_done else 0)
    assert len(dump("journal")) == is_done


def test_sixteen_decide_on_one_grant_of_points(together: Together, world: Clock) -> None:
    """W6, trust A6.5: the same for points; what was given is not called refused."""
    commit(members.put_member(new_member("MBA", START)))
    asked = grant_points("MBA", 50_000, reason="周年礼", by="STASKS", key="grant-0001")
    assert asked.status == "WAITING"
    told = half_agree(together, f"/console/points-grants/{asked.grant_id}/decision", "points.grant")
    assert told["200"] == 1 and told.keys() <= {"200", "409 GRANT_MOVED", "409 POINTS_MOVED"}, told
    is_done = wallet.load_grant(asked.grant_id).status == "DONE"
    assert wallet.find_points("MBA").available == (50_000 if is_done else 0)


def test_adjustments_agreed_to_while_others_are(together: Together, world: Clock) -> None:
    """Invariant 13: on one wallet each decides on what is there; the sum is exact, in any order."""
    commit(members.put_member(new_member("MBA", START)))
    amounts = [3_000, -2_000, -2_500, 1_000, 700, -900]
    ids = [
        ask_adjustment("MBA", fen, reason="补差", by="STASKS", key=f"adjust-{number:04}").adjustment_id
        for number, fen in enumerate(amounts)
    ]
    token = api.staff_token("wallet.adjust", staff_id="STOTHER")
    paths = [f"/console/wallet-adjustments/{one}/decision" for one in ids]
    for _ in range(5):  # who found it crowded tries again
        together(*[lambda path=path: api.post(path, {"is_agreed": True}, token=token) for path in paths])  # type: ignore[misc]
    after = wallet.find("MBA")
    assert after.available_fen - after.debt_fen == sum(amounts)
    assert min(after.available_fen, after.debt_fen) == 0
