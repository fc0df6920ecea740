"""Reads of orders, refunds and carts as values, and their writes for a verb's one commit."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from chalicelib.commissions.hold import lift
from chalicelib.inventory import store as inventory
from chalicelib.kernel import crypto
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.days import walk_back
from chalicelib.kernel.dynamo import Otherwise, Write, delete, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.paging import Page, page
from chalicelib.members.rules import CLOSED_NAME, Address
from chalicelib.orders import rules
from chalicelib.orders.models import CartLineRow, FirstOrderRow, OrderRow, RefundRow
from chalicelib.orders.move_refund import (
    OPEN,
    Refund,
    RefundMoved,
    RefundStatus,
    RefundUnknown,
    advanced,
    move_refund,
    units_to_stock,
)
from chalicelib.orders.price import Wanted
from chalicelib.orders.rules import Order, OrderMoved, OrderUnknown, ShipTo, Status

DUE_SHARDS = 8
_NOBODY = (CLOSED_NAME, "", "")


def find(order_id: str) -> Order | None:
    """The order as it stands, or ``None``."""
    row = OrderRow.find(order_id)
    return row.as_value(Order) if row else None


def load(order_id: str) -> Order:
    """The order as it stands. Raises ``OrderUnknown``."""
    found = find(order_id)
    if found is None:
        raise OrderUnknown()
    return found


def load_own(buyer_id: str, order_id: str) -> Order:
    """The buyer's own order. Raises ``OrderUnknown`` when it is nobody's or somebody else's."""
    found = load(order_id)
    if found.buyer_id != buyer_id:
        raise OrderUnknown()
    return found


def load_many(order_ids: Sequence[str]) -> dict[str, Order]:
    """These orders, at most 100; unknown ones are left out."""
    rows = OrderRow.batch_get(list(dict.fromkeys(order_ids)), consistent_read=True)
    return {row.order_id: row.as_value(Order) for row in rows}


def of_buyer(buyer_id: str, status: Status | None, *, limit: int, cursor: str | None) -> Page[Order]:
    """A buyer's orders, all or of one state, newest first."""
    if status is None:
        found = page(OrderRow.by_buyer, buyer_id, limit=limit, cursor=cursor)
    else:
        found = page(OrderRow.by_buyer_state, f"{buyer_id}#{status}", limit=limit, cursor=cursor)
    return _orders(found)


def count_of_buyer(buyer_id: str, status: Status) -> int:
    """How many orders of this state the buyer has, counted up to 100."""
    return OrderRow.by_buyer_state.count(f"{buyer_id}#{status}", limit=100)


def of_days(
    *, newest: date, oldest: date, status: Status | None, limit: int, cursor: str | None
) -> Page[Order]:
    """Orders placed between these business days, all or of one state, newest first."""
    found = walk_back(
        lambda day, count, inner: _of_one_day(day, status, count, inner),
        name=f"orders:{status}",
        newest=newest,
        oldest=oldest,
        limit=limit,
        cursor=cursor,
    )
    return _orders(found)


def of_day(day: date, *, limit: int, cursor: str | None) -> Page[Order]:
    """A page of the orders placed on this business day, oldest first."""
    return _orders(_of_one_day(day.isoformat(), None, limit, cursor, newest_first=False))


def due(status: Status, at: datetime, limit: int) -> Iterator[str]:
    """Orders of this state whose time has come by ``at``, at most ``limit`` of each shard.

    UNPAID: past ``expires_at``; SHIPPED: receipt by itself; RECEIVED: the window has ended.
    """
    for shard in range(DUE_SHARDS):
        for row in OrderRow.by_due.query(f"{status}-{shard}", OrderRow.due_at <= at, limit=limit):
            yield row.order_id


