"""Credit, hold, clawback and maturing on real tables (W1, invariants 3, 11, 12, 13, 22)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest

from chalicelib.commissions import store
from chalicelib.commissions.hold import hold, lift
from chalicelib.commissions.mature import BATCH, Matured, mature
from chalicelib.commissions.rules import Commission, CommissionsMoved, Grant, Payee, SaleLine
from chalicelib.commissions.start_window import start_window
from chalicelib.kernel import clock
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import MAX_ITEMS, ConditionFailed, commit
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from tests.commissions import support
from tests.support import world as small

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)


def row(payee_id: str = "MBA", order_id: str = "OR1", rule: str = "L1") -> Commission:
    return next(one for one in store.of_order(order_id) if (one.payee_id, one.rule) == (payee_id, rule))


def receive(order_id: str = "OR1", *, days: int = 7) -> None:
    commit(start_window(order_id, now() + timedelta(days=days)))


def books() -> dict[str, int]:
    """Every account, folded from the whole journal."""
    sums: dict[str, int] = {}
    first = clock.business_day(small.START)
    for offset in range(40):
        for entry in wallet.entries_of_day(first + offset * DAY):
            for posting in entry.postings:
                sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
    return {account: amount for account, amount in sums.items() if amount}


def assert_books_agree(*member_ids: str) -> None:
    """Invariant 3: the journal sums to zero, stored balances and rows equal its fold."""
    sums = books()
    assert sum(sums.values()) == 0
    rows = [one for order in ("OR1", "OR2", "OR3") for one in store.of_order(order)]
    for member_id in member_ids:
        held = wallet.find(member_id)
        assert sums.get(f"m:{member_id}:available", 0) == held.available_fen
        assert sums.get(f"m:{member_id}:debt", 0) == -held.debt_fen
        pending = sum(one.left_fen for one in rows if one.payee_id == member_id and one.state == "PENDING")
        assert sums.get(f"m:{member_id}:pending", 0) == pending


def at_once(*tasks: Callable[[], object]) -> list[BaseException | None]:
    """Run them at the same moment; each one's refusal, if any."""
    barrier = threading.Barrier(len(tasks))
    refusals: list[BaseException | None] = [None] * len(tasks)

    def run(place: int) -> None:
        barrier.wait()
        try:
            tasks[place]()
        except Exception as problem:
            refusals[place] = problem

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


class TestCredit:
    def test_a_payment_books_pending_commission(self) -> None:
        assert support.pay(support.sale()) == 1648
        assert books()["m:MBA:pending"] == 1099
        assert books()["m:MBB:pending"] == 549
        assert_books_agree("MBA", "MBB")

    def test_a_payment_booked_twice_changes_nothing(self) -> None:
        """Invariants 6 and 22: the rows' ids are the consequence's own names."""
        support.pay(support.sale())
        before = small.dump_all()
        with pytest.raises(ConditionFailed):
            support.pay(support.sale())
        assert small.dump_all() == before

    def test_who_earns_nothing_has_a_row_that_says_why_and_books_nothing(self) -> None:
        """R11: why zero."""
        payees = (Payee("MBA", 1, "normal", "L1", "DISABLED"), support.chain()[1])
        grants = {1: [Grant("NONE"), Grant("PLAN", 500)], 2: [Grant("NONE"), Grant("PLAN", 500)]}
        support.pay(support.sale(frozen=support.terms(*payees, grants=grants)))
        assert (row().state, row().amount_fen, row().excluded) == ("ZERO", 0, "DISABLED")
        assert "m:MBA:pending" not in books()


class TestClawBackWhilePending:
    def test_partial_refunds_end_exactly(self) -> None:
        one = support.sale()
        support.pay(one)
        support.refund(one, "RF1", {1: 3333})
        assert row().clawed_fen == 333
        support.refund(one, "RF2", {1: 6666})
        assert (row().clawed_fen, row().left_fen, row().state) == (999, 100, "PENDING")
        support.refund(one, "RF3", {2: 1001})
        assert (row().left_fen, row().state) == (0, "CLAWED")
        assert books().keys() == set()
        assert_books_agree("MBA", "MBB")

    def test_two_refunds_at_once_never_lose_or_double_anything(self) -> None:
        """Invariant 11: the second finds the first's sums, or is told to look again."""
        one = support.sale()
        support.pay(one)

        def give_back(name: str, amount_fen: int) -> Callable[[], None]:
            def again() -> None:
                for _ in range(20):
                    try:
                        support.refund(one, name, {1: amount_fen})
                        return
                    except CommissionsMoved:
                        continue

            return again

        parts = [1, 2500, 33, 4000, 3465]
        refusals = at_once(*(give_back(f"RF{place}", amount) for place, amount in enumerate(parts)))
        assert refusals == [None] * len(parts)
        assert (row().clawed_fen, row("MBB", rule="L2").clawed_fen) == (999, 499)
        assert_books_agree("MBA", "MBB")

    def test_a_stale_decision_is_refused_whole(self) -> None:
        """Invariant 17."""
        one = support.sale()
        support.pay(one)
        stale = support.ask_back(one, "RF1", {1: 3333})
        support.refund(one, "RF2", {1: 1})
        before = small.dump_all()
        with pytest.raises(CommissionsMoved):
            commit(stale.writes)
        assert small.dump_all() == before

    def test_freight_and_lines_that_earned_nothing_take_nothing(self) -> None:
        grants = {1: [Grant("OFF"), Grant("OFF")], 2: list(support.PLAN_10_5)}
        one = support.sale(frozen=support.terms(*support.chain(), grants=grants))
        support.pay(one)
        assert support.refund(one, "RF1", {1: 9999}) == 0
        assert row().left_fen == 100


