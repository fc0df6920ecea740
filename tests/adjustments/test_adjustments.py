"""Staff change a wallet, one asking and another agreeing (W1, trust A6.5, invariants 2, 3, 13)."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adjustments.jobs import tell_of_adjustment
from chalicelib.content import store as content
from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import deliver
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.reports import audit as audit_file
from chalicelib.reports.audit import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.wallet import store
from chalicelib.wallet.jobs import count_in_statements
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

ASKER, OTHER = "STONE", "STTWO"
WALLET = "/console/wallets/MBA"


@pytest.fixture(autouse=True)
def only_money(world: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    commit(members.put_member(new_member("MBA", support.START)))
    monkeypatch.setattr(audit_file, "check_bills", lambda walked, at: BillCheck((), ()))
    yield


def token(staff_id: str, *permissions: str) -> str:
    return api.staff_token(*(permissions or ("wallet.adjust", "wallet.read")), staff_id=staff_id)


def asked(amount_fen: int, key: str = "adjust-0001", reason: str = "活动补差") -> str:
    body = {"amount_fen": amount_fen, "reason": reason}
    answer = api.post(f"{WALLET}/adjustments", body, token=token(ASKER), key=key)
    assert (answer.status, answer.json["status"]) == (201, "WAITING"), answer.json
    return f"/console/wallet-adjustments/{answer.json['adjustment_id']}"


def decided(path: str, *, is_agreed: bool = True, by: str = OTHER) -> api.Answer:
    return api.post(f"{path}/decision", {"is_agreed": is_agreed}, token=token(by))


def held() -> tuple[int, int]:
    wallet = store.find("MBA")
    return wallet.available_fen, wallet.debt_fen


class TestTwoPersons:
    def test_nothing_moves_before_another_agrees(self) -> None:
        path = asked(5_000)
        assert held() == (0, 0)
        assert decided(path, by=ASKER).json["code"] == "ADJUSTMENT_NEEDS_ANOTHER"
        assert held() == (0, 0)
        assert decided(path).json["status"] == "DONE"
        assert held() == (5_000, 0)
        again = decided(path)
        assert (again.status, again.json["code"], held()) == (409, "ADJUSTMENT_MOVED", (5_000, 0))

    def test_refused_or_taken_back_it_moves_nothing(self) -> None:
        assert decided(asked(5_000), is_agreed=False).json["status"] == "REJECTED"
        mine = asked(6_000, key="adjust-0002")
        assert decided(mine, is_agreed=False, by=ASKER).json["status"] == "REJECTED"
        assert decided(mine).json["code"] == "ADJUSTMENT_MOVED"
        assert (held(), support.dump("journal")) == ((0, 0), [])

    def test_the_same_key_asks_once(self) -> None:
        first = asked(5_000)
        assert asked(5_000) == first
        body = {"amount_fen": 1, "reason": "活动补差"}
        reused = api.post(f"{WALLET}/adjustments", body, token=token(ASKER), key="adjust-0001")
        assert reused.json["code"] == "KEY_REUSED"
        waiting = api.get("/console/wallet-adjustments", token=token(OTHER)).json["items"]
        assert [one["amount_fen"] for one in waiting] == [5_000]

    @pytest.mark.parametrize("permission", ["wallet.read", "points.grant"])
    def test_only_who_may(self, permission: str) -> None:
        path, other = asked(5_000), token("STTHREE", permission)
        body = {"amount_fen": 5, "reason": "试试看"}
        assert api.post(f"{WALLET}/adjustments", body, token=other, key="adjust-0009").status == 403
        assert api.post(f"{path}/decision", {"is_agreed": True}, token=other).status == 403

    @pytest.mark.parametrize(
        "body",
        [{"amount_fen": 0}, {"amount_fen": 10_000_001}, {"amount_fen": -10_000_001}, {"reason": "  "}],
        ids=str,
    )
    def test_what_is_no_adjustment_is_refused(self, body: dict[str, object]) -> None:
        given = {"amount_fen": 100, "reason": "活动补差", **body}
        answer = api.post(f"{WALLET}/adjustments", given, token=token(ASKER), key="adjust-0001")
        assert (answer.status, list(answer.json["fields"])) == (422, list(body))

    def test_who_closed_the_account_gets_nothing(self) -> None:
        path = asked(5_000)
        commit(members.close(members.load("MBA")))
        assert decided(path).json["code"] == "MEMBER_CLOSED"
        body = {"amount_fen": 100, "reason": "活动补差"}
        late = api.post(f"{WALLET}/adjustments", body, token=token(ASKER), key="adjust-0002")
        assert (late.json["code"], held()) == ("MEMBER_CLOSED", (0, 0))


class TestMoney:
    def test_debts_are_paid_first_and_what_is_missing_becomes_one(self) -> None:
        """W1, invariant 13: 50.00, then minus 80.00 leaves a debt of 30.00; 20.00 pays part of it."""
        steps = [(5_000, (5_000, 0)), (-8_000, (0, 3_000)), (2_000, (0, 1_000)), (4_000, (3_000, 0))]
        for number, (amount_fen, after) in enumerate(steps):
            decided(asked(amount_fen, key=f"adjust-{number:04}"))
            assert held() == after
        assert audit(is_full=True).findings == ()

    def test_it_is_said_before_the_click_what_it_does(self) -> None:
        decided(asked(5_000))
        path = asked(-8_000, key="adjust-0002")
        seen = api.get(path, token=token(OTHER)).json
        assert seen["says"] == "同意后，可提现 ¥50.00 → ¥0.00，待还款 ¥0.00 → ¥30.00。"
        decided(path)
        assert api.get(path, token=token(OTHER)).json["says"] == "已经同意，余额已调整。"

    def test_the_member_reads_it_in_statement_and_inbox(self) -> None:
        decided(asked(5_000, reason="双十一活动少算的佣金"))
        decided(asked(-1_000, key="adjust-0002", reason="重复补发"))
        for _ in range(2):
            items = aws.client("dynamodb").scan(TableName="fenxiao-test-journal")["Items"]
            records: list[dict[str, Any]] = [
                {"eventID": one["entry_id"]["S"], "dynamodb": {"NewImage": one, "SequenceNumber": "1"}}
                for one in items
            ]
            assert deliver("journal", records, [count_in_statements, tell_of_adjustment]) == []
        mine = api.member_token("MBA")
        lines = api.get("/shop/wallet/lines", token=mine).json["items"]
        assert {(one["title"], one["available_fen"]) for one in lines} == {
            ("人工调整：双十一活动少算的佣金", 5_000),
            ("人工调整：重复补发", -1_000),
        }
        assert api.get("/shop/wallet", token=mine).json["earned_fen"] == 4_000
        told = " ".join(one.text for one in content.notices("MBA").items)
        assert "¥50.00" in told and "双十一活动少算的佣金" in told and "¥10.00" in told
