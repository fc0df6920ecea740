"""Business periods are those of Shanghai, without gap or overlap (R8)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.standing.period_of import KINDS, PeriodKind, PeriodUnknown, period_named, period_of

moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def test_the_month_turns_at_midnight_in_shanghai() -> None:
    before, after = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert [period_of(kind, before).period_id for kind in KINDS] == ["M2026-11", "Q2026-4", "Y2026"]
    assert period_of("MONTH", after).period_id == "M2026-12"
    assert period_of("YEAR", datetime(2026, 12, 31, 16, tzinfo=UTC)).period_id == "Y2027"


@given(moments, st.sampled_from(KINDS))
def test_every_moment_lies_in_exactly_its_period(at: datetime, kind: PeriodKind) -> None:
    period = period_of(kind, at)
    assert period.starts_at <= at < period.ends_at
    assert period_of(kind, period.ends_at).previous == period
    assert period.previous.ends_at == period.starts_at
    assert period_of(kind, period.starts_at - timedelta(microseconds=1)) == period.previous
    assert period_named(period.period_id) == period
    assert str(period.year) in period.title


@pytest.mark.parametrize("wrong", ["", "ALL", "M2026-13", "M2026-1", "Q2026-5", "2026", "M2026-11x"])
def test_an_unknown_period_is_refused(wrong: str) -> None:
    with pytest.raises(PeriodUnknown):
        period_named(wrong)
