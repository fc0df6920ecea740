"""The doors of wallets and the journal (W1)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from chalicelib.kernel.clock import business_day
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.wallet import store
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.rules import Entry, account_of
from tests.support import api
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def a_wallet(world: support.Clock) -> None:
    """Earned 1099, 333 taken back; of the rest 500 matured, 200 reserved, 150 paid out."""
    commit(members.put_member(new_member("MBA", support.START)))
    commit(members.put_member(new_member("MBB", support.START)))
    pending, available, frozen = (account_of("MBA", purse) for purse in ("pending", "available", "frozen"))
    events = [
        ("PAID:OR1", [("shop:commission", -1099), (pending, 1099)], {"order_id": "OR1"}),
        ("REFUND:RF1", [("shop:commission", 333), (pending, -333)], {"order_id": "OR1", "refund_id": "RF1"}),
        ("MATURE:OR2:MBA:L1", [(pending, -500), (available, 500)], {"order_id": "OR2"}),
        ("RESERVE:WD1", [(available, -200), (frozen, 200)], {"withdrawal_id": "WD1"}),
        ("PAYOUT:WD0", [(frozen, -150), ("wx:cash", 150)], {"withdrawal_id": "WD0"}),
    ]
    for number, (entry_id, postings, refs) in enumerate(events):
        at = support.START + timedelta(days=5 * number)
        commit(store.entry(entry_id, at, postings, refs))
        count_entry(store.load_entry(entry_id))
    commit(store.move("MBA", available_fen=300, frozen_fen=50))


class TestMine:
    def test_my_wallet_adds_up(self) -> None:
        seen = api.get("/shop/wallet", token=api.member_token("MBA")).json
        says = seen.pop("says")
        assert seen == {
            "pending_fen": 266,
            "available_fen": 300,
            "frozen_fen": 50,
            "withdrawn_fen": 150,
            "spent_fen": 0,
            "debt_fen": 0,
            "earned_fen": 766,
        }
        assert all(says[purse] for purse in ("pending", "available", "frozen", "withdrawn", "debt"))

    def test_a_debt_is_told(self) -> None:
        commit(store.move("MBB", debt_fen=90))
        seen = api.get("/shop/wallet", token=api.member_token("MBB")).json
        assert (seen["debt_fen"], seen["earned_fen"]) == (90, -90)
        assert "抵扣" in seen["says"]["debt"]

    def test_my_statement_by_month_with_its_orders(self) -> None:
        token = api.member_token("MBA")
        seen = api.get("/shop/wallet/lines?limit=4", token=token).json
        assert [(one["month"], one["title"], one["order_id"]) for one in seen["items"]] == [
            ("2026-12", "提现到账", None),
            ("2026-12", "申请提现", None),
            ("2026-12", "佣金已结算，可以提现", "OR2"),
            ("2026-11", "订单退款，扣回佣金", "OR1"),
        ]
        assert seen["months"] == [
            {"month": "2026-12", "earned_fen": 0},
            {"month": "2026-11", "earned_fen": 766},
        ]
        rest = api.get(f"/shop/wallet/lines?limit=4&next={seen['next']}", token=token).json
        assert [one["kind"] for one in rest["items"]] == ["PAID"]
        assert rest["items"][0]["pending_fen"] == 1099

    def test_what_each_day_and_month_brought(self, world: support.Clock) -> None:
        """Issue 5: every day of the span is there, its sums are those of its parts, and it ends today."""
        world.advance(days=6)
        week = api.get("/shop/wallet/earnings", token=api.member_token("MBA")).json
        assert [one["of"] for one in week["parts"]] == [f"2026-11-{day}" for day in range(23, 30)]
        assert [one["net_fen"] for one in week["parts"]] == [1099, 0, 0, 0, 0, -333, 0]
        assert (week["credited_fen"], week["taken_fen"], week["net_fen"]) == (1099, 333, 766)
        world.advance(days=30)
        month = api.get("/shop/wallet/earnings?span=MONTH", token=api.member_token("MBA")).json
        assert (len(month["parts"]), month["net_fen"]) == (30, 0)
        year = api.get("/shop/wallet/earnings?span=YEAR", token=api.member_token("MBA")).json
        assert [one["of"] for one in year["parts"]][-2:] == ["2026-11", "2026-12"]
        assert [one["net_fen"] for one in year["parts"]][-2:] == [766, 0]
        assert api.get("/shop/wallet/earnings?span=DECADE", token=api.member_token("MBA")).status == 422

    def test_my_ledger_by_month(self) -> None:
        """Issue 5: earned, taken back, matured and withdrawn, newest first, page by page."""
        token = api.member_token("MBA")
        first = api.get("/shop/wallet/months?limit=1", token=token).json
        assert first["items"] == [
            {
                "month": "2026-12",
                "credited_fen": 0,
                "taken_fen": 0,
                "matured_fen": 500,
                "withdrawn_fen": 150,
                "spent_fen": 0,
                "net_fen": 0,
            }
        ]
        rest = api.get(f"/shop/wallet/months?limit=9&next={first['next']}", token=token).json
        assert [(one["month"], one["credited_fen"], one["taken_fen"]) for one in rest["items"]] == [
            ("2026-11", 1099, 333)
        ]
        other = api.member_token("MBB")
        assert api.get("/shop/wallet/months", token=other).json == {"items": [], "next": None}
        assert api.get(f"/shop/wallet/months?next={first['next']}", token=other).status == 400

    def test_of_one_month(self) -> None:
        seen = api.get("/shop/wallet/lines?month=2026-11", token=api.member_token("MBA")).json
        assert [one["entry_id"] for one in seen["items"]] == ["REFUND:RF1", "PAID:OR1"]

    @pytest.mark.parametrize("query", ["month=2026-13", "month=x", "surprise=1"])
    def test_what_cannot_be_asked(self, query: str) -> None:
        assert api.get(f"/shop/wallet/lines?{query}", token=api.member_token("MBA")).status == 422

    def test_a_forged_cursor(self) -> None:
        assert api.get("/shop/wallet/lines?next=forged", token=api.member_token("MBA")).status == 400

    def test_somebody_elses_cursor_opens_nothing(self) -> None:
        cursor = api.get("/shop/wallet/lines?limit=1", token=api.member_token("MBA")).json["next"]
        assert api.get(f"/shop/wallet/lines?next={cursor}", token=api.member_token("MBB")).status == 400

    def test_a_member_without_money_sees_zeros(self) -> None:
        token = api.member_token("MBB")
        assert api.get("/shop/wallet", token=token).json["earned_fen"] == 0
        assert api.get("/shop/wallet/lines", token=token).json == {"items": [], "months": [], "next": None}


class TestStaff:
    def test_a_members_wallet_and_statement(self) -> None:
        token = api.staff_token("wallet.read")
        assert api.get("/console/wallets/MBA", token=token).json["available_fen"] == 300
        assert len(api.get("/console/wallets/MBA/lines", token=token).json["items"]) == 5
        assert api.get("/console/wallets/MBNONE", token=token).status == 404

    def test_an_entry_of_the_journal(self) -> None:
        token = api.staff_token("wallet.read")
        seen = api.get("/console/journal?entry_id=REFUND:RF1", token=token).json
        assert seen["refs"] == {"order_id": "OR1", "refund_id": "RF1"}
        assert sum(posting["amount_fen"] for posting in seen["postings"]) == 0
        missing = api.get("/console/journal?entry_id=PAID:NONE", token=token)
        assert (missing.status, missing.json["code"]) == (404, "ENTRY_UNKNOWN")

    def test_a_statement_is_rebuilt(self) -> None:
        token = api.staff_token("wallet.read")
        before = support.dump("wallet-totals")
        seen = api.post("/console/wallets/MBA/rebuild", {"since": "2026-11-23"}, token=token)
        assert seen.json.get("earned_fen") == 766, seen.json
        assert support.dump("wallet-totals") == before
        assert api.post("/console/wallets/MBA/rebuild", {"amount_fen": 1}, token=token).status == 422

    def test_no_day_before_the_member_came_is_walked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """N5: a year typed wrongly does not walk through every day since then."""
        walked: list[date] = []

        def entries_of_day(day: date) -> Iterator[Entry]:
            walked.append(day)
            assert len(walked) < 400, "walks through days in which the member was not there"
            return _entries_of_day(day)

        _entries_of_day = store.entries_of_day
        monkeypatch.setattr(store, "entries_of_day", entries_of_day)
        token = api.staff_token("wallet.read")
        seen = api.post("/console/wallets/MBA/rebuild", {"since": "2000-01-01"}, token=token)
        assert seen.json["earned_fen"] == 766
        assert walked[0] == business_day(members.load("MBA").joined_at)

    def test_only_who_may(self) -> None:
        token = api.staff_token("orders.read")
        assert api.get("/console/wallets/MBA", token=token).status == 403
        assert api.get("/console/journal?entry_id=PAID:OR1", token=token).status == 403
        assert api.post("/console/wallets/MBA/rebuild", {}, token=token).status == 403
        assert api.get("/console/wallets/MBA", token=api.member_token("MBA")).status == 403
