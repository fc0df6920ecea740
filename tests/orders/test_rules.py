"""What an order and a refund may become, and that money is cut exactly (O3, O4; invariants 5, 8, 20)."""

import itertools
import typing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.rules import FreightRate, FreightTemplate, Product, Sku
from chalicelib.commissions.rules import Terms
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from chalicelib.orders import move_refund as refunds
from chalicelib.orders import rules
from chalicelib.orders.describe import REFUND_TEXT, STATUS_TEXT, describe, describe_refund, when
from chalicelib.orders.move_refund import (
    OPEN,
    Refund,
    RefundLine,
    RefundMoved,
    RefundStatus,
    Slice,
    advanced,
    cut,
    freight_back,
    is_refund_edge,
    move_refund,
    opened,
    price_of_units,
    units_to_stock,
)
from chalicelib.orders.price import Wanted, merged, price
from chalicelib.orders.rules import (
    EDGES,
    Order,
    OrderLine,
    OrderMoved,
    OrderRules,
    Parcel,
    ParcelLine,
    ShipTo,
    Status,
    step,
)
from chalicelib.orders.ship import packed

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STATUSES: tuple[Status, ...] = typing.get_args(Status)
REFUND_STATUSES: tuple[RefundStatus, ...] = typing.get_args(RefundStatus)