def due_uploads(at: datetime, limit: int) -> Iterator[str]:
    """Orders whose shipping WeChat is to be told by ``at``, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in OrderRow.by_upload.query(str(shard), OrderRow.upload_at <= at, limit=limit):
            yield row.order_id


def order_of_image(image: dict[str, Any]) -> Order:
    """The order that a stream record of ``orders`` holds."""
    return OrderRow.of_image(image).as_value(Order)


def sealed(address: Address, order_id: str) -> ShipTo:
    """The address as an order keeps it: the person and the street unreadable without our key."""
    person = json.dumps([address.receiver, address.phone, address.street], ensure_ascii=False)
    seal = crypto.seal(person, context=f"{order_id}:ship_to")
    return ShipTo(address.province, address.city, address.district, seal)


def receiver_of(order: Order) -> tuple[str, str, str]:
    """Receiver, phone and street of an order, unsealed; nobody's once the buyer's account is closed."""
    sealed, context = order.ship_to.sealed, f"{order.order_id}:ship_to"
    receiver, phone, street = json.loads(crypto.unseal(sealed, context=context)) if sealed else _NOBODY
    return receiver, phone, street


def put_order(order: Order, otherwise: Otherwise) -> Write:
    """Put a fresh order; ``otherwise`` is raised when its id is taken."""
    return put_new(_order_row(order), otherwise)


def first_order_of(member_id: str) -> str | None:
    """The order that claimed to be this member's first, if any did; read consistently."""
    row = FirstOrderRow.find(member_id)
    return row.order_id if row else None


def claim_first_order(order: Order, otherwise: Otherwise) -> Write:
    """Let this order be its buyer's first; ``otherwise`` is raised when another is."""
    return put_new(FirstOrderRow(member_id=order.buyer_id, order_id=order.order_id), otherwise)


def give_back_first_order(order: Order) -> Write:
    """The order died unpaid: the buyer's next one may be the first."""
    return delete(FirstOrderRow, (order.buyer_id,), FirstOrderRow.order_id == order.order_id)


def mark_paid(order: Order, *, paid_at: datetime, transaction_id: str = "", bill_id: str = "") -> Write:
    """UNPAID → PAID, once; the commit raises ``ConditionFailed`` when the order was paid or closed.

    By WeChat's transaction, by a bill on the buyer's balance, or by neither where nothing was left to
    pay. An update of a few attributes, because this is the write that a busy day makes most.
    """
    actions = [
        OrderRow.status.set("PAID"),
        OrderRow.paid_at.set(paid_at),
        *([OrderRow.transaction_id.set(transaction_id)] if transaction_id else []),
        *([OrderRow.balance_bill_id.set(bill_id)] if bill_id else []),
        OrderRow.version.set(order.version + 1),
        OrderRow.buyer_state.set(f"{order.buyer_id}#PAID"),
        OrderRow.due_shard.remove(),
        OrderRow.due_at.remove(),
    ]
    is_unpaid = (OrderRow.status == "UNPAID") & (OrderRow.version == order.version)
    return update(OrderRow, (order.order_id,), actions, is_unpaid)


def replace_order(before: Order, after: Order) -> Write:
    """Put ``after`` over the order read as ``before``.

    The commit raises ``OrderMoved`` when somebody else changed it meanwhile, so that each edge is
    taken once (invariant 5).
    """
    assert before.order_id == after.order_id and after.version == before.version + 1
    assert before.status == after.status or rules.is_edge(before.status, after.status)
    unchanged = (OrderRow.version == before.version) & (OrderRow.status == before.status)
    return put(_order_row(after), unchanged, OrderMoved)


def find_refund(refund_id: str) -> Refund | None:
    """The refund as it stands, or ``None``."""
    row = RefundRow.find(refund_id)
    return row.as_value(Refund) if row else None


def load_refund(refund_id: str) -> Refund:
    """The refund as it stands. Raises ``RefundUnknown``."""
    found = find_refund(refund_id)
    if found is None:
        raise RefundUnknown()
    return found


def load_both(refund_id: str) -> tuple[Order, Refund]:
    """An order and its refund, the order read first: else a step of somebody else in between would be in
    the order but not in the refund, and be counted twice. Raises ``RefundUnknown``."""
    order = load(load_refund(refund_id).order_id)
    return order, load_refund(refund_id)


def load_own_refund(buyer_id: str, refund_id: str) -> Refund:
    """The buyer's own refund. Raises ``RefundUnknown`` when it is nobody's or somebody else's."""
    found = find_refund(refund_id)
    if found is None or found.buyer_id != buyer_id:
        raise RefundUnknown()
    return found


