"""Refunds: promised at once, done a little later, never more than was paid."""

from scripts.local.wechat_sim import money, notices, pay_trades, people
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.pay_door import Answer, Call, PayError
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

YEAR_SECONDS = 365 * 86_400
MOST_PER_ORDER = 50
ACCOUNT_TEXT = "支付用户零钱"
EVENTS = {"SUCCESS": "REFUND.SUCCESS", "ABNORMAL": "REFUND.ABNORMAL", "CLOSED": "REFUND.CLOSED"}
DIFFERENT = "订单金额或退款金额与之前请求不一致，请核实后再试"


def refund(call: Call) -> Answer:
    """POST /v3/refund/domestic/refunds: the same number with the same parameters gives the same refund."""
    world, body = call.world, call.body
    if ("out_trade_no" in body) == ("transaction_id" in body):
        raise PayError(400, "PARAM_ERROR", "transaction_id和out_trade_no必须且只能传一个")
    if "notify_url" in body:
        pay_trades.refuse_bad_url(body["notify_url"])
    known = world.store.get("refund", body["out_refund_no"])
    if known is not None:
        if known["fingerprint"] != pay_trades.fingerprint(body):
            raise PayError(400, "INVALID_REQUEST", DIFFERENT)
        return Answer(facts(known))
    trade = _trade_of(world, body)
    _refuse(call, trade)
    fresh = _open(world, trade, body, call.now)
    return Answer(facts(fresh))


def query(call: Call) -> Answer:
    """GET /v3/refund/domestic/refunds/{out_refund_no}."""
    found = call.world.store.get("refund", call.path["out_refund_no"])
    if found is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return Answer(facts(found))


def finish(world: World, out_refund_no: str, at: float) -> None:
    """The refund reaches its end: success, or what a fault wants."""
    _end(world, world.store.need("refund", out_refund_no), at)


def finish_before_answer(world: World, answer: Doc) -> str | None:
    """For the fault that notifies before the answer."""
    world.unplan("refund_finishes", answer["out_refund_no"])
    return _end(world, world.store.need("refund", answer["out_refund_no"]), world.now())


def facts(refund_doc: Doc) -> Doc:
    """The body of the refund and query answers."""
    total_fen, refund_fen = refund_doc["total_fen"], refund_doc["refund_fen"]
    body: Doc = {
        name: refund_doc[name] for name in ("refund_id", "out_refund_no", "transaction_id", "out_trade_no")
    }
    body.update(
        channel="ORIGINAL",
        user_received_account=ACCOUNT_TEXT,
        create_time=shanghai_time(refund_doc["created_at"]),
        status=refund_doc["state"],
        funds_account=refund_doc["funds_account"],
        amount={
            "total": total_fen,
            "refund": refund_fen,
            "payer_total": total_fen,
            "payer_refund": refund_fen,
            "settlement_refund": refund_fen,
            "settlement_total": total_fen,
            "discount_refund": 0,
            "currency": "CNY",
            "from": [],
        },
        promotion_detail=[],
    )
    if refund_doc["finished_at"] is not None and refund_doc["state"] == "SUCCESS":
        body["success_time"] = shanghai_time(refund_doc["finished_at"])
    return body


def _trade_of(world: World, body: Doc) -> Doc:
    try:
        if "out_trade_no" in body:
            return pay_trades.find(world, body["out_trade_no"])
        return pay_trades.by_transaction(world, body["transaction_id"])
    except PayError as error:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "订单不存在") from error


def _refuse(call: Call, trade: Doc) -> None:
    world, amount = call.world, call.body["amount"]
    earlier = world.store.of("refund", trade["out_trade_no"])
    spent_fen = sum(item["refund_fen"] for item in earlier if item["state"] != "CLOSED")
    is_rich = trade["paid_at"] is not None and (
        not trade["is_settled"] or money.balance_fen(world) >= amount["refund"]
    )
    newest_at = max((item["created_at"] for item in earlier), default=float("-inf"))
    sources_fen = sum(item["amount"] for item in amount.get("from", []))
    complaints = (
        (trade["state"] not in ("SUCCESS", "REFUND"), 403, "TRADE_ERROR", "订单未支付或已关闭，不能退款"),
        (
            trade["paid_at"] is not None and call.now > trade["paid_at"] + YEAR_SECONDS,
            403,
            "TRADE_ERROR",
            "订单已超过可退款的最大期限",
        ),
        (amount["total"] != trade["total_fen"], 400, "INVALID_REQUEST", "订单总金额不一致"),
        (
            "from" in amount and sources_fen != amount["refund"],
            400,
            "PARAM_ERROR",
            "出资金额之和与退款金额不一致",
        ),
        (
            spent_fen + amount["refund"] > trade["total_fen"],
            400,
            "INVALID_REQUEST",
            "申请退款金额大于订单可退金额",
        ),
        (len(earlier) >= MOST_PER_ORDER, 403, "RULE_LIMIT", "同一笔订单退款次数不能超过50次"),
        (
            call.now < newest_at + world.setting("refund_gap_seconds"),
            429,
            "FREQUENCY_LIMITED",
            "同一笔订单两次退款需间隔1分钟",
        ),
        (
            not is_rich or world.faults.hits("refund_not_enough", call.endpoint),
            403,
            "NOT_ENOUGH",
            "基本账户余额不足，请充值后重新发起",
        ),
    )
    for is_wrong, status, code, message in complaints:
        if is_wrong:
            raise PayError(status, code, message)


