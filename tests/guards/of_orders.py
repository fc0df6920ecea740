"""Guards of payments, refunds, withdrawals and commissions (invariants 4 … 8, 10 … 12, 14 … 16)."""

from tests.guards.guard import Guard

SETTLE = "chalicelib/payments/settle.py"
PAYMENTS = "chalicelib/payments/rules.py"
ARRIVED = "chalicelib/payments/store.py"
ORDERS = "chalicelib/orders/store.py"
ROWS = "chalicelib/commissions/store.py"
PAID_OUT = "chalicelib/withdrawals/store.py"
POST = "chalicelib/withdrawals/post.py"
SEND = "chalicelib/withdrawals/send.py"
GUARDS = (
    Guard(
        "what was paid is what the order asks (4)",
        PAYMENTS,
        "if amount_fen != order.total_fen:",
        "if False:",
        (
            "tests/payments/test_settle.py::test_a_payment_that_disagrees_is_kept_apart",
            "tests/security/test_notices.py::test_what_wechat_signed_and_is_not_true_is_only_kept_for_a_person",
        ),
    ),
    Guard(
        "what was paid is yuan (4)",
        PAYMENTS,
        'if currency != "CNY":',
        "if False:",
        (
            "tests/payments/test_settle.py::test_a_payment_that_disagrees_is_kept_apart",
            "tests/security/test_notices.py::test_what_wechat_signed_and_is_not_true_is_only_kept_for_a_person",
        ),
    ),
    Guard(
        "it was paid in the app the order was placed in (4)",
        PAYMENTS,
        "if appid != order.payer_appid:",
        "if False:",
        ("tests/payments/test_settle.py::test_a_payment_that_disagrees_is_kept_apart",),
    ),
    Guard(
        "it was paid by whom the order was placed by (4)",
        PAYMENTS,
        "if openid != order.payer_openid:",
        "if False:",
        (
            "tests/payments/test_settle.py::test_a_payment_that_disagrees_is_kept_apart",
            "tests/security/test_notices.py::test_what_wechat_signed_and_is_not_true_is_only_kept_for_a_person",
        ),
    ),
    Guard(
        "an order is paid once, and not once it was closed (5, 6)",
        ORDERS,
        'is_unpaid = (OrderRow.status == "UNPAID") & (OrderRow.version == order.version)',
        "is_unpaid = OrderRow.order_id.exists()",
        (
            "tests/payments/test_settle.py::test_a_close_that_slips_in_between_read_and_commit_ends_as_late",
            "tests/race/test_money_in.py::test_a_notice_and_a_close",
        ),
    ),
    Guard(
        "a payment is booked in one commit (6)",
        SETTLE,
        "paid_at=payment.paid_at),\n        credited.writes,",
        "paid_at=payment.paid_at)\n    )\n    commit(\n        credited.writes,",
        ("tests/crash/test_money_in.py::test_settling",),
    ),
    Guard(
        "a payment told again is the same payment (22)",
        SETTLE,
        "if booked_id == paid.transaction_id:",
        "if False:",
        (
            "tests/payments/test_settle.py::test_again_and_again_is_once",
            "tests/payments/test_settle.py::test_sixteen_deliveries_at_once_settle_once",
        ),
    ),
    Guard(
        "a second payment of one order is kept for a person (4)",
        SETTLE,
        "if booked_id is not None:",
        "if False:",
        ("tests/payments/test_settle.py::test_a_second_transaction_for_a_paid_order_is_kept_apart",),
    ),
    Guard(
        "money for a closed order goes back (7)",
        SETTLE,
        'return order.status == "CLOSED" or order.balance_bill_id is not None',
        "return order.balance_bill_id is not None",
        (
            "tests/payments/test_settle.py::test_a_payment_after_the_close_goes_back_whole",
            "tests/payments/test_settle.py::test_pay_close_and_sweep_in_any_order_leave_balanced_books",
        ),
    ),
    Guard(
        "the money of a payment is booked once (6)",
        ARRIVED,
        "actions, is_first, otherwise=otherwise)",
        "actions, otherwise=otherwise)",
        ("tests/payments/test_stale_writes.py::test_the_money_of_an_order_is_booked_once",),
    ),
    Guard(
        "what was paid meanwhile is not closed at WeChat (6)",
        ARRIVED,
        'None)]\n    return update(PaymentRow, (order_id,), actions, PaymentRow.status == "PREPAID")',
        "None)]\n    return update(PaymentRow, (order_id,), actions)",
        ("tests/payments/test_stale_writes.py::test_what_was_paid_meanwhile_stays_paid",),
    ),
    Guard(
        "the return of late money takes each step once (7)",
        ARRIVED,
        "return update(PaymentRow, (payment.order_id,), actions, is_as_seen)",
        "return update(PaymentRow, (payment.order_id,), actions)",
        ("tests/payments/test_stale_writes.py::test_the_return_of_late_money_takes_each_step_once",),
    ),
    Guard(
        "one order is its buyer's first (R6)",
        ORDERS,
        "return put_new(FirstOrderRow(member_id=order.buyer_id, order_id=order.order_id), otherwise)",
        "return put(FirstOrderRow(member_id=order.buyer_id, order_id=order.order_id))",
        ("tests/race/test_buying.py::test_one_of_sixteen_orders_is_the_first",),
    ),
    Guard(
        "an order moves over exactly what was read (5)",
        ORDERS,
        "return put(_order_row(after), unchanged, OrderMoved)",
        "return put(_order_row(after))",
        (
            "tests/race/test_refunds.py::test_one_line_asked_for_sixteen_times",
            "tests/race/test_refunds.py::test_a_refund_of_each_line",
        ),
    ),
    Guard(
        "a refund moves over exactly what was read (5)",
        ORDERS,
        "return put(_refund_row(after, due_at=due_at), unchanged, RefundMoved)",
        "return put(_refund_row(after, due_at=due_at))",
        ("tests/payments/test_refund_between.py::test_a_sender_who_is_overtaken_by_another_and_by_the_end",),
    ),
    Guard(
        "a refund that ended is not sent again (5, 8)",
        ORDERS,
        "return update(RefundRow, (refund.refund_id,), actions, condition, otherwise=RefundMoved)",
        "return update(RefundRow, (refund.refund_id,), actions)",
        ("tests/payments/test_refund_between.py::test_a_sender_who_is_overtaken_by_another_and_by_the_end",),
    ),
    Guard(
        "no line is refunded for more than was paid for it (8)",
        "chalicelib/orders/move_refund.py",
        "if not 0 <= amount_fen <= most_fen:",
        "if False:",
        ("tests/orders/test_move_refund.py::test_less_money_may_be_asked_for_what_was_sent_only",),
    ),
    Guard(
        "a slice of a line costs the difference of cumulative floors (8, 11)",
        "chalicelib/orders/move_refund.py",
        "exact = line.paid_fen * after // line.quantity - line.paid_fen * before // line.quantity",
        "exact = line.paid_fen * quantity // line.quantity",
        ("tests/orders/test_move_refund.py::test_slices_of_all_units_sum_to_what_was_paid",),
    ),
    Guard(
        "at most fifty refunds of one order (8)",
        "chalicelib/orders/move_refund.py",
        "if len(order.refund_ids) >= MAX_REFUNDS:",
        "if False:",
        ("tests/orders/test_move_refund.py::test_at_most_fifty_refunds_an_order",),
    ),
    Guard(
        "a refund takes back by cumulative floors (11)",
        "chalicelib/kernel/money.py",
        "return Fen(credited * after // paid - credited * before // paid)",
        "return Fen(credited * (after - before) // paid)",
        (
            "tests/kernel/test_money.py::TestClawback::test_any_slicing_takes_back_exactly_everything",
            "tests/kernel/test_money.py::TestClawback::test_at_every_moment_it_is_the_floor_of_the_whole",
        ),
    ),
    Guard(
        "a split sums to what was split (20)",
        "chalicelib/kernel/money.py",
        "for index in by_rest[: total - sum(floors)]:",
        "for index in by_rest[:0]:",
        ("tests/kernel/test_money.py::TestAllocate::test_sums_exactly_and_nothing_is_below_zero",),
    ),
    Guard(
        "no line pays more commission than the plan's cap (10)",
        "chalicelib/commissions/plan_credits.py",
        "min(line.goods_paid_fen, share(line.goods_paid_fen, terms.cap_bps)) for line in lines",
        "10**12 for line in lines",
        (
            "tests/commissions/test_rules.py::TestCrediting::test_a_line_never_pays_more_than_the_cap_nor_than_it_brought",
            "tests/commissions/test_properties.py::test_caps_hold_and_nothing_is_negative",
        ),
    ),
    Guard(
        "a commission is credited once (6, 22)",
        ROWS,
        "return put_new(row)\n\n\ndef claw(",
        "return put(row)\n\n\ndef claw(",
        ("tests/commissions/test_stale_writes.py::test_a_sale_is_credited_once",),
    ),
    Guard(
        "a commission matures once (12)",
        ROWS,
        '(row.state == "PENDING")\n        & row.holds',
        "row.order_id.exists()\n        & row.holds",
        ("tests/commissions/test_stale_writes.py::test_what_matures_meanwhile_does_not_mature_again",),
    ),
    Guard(
        "no commission matures while a refund is open (12)",
        ROWS,
        "& row.holds.does_not_exist()\n",
        "",
        ("tests/commissions/test_stale_writes.py::test_what_is_held_meanwhile_does_not_mature",),
    ),
    Guard(
        "no commission matures before its time (12)",
        ROWS,
        "& (row.matures_at <= at)\n",
        "",
        ("tests/commissions/test_stale_writes.py::test_nothing_matures_before_its_time_whoever_asks",),
    ),
    Guard(
        "what a refund took meanwhile does not mature (11, 12)",
        ROWS,
        "& (row.refunded_fen == commission.refunded_fen)\n    )",
        ")",
        ("tests/commissions/test_stale_writes.py::test_what_shrinks_meanwhile_does_not_mature",),
    ),
    Guard(
        "a refund takes back over exactly what was read (11)",
        ROWS,
        "is_as_seen = (row.state == commission.state) & (row.refunded_fen == commission.refunded_fen)\n"
        "    actions = [\n        row.clawed_fen",
        "is_as_seen = row.order_id.exists()\n    actions = [\n        row.clawed_fen",
        (
            "tests/commissions/test_money_moves.py::TestClawBackWhilePending::test_a_stale_decision_is_refused_whole",
        ),
    ),
    Guard(
        "a refund that is asked holds the commission (12)",
        "chalicelib/orders/ask_refund.py",
        "hold(order.order_id, refund_id, line_nos),",
        "",
        ("tests/orders/test_refunds.py::test_asking_holds_the_commission_of_its_lines",),
    ),
    Guard(
        "what a violation freezes does not mature (D3)",
        "chalicelib/commissions/mature.py",
        ", distributors.commission_flows(payee_id))",
        ")",
        ("tests/standing/test_violations.py::test_frozen_commission_waits_until_the_violation_is_lifted",),
    ),
    Guard(
        "a cap over time is counted over exactly what was read (10)",
        ROWS,
        "return put(SpentRow(counter=counter, spent_fen=after_fen), seen, CommissionsMoved)",
        "return put(SpentRow(counter=counter, spent_fen=after_fen))",
        ("tests/race/test_money_in.py::test_two_payees_of_one_budget",),
    ),
    Guard(
        "a member's period is closed once (22)",
        ROWS,
        "put_new(PeriodCloseRow.of_value(made), ClosedBefore),",
        "put(PeriodCloseRow.of_value(made)),",
        ("tests/commissions/test_close_period.py::test_two_runs_that_meet_at_one_payee_close_it_once",),
    ),
    Guard(
        "a tree counts each event once (22)",
        ROWS,
        'put_new(MarkRow(f"{event}:{root_id}", forget_at=forget_at), CountedBefore),',
        'put(MarkRow(f"{event}:{root_id}", forget_at=forget_at)),',
        (
            "tests/commissions/test_jobs.py::TestTrees::test_replays_in_any_order_add_nothing",
            "tests/crash/test_streams.py::test_every_follower_survives",
        ),
    ),
    Guard(
        "a withdrawal takes each step once (5, 16)",
        PAID_OUT,
        "return put(_row(after, due_at), is_as_seen, otherwise)",
        "return put(_row(after, due_at))",
        ("tests/race/test_withdrawals.py::test_staff_agree_and_refuse_at_once",),
    ),
    Guard(
        "one withdrawal at a time (14)",
        PAID_OUT,
        "put_new(place, OneAtATime),",
        "put(place),",
        (
            "tests/withdrawals/test_request.py::test_one_withdrawal_at_a_time",
            "tests/race/test_withdrawals.py::test_sixteen_small_withdrawals_at_once",
        ),
    ),
    Guard(
        "a member's limits of the day and the month hold (W2)",
        PAID_OUT,
        "has_room = used.does_not_exist() | (used <= limit_fen - amount_fen)",
        "has_room = None",
        ("tests/withdrawals/test_request.py::test_limits_count_what_left_and_not_what_came_back",),
    ),
    Guard(
        "two approvals are of two persons (W2)",
        "chalicelib/withdrawals/approve.py",
        "if staff_id in withdrawal.approvals:",
        "if False:",
        ("tests/withdrawals/test_audit.py::test_audit_by_two_different_persons",),
    ),
    Guard(
        "a transfer keeps its number for ever (15)",
        SEND,
        "bill_number=told.withdrawal_id,",
        'bill_number=f"{told.withdrawal_id}{told.attempts}",',
        (
            "tests/withdrawals/test_send.py::test_a_lost_answer_is_repeated_with_the_same_number",
            "tests/crash/test_withdraw.py::test_sending_with_lost_answers",
        ),
    ),
    Guard(
        "an attempt is written down before WeChat is told (15)",
        SEND,
        "commit(store.replace_withdrawal(withdrawal, told, due_at=look_again(told, at)))",
        "pass",
        (
            "tests/withdrawals/test_send.py::test_a_lost_answer_is_repeated_with_the_same_number",
            "tests/crash/test_withdraw.py::test_sending",
        ),
    ),
    Guard(
        "a refusal frees money only when nothing can be under way (15, 16)",
        SEND,
        "if refused.refusal not in LATER_REFUSALS and is_definite(told, now()):",
        "if refused.refusal not in LATER_REFUSALS:",
        (
            "tests/withdrawals/test_send.py::test_a_refusal_after_a_lost_answer_frees_nothing_until_it_is_quiet",
        ),
    ),
    Guard(
        "WeChat's not knowing a transfer frees nothing (15)",
        "chalicelib/withdrawals/ask.py",
        "if state is None:\n        return None",
        'if state is None:\n        return Outcome("FAIL")',
        (
            "tests/withdrawals/test_send.py::test_a_lost_answer_is_repeated_with_the_same_number",
            "tests/crash/test_withdraw.py::test_sending_with_lost_answers",
        ),
    ),
    Guard(
        "a transfer of another amount pays nothing out (15)",
        POST,
        "if outcome.amount_fen not in (None, withdrawal.paid_fen):",
        "if False:",
        ("tests/withdrawals/test_post.py::test_a_notice_of_another_amount_or_receiver_changes_nothing",),
    ),
    Guard(
        "a transfer to somebody else pays nothing out (15)",
        POST,
        "if outcome.openid not in (None, withdrawal.openid):",
        "if False:",
        ("tests/withdrawals/test_post.py::test_a_notice_of_another_amount_or_receiver_changes_nothing",),
    ),
    Guard(
        "a withdrawal that ended one way does not end another (16)",
        "chalicelib/withdrawals/rules.py",
        "if status not in AT_WECHAT:",
        "if False:",
        (
            "tests/withdrawals/test_post.py::test_it_never_ends_twice",
            "tests/withdrawals/test_rules.py::test_it_ends_once_whatever_comes_in_whatever_order",
        ),
    ),
)
