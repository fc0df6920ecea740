"""What follows a change of a member."""

from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store
from chalicelib.members.follow_path import follow_path

jobs = Jobs("members")


@jobs.follow("members")
def follow_paths(change: Change) -> None:
    """When a member's path changed, correct the paths below."""
    before, after = store.images_of(change)
    if (before.path if before else ()) != after.path:
        follow_path(after.member_id)
