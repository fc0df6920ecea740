"""Members are told how staff or their own tasks decided, after the decision is made."""

from chalicelib.content.notify import notify
from chalicelib.distributors import store
from chalicelib.distributors.application import JoinRules
from chalicelib.kernel import settings
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


@jobs.follow("kept-goods")
def tell_who_may_apply(change: Change) -> None:
    """Whoever has now bought what the shop asks of a new distributor reads so, once (D1)."""
    joining = settings.read(JoinRules)
    if change.new is None or joining.mode not in ("SPEND", "PRODUCT"):
        return
    member_id = store.member_of_kept_image(change.new)
    member = members.find(member_id)
    is_done = store.kept(member_id, joining.product_ids).fulfils(joining)
    if member is None or not member.is_active or not is_done or store.find(member_id) is not None:
        return
    openid = member.openids.get(config().mp_appid)
    notify(f"MAY_APPLY:{member_id}", member_id, "may_apply", {}, openid=openid, page="pages/distributor/join")
