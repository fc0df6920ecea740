"""Guards of wallets, journal, stock, coupons and points (invariants 2, 3, 13, 14, 18, 19, 21)."""

from tests.guards.guard import Guard

WALLET = "chalicelib/wallet/store.py"
GUARDS = (
    Guard(
        "available money never goes below zero (13, 14)",
        WALLET,
        "conditions.append(row.available_fen >= -available_fen)",
        "pass",
        (
            "tests/wallet/test_store.py::TestMove::test_no_balance_goes_below_zero",
            "tests/race/test_money_in.py::test_two_orders_of_one_balance",
        ),
    ),
    Guard(
        "frozen money never goes below zero (13)",
        WALLET,
        "conditions.append(row.frozen_fen >= -frozen_fen)",
        "pass",
        ("tests/wallet/test_store.py::TestMove::test_no_balance_goes_below_zero",),
    ),
    Guard(
        "no money is available while a debt stands (13)",
        WALLET,
        "conditions.append(_is(row.debt_fen, -debt_fen))",
        "pass",
        (
            "tests/wallet/test_store.py::TestMove::test_money_is_never_available_while_a_debt_stands",
            "tests/race/test_refunds.py::test_a_late_clawback_while_another_order_matures",
        ),
    ),
    Guard(
        "a debt grows only once nothing is available (13)",
        WALLET,
        "conditions.append(_is(row.available_fen, -available_fen))",
        "pass",
        (
            "tests/wallet/test_store.py::TestMove::test_a_debt_only_grows_when_nothing_is_available",
            "tests/race/test_refunds.py::test_a_late_clawback_while_another_order_matures",
        ),
    ),
    Guard(
        "an entry of the journal is put once (2, 22)",
        WALLET,
        "return put_new(\n        EntryRow",
        "return put(\n        EntryRow",
        ("tests/wallet/test_store.py::TestJournal::test_an_entry_is_put_once_and_read_back",),
    ),
    Guard(
        "an entry sums to zero (2)",
        "chalicelib/wallet/rules.py",
        "assert sum(posting.amount_fen for posting in kept) == 0",
        "assert True",
        (
            "tests/wallet/test_rules.py::TestEntries::test_what_does_not_balance_is_our_own_bug",
            "tests/wallet/test_rules.py::test_points_balance_as_money_does",
        ),
    ),
    Guard(
        "money that comes in pays a debt first (13)",
        "chalicelib/wallet/rules.py",
        "to_debt = min(amount_fen, wallet.debt_fen)",
        "to_debt = 0",
        (
            "tests/wallet/test_rules.py::TestSplitting::test_incoming_money_pays_the_debt_first_and_nothing_is_lost",
            "tests/crash/test_mature.py::test_maturing_into_a_debt",
        ),
    ),
    Guard(
        "a late clawback takes no more than is available (13)",
        "chalicelib/wallet/rules.py",
        "from_available = min(amount_fen, wallet.available_fen)",
        "from_available = amount_fen",
        (
            "tests/wallet/test_rules.py::TestSplitting::test_a_late_clawback_takes_what_is_there_and_leaves_a_debt",
            "tests/crash/test_refund.py::test_posting_after_maturing",
        ),
    ),
    Guard(
        "a line of the statement is counted once, however often the stream tells it (22)",
        WALLET,
        "put_new(row, LineCounted),",
        "put(row),",
        (
            "tests/wallet/test_statement.py::TestCounting::test_replays_in_any_order_add_nothing",
            "tests/crash/test_streams.py::test_every_follower_survives",
        ),
    ),
    Guard(
        "a rebuild never writes over what was counted meanwhile",
        WALLET,
        "return put(TotalsRow.of_value(rebuilt), _as_seen(seen), WalletMoved)",
        "return put(TotalsRow.of_value(rebuilt))",
        (
            "tests/wallet/test_statement.py::TestRebuild::test_a_line_that_is_counted_meanwhile_starts_it_again",
        ),
    ),
    Guard(
        "points move over exactly what was read (19)",
        WALLET,
        "return put(row, unchanged, PointsMoved)",
        "return put(row)",
        (
            "tests/wallet/test_points.py::TestStore::test_a_decision_on_stale_points_fails_and_changes_nothing",
            "tests/race/test_redeeming.py::test_a_purse_of_points_and_sixteen_orders",
        ),
    ),
    Guard(
        "a grant of points is decided once (19)",
        WALLET,
        'return put(row, (GrantRow.version == before.version) & (GrantRow.status == "WAITING"), GrantMoved)',
        "return put(row)",
        ("tests/race/test_console.py::test_sixteen_decide_on_one_grant_of_points",),
    ),
    Guard(
        "nothing is sold that is not there (21)",
        "chalicelib/inventory/store.py",
        "row.available >= quantity,",
        "row.available.exists(),",
        (
            "tests/inventory/test_store.py::test_more_than_is_left_cannot_be_reserved_and_nothing_changes",
            "tests/race/test_buying.py::test_the_last_five_and_sixteen_buyers",
        ),
    ),
    Guard(
        "an order gives its stock back once (21)",
        "chalicelib/inventory/store.py",
        "kept.held >= quantity,",
        "kept.held.exists(),",
        (
            "tests/inventory/test_store.py::test_released_twice_gives_back_once",
            "tests/inventory/test_store.py::test_of_sixteen_who_give_back_the_same_order_exactly_one_does",
        ),
    ),
    Guard(
        "no more coupons than were made (18)",
        "chalicelib/marketing/store.py",
        "row.left >= some, otherwise=otherwise",
        "row.left.exists(), otherwise=otherwise",
        (
            "tests/marketing/test_coupons.py::TestClaiming::test_of_sixteen_members_at_once_only_as_many_get_one_as_there_are",
            "tests/race/test_redeeming.py::test_the_last_five_coupons_and_sixteen_members",
        ),
    ),
    Guard(
        "a member takes no more coupons than the campaign allows (18)",
        "chalicelib/marketing/store.py",
        "below = row.taken.does_not_exist() | (row.taken < limit)",
        "below = None",
        (
            "tests/marketing/test_coupons.py::TestClaiming::test_of_sixteen_claims_at_once_the_limit_holds",
            "tests/race/test_redeeming.py::test_a_limit_of_two_and_sixteen_taps",
        ),
    ),
    Guard(
        "a coupon pays one order (18)",
        "chalicelib/marketing/store.py",
        "return put(row, CouponRow.version == before.version, CouponMoved)",
        "return put(row)",
        ("tests/race/test_redeeming.py::test_one_coupon_and_sixteen_orders",),
    ),
    Guard(
        "whoever asked for an adjustment does not agree to it",
        "chalicelib/adjustments/decide_adjustment.py",
        "if is_agreed and asked.asked_by == by:",
        "if False:",
        ("tests/adjustments/test_adjustments.py::TestTwoPersons::test_nothing_moves_before_another_agrees",),
    ),
    Guard(
        "an adjustment is decided once",
        "chalicelib/adjustments/store.py",
        "return put(row, is_as_seen, AdjustmentMoved)",
        "return put(row)",
        ("tests/race/test_console.py::test_sixteen_decide_on_one_adjustment",),
    ),
)
