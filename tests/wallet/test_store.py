"""Wallets and the journal on real tables (W1, invariants 2, 3, 13, 14, 17)."""

import threading
from datetime import timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import Conflict
from chalicelib.wallet import store
from chalicelib.wallet.rules import Entry, EntryUnknown, Wallet, WalletMoved
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")


class BalanceTooLow(Conflict):
    """The refusal a caller chose."""


def held(member_id: str = "MB1") -> tuple[int, int, int]:
    wallet = store.find(member_id)
    return wallet.available_fen, wallet.frozen_fen, wallet.debt_fen


class TestMove:
    def test_a_member_who_never_had_anything_has_zeros(self) -> None:
        assert store.find("MB1") == Wallet("MB1")

    def test_money_moves_between_the_balances(self) -> None:
        commit(store.move("MB1", available_fen=100))
        commit(store.move("MB1", available_fen=-60, frozen_fen=60))
        commit(store.move("MB1", frozen_fen=-60))
        assert held() == (40, 0, 0)

    @pytest.mark.parametrize(
        "move",
        [
            {"available_fen": -101},
            {"available_fen": -101, "frozen_fen": 101},
            {"frozen_fen": -1},
            {"debt_fen": -1},
        ],
    )
    def test_no_balance_goes_below_zero(self, move: dict[str, int]) -> None:
        """Invariants 13 and 17: refused, and nothing has changed."""
        commit(store.move("MB1", available_fen=100))
        before = support.dump("wallets")
        with pytest.raises(WalletMoved):
            commit(store.move("MB1", **move))
        assert support.dump("wallets") == before

    def test_money_is_never_available_while_a_debt_stands(self) -> None:
        """Invariant 13: available x debt = 0, whatever a stale decision says."""
        commit(store.move("MB1", debt_fen=30))
        with pytest.raises(WalletMoved):
            commit(store.move("MB1", available_fen=50))
        with pytest.raises(WalletMoved):
            commit(store.move("MB1", available_fen=50, debt_fen=-20))
        commit(store.move("MB1", available_fen=50, debt_fen=-30))
        assert held() == (50, 0, 0)

    def test_a_debt_only_grows_when_nothing_is_available(self) -> None:
        commit(store.move("MB1", available_fen=50))
        with pytest.raises(WalletMoved):
            commit(store.move("MB1", debt_fen=10))
        with pytest.raises(WalletMoved):
            commit(store.move("MB1", available_fen=-40, debt_fen=10))
        commit(store.move("MB1", available_fen=-50, debt_fen=10))
        assert held() == (0, 0, 10)

    def test_a_debt_is_paid_off_in_parts(self) -> None:
        commit(store.move("MB1", debt_fen=30))
        commit(store.move("MB1", debt_fen=-10))
        assert held() == (0, 0, 20)

    def test_the_caller_names_the_refusal(self) -> None:
        with pytest.raises(BalanceTooLow):
            commit(store.move("MB1", available_fen=-1, otherwise=BalanceTooLow))

    def test_of_twenty_at_once_only_as_many_go_through_as_there_is_money_for(self) -> None:
        """Invariant 14, where check-then-act accepts two or three of 60 out of 100."""
        commit(store.move("MB1", available_fen=100))
        accepted: list[int] = []
        barrier = threading.Barrier(20)

        def take() -> None:
            barrier.wait()
            try:
                commit(store.move("MB1", available_fen=-60, frozen_fen=60))
            except WalletMoved:
                return
            accepted.append(1)

        threads = [threading.Thread(target=take) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(accepted), held()) == (1, (40, 60, 0))

    def test_a_debt_that_grew_meanwhile_is_noticed(self) -> None:
        seen = store.find("MB1")
        commit(store.unchanged_debt(seen))
        commit(store.move("MB1", debt_fen=5))
        with pytest.raises(WalletMoved):
            commit(store.unchanged_debt(seen))


class TestJournal:
    def test_an_entry_is_put_once_and_read_back(self) -> None:
        postings = [("wx:cash", -100), ("shop:sales", 100)]
        commit(store.entry("PAID:OR1", support.START, postings, {"order_id": "OR1"}))
        with pytest.raises(ConditionFailed):
            commit(store.entry("PAID:OR1", support.START, postings, {}))
        found = store.load_entry("PAID:OR1")
        assert isinstance(found, Entry)
        assert sum(posting.amount_fen for posting in found.postings) == 0
        assert found.refs == {"order_id": "OR1"}

    def test_an_entry_that_is_not_there(self) -> None:
        with pytest.raises(EntryUnknown):
            store.load_entry("PAID:NONE")

    def test_the_audit_walks_a_day_without_a_scan(self) -> None:
        for number in range(12):
            at = support.START + timedelta(hours=2 * number)
            commit(store.entry(f"PAID:{number}", at, [("a", 1), ("b", -1)], {}))
        day = clock.business_day(support.START)
        walked = {entry.entry_id for entry in store.entries_of_day(day)}
        following = {entry.entry_id for entry in store.entries_of_day(day + timedelta(days=1))}
        assert walked == {f"PAID:{number}" for number in range(7)}
        assert walked | following == {f"PAID:{number}" for number in range(12)}