class TestMaturing:
    def test_only_after_the_window(self, world: small.Clock) -> None:
        support.pay(support.sale())
        assert mature() == Matured(0, Fen(0), 0)
        receive(days=7)
        world.advance(days=6, hours=23)
        assert mature().matured == 0
        world.advance(hours=1)
        assert mature() == Matured(2, Fen(1648), 0)
        assert wallet.find("MBA").available_fen == 1099
        assert row().state == "MATURED"
        assert books()["m:MBA:available"] == 1099
        assert_books_agree("MBA", "MBB")

    def test_once_however_often_and_by_however_many(self, world: small.Clock) -> None:
        """Invariant 12."""
        for number in (1, 2, 3):
            support.pay(support.sale(f"OR{number}"))
            receive(f"OR{number}")
        world.advance(days=8)
        assert at_once(*([mature] * 6)) == [None] * 6
        mature()
        assert wallet.find("MBA").available_fen == 3 * 1099
        assert_books_agree("MBA", "MBB")

    def test_never_while_a_refund_is_open(self, world: small.Clock) -> None:
        support.pay(support.sale())
        receive()
        commit(hold("OR1", "RF1", [1]))
        commit(hold("OR1", "RF2", [2]))
        world.advance(days=8)
        assert mature().matured == 0
        commit(lift("OR1", "RF1"))
        assert mature().matured == 0
        commit(lift("OR1", "RF2"))
        assert mature().matured == 2

    def test_a_refund_that_ends_in_money_lifts_its_own_hold(self, world: small.Clock) -> None:
        one = support.sale()
        support.pay(one)
        receive()
        commit(hold("OR1", "RF1", [1]))
        world.advance(days=8)
        mature()
        support.refund(one, "RF1", {1: 3333})
        assert mature() == Matured(2, Fen(1648 - 333 - 166), 0)

    def test_held_ones_never_crowd_out_the_others(self, world: small.Clock) -> None:
        """A sweep sees at most so many of a shard; waiting ones step back."""
        support.pay(support.sale("OR1"))
        receive("OR1", days=1)
        commit(hold("OR1", "RF1", [1]))
        world.advance(days=2)
        mature(limit=1)
        keys = list(store.due(now(), 10))
        assert keys == []
        commit(lift("OR1", "RF1"))
        assert len(list(store.due(now(), 10))) == 2

    def test_a_line_that_earned_a_payee_nothing_holds_nothing(self, world: small.Clock) -> None:
        grants = {1: [Grant("OFF"), Grant("PLAN", 500)], 2: list(support.PLAN_10_5)}
        support.pay(support.sale(frozen=support.terms(*support.chain(), grants=grants)))
        receive()
        commit(hold("OR1", "RF1", [1]))
        world.advance(days=8)
        assert mature().matured == 1
        assert row().state == "MATURED"

    def test_what_was_taken_back_whole_never_matures(self, world: small.Clock) -> None:
        one = support.sale()
        support.pay(one)
        receive()
        support.refund(one, "RF1", {1: 9999, 2: 1001})
        receive()
        world.advance(days=8)
        assert mature().matured == 0
        assert list(store.due(now(), 10)) == []

    def test_many_rows_of_one_payee_take_few_transactions(
        self, world: small.Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(import_module("chalicelib.commissions.mature"), "BATCH", 3)
        for number in range(4):
            support.pay(support.sale(f"OX{number}"))
            receive(f"OX{number}")
        world.advance(days=8)
        transactions = []

        def watch(event_name: str, request: object) -> None:
            if event_name.endswith("TransactWriteItems"):
                transactions.append(1)

        small.faults.append(watch)
        assert mature() == Matured(8, Fen(4 * 1648), 0)
        assert len(transactions) == 4
        assert wallet.find("MBA").available_fen == 4 * 1099

    def test_a_full_batch_fits_one_transaction(self) -> None:
        """Two items for each row, the wallet, and an audit row when staff run it."""
        assert 2 * BATCH + 1 + 1 <= MAX_ITEMS

    def test_one_that_fails_keeps_no_other_from_its_turn(self, world: small.Clock) -> None:
        for number in (1, 2):
            support.pay(support.sale(f"OR{number}"))
            receive(f"OR{number}")
        world.advance(days=8)
        spoilt = [("m:MBA:pending", -1), ("m:MBA:available", 1)]
        commit(wallet.entry("MATURE:OR1:MBA:L1", now(), spoilt, {}))
        assert mature() == Matured(3, Fen(1099 + 2 * 549), 1)
        assert wallet.find("MBA").available_fen == 1099


class TestLateClawback:
    def matured(self, world: small.Clock, *, spend_fen: int = 0) -> None:
        self.one = support.sale()
        support.pay(self.one)
        receive()
        world.advance(days=8)
        mature()
        if spend_fen:
            spent = [("m:MBA:available", -spend_fen), ("wx:cash", spend_fen)]
            commit(
                wallet.move("MBA", available_fen=-spend_fen),
                wallet.entry(f"PAYOUT:{spend_fen}", now(), spent, {}),
            )

    def test_takes_what_is_available(self, world: small.Clock) -> None:
        self.matured(world)
        support.refund(self.one, "RF1", {1: 9999})
        assert (wallet.find("MBA").available_fen, wallet.find("MBA").debt_fen) == (100, 0)
        assert (row().state, row().left_fen) == ("MATURED", 100)
        assert_books_agree("MBA", "MBB")

    def test_what_is_missing_becomes_a_debt(self, world: small.Clock) -> None:
        """W1: never a negative balance, never written off."""
        self.matured(world, spend_fen=1000)
        support.refund(self.one, "RF1", {1: 9999})
        assert (wallet.find("MBA").available_fen, wallet.find("MBA").debt_fen) == (0, 900)
        assert_books_agree("MBA", "MBB")

    def test_the_next_commission_pays_the_debt_first(self, world: small.Clock) -> None:
        self.matured(world, spend_fen=1000)
        support.refund(self.one, "RF1", {1: 9999})
        for order_id in ("OR2", "OR3"):
            support.pay(support.sale(order_id))
            receive(order_id)
        world.advance(days=8)
        mature()
        assert (wallet.find("MBA").available_fen, wallet.find("MBA").debt_fen) == (2 * 1099 - 900, 0)
        assert_books_agree("MBA", "MBB")

    def test_a_small_commission_pays_part_of_the_debt(self, world: small.Clock) -> None:
        self.matured(world, spend_fen=1099)
        support.refund(self.one, "RF1", {1: 9999})
        grants = {1: [Grant("PLAN", 1000)]}
        lines = (SaleLine(1, "糖", 1, Fen(100)),)
        small_sale = support.sale("OR2", lines=lines, frozen=support.terms(*support.chain(1), grants=grants))
        support.pay(small_sale)
        receive("OR2")
        world.advance(days=8)
        mature()
        assert (wallet.find("MBA").available_fen, wallet.find("MBA").debt_fen) == (0, 989)
        assert_books_agree("MBA", "MBB")

    def test_two_rows_of_one_payee_move_its_wallet_once(self, world: small.Clock) -> None:
        """Own purchase and chain on one order: no item is named twice in a commit."""
        payees = (Payee("MBA", 0, "normal", "SELF"), Payee("MBA", 1, "normal", "L1"))
        one = support.sale(frozen=support.terms(*payees, grants={1: support.PLAN_10_5, 2: support.PLAN_10_5}))
        support.pay(one)
        receive()
        world.advance(days=8)
        mature()
        assert wallet.find("MBA").available_fen == 1648
        support.refund(one, "RF1", {1: 9999, 2: 1001})
        assert wallet.find("MBA").available_fen == 0
        assert_books_agree("MBA")

    def test_refund_and_maturing_at_once(self, world: small.Clock) -> None:
        """Either order is right: taken from pending, or from the wallet; never from both, never from none."""
        one = support.sale()
        support.pay(one)
        receive()
        world.advance(days=8)

        def give_back() -> None:
            for _ in range(20):
                try:
                    support.refund(one, "RF1", {1: 9999})
                    return
                except CommissionsMoved:
                    continue

        assert at_once(give_back, mature, mature) == [None, None, None]
        mature()
        assert wallet.find("MBA").available_fen == 100
        assert row().left_fen == 100
        assert_books_agree("MBA", "MBB")

    def test_a_withdrawal_between_reading_and_writing_is_noticed(self, world: small.Clock) -> None:
        """Invariant 13: a stale split of available and debt fails instead of going wrong."""
        self.matured(world)
        stale = support.ask_back(self.one, "RF1", {1: 9999})
        commit(wallet.move("MBA", available_fen=-1099, frozen_fen=1099))
        with pytest.raises(CommissionsMoved):
            commit(stale.writes)
        again = support.ask_back(self.one, "RF1", {1: 9999})
        commit(again.writes)
        assert (wallet.find("MBA").frozen_fen, wallet.find("MBA").debt_fen) == (1099, 999)
