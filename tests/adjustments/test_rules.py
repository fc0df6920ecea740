"""What an adjustment does to a wallet (W1, invariants 2 and 13). Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adjustments.rules import ADJUSTMENTS, Adjustment, effect_of, postings_of
from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import Wallet
from tests.support.world import START


@pytest.mark.parametrize(
    ("amount", "available", "debt", "effect"),
    [
        (50, 0, 0, (50, 0)),
        (50, 0, 20, (30, -20)),
        (50, 0, 50, (0, -50)),
        (50, 0, 80, (0, -50)),
        (-50, 80, 0, (-50, 0)),
        (-50, 50, 0, (-50, 0)),
        (-50, 20, 0, (-20, 30)),
        (-50, 0, 10, (0, 50)),
    ],
)
def test_debts_first_and_what_is_missing_becomes_one(
    amount: int, available: int, debt: int, effect: tuple[int, int]
) -> None:
    found = effect_of(amount, Wallet("MBA", available_fen=Fen(available), debt_fen=Fen(debt)))
    assert (found.available_fen, found.debt_fen) == effect


@given(st.integers(-500, 500).filter(bool), st.integers(0, 300), st.integers(0, 300))
def test_an_effect_is_exact_and_lawful(amount_fen: int, available: int, debt: int) -> None:
    """It sums to the amount, leaves nothing below zero and no money beside a debt, and balances."""
    wallet = Wallet("MBA", available_fen=Fen(0 if debt else available), debt_fen=Fen(debt))
    effect = effect_of(amount_fen, wallet)
    after = wallet.available_fen + effect.available_fen, wallet.debt_fen + effect.debt_fen
    assert effect.available_fen - effect.debt_fen == amount_fen
    assert min(after) == 0 <= max(after)
    one = Adjustment("AJ1", "MBA", Fen(amount_fen), "补差", "DONE", "ST1", START)
    assert postings_of(one, effect) == [
        ("m:MBA:available", effect.available_fen),
        ("m:MBA:debt", -effect.debt_fen),
        (ADJUSTMENTS, -amount_fen),
    ]
