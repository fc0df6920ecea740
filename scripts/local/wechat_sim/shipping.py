"""Orders under 订单发货管理: waiting, shipped, received, settled; and the events about it."""

from scripts.local.wechat_sim import money, official_events, pay_trades, people
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

AUTO_CONFIRM_SECONDS = {1: 10 * 86_400, 2: 2 * 86_400, 3: 2 * 86_400, 4: 2 * 86_400}
"""By logistics_type: express T+10, local, virtual and pick-up T+2 (wechat.md §3.4)."""

WAITING, SHIPPED, RECEIVED, DONE, REFUNDED = 1, 2, 3, 4, 5


class ReceiptImpossible(Exception):
    """The buyer cannot confirm the receipt of this order."""


def ship(world: World, trade: Doc, shipping: Doc) -> None:
    """The merchant has sent everything: the buyer is told, and the clock of the automatic receipt runs."""
    now = world.now()
    first = trade["order_state"] == WAITING
    earlier = trade["shipping"] or {"ships": 0, "shipped_at": now}
    trade["shipping"] = {**shipping, "ships": earlier["ships"] + 1, "shipped_at": earlier["shipped_at"]}
    trade["order_state"] = SHIPPED
    trade["receives_at"] = now + AUTO_CONFIRM_SECONDS[shipping["logistics_type"]]
    pay_trades.save(world, trade)
    world.unplan("remind_shipping", trade["out_trade_no"])
    world.plan("goods_received", trade["out_trade_no"], at=trade["receives_at"])
    if first:
        person = buyer(world, trade)
        people.tell(world, person["id"], "shipping", "商品已发货", text=trade["params"]["description"])
        _push(
            world,
            trade,
            "trade_manage_order_settlement",
            {"estimated_settlement_time": int(trade["receives_at"])},
            at=now,
        )


def receive(world: World, person: Doc, transaction_id: str) -> Doc:
    """The buyer confirms the receipt inside WeChat. Raises ``ReceiptImpossible``."""
    entry = world.store.get("transaction", transaction_id)
    trade = world.store.get("trade", entry["out_trade_no"]) if entry else None
    if trade is None or buyer(world, trade)["id"] != person["id"]:
        raise ReceiptImpossible("没有找到这笔订单")
    if trade["order_state"] != SHIPPED:
        raise ReceiptImpossible("这笔订单现在不能确认收货")
    _settle(world, trade, world.now(), method=2)
    return trade


def received_by_itself(world: World, out_trade_no: str, at: float) -> None:
    """Nobody confirmed in time: WeChat does."""
    trade = world.store.need("trade", out_trade_no)
    if trade["order_state"] == SHIPPED:
        _settle(world, trade, at, method=1)


def remind(world: World, out_trade_no: str, at: float) -> None:
    """Not shipped within the allowed time: WeChat reminds the merchant."""
    trade = world.store.need("trade", out_trade_no)
    if trade["order_state"] == WAITING:
        _push(world, trade, "trade_manage_remind_shipping", {"msg": "订单已支付，请尽快发货"}, at=at)


def buyer(world: World, trade: Doc) -> Doc:
    """The person who paid."""
    person = people.by_openid(world, trade["params"]["payer"]["openid"], trade["appid"])
    assert person is not None
    return person


def _settle(world: World, trade: Doc, at: float, *, method: int) -> None:
    kept_fen = trade["total_fen"] - trade["refunded_fen"]
    back_fen = sum(
        item["fee_back_fen"]
        for item in world.store.of("refund", trade["out_trade_no"])
        if item["state"] != "CLOSED"
    )
    money.thaw(world, kept_fen - (trade["fee_fen"] - back_fen))
    trade.update(order_state=DONE, is_settled=True, received_at=at, settled_at=at)
    pay_trades.save(world, trade)
    world.unplan("goods_received", trade["out_trade_no"])
    times = {"confirm_receive_method": method, "confirm_receive_time": int(at), "settlement_time": int(at)}
    _push(world, trade, "trade_manage_order_settlement", times, at=at)


def _push(world: World, trade: Doc, event: str, more: Doc, *, at: float) -> None:
    fields: Doc = {
        "MsgType": "event",
        "Event": event,
        "transaction_id": trade["transaction_id"],
        "merchant_id": world.keys.mch_id,
        "sub_merchant_id": "",
        "merchant_trade_no": trade["out_trade_no"],
        "pay_time": int(trade["paid_at"]),
    }
    if trade["shipping"]:
        fields["shipped_time"] = int(trade["shipping"]["shipped_at"])
    official_events.push(world, buyer(world, trade), {**fields, **more}, at=at)
