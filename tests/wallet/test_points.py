"""Points on real tables and through their doors: given, told, run out, audited (W6, invariants 2, 13, 19)."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.content import store as content
from chalicelib.kernel import aws, clock
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.jobs import deliver
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.reports import audit as audit_file
from chalicelib.reports.audit import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.wallet import store
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.expire_lots import expire_lots
from chalicelib.wallet.jobs import count_in_statements, tell_of_points
from chalicelib.wallet.move_points import PointsMoved, claw_points, earn_points, last_moment, spend_points
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def people(world: Clock) -> None:
    commit(members.put_member(new_member("MBA", support.START)))
    commit(members.put_member(new_member("MBB", support.START)))


@pytest.fixture
def only_points(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(audit_file, "check_bills", lambda walked, at: BillCheck((), ()))
    monkeypatch.setattr("chalicelib.reports.check_points_wallets.time.sleep", lambda seconds: None)
    yield


def earn(points: int, *, days: int = 10, entry_id: str = "GRANT:1", member_id: str = "MBA") -> None:
    before = store.find_points(member_id)
    move = earn_points(before, points, lot_id=entry_id, expires_at=last_moment(support.START, days))
    entry = store.entry(entry_id, clock.now(), [], {"grant_id": "none"}, points=move.postings)
    commit(book_points(before, move), entry)


def spend(points: int, entry_id: str = "SPEND:1", member_id: str = "MBA") -> None:
    before = store.find_points(member_id)
    move = spend_points(before, points)
    entry = store.entry(entry_id, clock.now(), [], {"spent": "yes"}, points=move.postings)
    commit(book_points(before, move), entry)


def held(member_id: str = "MBA") -> tuple[int, int]:
    wallet = store.find_points(member_id)
    return wallet.available, wallet.debt


def tell_followers() -> None:
    items = aws.client("dynamodb").scan(TableName="fenxiao-test-journal")["Items"]
    records: list[dict[str, Any]] = [
        {"eventID": one["entry_id"]["S"], "dynamodb": {"NewImage": one, "SequenceNumber": "1"}}
        for one in items
    ]
    assert deliver("journal", records, [count_in_statements, tell_of_points]) == []


class TestStore:
    def test_an_entry_of_points_alone_and_one_of_both(self) -> None:
        earn(100)
        found = store.load_entry("GRANT:1")
        assert found.postings == () and sum(one.points for one in found.points) == 0
        both = store.entry(
            "REFUND:1",
            support.START,
            [("a", 5), ("b", -5)],
            {},
            points=[("points:spent", -1), ("p:M:available", 1)],
        )
        commit(both)
        assert len(store.load_entry("REFUND:1").postings) == len(store.load_entry("REFUND:1").points) == 2

    def test_an_entry_that_does_not_balance_in_points_is_never_made(self) -> None:
        """Invariants 2 and 19: money may not make up for points."""
        with pytest.raises(AssertionError):
            store.entry("X:1", support.START, [("a", 5), ("b", -4)], {}, points=[("c", -1)])

    def test_a_decision_on_stale_points_fails_and_changes_nothing(self) -> None:
        """Invariants 13, 14 and 17 in points."""
        earn(100)
        seen = store.find_points("MBA")
        spend(60)
        before = support.dump_all()
        with pytest.raises(PointsMoved):
            commit(book_points(seen, spend_points(seen, 60)))
        assert support.dump_all() == before

    def test_of_sixteen_at_once_only_as_many_are_spent_as_there_are(self) -> None:
        """Invariant 14 in points: sixteen want 30 of 100, three get them."""
        earn(100)
        barrier, outcomes = threading.Barrier(16), []

        def take(number: int) -> None:
            barrier.wait()
            for _ in range(50):
                if store.find_points("MBA").available < 30:
                    return
                try:
                    spend(30, f"SPEND:{number}")
                except PointsMoved:
                    continue
                outcomes.append(number)
                return

        threads = [threading.Thread(target=take, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(outcomes), held()) == (3, (10, 0))

    def test_the_same_event_twice_is_once(self) -> None:
        earn(100)
        with pytest.raises((ConditionFailed, PointsMoved)):
            earn(100)
        assert held() == (100, 0)


class TestRunningOut:
    def test_unused_points_run_out_on_their_day_oldest_first(self, world: Clock) -> None:
        earn(100, days=1)
        earn(50, days=5, entry_id="GRANT:2")
        spend(30)
        world.advance(days=2)
        expire_lots()
        assert held() == (50, 0)
        assert {one.account: one.points for one in store.load_entry("EXPIRE:GRANT:1").points} == {
            "points:expired": 70,
            "p:MBA:available": -70,
        }
        before = support.dump_all()
        expire_lots()
        assert support.dump_all() == before, "a second run changes nothing (invariant 22)"

    def test_a_lot_that_was_used_up_goes_without_an_entry(self, world: Clock) -> None:
        earn(100, days=1)
        spend(100)
        world.advance(days=2)
        expire_lots()
        assert store.lots("MBA") == [] and store.find_points("MBA").used == 0
        assert support.dump("journal") and "EXPIRE" not in "".join(support.dump("journal"))

    def test_points_are_kept_to_the_last_minute_of_their_day(self, world: Clock) -> None:
        earn(100, days=0)
        world.advance(hours=13, minutes=59)
        expire_lots()
        assert held() == (100, 0)
        world.advance(minutes=1)
        expire_lots()
        assert held() == (0, 0)

    def test_their_owner_is_told_a_week_before_of_what_is_really_left(self, world: Clock) -> None:
        earn(100, days=20)
        earn(40, days=20, entry_id="GRANT:2")
        spend(30)
        expire_lots()
        assert content.notices("MBA").items == []
        world.advance(days=14)
        expire_lots()
        expire_lots()
        (notice,) = content.notices("MBA").items
        assert "110 积分" in notice.text and "2026年12月13日" in notice.text
        assert held() == (110, 0)

    def test_one_lot_in_trouble_keeps_no_other_from_its_turn(
        self, world: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        earn(100, days=1)
        earn(70, days=1, entry_id="GRANT:2", member_id="MBB")
        world.advance(days=2)
        real = store.take_lot

        def stuck(lot: Any) -> Any:
            if lot.member_id == "MBA":
                raise RuntimeError("trouble")
            return real(lot)

        monkeypatch.setattr(store, "take_lot", stuck)
        expire_lots()
        assert (held("MBA"), held("MBB")) == ((100, 0), (0, 0))


class TestDoors:
    def test_my_points_and_where_they_came_from(self, world: Clock) -> None:
        earn(100, days=20)
        earn(20, days=30, entry_id="GRANT:2")
        spend(30)
        tell_grantless_followers()
        token = api.member_token("MBA")
        seen = api.get("/shop/points", token=token).json
        assert (seen["available"], seen["debt"], seen["worth_fen"]) == (90, 0, 9_000)
        assert seen["expiring"] == [
            {"points": 70, "last_day": "2026年12月13日"},
            {"points": 20, "last_day": "2026年12月23日"},
        ]
        lines = api.get("/shop/points/lines", token=token).json["items"]
        assert {(one["title"], one["available"]) for one in lines} == {
            ("商家赠送积分", 100),
            ("商家赠送积分", 20),
            ("下单抵扣", -30),
        }
        assert api.get("/shop/points/lines", token=api.member_token("MBB")).json["items"] == []

    def test_a_debt_is_explained(self) -> None:
        earn(100)
        spend(100)
        before = store.find_points("MBA")
        commit(book_points(before, claw_points(before, 40)))
        seen = api.get("/shop/points", token=api.member_token("MBA")).json
        assert seen["debt"] == 40 and "自动抵扣" in seen["says"]

    def test_staff_give_points_and_the_member_is_told(self) -> None:
        token = api.staff_token("points.grant", "wallet.read")
        asked = {"points": 500, "reason": "生日礼物"}
        made = api.post("/console/points/MBA/grants", asked, token=token, key="grant-0001")
        again = api.post("/console/points/MBA/grants", asked, token=token, key="grant-0001")
        assert (made.status, made.json["status"], again.json) == (201, "DONE", made.json)
        other = {**asked, "points": 1}
        assert api.post("/console/points/MBA/grants", other, token=token, key="grant-0001").status == 409
        tell_followers()
        tell_followers()
        (notice,) = content.notices("MBA").items
        assert "500 积分" in notice.text and "生日礼物" in notice.text
        assert api.get("/console/points/MBA", token=token).json["available"] == 500
        assert len(api.get("/console/points/MBA/lines", token=token).json["items"]) == 1
        assert "points-grants" in "".join(support.dump("audit")), "the audit row rides along"

    def test_a_larger_grant_waits_for_a_second_person(self) -> None:
        """Trust A6.5: whoever asks does not agree."""
        asker = api.staff_token("points.grant", "wallet.read", staff_id="STONE")
        other = api.staff_token("points.grant", staff_id="STTWO")
        asked = {"points": 1_001, "reason": "年度奖励"}
        made = api.post("/console/points/MBA/grants", asked, token=asker, key="grant-0001").json
        assert (made["status"], held()) == ("WAITING", (0, 0))
        waiting = api.get("/console/points-grants", token=asker).json["items"]
        assert [one["grant_id"] for one in waiting] == [made["grant_id"]]
        door = f"/console/points-grants/{made['grant_id']}/decision"
        refused = api.post(door, {"is_agreed": True}, token=asker)
        assert (refused.status, refused.json["code"]) == (409, "GRANT_NEEDS_ANOTHER")
        assert api.post(door, {"is_agreed": True}, token=other).json["status"] == "DONE"
        assert api.post(door, {"is_agreed": True}, token=other).json["code"] == "GRANT_MOVED"
        assert held() == (1_001, 0)

    def test_a_grant_that_was_refused_gives_nothing(self) -> None:
        asker = api.staff_token("points.grant", staff_id="STONE")
        asked = {"points": 5_000, "reason": "打错了"}
        made = api.post("/console/points/MBA/grants", asked, token=asker, key="grant-0001").json
        door = f"/console/points-grants/{made['grant_id']}/decision"
        assert api.post(door, {"is_agreed": False}, token=asker).json["status"] == "REJECTED"
        assert held() == (0, 0)
        assert (
            api.post("/console/points-grants/PGNONE/decision", {"is_agreed": True}, token=asker).status == 404
        )

    def test_only_who_may_gives_points(self) -> None:
        token = api.staff_token("wallet.read")
        asked = {"points": 5, "reason": "试试看"}
        assert api.post("/console/points/MBA/grants", asked, token=token, key="grant-0001").status == 403
        may = api.staff_token("points.grant")
        assert api.post("/console/points/MBNONE/grants", asked, token=may, key="grant-0001").status == 404
        wrong = {"points": 0, "reason": "试试看"}
        assert api.post("/console/points/MBA/grants", wrong, token=may, key="grant-0001").status == 422


@pytest.mark.usefixtures("only_points")
class TestAudit:
    def test_right_points_are_found_right_and_days_close(self, world: Clock) -> None:
        earn(100, days=1)
        spend(30)
        world.advance(days=2)
        expire_lots()
        assert audit(is_full=True).findings == ()
        world.advance(days=1)
        earn(10, days=90, entry_id="GRANT:9")
        assert audit().findings == (), "from closed days' sums"

    @pytest.mark.parametrize("name", ["available", "debt", "used"])
    def test_wrong_points_are_found(self, name: str) -> None:
        earn(100)
        spend(30)
        aws.client("dynamodb").update_item(
            TableName="fenxiao-test-points",
            Key={"member_id": {"S": "MBA"}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": {"N": "7"}},
        )
        made = audit(is_full=True)
        assert {finding.invariant for finding in made.findings} == {19}

    def test_a_lost_lot_is_found(self) -> None:
        earn(100)
        (lot,) = store.lots("MBA")
        commit(store.take_lot(lot))
        assert {finding.invariant for finding in audit(is_full=True).findings} == {19}


def tell_grantless_followers() -> None:
    """Entries of these tests name no real grant; only the statement follows them."""
    items = aws.client("dynamodb").scan(TableName="fenxiao-test-journal")["Items"]
    records: list[dict[str, Any]] = [
        {"eventID": one["entry_id"]["S"], "dynamodb": {"NewImage": one, "SequenceNumber": "1"}}
        for one in [*items, *items]
    ]
    assert deliver("journal", records, [count_in_statements]) == []
