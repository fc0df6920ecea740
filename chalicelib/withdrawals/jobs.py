"""The payout function: sends, repeats and asks, each minute, a bounded batch (W3).

It calls the same verbs as the doors; one withdrawal's trouble is no other's (trust A5).
"""

from chalicelib.content.notify import notify
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.kernel.money import yuan
from chalicelib.withdrawals import store
from chalicelib.withdrawals.ask import ask
from chalicelib.withdrawals.call_back import call_back
from chalicelib.withdrawals.explain import failure
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import Outcome, Withdrawal
from chalicelib.withdrawals.send import send

jobs = Jobs("withdrawals")

PER_SHARD = 25
"""Of each of the eight shards a run takes so many; what is left comes a minute later."""
GIVE_UP_AFTER = 3


@jobs.every(minutes=1)
def pay_out() -> int:
    """Move on every withdrawal that is due; returns how many were looked at."""
    looked = unavailable = 0
    for withdrawal_id in list(store.due(now(), PER_SHARD)):
        looked += 1
        try:
            advance(withdrawal_id)
            unavailable = 0
        except Unavailable as problem:
            unavailable += 1
            log.warning("withdrawal_waits", withdrawal_id=withdrawal_id, reason=problem.code())
            if unavailable == GIVE_UP_AFTER:
                break  # WeChat is out of reach; each further call would only wait for its time-out
        except Exception as problem:
            log.error("withdrawal_failed", problem, withdrawal_id=withdrawal_id)
            log.count("withdrawal_failed")
    return looked


@jobs.follow("withdrawals")
def tell_member(change: Change) -> None:
    """Tell the member to confirm, and how it ended (N2); each once, by the status it came to."""
    if change.new is None:
        return
    after = store.of_image(change.new)
    before = store.of_image(change.old) if change.old else None
    kind = _KINDS.get(after.status)
    if kind is None or (before is not None and before.status == after.status):
        return
    reason = after.reason if after.status == "REJECTED" else failure(after.fail_reason)
    notify(
        f"{after.withdrawal_id}:{after.status}",
        after.member_id,
        kind,
        {
            "amount": yuan(after.paid_fen if after.status == "PAID" else after.amount_fen),
            "reason": reason or "",
        },
        openid=after.openid,
        page=f"pages/wallet/withdrawal?withdrawal_id={after.withdrawal_id}",
    )


_KINDS = {
    "WAITING": "withdrawal_confirm",
    "PAID": "withdrawal_paid",
    "RETURNED": "withdrawal_returned",
    "REJECTED": "withdrawal_rejected",
}


def advance(withdrawal_id: str) -> None:
    """Take the next step with one due withdrawal: tell WeChat, or ask it, and book the answer."""
    withdrawal = store.find_due(withdrawal_id, now())
    outcome = _outcome(withdrawal) if withdrawal else None
    if outcome is not None:
        post(withdrawal_id, outcome)


def _outcome(withdrawal: Withdrawal) -> Outcome | None:
    if withdrawal.status == "APPROVED":
        return send(withdrawal)
    if withdrawal.status == "SENDING":
        return _asked_or_sent(withdrawal)
    if withdrawal.status == "CANCELING":
        outcome = ask(withdrawal)
        if outcome is not None and outcome.state == "WAIT_USER_CONFIRM":
            return call_back(withdrawal)
        return outcome
    return ask(withdrawal)


def _asked_or_sent(withdrawal: Withdrawal) -> Outcome | None:
    """Only a repeat of the same call brings the package that the member confirms with."""
    outcome = ask(withdrawal)
    if outcome is not None and outcome.state in ("SUCCESS", "FAIL", "CANCELLED", "CANCELING", "TRANSFERING"):
        return outcome
    return send(withdrawal)
