"""Races: many at once, on every engine (trust A5.5).

| what meets what | where | invariants |
|---|---|---|
| one paid notice × 16; a hot upline's 16 clients; maturing × paying | test_money_in | 3, 6 |
| paid notice × close | test_money_in | 5, 21 |
| receipt × receipt by itself × 16 | test_money_in | 5, 12 |
| maturing × 16; followers × followers | test_money_in | 3, 12 |
| last stock × 16 buyers; buying × cancelling | test_buying | 21 |
| one key × 16, of one content and of two | test_buying | 22 |
| one coupon × 16 orders; a purse of points × 16; cancelling × closing | test_redeeming | 18, 19, 22 |
| the last coupons × 16 members; a member's limit × 16 | test_redeeming | 18 |
| withdrawal × 16 from one balance; one key × 16; × late clawback | test_withdrawals | 13, 14 |
| two staff on one withdrawal: agree × refuse, agree × agree | test_withdrawals | 5, 16, A6.5 |
| sending × 16; sending × cancelling; the end told × 16 | test_withdrawals | 15, 16 |
| refund × refund, of one line and of each; of one wallet | test_refunds | 8, 11, 13 |
| refund × maturing, asked and paid back | test_refunds | 11, 12 |
| two staff on one refund | test_refunds | 5, 8 |
| bind × bind in rings of 2 and 3; move × move; scan × move | test_relations | 9 |
| a new identity × 16; an invite code × 16; two inviters | test_relations | 22 |
| setting × setting; plan × plan; edit × publish | test_console | 5 |
| each of these verbs × a bad day at DynamoDB | test_faults | 17, 22 |

After every race the audit finds nothing and stock adds up (``conftest``), and nobody was told a 500
(``harness``).
"""
