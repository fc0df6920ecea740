"""How often a thing may be done, and lists that walk the days backwards (N4, N5)."""

from datetime import date, timedelta

import pytest

from chalicelib.kernel import days, limits, passwords
from chalicelib.kernel.limits import Limit, LimitRow, TooOften, UsedBefore
from chalicelib.kernel.paging import BadCursor, Page
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")
TWICE = Limit("test", times=2, minutes=10)


class TestLimits:
    def test_so_many_times_in_a_window(self, world: Clock) -> None:
        limits.take((TWICE, "a"))
        limits.take((TWICE, "a"))
        with pytest.raises(TooOften, match="10 分钟"):
            limits.take((TWICE, "a"))
        limits.take((TWICE, "b"))
        world.advance(minutes=10)
        limits.take((TWICE, "a"))

    def test_all_or_none(self) -> None:
        other = Limit("other", times=1, minutes=10)
        limits.take((other, "x"))
        for _ in range(3):
            with pytest.raises(TooOften):
                limits.take((TWICE, "a"), (other, "x"))
        limits.take((TWICE, "a"))
        limits.take((TWICE, "a"))

    def test_a_use_given_back_does_not_count(self) -> None:
        for _ in range(5):
            limits.take((TWICE, "a"))
            limits.give_back((TWICE, "a"))

    def test_names_are_not_kept(self) -> None:
        limits.take((TWICE, "1.2.3.4"))
        limits.use_once("state", "planted-state", until=support.START)
        assert "1.2.3.4" not in str(support.dump("limits")) and "planted" not in str(support.dump("limits"))

    def test_once_is_once(self, world: Clock) -> None:
        until = support.START + timedelta(minutes=10)
        limits.use_once("state", "a", until=until)
        world.advance(minutes=9)
        with pytest.raises(UsedBefore):
            limits.use_once("state", "a", until=until)
        limits.use_once("state", "b", until=until)
        limits.use_once("other", "a", until=until)

    def test_rows_are_remembered_past_their_use_and_then_forgotten(self) -> None:
        limits.take((TWICE, "a"))
        (row,) = LimitRow.scan()
        assert row.forget_at > (support.START + timedelta(minutes=10)).timestamp()


class TestDays:
    """``walk_back`` over a calendar of rows, some days empty."""

    ROWS = {"2026-11-23": ["h", "g", "f"], "2026-11-20": ["e"], "2026-09-01": ["d", "c"], "2025-01-01": ["b"]}

    def read(self, day: str, limit: int, cursor: str | None) -> Page[str]:
        rows = self.ROWS.get(day, [])
        start = int(cursor or 0)
        end = start + limit
        return Page(rows[start:end], str(end) if end < len(rows) else None)

    def walk(self, limit: int, *, oldest: date = date(2025, 1, 1), cursor: str | None = None) -> Page[str]:
        return days.walk_back(
            self.read,  # type: ignore[arg-type]
            name="test",
            newest=date(2026, 11, 23),
            oldest=oldest,
            limit=limit,
            cursor=cursor,
        )

    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
    def test_every_row_once_newest_first(self, limit: int) -> None:
        found: list[str] = []
        cursor: str | None = None
        for _ in range(40):
            page = self.walk(limit, cursor=cursor)
            assert len(page.items) <= limit
            found.extend(page.items)
            cursor = page.next
            if cursor is None:
                break
        assert "".join(found) == "hgfedcb"

    def test_not_before_the_oldest_day(self) -> None:
        page = self.walk(100, oldest=date(2026, 11, 20))
        assert ("".join(page.items), page.next) == ("hgfe", None)

    def test_a_bounded_number_of_days_at_once(self) -> None:
        asked: list[str] = []

        def read(day: str, limit: int, cursor: str | None) -> Page[str]:
            asked.append(day)
            return Page([])

        page = days.walk_back(
            read,  # type: ignore[arg-type]
            name="test",
            newest=date(2026, 11, 23),
            oldest=date(2000, 1, 1),
        )
        assert len(asked) == days.MAX_EMPTY_DAYS and page.next is not None

    def test_cursors_are_ours_and_for_this_list(self) -> None:
        cursor = self.walk(1).next
        assert cursor is not None
        for wrong in ("x", cursor[:-2], "k1.abc.def"):
            with pytest.raises(BadCursor):
                self.walk(1, cursor=wrong)
        with pytest.raises(BadCursor):
            days.walk_back(
                self.read,  # type: ignore[arg-type]
                name="another list",
                newest=date(2026, 11, 23),
                oldest=date(2025, 1, 1),
                cursor=cursor,
            )


class TestPasswords:
    def test_only_the_right_one_matches(self) -> None:
        kept = passwords.hashed("four plain words")
        assert kept.startswith("$argon2id$") and "four" not in kept
        assert passwords.matches(kept, "four plain words")
        assert not passwords.matches(kept, "four plain word")
        assert not passwords.matches(None, "four plain words")
        assert passwords.hashed("four plain words") != kept
