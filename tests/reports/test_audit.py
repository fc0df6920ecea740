"""The audit finds what is off, says how far, and finds nothing in books that are right (trust A4)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import FormTerm
from chalicelib.kernel import aws
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.money import Fen
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.reports import audit as audit_file
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.check_bills import BillCheck
from chalicelib.reports.jobs import audit_nightly
from chalicelib.reports.rules import pair_up
from tests.payments import shop
from tests.payments.conftest import peer, who
from tests.payments.fakes import WeChatPay
from tests.support import api
from tests.support.world import Clock

__all__ = ["peer", "who"]


@pytest.fixture(autouse=True)
def only_our_books(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """WeChat's bills and stock movements (made by a stream) are looked at in tests of their own."""
    monkeypatch.setattr(audit_file, "check_bills", lambda walked, at: BillCheck((), ()))
    monkeypatch.setattr(audit_file, "check_stock", lambda found: [])
    monkeypatch.setattr(audit_file.time, "sleep", lambda seconds: None)
    yield


def live(who: shop.People, peer: WeChatPay, world: Clock) -> str:
    """An order that was paid, refunded by one unit, received and matured."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    post_refund(peer.end_refund(refund.refund_id))
    shop.received(order.order_id)
    world.advance(days=8)
    mature()
    return order.order_id


@pytest.fixture
def lived(who: shop.People, peer: WeChatPay, world: Clock) -> str:
    return live(who, peer, world)


def tamper(table: str, key: dict[str, str], name: str, value: dict[str, Any]) -> None:
    aws.client("dynamodb").update_item(
        TableName=f"fenxiao-test-{table}",
        Key={part: {"S": text} for part, text in key.items()},
        UpdateExpression="SET #n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues={":v": value},
    )


def test_right_books_are_found_right(lived: str) -> None:
    made = audit(is_full=True)
    assert made.findings == ()
    assert made.books_off_fen == 0
    assert (made.entries, made.orders, made.wallets) == (4, 1, 2)
    assert store.load(made.audit_id) == made


def test_what_a_budget_left_out_is_not_missed(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """Of ¥16.48 the two payees earned the budget pays ¥10; what is refunded later comes out of that."""
    shop.budget(1_000)
    order_id = shop.paid_order(peer, who).order_id
    shop.received(order_id)
    world.advance(days=8)
    assert mature().amount_fen == 1_000
    assert audit(is_full=True).findings == ()
    refund = shop.reserved(order_id, Slice(1, 3), Slice(2, 1))
    send_refund(refund.refund_id)
    post_refund(peer.end_refund(refund.refund_id))
    assert sum(row.left_fen for row in commissions.of_order(order_id)) == 0
    assert audit(is_full=True).findings == ()


def test_what_was_too_little_for_a_point_is_not_missed(
    who: shop.People, peer: WeChatPay, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 11: a row worth something, but no whole point, was never given; a refund takes nothing."""
    given = shop.terms(who)
    halves = (FormTerm("CASH", 5_000), FormTerm("POINTS", 5_000, Fen(1_000_000)))
    payees = tuple(replace(one, forms=halves) for one in given.payees)
    monkeypatch.setattr(shop, "terms", lambda _: replace(given, payees=payees))
    rows = commissions.of_order(live(who, peer, world))
    assert {(one.form, one.state) for one in rows} == {("CASH", "MATURED"), ("POINTS", "ZERO")}
    assert all(one.amount_fen for one in rows)
    assert audit(is_full=True).findings == ()


@pytest.mark.parametrize(
    ("spoil", "invariant", "off_fen"),
    [
        (lambda who, order: tamper("wallets", {"member_id": who.a}, "available_fen", {"N": "999"}), 3, 616),
        (lambda who, order: tamper("wallets", {"member_id": who.a}, "debt_fen", {"N": "5"}), 13, 0),
        (
            lambda who, order: tamper(
                "commissions", {"order_id": order, "payee_rule": f"{who.b}#L1"}, "clawed_fen", {"N": "332"}
            ),
            11,
            2,
        ),
        (lambda who, order: tamper("orders", {"order_id": order}, "total_fen", {"N": "12201"}), 4, 1),
    ],
    ids=["wallet", "debt beside money", "clawback", "order total"],
)
def test_each_kind_of_error_is_found_and_measured(
    lived: str, who: shop.People, spoil: Callable[[shop.People, str], None], invariant: int, off_fen: int
) -> None:
    spoil(who, lived)
    made = audit(is_full=True)
    assert invariant in {finding.invariant for finding in made.findings}
    assert made.books_off_fen >= off_fen


