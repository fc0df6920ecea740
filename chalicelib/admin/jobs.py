"""What the admin room does by the clock."""

from chalicelib.admin.seal import seal
from chalicelib.kernel.jobs import Jobs

jobs = Jobs("admin")


@jobs.every(minutes=1)
def seal_audit() -> int:
    """Chain the audit rows that are old enough."""
    return seal()
