"""What follows the journal: the member is told of an adjustment."""

from chalicelib.adjustments.rules import ADJUSTMENTS
from chalicelib.content.notify import notify
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.kernel.money import yuan
from chalicelib.members import store as members
from chalicelib.wallet import store as wallet

jobs = Jobs("adjustments")


@jobs.follow("journal")
def tell_of_adjustment(change: Change) -> None:
    """Tell the member of money that staff gave or took (N2)."""
    entry = wallet.entry_of_image(change.new) if change.new else None
    if entry is None or entry.kind != "ADJUST":
        return
    owner = members.find(entry.refs["member_id"])
    if owner is None:
        return
    amount_fen = -sum(one.amount_fen for one in entry.postings if one.account == ADJUSTMENTS)
    notify(
        entry.entry_id,
        owner.member_id,
        "wallet_raised" if amount_fen > 0 else "wallet_lowered",
        {"amount": yuan(abs(amount_fen)), "reason": entry.refs["reason"]},
        openid=owner.openids.get(config().mp_appid),
        page="pages/wallet/index",
    )
