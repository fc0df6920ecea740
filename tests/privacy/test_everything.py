"""Nothing the shop knows of a member is left out: of what is taken along, or of what is forgotten (M2, N4).

Both are held to the tables themselves, so a new table that knows a member fails here until it is decided.
"""

import json
from typing import Any

import pytest

from chalicelib.kernel import aws
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.members.rules import CLOSED_NAME
from chalicelib.orders import store as orders
from chalicelib.orders.show_order import show_receiver
from chalicelib.privacy.close_account import close_account
from chalicelib.privacy.forget import forget
from chalicelib.privacy.rules import AccountNotClosable
from scripts.local import tables
from tests.crash.story import give_gift
from tests.orders.shop import HOME, Shop
from tests.privacy.life import WORDS, Life
from tests.privacy.test_privacy import exported
from tests.support.world import Clock, dump, dump_all

TAKEN = {
    "members": "profile", "identities": "profile", "wallets": "profile", "points": "profile",
    "distributors": "profile", "territories": "profile",
    "address-books": "addresses", "orders": "orders", "refunds": "refunds", "reviews": "reviews",
    "cart-lines": "cart", "favourites": "favourites", "coupons": "coupons",
    "coupon-allotments": "coupon_codes", "gift-claims": "gifts", "commissions": "commissions",
    "wallet-lines": "wallet", "points-lines": "points", "withdrawals": "withdrawals", "invites": "codes",
    "attributions": "attribution", "distributor-changes": "distributor", "metrics": "figures",
    "agreement-signatures": "signatures",
    "violations": "violations", "inbox": "notices", "subscriptions": "messages", "sessions": "sessions",
}  # fmt: skip
"""Where each table's rows are found in what a member takes along."""

MARKS = {
    "attribution": "decision", "cart": "quantity", "codes": "channel", "coupon_codes": "quantity",
    "coupons": "coupon_id", "distributor": "step", "favourites": "title", "figures": "own_sales_fen",
    "gifts": "receiver", "messages": "accepted", "notices": "notice_id", "orders": "order_id",
    "refunds": "refund_id", "reviews": "review_id", "sessions": "idle_until", "signatures": "digest",
    "violations": "violation_id",
    "withdrawals": "withdrawal_id",
}  # fmt: skip
"""A field that only items of this part have."""

NOT_TAKEN = {
    "account-days": "sums of the wallet's and the points' lines",
    "audit": "what staff did; it names the member by id",
    "audits": "sums over everybody",
    "commission-ledger": "where the commissions are found by their day",
    "commission-sums": "sums of the commissions",
    "commission-trees": "counts of the team and sums of the commissions",
    "commission-marks": "which changes were counted; forgotten by itself",
    "coupon-counts": "how many of the coupons there are",
    "coupon-marks": "which changes of the coupons were counted; forgotten by itself",
    "day-marks": "which purchases a day's sums have counted; forgotten by itself",
    "first-orders": "which of the orders was the first",
    "invite-slots": "which of the codes is the living one",
    "journal": "the books behind wallet and points, which tell every entry",
    "limits": "how often something was tried within the hour; forgotten by itself",
    "kept-goods": "sums of the orders and their refunds",
    "purchases": "what of each of the orders was kept",
    "metric-buyers": "other members' purchases; their sums are the figures",
    "metric-facts": "other members' purchases; their sums are the figures",
    "payments": "what the orders say of being paid",
    "period-closes": "which commissions are of one closing; each of them is told",
    "points-grants": "staff's request behind a line of the points",
    "points-lots": "the points of the profile, by when they end",
    "stock-movements": "the shelf's side of an order",
    "ranking-boards": "the best of the figures, shown without names",
    "ranking-drafts": "the same, half folded",
    "ranking-entrants": "one switch, on the page of rankings",
    "team-contributions": "sums of the orders and the commissions, by who stands above",
    "team-counts": "other members, counted",
    "wallet-adjustments": "staff's request behind a line of the wallet",
    "wallet-totals": "sums of the wallet's lines",
    "withdrawal-limits": "sums of the withdrawals",
}
"""What is derived from the above, or speaks of others."""

KEPT = {
    ("orders", "payer_openid"): "WeChat's number for who paid: a late refund or a dispute is matched by it",
    ("payments", "openid"): "the same, in the payment itself (电子商务法 §31: three years)",
    ("withdrawals", "openid"): "to whom money was paid out; evidence for tax and against money laundering",
    (
        "attributions",
        "channel",
    ): "in other members' journals: where they scanned, evidence of who brought whom",
}
"""What still holds a word of the person after closing, by table and attribute, and why it must."""

_KEYS = {"member_id", "owner_id", "buyer_id", "payee_id", "root_id", "by_member", "downline_id", "upline_id"}


def knows_by_key() -> set[str]:
    """Tables with a member in a key of theirs or of an index."""
    return {
        one["TableName"].removeprefix("fenxiao-test-")
        for one in tables.definitions("test")
        if _KEYS & {attribute["AttributeName"] for attribute in one["AttributeDefinitions"]}
    }


