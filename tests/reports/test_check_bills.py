"""Transfers in our journal and in WeChat's fund-flow bill: taken when sent, back when nobody confirms. W5."""

from datetime import UTC, datetime

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.reports.check_bills import check_bills
from chalicelib.wallet import store as wallet
from chalicelib.wechat import bills
from chalicelib.wechat.bills import FundFlowBill, FundFlowRow, TradeBill
from tests.support.world import Clock

NUMBER, FEN = "WD0000000000000000000000000A", 1_099


@pytest.fixture
def sent(world: Clock, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A transfer was sent: reserved here, taken from the balance there; the bill is read two days later."""
    at = world.now()
    row = FundFlowRow(at, "B1", "F1", "商家转账", "转账", False, Fen(FEN), Fen(0), "", NUMBER)
    monkeypatch.setattr(bills, "trade_bill", lambda day: TradeBill(day, ()))
    monkeypatch.setattr(bills, "fund_flow_bill", lambda day: FundFlowBill(day, (row,)))
    booked("RESERVE", "m:ME1:available", "m:ME1:frozen")
    world.advance(days=2)
    return at


def booked(kind: str, out_of: str, into: str, amount_fen: int = FEN) -> None:
    postings = [(out_of, -amount_fen), (into, amount_fen)]
    commit([wallet.entry(f"{kind}:{NUMBER}", clock.now(), postings, {"withdrawal_id": NUMBER})])


def checked(sent: datetime, world: Clock) -> tuple[list[str], tuple[str, ...]]:
    day = business_day(sent)
    found = check_bills({day: list(wallet.entries_of_day(day))}, world.now().astimezone(UTC))
    return [one.subject for one in found.findings], found.waiting


def test_a_transfer_that_still_waits_for_its_receiver_is_told_and_is_no_difference(
    sent: datetime, world: Clock
) -> None:
    findings, waiting = checked(sent, world)
    assert findings == []
    assert [one.partition(":")[0] for one in waiting] == [NUMBER]


def test_a_transfer_that_came_back_is_no_difference(sent: datetime, world: Clock) -> None:
    booked("RELEASE", "m:ME1:frozen", "m:ME1:available")
    assert checked(sent, world) == ([], ())


def test_a_transfer_that_nobody_ended_for_days_is_a_difference(sent: datetime, world: Clock) -> None:
    world.advance(days=3)
    assert checked(sent, world) == ([NUMBER], ())


@pytest.mark.parametrize(("amount_fen", "is_off"), [(FEN, False), (FEN - 1, True)])
def test_a_transfer_that_was_confirmed_is_compared_to_the_fen(
    sent: datetime, world: Clock, amount_fen: int, is_off: bool
) -> None:
    booked("PAYOUT", "m:ME1:frozen", "wx:cash", amount_fen)
    assert checked(sent, world) == ([NUMBER] if is_off else [], ())
