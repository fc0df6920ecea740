"""The nightly audit over the books of one small world."""

import pytest

from chalicelib.kernel.clock import business_day
from chalicelib.reports import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.reports.rules import Finding
from tests.support.world import START


def findings(*, are_streams_followed: bool) -> tuple[Finding, ...]:
    """What it finds, looked at once, from the world's first day.

    WeChat's bills are audited in tests/reports, and so are the stock movements where no follower wrote them.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(audit, "check_bills", lambda walked, at: BillCheck((), ()))
        if not are_streams_followed:
            patched.setattr(audit, "check_stock", lambda found: [])
        patched.setattr(audit, "OPENED_ON", business_day(START))
        patched.setattr(audit, "_PATIENCE", 1)
        return audit.audit(is_full=True).findings