def knows_by_row(member_id: str) -> set[str]:
    """Tables with this member anywhere in a row."""
    return {short for short, rows in dump_all().items() if any(member_id in row for row in rows)}


def files(member_id: str) -> list[str]:
    """Keys of the member's own files in the media bucket."""
    found = aws.client("s3").list_objects_v2(Bucket="fenxiao-test-media").get("Contents", [])
    return [one["Key"] for one in found if member_id in one["Key"]]


def leaks(words: tuple[str, ...]) -> set[tuple[str, str]]:
    """Table and attribute wherever one of the words still stands."""
    return {
        (short, name)
        for short, rows in dump_all().items()
        for row in rows
        for name, value in json.loads(row).items()
        if any(word in json.dumps(value, ensure_ascii=False) for word in words)
    }


def test_every_table_that_knows_a_member_is_taken_along_or_says_why_not(life: Life) -> None:
    """M2: nothing is forgotten, neither by its key nor by what a whole life leaves."""
    known = knows_by_key() | knows_by_row(life.member_id)
    assert known - TAKEN.keys() - NOT_TAKEN.keys() == set()
    assert TAKEN.keys() & NOT_TAKEN.keys() == set()
    assert (TAKEN.keys() | NOT_TAKEN.keys()) - set(dump_all()) == set(), "no such table"


def test_each_part_holds_what_the_life_left(life: Life) -> None:
    """M2: no part is an empty promise. Commissions are proved where there are some (``test_privacy``)."""
    told = {part: exported(life.member_id, part) for part in sorted(set(TAKEN.values()))}
    assert {part for part, items in told.items() if not items} == {"commissions"}
    marks = {part: mark for part, mark in MARKS.items() if mark not in told[part][0]}
    assert marks == {}, "another part's items"


def test_own_words_come_along(life: Life) -> None:
    """What the member wrote is there to be read, the own address of a gift too; staff's note is staff's."""
    told = json.dumps(
        {part: exported(life.member_id, part) for part in set(TAKEN.values())}, ensure_ascii=False
    )
    missing = [word for word in WORDS if word not in told]
    assert missing == ["139****8888", "爱喝茶癸"]
    (gift,) = exported(life.member_id, "gifts")
    assert gift["receiver"]["street"] == "百花路丙"


def words_of(life: Life) -> tuple[str, ...]:
    return (*WORDS, life.openid, life.unionid, life.avatar_url.rpartition("/")[2])


def test_after_closing_no_table_and_no_file_names_the_person(life: Life, shop: Shop, world: Clock) -> None:
    """N4: name, phones, addresses, openids, words and pictures are gone, but for ``KEPT``."""
    words = words_of(life)
    planted = leaks(words)
    assert len(planted) > len(KEPT) and len(files(life.member_id)) == 4
    books = {
        table: dump(table) for table in ("journal", "wallets", "wallet-lines", "points-lines", "coupons")
    }
    close_account(life.member_id)
    life.pump()
    assert leaks(words) == KEPT.keys()
    assert files(life.member_id) == []
    assert books == {table: dump(table) for table in books}
    order = orders.load(life.order.order_id)
    receiver = show_receiver(order)
    assert (receiver.receiver, receiver.phone, receiver.street) == (CLOSED_NAME, "", "")
    assert (order.total_fen, receiver.province) == (life.order.total_fen, "广东省")


def test_nothing_sealed_is_left_but_what_somebody_waits_for(life: Life) -> None:
    """N4: what is unreadable without our key is kept no longer than what is readable."""
    assert sealed_of(life.member_id) != set()
    close_account(life.member_id)
    life.pump()
    assert sealed_of(life.member_id) == set()


def sealed_of(member_id: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for short, rows in dump_all().items():
        for row in rows:
            if member_id in row:
                for name, value in json.loads(row).items():
                    holds = name.endswith("_sealed") or _inner(value).get("sealed", {}).get("S")
                    if holds:
                        found.add((short, name))
    return found


def _inner(value: Any) -> dict[str, Any]:
    inner: dict[str, Any] = value.get("M", {})
    return inner


def test_forgetting_twice_is_forgetting_once(life: Life) -> None:
    close_account(life.member_id)
    life.pump()
    before = dump_all()
    forget(life.member_id)
    assert dump_all() == before


def test_an_order_under_way_keeps_its_receiver(shop: Shop) -> None:
    """One placed in the very moment of closing is still delivered."""
    order = shop.paid()
    forget(shop.c)
    assert show_receiver(orders.load(order.order_id)).street != ""


def test_a_gift_on_its_way_keeps_the_account_open(shop: Shop) -> None:
    """A parcel needs its receiver."""
    claim_gift(shop.c, give_gift(shop.c), HOME)
    with pytest.raises(AccountNotClosable, match="1 件赠品准备寄出"):
        close_account(shop.c)