def refunds_of(order: Order) -> tuple[Refund, ...]:
    """Every refund of this order, first asked first."""
    found = _refunds_by_id(order.refund_ids) if order.refund_ids else {}
    return tuple(found[one] for one in order.refund_ids if one in found)


def refunds_of_buyer(buyer_id: str, *, limit: int, cursor: str | None) -> Page[Refund]:
    """A buyer's refunds, last asked first."""
    return _refunds(page(RefundRow.by_buyer, buyer_id, limit=limit, cursor=cursor))


def open_refunds(status: RefundStatus, *, limit: int, cursor: str | None) -> Page[Refund]:
    """Refunds of a state that is not an end, longest waiting first."""
    return _refunds(page(RefundRow.by_open, status, limit=limit, cursor=cursor, newest_first=False))


def refunds_of_days(*, newest: date, oldest: date, limit: int, cursor: str | None) -> Page[Refund]:
    """Refunds asked between these business days, last asked first."""
    found = walk_back(
        lambda day, count, inner: page(RefundRow.by_day, day, limit=count, cursor=inner),
        name="refunds",
        newest=newest,
        oldest=oldest,
        limit=limit,
        cursor=cursor,
    )
    return _refunds(found)


def due_refunds(status: RefundStatus, at: datetime, limit: int) -> Iterator[str]:
    """Refunds of this state whose time has come by ``at``, at most ``limit`` of each shard.

    RETURNING: the buyer did not send the goods; RESERVED: to be sent to WeChat; SENT: to be asked about.
    """
    for shard in range(DUE_SHARDS):
        for row in RefundRow.by_due.query(f"{status}-{shard}", RefundRow.due_at <= at, limit=limit):
            yield row.refund_id


def refund_of_image(image: dict[str, Any]) -> Refund:
    """The refund that a stream record of ``refunds`` holds."""
    return RefundRow.of_image(image).as_value(Refund)


def put_refund(refund: Refund, otherwise: Otherwise) -> Write:
    """Put a fresh refund; ``otherwise`` is raised when its id is taken."""
    return put_new(_refund_row(refund, due_at=None), otherwise)


def replace_refund(before: Refund, after: Refund, *, due_at: datetime | None = None) -> Write:
    """Put ``after`` over the refund read as ``before``; it waits for ``due_at`` if given.

    The commit raises ``RefundMoved`` when somebody else changed it meanwhile.
    """
    assert before.refund_id == after.refund_id and after.version == before.version + 1
    unchanged = (RefundRow.version == before.version) & (RefundRow.status == before.status)
    return put(_refund_row(after, due_at=due_at), unchanged, RefundMoved)


def refund_sent(refund: Refund, *, at: datetime, due_at: datetime) -> Write:
    """RESERVED → SENT: WeChat has it and is asked again at ``due_at``. Raises ``RefundMoved``."""
    return replace_refund(refund, advanced(refund, "SENT", at=at, sent_at=at), due_at=due_at)


def refund_postponed(refund: Refund, *, due_at: datetime) -> Write:
    """Look at this reserved or sent refund again at ``due_at``; nothing else changes."""
    condition = (RefundRow.version == refund.version) & (RefundRow.status == refund.status)
    actions = [RefundRow.due_at.set(due_at)]
    return update(RefundRow, (refund.refund_id,), actions, condition, otherwise=RefundMoved)


def refund_posted(refund: Refund, order: Order, *, at: datetime) -> list[Write]:
    """The money is back at the buyer: sums, stock, and the order's close when nothing is left of it.

    ``order`` and ``refund`` must be as just read; the commit raises ``OrderMoved`` or ``RefundMoved``
    when they changed meanwhile, and nothing is written (read again). The caller adds clawback and
    journal to the same commit.
    """
    after, posted = move_refund(order, refund, "POSTED", at=at)
    stock: list[Write] = []
    for sku_id, quantity in units_to_stock(refund).items():
        stock += inventory.release(order.order_id, sku_id, quantity)
    return [replace_order(order, after), replace_refund(refund, posted), *stock]