def line(line_no: int = 1, *, quantity: int = 3, paid_fen: int = 9_999) -> OrderLine:
    return OrderLine(
        line_no=line_no,
        product_id=f"PR{line_no}",
        sku_id=f"SK{line_no}",
        title=f"商品{line_no}",
        sku_name="标准",
        picture_url=None,
        quantity=quantity,
        price_fen=Fen(paid_fen // quantity),
        goods_fen=Fen(paid_fen),
        discount_fen=Fen(0),
        paid_fen=Fen(paid_fen),
        cost_fen=Fen(100),
    )


def order(*lines: OrderLine, status: Status = "PAID", freight_fen: int = 1_200) -> Order:
    lines = lines or (line(),)
    goods_fen = sum(one.paid_fen for one in lines)
    return Order(
        order_id="OR1",
        buyer_id="ME1",
        status=status,
        lines=lines,
        goods_fen=Fen(goods_fen),
        freight_fen=Fen(freight_fen),
        total_fen=Fen(goods_fen + freight_fen),
        terms=Terms("", 0, "", 0, (), ()),
        ship_to=ShipTo("广东省", "深圳市", "南山区", "sealed"),
        payer_appid=None,
        payer_openid=None,
        fingerprint="f",
        placed_at=AT,
        expires_at=AT + timedelta(minutes=30),
        auto_receive_days=10,
        after_sale_days=7,
        paid_at=AT,
    )


def refund(of: Order, *lines: RefundLine, freight_fen: int = 0, status: RefundStatus = "ASKED") -> Refund:
    return Refund(
        refund_id=f"RF{len(of.refund_ids) + 1}",
        order_id=of.order_id,
        buyer_id=of.buyer_id,
        kind="REFUND_ONLY",
        status=status,
        lines=lines,
        freight_fen=Fen(freight_fen),
        amount_fen=Fen(sum(one.amount_fen for one in lines) + freight_fen),
        reason="OTHER",
        note=None,
        picture_keys=(),
        asked_by="buyer",
        fingerprint="f",
        asked_at=AT,
    )


# -- the life of an order -----------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
def test_an_order_steps_along_listed_edges_only(before: Status, after: Status) -> None:
    """Invariant 5, over all pairs."""
    present = order(status=before)
    if (before, after) in EDGES:
        assert step(present, after).status == after
        assert step(present, after).version == present.version + 1
    else:
        with pytest.raises(OrderMoved):
            step(present, after)


def test_the_table_of_edges_is_the_one_of_the_contract() -> None:
    closes = {(one, "CLOSED") for one in STATUSES if one != "CLOSED"}
    life = set(itertools.pairwise(["UNPAID", "PAID", "SHIPPED", "RECEIVED", "COMPLETED"]))
    assert closes | life == EDGES


@pytest.mark.parametrize(("before", "after"), list(itertools.product(REFUND_STATUSES, REFUND_STATUSES)))
def test_a_refund_steps_along_listed_edges_only(before: RefundStatus, after: RefundStatus) -> None:
    present = refund(order(), status=before)
    if is_refund_edge(before, after):
        moved = advanced(present, after, at=AT)
        assert moved.status == after
        assert (moved.ended_at is None) == (after in OPEN)
    else:
        with pytest.raises(RefundMoved):
            advanced(present, after, at=AT)


def test_nothing_leaves_an_end() -> None:
    ends = set(REFUND_STATUSES) - OPEN
    assert not [edge for edge in refunds.REFUND_EDGES if edge[0] in ends]
    assert not [edge for edge in EDGES if edge[0] == "CLOSED"]


def test_every_state_has_its_words() -> None:
    """O3: the buyer reads each state, and no placeholder is left open."""
    assert set(STATUS_TEXT) == set(STATUSES) and set(REFUND_TEXT) == set(REFUND_STATUSES)
    for status in STATUSES:
        told = describe(
            replace(order(status=status), receive_at=AT, after_sale_until=AT, close_reason="BUYER")
        )
        assert told.says and "None" not in told.says
    for state in REFUND_STATUSES:
        told = describe_refund(replace(refund(order(), status=state), return_until=AT))
        assert told.says and "None" not in told.says


def test_times_are_told_in_shanghai() -> None:
    assert when(datetime(2026, 11, 23, 18, 5, tzinfo=UTC)) == "11月24日 02:05"


@pytest.mark.parametrize(
    "wrong",
    [
        {"unpaid_minutes": 4},
        {"auto_receive_days": 0},
        {"after_sale_days": 6},
        {"return_days": 0},
        {"return_address": "长" * 201},
    ],
)
def test_settings_no_shop_may_have_are_refused(wrong: dict[str, typing.Any]) -> None:
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        replace(OrderRules(), **wrong).check()


# -- price --------------------------------------------------------------------------------------

RATE = FreightRate(first_units=1, first_fee_fen=1_200, next_units=2, next_fee_fen=300)
TEMPLATE = FreightTemplate("T1", "标准", "PIECE", RATE)


def product(number: int, price_fen: int, *, is_free: bool) -> Product:
    return Product(
        product_id=f"PR{number}",
        title=f"商品{number}",
        subtitle="",
        category_id="CA1",
        picture_urls=(),
        description=(),
        is_on_shelf=True,
        freight_template_id=None if is_free else "T1",
        skus=(Sku(f"SK{number}", "标准", Fen(price_fen)),),
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(1, 99), st.booleans()),
        min_size=1,
        max_size=rules.MAX_LINES,
    )
)
def test_the_total_is_exactly_lines_and_freight(goods: list[tuple[int, int, bool]]) -> None:
    """Invariant 4: Σ lines + freight, in whole fen, whatever the basket."""
    products = {
        f"PR{number}": product(number, price_fen, is_free=is_free)
        for number, (price_fen, _, is_free) in enumerate(goods)
    }
    basket = [Wanted(f"PR{number}", f"SK{number}", units) for number, (_, units, _) in enumerate(goods)]
    left = {one.sku_id: 100 for one in basket}
    quoted = price(basket, products, left, level_id=None, templates={"T1": TEMPLATE}, province="广东省")
    assert quoted.can_place
    assert [line.goods_fen for line in quoted.lines] == [price_fen * units for price_fen, units, _ in goods]
    charged = sum(units for _, units, is_free in goods if not is_free)
    freight_fen = 1_200 + -(-(charged - 1) // 2) * 300 if charged else 0
    assert quoted.freight_fen == freight_fen
    assert quoted.total_fen == quoted.goods_fen + freight_fen


def test_a_line_that_cannot_be_bought_costs_nothing() -> None:
    products = {"PR1": product(1, 500, is_free=False), "PR2": product(2, 700, is_free=True)}
    basket = [Wanted("PR1", "SK1", 2), Wanted("PR2", "SK2", 1), Wanted("PR3", "SK3", 1)]
    quoted = price(
        basket, products, {"SK1": 1, "SK2": 9}, level_id=None, templates={"T1": TEMPLATE}, province="广东省"
    )
    assert [line.problem for line in quoted.lines] == ["TOO_FEW_LEFT", None, "GONE"]
    assert (quoted.goods_fen, quoted.freight_fen, quoted.can_place) == (700, 0, False)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 9))))
def test_merging_a_basket_keeps_every_unit(goods: list[tuple[str, int]]) -> None:
    basket = [Wanted("P", sku_id, units) for sku_id, units in goods]
    once = merged(basket)
    assert len({one.sku_id for one in once}) == len(once)
    assert sum(one.quantity for one in once) == sum(units for _, units in goods)


# -- refunds ------------------------------------------------------------------------------------


