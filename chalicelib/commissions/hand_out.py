"""A commission that matures is handed out in its form: money, points, coupons or gifts (R7, W1, W6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.commissions import forms
from chalicelib.commissions.forms import Reward
from chalicelib.commissions.rules import Commission, FormNotOffered
from chalicelib.kernel import settings
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.move_points import (
    POINTS_ISSUED,
    PointsRules,
    PointsWallet,
    earn_points,
    last_moment,
    points_account_of,
)
from chalicelib.wallet.rules import Wallet, account_of, settle_debt


@dataclass(frozen=True)
class Purses:
    """One payee's money and points as a batch of rows goes through them."""

    money: Wallet
    points: PointsWallet


def hand_out(row: Commission, before: Purses, at: datetime) -> tuple[Purses, Sequence[Write]]:
    """The purses after this row, and its journal entry or rewards; what was trimmed goes back to the shop.

    A debt is paid off first. Commits nothing, and does not write the purses themselves. Raises
    ``FormNotOffered`` when nobody hands out this form now.
    """
    if row.form == "CASH":
        return _cash(row, before, at)
    if row.form == "POINTS":
        return _points(row, before, at)
    maker = forms.maker_of(row.form)
    if maker is None:
        raise FormNotOffered()
    return before, maker.hand_out(reward_of(row, at)) if row.left_units else ()


def reward_of(row: Commission, at: datetime) -> Reward:
    """The row as a reward of its form."""
    return Reward(f"{row.order_id}:{row.payee_rule}", row.payee_id, row.ref, row.left_units, at)


def entry_name(kind: Literal["MATURE", "TRIM"], row: Commission) -> str:
    """The journal entry of the row's maturing, or of what a cap over time left out of it then."""
    name = f"{kind}:{row.order_id}:{row.payee_id}:{row.rule}"
    return name if row.form == "CASH" else f"{name}:{row.form}"


def _cash(row: Commission, before: Purses, at: datetime) -> tuple[Purses, Sequence[Write]]:
    pending = account_of(row.payee_id, "pending")
    writes: list[Write] = []
    if row.trimmed_fen:
        back = [(pending, -row.trimmed_fen), ("shop:commission", row.trimmed_fen)]
        writes.append(wallet.entry(entry_name("TRIM", row), at, back, _refs(row)))
    to_available, to_debt = settle_debt(before.money, row.left_fen)
    if row.left_fen:
        postings = [
            (pending, -row.left_fen),
            (account_of(row.payee_id, "available"), to_available),
            (account_of(row.payee_id, "debt"), to_debt),
        ]
        writes.append(wallet.entry(entry_name("MATURE", row), at, postings, _refs(row)))
    money = replace(
        before.money,
        available_fen=Fen(before.money.available_fen + to_available),
        debt_fen=Fen(before.money.debt_fen - to_debt),
    )
    return replace(before, money=money), writes


def _points(row: Commission, before: Purses, at: datetime) -> tuple[Purses, Sequence[Write]]:
    pending = points_account_of(row.payee_id, "pending")
    trimmed = replace(row, trimmed_fen=Fen(0)).left_units - row.left_units
    writes: list[Write] = []
    if trimmed:
        back = [(pending, -trimmed), (POINTS_ISSUED, trimmed)]
        writes.append(wallet.entry(entry_name("TRIM", row), at, (), _refs(row), points=back))
    if row.left_units == 0:
        return before, writes
    name = entry_name("MATURE", row)
    expires_at = last_moment(at, settings.read(PointsRules).valid_days)
    move = earn_points(before.points, row.left_units, lot_id=name, expires_at=expires_at, source=pending)
    writes.append(wallet.entry(name, at, (), _refs(row), points=move.postings))
    if move.lot:
        writes.append(wallet.put_lot(move.lot))
    return replace(before, points=move.wallet), writes


def _refs(row: Commission) -> dict[str, str]:
    source = {"period_id": row.period_id} if row.period_id else {"order_id": row.order_id}
    return {**source, "member_id": row.payee_id, "rule": row.rule}
