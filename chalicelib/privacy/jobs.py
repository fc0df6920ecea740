"""What follows the closing of an account."""

from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members
from chalicelib.privacy.forget import forget

jobs = Jobs("privacy")


@jobs.follow("members")
def forget_who_left(change: Change) -> None:
    """Forget whoever just closed the account, however long that takes: it comes again until it is done."""
    before, after = members.images_of(change)
    if after.status == "CLOSED" and (before is None or before.status != "CLOSED"):
        forget(after.member_id)
