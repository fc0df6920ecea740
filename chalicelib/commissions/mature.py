"""When the window has passed and no refund is open, pending commission becomes available money."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.commissions import store
from chalicelib.commissions.rules import Commission
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import CommissionFrozen
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Wallet, account_of, settle_debt

BATCH = 30
"""Rows of one payee in one transaction: two items each, and its wallet."""
_HELD_FOR = timedelta(hours=1)
Key = tuple[str, str]


@dataclass(frozen=True)
class Matured:
    """What one run did. ``left_behind`` failed and comes again with the next run."""

    matured: int
    amount_fen: Fen
    left_behind: int


def mature(limit: int = 100) -> Matured:
    """Mature what is due, at most ``limit`` of each due shard, payee by payee.

    A commission matures once, only after its window and with no open refund, in one transaction with
    its payee's wallet (debt first) and its journal entry (invariant 12); one that a violation freezes
    waits (D3). Safe to run twice at once; one failure keeps no other from its turn.
    """
    at = now()
    by_payee: dict[str, list[Key]] = defaultdict(list)
    for order_id, payee_rule in store.due(at, limit):
        by_payee[payee_rule.partition("#")[0]].append((order_id, payee_rule))
    done: list[Commission] = []
    left_behind = 0
    for payee_id, keys in by_payee.items():
        for start in range(0, len(keys), BATCH):
            matured, failed = _mature_batch(payee_id, keys[start : start + BATCH], at)
            done += matured
            left_behind += failed
    return Matured(len(done), Fen(sum(row.left_fen for row in done)), left_behind)


def _mature_batch(payee_id: str, keys: Sequence[Key], at: datetime) -> tuple[list[Commission], int]:
    try:
        return _mature_together(payee_id, keys, at), 0
    except CommissionFrozen:
        _let_wait(keys, at)
        return [], 0
    except Conflict:
        pass  # a row was held or refunded, or the wallet moved: each on its own, on fresh reads
    except Exception as problem:
        log.error("maturing_failed", problem, payee_id=payee_id)
        log.count("maturing_failed")
    matured: list[Commission] = []
    failed = 0
    for key in keys:
        try:
            matured += _mature_together(payee_id, [key], at)
        except Exception as problem:
            failed += 1
            log.warning("not_matured", order_id=key[0], payee_rule=key[1], problem=repr(problem))
    return matured, failed


def _mature_together(payee_id: str, keys: Sequence[Key], at: datetime) -> list[Commission]:
    rows = store.load_many(keys)
    ready = [row for row in rows if _is_mature(row, at)]
    _set_aside([row for row in rows if not _is_mature(row, at)], at)
    if not ready:
        return []
    writes: list[Write] = []
    before = after = wallet.find(payee_id)
    for row in ready:
        after, booked = _book(row, after, at)
        writes += [store.mature(row, at), booked]
    moved = wallet.move(
        payee_id,
        available_fen=after.available_fen - before.available_fen,
        debt_fen=after.debt_fen - before.debt_fen,
    )
    commit(writes, moved, distributors.commission_flows(payee_id))
    return ready


def _book(row: Commission, before: Wallet, at: datetime) -> tuple[Wallet, Write]:
    """The wallet after this row, and the row's journal entry; a debt is paid off first."""
    to_available, to_debt = settle_debt(before, row.left_fen)
    entry = wallet.entry(
        f"MATURE:{row.order_id}:{row.payee_id}:{row.rule}",
        at,
        [
            (account_of(row.payee_id, "pending"), -row.left_fen),
            (account_of(row.payee_id, "available"), to_available),
            (account_of(row.payee_id, "debt"), to_debt),
        ],
        _refs(row),
    )
    after = Wallet(
        before.member_id,
        Fen(before.available_fen + to_available),
        before.frozen_fen,
        Fen(before.debt_fen - to_debt),
    )
    return after, entry


def _refs(row: Commission) -> dict[str, str]:
    source = {"period_id": row.period_id} if row.period_id else {"order_id": row.order_id}
    return {**source, "member_id": row.payee_id, "rule": row.rule}


def _set_aside(rows: Sequence[Commission], at: datetime) -> None:
    """Held ones are looked at again later, so that they never crowd out the others; done ones never."""
    for row in rows:
        try:
            if row.state != "PENDING":
                commit(store.not_due(row))
            elif row.holds:
                commit(store.look_again(row, at + _HELD_FOR))
        except Conflict:
            continue  # changed this very moment; the next run sees


def _let_wait(keys: Sequence[Key], at: datetime) -> None:
    """A violation freezes this payee's commission (D3): looked at again within the hour."""
    for row in store.load_many(keys):
        try:
            commit(store.wait(row, at + _HELD_FOR))
        except Conflict:
            continue  # changed this very moment; the next run sees


def _is_mature(commission: Commission, at: datetime) -> bool:
    """Pending, its window over, and no refund open (invariant 12)."""
    is_over = commission.matures_at is not None and commission.matures_at <= at
    return commission.state == "PENDING" and is_over and not commission.holds
