"""Which version may be signed, without tables (D4)."""

from datetime import UTC, datetime

import pytest

from chalicelib.agreements.rules import Agreement, AgreementMoved, AgreementUnknown, demand_current

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_only_the_version_in_force_is_signed() -> None:
    """Nobody agrees to an old text, nor to one that is not there."""
    current = Agreement(2, "合作协议", "内容", "d", AT, "ST1")
    assert demand_current(2, current) is current
    for other in (1, 3):
        with pytest.raises(AgreementMoved):
            demand_current(other, current)
    with pytest.raises(AgreementUnknown):
        demand_current(1, None)