@given(st.integers(1, 50), st.integers(0, 10**7), st.data())
def test_slices_of_all_units_sum_to_what_was_paid(quantity: int, paid_fen: int, data: st.DataObject) -> None:
    """O4: whatever the slices and their order, all units together give back exactly what was paid."""
    present = line(quantity=quantity, paid_fen=paid_fen)
    total_fen = 0
    while present.refunded_quantity < quantity:
        units = data.draw(st.integers(1, quantity - present.refunded_quantity))
        amount_fen = price_of_units(present, units)
        total_fen += amount_fen
        present = replace(
            present,
            refunded_quantity=present.refunded_quantity + units,
            refunded_fen=Fen(present.refunded_fen + amount_fen),
        )
        assert present.refunded_fen == paid_fen * present.refunded_quantity // quantity
    assert total_fen == paid_fen and present.is_refunded


@given(st.data())
def test_the_sums_of_an_order_hold_whatever_happens(data: st.DataObject) -> None:
    """Invariant 8: through any mix of asked, paid, refused and failed refunds and parcels."""
    shapes = data.draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 999)), min_size=1, max_size=3))
    present = order(*(line(n, quantity=q, paid_fen=q * p + n) for n, (q, p) in enumerate(shapes, 1)))
    running: list[Refund] = []
    for _ in range(data.draw(st.integers(1, 14))):
        what = data.draw(st.sampled_from(["ask", "ship", "end"]))
        free = [one for one in present.lines if one.open_refund_id is None and one.refundable_quantity]
        if (
            what == "ask"
            and free
            and len(present.refund_ids) < rules.MAX_REFUNDS
            and present.status != "CLOSED"
        ):
            one = data.draw(st.sampled_from(free))
            units = data.draw(st.integers(1, one.refundable_quantity))
            lines = cut(present, [Slice(one.line_no, units)], kind="REFUND_ONLY")
            asked = refund(present, *lines, freight_fen=freight_back(present, lines))
            present = opened(present, asked)
            running.append(asked)
        elif what == "ship" and present.status == "PAID" and len(present.parcels) < rules.MAX_PARCELS:
            parts = tuple(
                ParcelLine(one.line_no, data.draw(st.integers(1, one.shippable_quantity)))
                for one in present.lines
                if one.shippable_quantity
            )
            if parts:
                present = packed(present, Parcel(len(present.parcels) + 1, "EXPRESS", parts, AT))
        elif what == "end" and running:
            present, running = _ended(present, running, data)
        _holds(present, running)
    for asked in running:
        present, _ = _paid_back(present, asked)
    _holds(present, [])
    assert (present.status == "CLOSED") == present.is_all_refunded


def _ended(present: Order, running: list[Refund], data: st.DataObject) -> tuple[Order, list[Refund]]:
    asked = data.draw(st.sampled_from(running))
    left = [one for one in running if one is not asked]
    way = data.draw(st.sampled_from(["POSTED", "FAILED", "REFUSED"]))
    if way == "REFUSED":
        return move_refund(present, asked, "REFUSED", at=AT)[0], left
    present, reserved = _reserved(present, asked)
    return move_refund(present, reserved, way, at=AT)[0], left


def _reserved(present: Order, asked: Refund) -> tuple[Order, Refund]:
    freight_fen = freight_back(present, asked.lines)
    amount_fen = Fen(sum(one.amount_fen for one in asked.lines) + freight_fen)
    return move_refund(present, asked, "RESERVED", at=AT, freight_fen=freight_fen, amount_fen=amount_fen)


def _paid_back(present: Order, asked: Refund) -> tuple[Order, Refund]:
    present, reserved = _reserved(present, asked)
    return move_refund(present, reserved, "POSTED", at=AT)


def _holds(present: Order, running: list[Refund]) -> None:
    by_line = {one.line_no: asked for asked in running for one in asked.lines}
    assert present.refund_reserved_fen == 0
    assert present.refunded_fen <= present.total_fen
    goods_fen = sum(one.refunded_fen for one in present.lines)
    assert present.refunded_fen == goods_fen + present.freight_refunded_fen
    for one in present.lines:
        assert (one.open_refund_id is None) == (one.line_no not in by_line)
        assert one.refunded_fen == one.paid_fen * one.refunded_quantity // one.quantity
        assert one.shipped_quantity + one.unshipped_refunded_quantity <= one.quantity
        assert one.unshipped_refunded_quantity <= one.refunded_quantity


