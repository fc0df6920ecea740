"""Members are told how staff or their own tasks decided, after the decision is made."""

from chalicelib.content.notify import notify
from chalicelib.distributors import store
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members

jobs = Jobs("distributors")
_KINDS = {
    "APPROVED": "distributor_approved",
    "ASSIGNED": "distributor_approved",
    "REJECTED": "distributor_rejected",
    "LEVEL": "level_changed",
    "LEVEL_UP": "level_up",
    "LEVEL_DOWN": "level_down",
}


@jobs.follow("distributor-changes")
def tell_member(change: Change) -> None:
    """Put the notice of an approval, a refusal or a new level into the member's inbox, once."""
    if change.new is None:
        return
    made = store.change_of_image(change.new)
    kind = _KINDS.get(made.step)
    member = members.find(made.member_id) if kind else None
    if kind is None or member is None:
        return
    level = store.levels().get(made.level_id)
    notify(
        made.change_id,
        made.member_id,
        kind,
        {"level": level.name if level else "", "reason": made.reason or ""},
        openid=member.openids.get(config().mp_appid),
    )
