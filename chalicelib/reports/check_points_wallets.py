"""Everybody's points against the journal and their lots (invariant 19)."""

import time
from datetime import date

from chalicelib.reports import store
from chalicelib.reports.rules import Finding, check_points, fold_points
from chalicelib.wallet import store as wallet
from chalicelib.wallet.move_points import POINTS_PURSES, points_account_of
from chalicelib.wallet.rules import Entry

_PATIENCE = 4


def check_points_wallets(walked: dict[date, list[Entry]], first: date, today: date) -> list[Finding]:
    """Every member whose points an entry of these days touches, and the sum of all entries.

    Points move while we look: what differs is looked at again before it is believed.
    """
    suspects = {
        posting.account.split(":")[1]
        for day in walked.values()
        for entry in day
        for posting in entry.points
        if posting.account.startswith("p:")
    }
    found: list[Finding] = []
    for attempt in range(_PATIENCE):
        folds: dict[str, int] = {}
        for day in walked.values():
            for entry in day:
                fold_points(folds, entry)
        total = sum(folds.values())
        found = [Finding(19, "journal", f"all accounts sum to {total} points")] if total else []
        wrong = {one: _check(one, folds, first) for one in sorted(suspects)}
        found += [finding for findings in wrong.values() for finding in findings]
        suspects = {one for one, findings in wrong.items() if findings}
        if not suspects or attempt + 1 == _PATIENCE:
            break
        time.sleep(0.3 * (attempt + 1))
        walked[today] = list(wallet.entries_of_day(today))
    return found


def _check(member_id: str, folds: dict[str, int], first: date) -> list[Finding]:
    accounts = [points_account_of(member_id, purse) for purse in POINTS_PURSES]
    own = {account: folds.get(account, 0) + store.points_before(account, first) for account in accounts}
    return check_points(wallet.find_points(member_id), wallet.lots(member_id), own)
