"""When the window has passed and no refund is open, pending commission becomes available money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.commissions import store
from chalicelib.commissions.hand_out import Purses, hand_out
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.trim import in_turn, rooms_of, trim_rows
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import CommissionFrozen
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.move_points import PointsWallet

BATCH = 20
"""Rows of one payee in one transaction: up to four items each, and its wallets."""
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
        matured, failed = _mature_payee(payee_id, keys, at)
        done += matured
        left_behind += failed
    cash_fen = sum(row.left_fen for row in done if row.form == "CASH")
    return Matured(len(done), Fen(cash_fen), left_behind)


def _mature_payee(payee_id: str, keys: Sequence[Key], at: datetime) -> tuple[list[Commission], int]:
    """All rows in turn, whatever their form: a cap over time trims the row that a simulation trims."""
    try:
        rows = in_turn(store.load_many(keys), store.known_plan)
    except Exception as problem:
        _count_failed(payee_id, problem)
        return [], len(keys)
    done: list[Commission] = []
    left_behind = 0
    for batch in _batches(rows):
        matured, failed = _mature_batch(payee_id, batch, at)
        done += matured
        left_behind += failed
    return done, left_behind


def _batches(rows: Iterable[Commission]) -> Iterator[list[Commission]]:
    """The rows in their order; coupons and gifts each alone: their room decides how many items that takes."""
    together: list[Commission] = []
    for row in rows:
        is_alone = row.form in ("COUPON", "GIFT")
        if together and (is_alone or len(together) == BATCH):
            yield together
            together = []
        if is_alone:
            yield [row]
        else:
            together.append(row)
    if together:
        yield together


def _mature_batch(payee_id: str, rows: Sequence[Commission], at: datetime) -> tuple[list[Commission], int]:
    keys = [(row.order_id, row.payee_rule) for row in rows]
    try:
        return _mature_together(payee_id, rows, at), 0
    except CommissionFrozen:
        _let_wait(keys, at)
        return [], 0
    except Conflict:
        pass  # a row was held or refunded, or the wallet moved: each on its own, on fresh reads
    except Exception as problem:
        _count_failed(payee_id, problem)
    matured: list[Commission] = []
    failed = 0
    for key in keys:
        try:
            matured += _mature_together(payee_id, store.load_many([key]), at)
        except Exception as problem:
            failed += 1
            log.warning("not_matured", order_id=key[0], payee_rule=key[1], problem=repr(problem))
    return matured, failed


def _count_failed(payee_id: str, problem: Exception) -> None:
    log.error("maturing_failed", problem, payee_id=payee_id)
    log.count("maturing_failed")


def _mature_together(payee_id: str, rows: Sequence[Commission], at: datetime) -> list[Commission]:
    ready = [row for row in rows if _is_mature(row, at)]
    _set_aside([row for row in rows if not _is_mature(row, at)], at)
    if not ready:
        return []
    writes: list[Write] = []
    ready, counted = _within_caps(ready)
    before = Purses(wallet.find(payee_id), _points(payee_id, ready))
    after = before
    for row in ready:
        after, booked = hand_out(row, after, at)
        writes += [store.mature(row, at), *booked]
    commit(writes, counted, _moved(before, after), distributors.commission_flows(payee_id))
    return ready


def _within_caps(rows: Sequence[Commission]) -> tuple[list[Commission], list[Write]]:
    """The rows, in turn, with what a period's cap or a budget leaves out of each; the counters' writes."""
    counters = {room.counter for row in rows for room in rooms_of(row, store.known_plan(row.plan_id))}
    seen = {counter: store.spent_of(counter) for counter in sorted(counters)}
    spent = dict(seen)
    trimmed, _ = trim_rows(rows, store.known_plan, spent)
    return trimmed, [
        store.count_spent(counter, before, spent[counter])
        for counter, before in seen.items()
        if spent[counter] != before
    ]


def _points(payee_id: str, rows: Sequence[Commission]) -> PointsWallet:
    has_points = any(row.form == "POINTS" for row in rows)
    return wallet.find_points(payee_id) if has_points else PointsWallet(payee_id)


def _moved(before: Purses, after: Purses) -> list[Write]:
    """The writes of the purses that changed."""
    writes = []
    if after.money != before.money:
        writes.append(
            wallet.move(
                before.money.member_id,
                available_fen=after.money.available_fen - before.money.available_fen,
                debt_fen=after.money.debt_fen - before.money.debt_fen,
            )
        )
    if after.points != before.points:
        writes.append(wallet.replace_points(before.points, after.points))
    return writes


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