def refund_ended(
    refund: Refund, order: Order, to: RefundStatus, *, at: datetime, said: str | None
) -> list[Write]:
    """The refund ends without money (FAILED, REFUSED, CANCELLED); what it held is free again.

    ``said`` is what the buyer reads. Raises as ``refund_posted`` does.
    """
    after, ended = move_refund(order, refund, to, at=at, said=said)
    freed = lift(order.order_id, refund.refund_id)
    return [replace_order(order, after), replace_refund(refund, ended), *freed]


def cart(member_id: str) -> list[Wanted]:
    """What lies in the member's cart, last put in first; at most ``MAX_CART_LINES``."""
    rows = CartLineRow.query(member_id, consistent_read=True, limit=rules.MAX_CART_LINES)
    newest = sorted(rows, key=lambda row: (row.added_at, row.sku_id), reverse=True)
    return [Wanted(one.product_id, one.sku_id, one.quantity) for one in newest]


def put_in_cart(member_id: str, wanted: Wanted, *, at: datetime) -> Write:
    """Set how many of this SKU lie in the cart."""
    return put(CartLineRow.of_value(wanted, member_id=member_id, added_at=at))


def take_from_cart(member_id: str, sku_id: str) -> Write:
    """Take the SKU out, whether it lies there or not."""
    return delete(CartLineRow, (member_id, sku_id))


def bought_from_cart(order: Order) -> list[Write]:
    """Take what this order bought out of the cart, but not what was put in again since.

    The commit raises ``ConditionFailed`` when the cart changed meanwhile: then ask again.
    """
    bought = {line.sku_id for line in order.lines}
    rows = CartLineRow.query(order.buyer_id, consistent_read=True, limit=rules.MAX_CART_LINES)
    return [
        delete(CartLineRow, (row.member_id, row.sku_id), CartLineRow.added_at == row.added_at)
        for row in rows
        if row.sku_id in bought and row.added_at <= order.placed_at
    ]


def _of_one_day(
    day: str, status: Status | None, limit: int, cursor: str | None, *, newest_first: bool = True
) -> Page[OrderRow]:
    """A page of one day; the state is filtered on the index."""
    only = None if status is None else OrderRow.status == status
    return page(
        OrderRow.by_day, day, limit=limit, cursor=cursor, filter_condition=only, newest_first=newest_first
    )


def _orders(found: Page[OrderRow]) -> Page[Order]:
    whole = load_many([row.order_id for row in found.items])
    return Page([whole[row.order_id] for row in found.items if row.order_id in whole], found.next)


def _refunds(found: Page[RefundRow]) -> Page[Refund]:
    whole = _refunds_by_id([row.refund_id for row in found.items])
    return Page([whole[row.refund_id] for row in found.items if row.refund_id in whole], found.next)


def _refunds_by_id(refund_ids: Iterable[str]) -> dict[str, Refund]:
    rows = RefundRow.batch_get(list(dict.fromkeys(refund_ids)), consistent_read=True)
    return {row.refund_id: row.as_value(Refund) for row in rows}


def _order_row(order: Order) -> OrderRow:
    row = OrderRow.of_value(
        order,
        buyer_state=f"{order.buyer_id}#{order.status}",
        day=business_day(order.placed_at).isoformat(),
    )
    due_at = rules.due_at(order)
    if due_at is not None:
        row.due_shard, row.due_at = f"{order.status}-{_shard(order.order_id)}", due_at
    if order.upload is not None and order.upload.due_at is not None:
        row.upload_shard, row.upload_at = _shard(order.order_id), order.upload.due_at
    return row


def _refund_row(refund: Refund, *, due_at: datetime | None) -> RefundRow:
    row = RefundRow.of_value(refund, day=business_day(refund.asked_at).isoformat())
    if refund.status in OPEN:
        row.open_state = refund.status
    if due_at is not None:
        row.due_shard, row.due_at = f"{refund.status}-{_shard(refund.refund_id)}", due_at
    return row


def _shard(key: str) -> str:
    return str(shard_of(key, DUE_SHARDS))