def test_an_edited_entry_is_found(lived: str) -> None:
    """Invariants 2 and 3: IAM forbids it, and the audit sees it all the same."""
    postings = {
        "L": [
            {"M": {"account": {"S": "wx:cash"}, "amount_fen": {"N": "-12200"}}},
            {"M": {"account": {"S": "shop:sales"}, "amount_fen": {"N": "12201"}}},
        ]
    }
    tamper("journal", {"entry_id": f"PAID:{lived}"}, "postings", postings)
    found = {finding.invariant for finding in audit(is_full=True).findings}
    assert {2, 3} <= found


def test_a_lost_entry_is_found(lived: str) -> None:
    aws.client("dynamodb").delete_item(
        TableName="fenxiao-test-journal", Key={"entry_id": {"S": f"PAID:{lived}"}}
    )
    assert 6 in {finding.invariant for finding in audit(is_full=True).findings}


def test_the_nightly_run_goes_on_from_closed_days(lived: str, who: shop.People, world: Clock) -> None:
    """N5: an old shop's audit reads only what is new, and still knows every balance."""
    assert audit().findings == ()
    assert store.last_closed_day() == business_day(now()) - timedelta(days=1)
    world.advance(days=1)
    second = audit()
    assert second.findings == ()
    assert second.from_day == business_day(now()) - timedelta(days=1)
    assert second.entries == 2, "only the maturing of the day before"


def test_the_nightly_run_sees_what_is_off_in_what_moved(lived: str, who: shop.People) -> None:
    tamper("wallets", {"member_id": who.b}, "available_fen", {"N": "1"})
    assert audit().books_off_fen > 0


def test_wrong_books_close_no_day(lived: str, who: shop.People) -> None:
    tamper("wallets", {"member_id": who.a}, "available_fen", {"N": "999"})
    audit()
    assert store.last_closed_day() is None


def test_books_that_are_off_ring_by_how_much(
    lived: str, who: shop.People, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both alarms hang on these metrics; of books that are right the first says 0."""
    audit(is_full=True)
    assert '"books_off_fen": 0' in capsys.readouterr().out
    tamper("wallets", {"member_id": who.a}, "available_fen", {"N": "999"})
    audit(is_full=True)
    told = capsys.readouterr().out
    assert '"books_off_fen": 616' in told and '"audit_findings": ' in told


def test_the_schedule_runs_once_a_business_day_after_the_bills(lived: str, world: Clock) -> None:
    """W5: the world's clock stands at ten in Shanghai; bills are ready by eleven."""
    audit_nightly()
    assert store.audits(limit=5, cursor=None).items == []
    world.advance(hours=2)
    audit_nightly()
    audit_nightly()
    assert len(store.audits(limit=5, cursor=None).items) == 1
    world.advance(days=1)
    audit_nightly()
    assert len(store.audits(limit=5, cursor=None).items) == 2


def test_two_ledgers_are_paired_by_number() -> None:
    found = pair_up(7, {"a": 5, "b": 6, "c": 7}, {"b": 6, "c": 9, "d": 4})
    assert [(one.subject, one.off_fen) for one in found] == [("a", 5), ("c", 2), ("d", 4)]


def test_staff_see_audits_and_may_run_one(lived: str) -> None:
    token = api.staff_token("audit.read")
    made = api.post("/console/audits", {"is_full": True}, token=token)
    assert made.status == 201
    assert made.json["books_off_fen"] == 0
    listed = api.get("/console/audits", token=token)
    assert [one["audit_id"] for one in listed.json["items"]] == [made.json["audit_id"]]
    assert api.get(f"/console/audits/{made.json['audit_id']}", token=token).json == made.json
    assert api.get("/console/audits/AU0", token=token).status == 404
    assert api.post("/console/audits", {}, token=api.staff_token("orders.read")).status == 403