def test_units_never_sent_go_back_first() -> None:
    present = packed(order(), Parcel(1, "EXPRESS", (ParcelLine(1, 1),), AT))
    (back,) = cut(present, [Slice(1, 2)], kind="REFUND_ONLY")
    assert (back.quantity, back.unshipped_quantity, back.amount_fen) == (2, 2, 6_666)


def test_what_is_asked_back_is_not_sent() -> None:
    present = order()
    asked = refund(present, *cut(present, [Slice(1, 1)], kind="REFUND_ONLY"))
    present = opened(present, asked)
    assert present.lines[0].shippable_quantity == 2
    with pytest.raises(rules.NothingToShip):
        packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 3),), AT))
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 2),), AT))
    assert sent.status == "PAID"
    paid_back, _ = _paid_back(sent, asked)
    assert paid_back.status == "SHIPPED" and paid_back.receive_at == AT + timedelta(days=10)


def test_less_money_may_be_asked_for_what_was_sent_only() -> None:
    present = order()
    with pytest.raises(Invalid, match="全额"):
        cut(present, [Slice(1, 1, 100)], kind="REFUND_ONLY")
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 3),), AT))
    assert cut(sent, [Slice(1, 1, 100)], kind="REFUND_ONLY")[0].amount_fen == 100
    with pytest.raises(Invalid, match=r"¥33\.33"):
        cut(sent, [Slice(1, 1, 3_334)], kind="REFUND_ONLY")


@pytest.mark.parametrize("quantity", [0, 4])
def test_no_more_units_than_there_are(quantity: int) -> None:
    with pytest.raises(Invalid, match="最多可退 3 件"):
        cut(order(), [Slice(1, quantity)], kind="REFUND_ONLY")


def test_a_line_is_named_once_and_must_be_there() -> None:
    with pytest.raises(Invalid, match="只填一次"):
        cut(order(), [Slice(1, 1), Slice(1, 1)], kind="REFUND_ONLY")
    with pytest.raises(rules.LineUnknown):
        cut(order(), [Slice(2, 1)], kind="REFUND_ONLY")


def test_goods_that_were_not_sent_cannot_be_returned() -> None:
    with pytest.raises(refunds.NothingToReturn):
        cut(order(), [Slice(1, 1)], kind="RETURN")


def test_freight_goes_back_when_nothing_was_sent_and_all_is_back() -> None:
    present = order(line(1), line(2))
    first = cut(present, [Slice(1, 3)], kind="REFUND_ONLY")
    assert freight_back(present, first) == 0
    every = cut(present, [Slice(1, 3), Slice(2, 3)], kind="REFUND_ONLY")
    assert freight_back(present, every) == 1_200
    sent = packed(present, Parcel(1, "EXPRESS", (ParcelLine(1, 1),), AT))
    assert freight_back(sent, cut(sent, [Slice(1, 3), Slice(2, 3)], kind="REFUND_ONLY")) == 0


@pytest.mark.parametrize(
    ("kind", "is_sellable", "expected"),
    [("REFUND_ONLY", True, 1), ("RETURN", True, 3), ("RETURN", False, 1)],
)
def test_what_goes_back_into_stock(kind: refunds.RefundKind, is_sellable: bool, expected: int) -> None:
    """O4: units never sent always, returned ones when they can be sold again, others never."""
    back = RefundLine(1, "SK1", 3, 1, Fen(9_999))
    given_back = replace(refund(order(), back), kind=kind, is_sellable=is_sellable)
    assert units_to_stock(given_back) == {"SK1": expected}


def test_the_window_ends_for_members_not_for_staff() -> None:
    late = replace(order(status="RECEIVED"), after_sale_until=AT)
    refunds.check_may_ask(late, at=AT - timedelta(seconds=1), is_staff=False)
    with pytest.raises(refunds.NotRefundable):
        refunds.check_may_ask(late, at=AT, is_staff=False)
    refunds.check_may_ask(late, at=AT, is_staff=True)


@pytest.mark.parametrize("status", ["UNPAID", "CLOSED"])
def test_nothing_to_refund(status: Status) -> None:
    with pytest.raises(refunds.NotRefundable):
        refunds.check_may_ask(order(status=status), at=AT, is_staff=True)


def test_at_most_fifty_refunds_an_order() -> None:
    """Invariant 8: WeChat refunds a payment in at most 50 parts."""
    many = replace(order(), refund_ids=tuple(map(str, range(50))))
    with pytest.raises(refunds.TooManyRefunds):
        refunds.check_may_ask(many, at=AT, is_staff=True)
