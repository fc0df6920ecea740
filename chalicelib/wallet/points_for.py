"""How members come by points without a rebate plan: by buying, and by looking in every day (W6). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen, Points

MAX_AT_ONCE = 10_000
"""Points of one check-in, bonus included."""


@settings.declare("points_earning", "积分获取")
@dataclass(frozen=True)
class PointsEarning:
    """What buying and checking in bring; both are off until a shop sets them (W6)."""

    purchase_fen_per_point: int = 0
    """For each full amount of goods paid in money one point; 0: buying brings none. Frozen on the order."""
    check_in_points: int = 0
    """For each day; 0: there is no checking in."""
    streak_days: int = 7
    """After so many days in a row, and each time so many more, ``streak_bonus`` comes on top."""
    streak_bonus: int = 0

    def check(self) -> None:
        """Refuse what would cost more than the goods, or what nobody could reach."""
        if self.purchase_fen_per_point and not 10 <= self.purchase_fen_per_point <= 10_000_000:
            raise ValueError("消费得积分请设置为每 0.10 元到 100,000 元得 1 积分；填 0 表示不送。")
        if not 0 <= self.check_in_points <= 1_000:
            raise ValueError("每天签到的积分请设置在 0 到 1,000 之间；填 0 表示不开放签到。")
        if not 2 <= self.streak_days <= 366:
            raise ValueError("连续签到的天数请设置在 2 到 366 天之间。")
        if not 0 <= self.streak_bonus <= MAX_AT_ONCE - 1_000:
            raise ValueError("连续签到的奖励请设置在 0 到 9,000 积分之间。")
        if self.streak_bonus and not self.check_in_points:
            raise ValueError("要奖励连续签到，请先设置每天签到的积分。")

    def points_of_day(self, streak: int) -> Points:
        """What the last day of this many in a row brings."""
        bonus = self.streak_bonus if streak % self.streak_days == 0 else 0
        return Points(self.check_in_points + bonus)

    def points_of_purchase(self, paid_fen: int) -> Points:
        """What goods of this money bring."""
        return points_for(paid_fen, self.purchase_fen_per_point)


@dataclass(frozen=True)
class Streak:
    """A member's days in a row: the last day they looked in, and how many it ended."""

    last_day: date | None = None
    days: int = 0

    def on(self, today: date) -> int:
        """How many in a row a check-in of today would make."""
        return self.days + 1 if self.last_day == today - timedelta(days=1) else 1

    def standing(self, today: date) -> int:
        """How many in a row there are now; yesterday's still can go on."""
        is_alive = self.last_day is not None and self.last_day >= today - timedelta(days=1)
        return self.days if is_alive else 0


class CheckInClosed(Conflict):
    """The shop has no checking in now."""

    title = "签到还没有开放"
    detail = "商城暂时没有签到活动，过些天再来看看吧。"


def points_for(paid_fen: int, fen_per_point: int) -> Points:
    """One point for each full ``fen_per_point`` of what was paid; none where that is zero."""
    assert paid_fen >= 0, paid_fen
    return Points(Fen(paid_fen) // fen_per_point if fen_per_point else 0)
