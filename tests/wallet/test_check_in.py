"""Checking in: once a business day, longer in a row for more, never twice (W6, invariants 19, 22)."""

from datetime import date

import pytest

import app  # noqa: F401 - opens the front door, which loads settings of its own
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.settings import parse
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.wallet import store
from chalicelib.wallet.check_in import check_in
from chalicelib.wallet.points_for import CheckInClosed, PointsEarning, Streak, points_for
from tests.conftest import Policy
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock


@pytest.fixture
def open_daily(policies: Policy, world: Clock) -> Policy:
    """Two points a day, five on top after each third day in a row."""
    commit(members.put_member(new_member("MBA", support.START)))
    policies.put("points_earning", check_in_points=2, streak_days=3, streak_bonus=5)
    return policies


class TestRules:
    def test_a_day_left_out_begins_anew(self) -> None:
        streak = Streak(date(2026, 2, 28), 4)
        assert [streak.on(date(2026, 3, day)) for day in (1, 2)] == [5, 1]
        assert [streak.standing(date(2026, 3, day)) for day in (1, 2)] == [4, 0]
        assert (Streak().on(date(2026, 3, 1)), Streak().standing(date(2026, 3, 1))) == (1, 0)

    def test_the_bonus_comes_each_time_the_days_are_full(self) -> None:
        earning = PointsEarning(check_in_points=2, streak_days=3, streak_bonus=5)
        assert [earning.points_of_day(days) for days in range(1, 8)] == [2, 2, 7, 2, 2, 7, 2]

    def test_a_point_for_each_full_amount(self) -> None:
        assert [points_for(fen, 1_000) for fen in (0, 999, 1_000, 1_999, 2_000)] == [0, 0, 1, 1, 2]
        assert points_for(99_999, 0) == 0
        assert PointsEarning(purchase_fen_per_point=1_000).points_of_purchase(2_000) == 2

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"purchase_fen_per_point": 9}, "消费得积分"),
            ({"purchase_fen_per_point": 10_000_001}, "消费得积分"),
            ({"purchase_fen_per_point": -1}, "消费得积分"),
            ({"check_in_points": -1}, "每天签到"),
            ({"check_in_points": 1_001}, "每天签到"),
            ({"streak_days": 1}, "连续签到的天数"),
            ({"streak_days": 367}, "连续签到的天数"),
            ({"check_in_points": 1, "streak_bonus": 9_001}, "连续签到的奖励"),
            ({"check_in_points": 1, "streak_bonus": -1}, "连续签到的奖励"),
            ({"streak_bonus": 1}, "请先设置"),
            ({"check_in_points": "2"}, ""),
        ],
    )
    def test_settings_that_make_no_sense_are_refused_with_words(
        self, wrong: dict[str, object], says: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            parse("points_earning", wrong)
        assert says in refused.value.detail

    @pytest.mark.parametrize(
        "good",
        [
            {"purchase_fen_per_point": 10},
            {"purchase_fen_per_point": 10_000_000},
            {"check_in_points": 1_000, "streak_days": 366, "streak_bonus": 9_000},
            {"streak_days": 2},
        ],
    )
    def test_the_limits_themselves_are_allowed(self, good: dict[str, object]) -> None:
        parse("points_earning", good)


@pytest.mark.usefixtures("open_daily")
class TestCheckingIn:
    def test_once_a_day_in_china_and_more_for_days_in_a_row(self, world: Clock) -> None:
        """The clock begins in the morning in China; nine hours on it is still the same day there."""
        assert check_in("MBA").available == 2
        before = support.dump_all()
        assert check_in("MBA").available == 2
        assert support.dump_all() == before, "the same day again changes nothing (invariant 17)"
        world.advance(days=1)
        check_in("MBA")
        world.advance(days=1)
        assert (check_in("MBA").available, store.find_points("MBA").streak.days) == (11, 3)
        world.advance(days=2)
        assert (check_in("MBA").available, store.find_points("MBA").streak.days) == (13, 1)

    def test_the_day_changes_at_midnight_in_shanghai(self, world: Clock) -> None:
        """The clock begins at ten in the morning there: 13 h 59 min later it is a minute to midnight."""
        world.advance(hours=13, minutes=59)
        check_in("MBA")
        world.advance(seconds=59)
        assert check_in("MBA").available == 2
        world.advance(seconds=1)
        assert check_in("MBA").available == 4

    def test_the_points_are_booked_and_live_as_others_do(self) -> None:
        check_in("MBA")
        (lot,) = store.lots("MBA")
        entry = store.load_entry(lot.lot_id)
        assert (entry.kind, lot.points) == ("CHECKIN", 2)
        assert {one.account: one.points for one in entry.points} == {
            "points:issued": -2,
            "p:MBA:available": 2,
        }

    def test_closed_until_the_shop_opens_it(self, open_daily: Policy) -> None:
        open_daily.put("points_earning")
        with pytest.raises(CheckInClosed):
            check_in("MBA")
        assert store.find_points("MBA").available == 0

    def test_through_the_door(self, world: Clock) -> None:
        def token() -> str:
            return api.member_token("MBA")

        first = api.get("/shop/check-in", token=token()).json
        assert (first["is_open"], first["is_checked_in"], first["points_today"]) == (True, False, 2)
        assert (first["days_in_a_row"], first["next_bonus_in_days"]) == (0, 3)
        done = api.post("/shop/check-in", token=token()).json
        assert (done["is_checked_in"], done["days_in_a_row"], done["next_bonus_in_days"]) == (True, 1, 2)
        assert api.post("/shop/check-in", token=token()).json == done
        world.advance(days=1)
        api.post("/shop/check-in", token=token())
        world.advance(days=1)
        today = api.get("/shop/check-in", token=token()).json
        assert (today["points_today"], today["next_bonus_in_days"]) == (7, 1) and "奖励" in today["says"]
        full = api.post("/shop/check-in", token=token()).json
        assert (full["days_in_a_row"], full["next_bonus_in_days"]) == (3, 3)

    def test_a_closed_door_says_so(self, open_daily: Policy) -> None:
        open_daily.put("points_earning")
        token = api.member_token("MBA")
        closed = api.get("/shop/check-in", token=token).json
        assert (closed["is_open"], closed["points_today"], closed["next_bonus_in_days"]) == (False, 0, None)
        assert "签到" in closed["says"]
        answer = api.post("/shop/check-in", token=token)
        assert (answer.status, answer.json["code"]) == (409, "CHECK_IN_CLOSED")