def _open(world: World, trade: Doc, body: Doc, now: float) -> Doc:
    refund_doc: Doc = {
        "out_refund_no": body["out_refund_no"],
        "refund_id": world.number("50000", 16),
        "out_trade_no": trade["out_trade_no"],
        "transaction_id": trade["transaction_id"],
        "appid": trade["appid"],
        "total_fen": trade["total_fen"],
        "refund_fen": body["amount"]["refund"],
        "fee_back_fen": _fee_back_fen(trade, body["amount"]["refund"]),
        "reason": body.get("reason", ""),
        "notify_url": body.get("notify_url", ""),
        "funds_account": "AVAILABLE" if trade["is_settled"] else "UNSETTLED",
        "fingerprint": pay_trades.fingerprint(body),
        "state": "PROCESSING",
        "created_at": now,
        "finished_at": None,
    }
    world.store.put("refund", refund_doc["out_refund_no"], refund_doc, parent=trade["out_trade_no"])
    _book(world, refund_doc, -1, at=now)
    trade.update(state="REFUND", refunded_fen=trade["refunded_fen"] + refund_doc["refund_fen"])
    if trade["order_state"] is not None and trade["refunded_fen"] == trade["total_fen"]:
        trade["order_state"] = 5
    pay_trades.save(world, trade)
    world.plan("refund_finishes", refund_doc["out_refund_no"], at=now + world.setting("refund_seconds"))
    return refund_doc


def _fee_back_fen(trade: Doc, refund_fen: int) -> int:
    """The part of the fee that comes back; the last refund brings the rest, so that no fen is lost."""
    before_fen = trade["fee_fen"] * trade["refunded_fen"] // trade["total_fen"]
    after_fen = trade["fee_fen"] * (trade["refunded_fen"] + refund_fen) // trade["total_fen"]
    return int(after_fen - before_fen)


def _book(world: World, refund_doc: Doc, sign: int, *, at: float) -> None:
    movements = {"退款": sign * refund_doc["refund_fen"], "退还手续费": -sign * refund_doc["fee_back_fen"]}
    for flow_type, amount_fen in movements.items():
        if amount_fen:
            money.book(
                world,
                "退款",
                amount_fen,
                at=at,
                order=refund_doc["refund_id"],
                flow_type=flow_type,
                voucher=refund_doc["out_refund_no"],
                is_frozen=refund_doc["funds_account"] == "UNSETTLED",
            )


def _end(world: World, refund_doc: Doc, at: float) -> str | None:
    state = "SUCCESS"
    if world.faults.hits("refund_abnormal", "pay.refund"):
        state = "ABNORMAL"
    elif world.faults.hits("refund_closed", "pay.refund"):
        state = "CLOSED"
    refund_doc.update(state=state, finished_at=at)
    world.store.put("refund", refund_doc["out_refund_no"], refund_doc, parent=refund_doc["out_trade_no"])
    trade = pay_trades.find(world, refund_doc["out_trade_no"])
    if state == "CLOSED":
        _book(world, refund_doc, 1, at=at)
        trade["refunded_fen"] -= refund_doc["refund_fen"]
        trade["state"] = "REFUND" if trade["refunded_fen"] else "SUCCESS"
        pay_trades.save(world, trade)
    person = people.by_openid(world, trade["params"]["payer"]["openid"], trade["appid"])
    if person and state == "SUCCESS":
        title = f"退款到账　¥{refund_doc['refund_fen'] / 100:.2f}"
        people.tell(
            world, person["id"], "refund", title, text=refund_doc["reason"] or trade["params"]["description"]
        )
    return _announce(world, refund_doc, at)


def _announce(world: World, refund_doc: Doc, at: float) -> str | None:
    resource: Doc = {"mchid": world.keys.mch_id}
    for name in ("transaction_id", "out_trade_no", "refund_id", "out_refund_no"):
        resource[name] = refund_doc[name]
    resource.update(
        refund_status=refund_doc["state"],
        user_received_account=ACCOUNT_TEXT,
        amount={
            "total": refund_doc["total_fen"],
            "refund": refund_doc["refund_fen"],
            "payer_total": refund_doc["total_fen"],
            "payer_refund": refund_doc["refund_fen"],
        },
    )
    if refund_doc["state"] == "SUCCESS":
        resource["success_time"] = shanghai_time(at)
    url, subject = refund_doc["notify_url"], refund_doc["out_trade_no"]
    return notices.announce(world, EVENTS[refund_doc["state"]], resource, url=url, subject=subject, at=at)
