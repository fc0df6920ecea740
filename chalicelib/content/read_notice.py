"""A member reads a notice."""

from chalicelib.content import store
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit


def read_notice(member_id: str, notice_id: str) -> None:
    """Take the member's own notice off the unread ones; twice is once. Raises ``NoticeUnknown``."""
    commit(store.mark_read(member_id, notice_id, clock.now()))
