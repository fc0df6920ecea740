"""The payout function: sends, repeats and asks, each minute, a bounded batch (W3).

It calls the same verbs as the doors; one withdrawal's trouble is no other's (trust A5).
"""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.jobs import Jobs
from chalicelib.withdrawals import store
from chalicelib.withdrawals.ask import ask
from chalicelib.withdrawals.call_back import call_back
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import Outcome, Withdrawal
from chalicelib.withdrawals.send import send

jobs = Jobs("withdrawals")

BATCH = 100


@jobs.every(minutes=1)
def pay_out() -> int:
    """Move on every withdrawal that is due; returns how many were looked at."""
    looked = 0
    for withdrawal_id in list(store.due(now(), BATCH)):
        looked += 1
        try:
            advance(withdrawal_id)
        except Unavailable as problem:
            log.warning("withdrawal_waits", withdrawal_id=withdrawal_id, reason=problem.code())
        except Exception as problem:
            log.error("withdrawal_failed", problem, withdrawal_id=withdrawal_id)
            log.count("withdrawal_failed")
    return looked


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
