"""Orders at WeChat Pay: prepay, the buyer's payment, query and close."""

import hashlib
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scripts.local.wechat_sim import crypto, money, notices, people
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.pay_door import Answer, Call, PayError
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

PREPAY_SECONDS = 7200
OPEN_SECONDS = 7 * 86_400
REMIND_SECONDS = 48 * 3600
"""Goods are to be sent within 48 hours (wechat.md §3.4); after that WeChat reminds."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
STATE_TEXTS = {"SUCCESS": "支付成功", "REFUND": "转入退款", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭"}


class PaymentImpossible(Exception):
    """The phone cannot pay with these parameters; the text is what WeChat shows."""


def prepay(call: Call) -> Answer:
    """POST /v3/pay/transactions/jsapi."""
    world, body = call.world, call.body
    refuse_other_merchant(world, body["mchid"])
    refuse_bad_url(body["notify_url"])
    if body["appid"] not in world.appids():
        raise PayError(400, "APPID_MCHID_NOT_MATCH", "商户号和appid没有绑定关系")
    if people.by_openid(world, body["payer"]["openid"], body["appid"]) is None:
        raise PayError(400, "PARAM_ERROR", "无效的openid", {"field": "/payer/openid", "location": "body"})
    trade = world.store.get("trade", body["out_trade_no"])
    if trade is None:
        trade = _open(world, body, call.now)
    else:
        _refuse_reentry(trade, body)
    _give_prepay_id(world, trade, call.now)
    save(world, trade)
    return Answer({"prepay_id": trade["prepay_id"]})


def query_by_number(call: Call) -> Answer:
    """GET /v3/pay/transactions/out-trade-no/{out_trade_no}."""
    refuse_other_merchant(call.world, call.query.get("mchid", ""))
    return Answer(facts(call.world, find(call.world, call.path["out_trade_no"])))


def query_by_transaction(call: Call) -> Answer:
    """GET /v3/pay/transactions/id/{transaction_id}."""
    refuse_other_merchant(call.world, call.query.get("mchid", ""))
    return Answer(facts(call.world, by_transaction(call.world, call.path["transaction_id"])))


def close(call: Call) -> Answer:
    """POST …/close: done again it answers the same; a paid order cannot be closed."""
    refuse_other_merchant(call.world, call.body["mchid"])
    trade = find(call.world, call.path["out_trade_no"])
    if trade["state"] not in ("NOTPAY", "CLOSED"):
        raise PayError(400, "ORDER_PAID", "订单已支付")
    _shut(call.world, trade)
    return Answer(None, 204)


def expire(world: World, out_trade_no: str, at: float) -> None:
    """At ``time_expire``: an unpaid order is closed, silently."""
    trade = world.store.get("trade", out_trade_no)
    if trade and trade["state"] == "NOTPAY":
        trade["closed_at"] = at
        _shut(world, trade)


def check_payment(world: World, person: Doc, params: Doc) -> Doc:
    """The trade that ``wx.requestPayment`` params open on this phone. Raises ``PaymentImpossible``."""
    names = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
    if any(not isinstance(params.get(name), str) for name in names):
        raise PaymentImpossible("支付参数缺失或不是字符串")
    if params["signType"] != "RSA" or not params["package"].startswith("prepay_id="):
        raise PaymentImpossible("支付参数错误")
    text = crypto.request_text(params["appId"], params["timeStamp"], params["nonceStr"], params["package"])
    if not crypto.is_signed_by(world.keys.merchant_public, text, params["paySign"]):
        raise PaymentImpossible("支付验证签名失败")
    prepay_entry = world.store.get("prepay", params["package"].removeprefix("prepay_id="))
    if prepay_entry is None or world.now() > prepay_entry["at"] + PREPAY_SECONDS:
        raise PaymentImpossible("支付会话已过期，请重新下单")
    trade = world.store.need("trade", prepay_entry["out_trade_no"])
    if trade["appid"] != params["appId"]:
        raise PaymentImpossible("支付参数的 appId 与下单时不一致")
    if trade["params"]["payer"]["openid"] != people.openid_for(world, person, trade["appid"]):
        raise PaymentImpossible("下单账号与支付账号不一致，请核实后再支付")
    if trade["state"] == "CLOSED":
        raise PaymentImpossible("该订单已关闭/已失效")
    if trade["state"] != "NOTPAY":
        raise PaymentImpossible("该订单已支付")
    return trade


def pay(world: World, out_trade_no: str, at: float) -> str | None:
    """The buyer pays: the money moves, the shop is notified. Gives the notice's id."""
    trade = world.store.need("trade", out_trade_no)
    assert trade["state"] == "NOTPAY"
    is_managed = trade["appid"] == world.keys.mp_appid  # only mini programs freeze funds until receipt
    trade.update(
        state="SUCCESS",
        transaction_id=world.number("42000", 15),
        paid_at=at,
        order_state=1 if is_managed else None,
        is_settled=not is_managed,
        fee_fen=money.fee_fen(world, trade["total_fen"]),
    )
    save(world, trade)
    world.store.put("transaction", trade["transaction_id"], {"out_trade_no": out_trade_no})
    world.unplan("trade_expires", out_trade_no)
    for flow_type, amount_fen in (("交易", trade["total_fen"]), ("扣除交易手续费", -trade["fee_fen"])):
        if amount_fen:
            money.book(
                world,
                flow_type,
                amount_fen,
                at=at,
                order=trade["transaction_id"],
                flow_type=flow_type,
                voucher=out_trade_no,
                is_frozen=is_managed,
            )
    if is_managed:
        world.plan("remind_shipping", out_trade_no, at=at + REMIND_SECONDS)
    person = people.by_openid(world, trade["params"]["payer"]["openid"], trade["appid"])
    assert person is not None
    title = f"微信支付凭证　¥{trade['total_fen'] / 100:.2f}"
    people.tell(world, person["id"], "payment", title, text=trade["params"]["description"])
    event, url = "TRANSACTION.SUCCESS", trade["params"]["notify_url"]
    return notices.announce(world, event, facts(world, trade), url=url, subject=out_trade_no, at=at)


def pay_before_answer(world: World, answer: Doc) -> str | None:
    """For the fault that notifies before the prepay answer: the buyer has already paid."""
    entry = world.store.need("prepay", answer["prepay_id"])
    return pay(world, entry["out_trade_no"], world.now())


def facts(world: World, trade: Doc) -> Doc:
    """The body of a query and of the success notice."""
    params, amount = (
        trade["params"],
        {"total": trade["total_fen"], "currency": "CNY", "payer_currency": "CNY"},
    )
    body: Doc = {
        "amount": amount,
        "appid": trade["appid"],
        "mchid": world.keys.mch_id,
        "out_trade_no": trade["out_trade_no"],
        "promotion_detail": [],
        "trade_state": trade["state"],
        "trade_state_desc": STATE_TEXTS[trade["state"]],
    }
    body.update({name: params[name] for name in ("attach", "scene_info") if name in params})
    if "scene_info" in body:
        body["scene_info"] = {"device_id": params["scene_info"].get("device_id", "")}
    if trade["transaction_id"]:
        body.update(
            transaction_id=trade["transaction_id"],
            trade_type="JSAPI",
            bank_type="OTHERS",
            success_time=shanghai_time(trade["paid_at"]),
            payer=params["payer"],
        )
        amount["payer_total"] = trade["total_fen"]
    return body


def find(world: World, out_trade_no: str) -> Doc:
    """The trade. Raises ``PayError`` ORDER_NOT_EXIST."""
    trade = world.store.get("trade", out_trade_no)
    if trade is None:
        raise PayError(404, "ORDER_NOT_EXIST", "订单不存在")
    return trade


def by_transaction(world: World, transaction_id: str) -> Doc:
    """The trade by WeChat's number. Raises ``PayError`` ORDER_NOT_EXIST."""
    entry = world.store.get("transaction", transaction_id)
    return find(world, entry["out_trade_no"] if entry else "")


def save(world: World, trade: Doc) -> None:
    """Write the trade."""
    world.store.put("trade", trade["out_trade_no"], trade)


def refuse_other_merchant(world: World, mch_id: str) -> None:
    """The mchid of a request must be the one that signed it."""
    if mch_id != world.keys.mch_id:
        raise PayError(
            400, "PARAM_ERROR", "商户号与签名的商户号不一致", {"field": "mchid", "value": mch_id[:32]}
        )


def refuse_bad_url(url: str) -> None:
    """notify_url: https without query; plain http only to this machine, which the local world needs."""
    parts = urlsplit(url)
    if parts.query or parts.fragment or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise PayError(400, "PARAM_ERROR", "notify_url 应为不带参数的 https 地址", {"field": "/notify_url"})


def fingerprint(params: Doc) -> str:
    """One word for a whole set of parameters, whatever their order."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def _open(world: World, body: Doc, now: float) -> Doc:
    expires_at = now + OPEN_SECONDS
    if "time_expire" in body:
        expires_at = _expiry(body["time_expire"], now)
    world.plan("trade_expires", body["out_trade_no"], at=expires_at)
    return {
        "out_trade_no": body["out_trade_no"],
        "appid": body["appid"],
        "params": body,
        "fingerprint": fingerprint(body),
        "total_fen": body["amount"]["total"],
        "state": "NOTPAY",
        "created_at": now,
        "expires_at": expires_at,
        "prepay_id": "",
        "prepaid_at": 0.0,
        "transaction_id": "",
        "paid_at": None,
        "order_state": None,
        "refunded_fen": 0,
        "shipping": None,
    }


def _expiry(text: str, now: float) -> float:
    try:
        expires_at = datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise PayError(400, "PARAM_ERROR", "time_expire 格式错误", {"field": "/time_expire"}) from error
    if expires_at < now + 60 - 1 or expires_at > now + timedelta(days=30).total_seconds():
        raise PayError(
            400, "PARAM_ERROR", "time_expire 应在 1 分钟之后", {"field": "/time_expire", "value": text}
        )
    return expires_at


def _refuse_reentry(trade: Doc, body: Doc) -> None:
    if trade["state"] == "CLOSED":
        raise PayError(400, "ORDER_CLOSED", "该订单已关闭/已失效")
    if trade["state"] != "NOTPAY":
        raise PayError(400, "ORDERPAID", "该订单已支付")
    if trade["fingerprint"] != fingerprint(body):
        raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")


def _give_prepay_id(world: World, trade: Doc, now: float) -> None:
    if trade["prepay_id"] and now < trade["prepaid_at"] + PREPAY_SECONDS - 60:
        return
    digest = hashlib.sha256(f"{world.keys.api_v3_key}{trade['out_trade_no']}{now}".encode()).hexdigest()[:20]
    stamp = shanghai_time(now)[2:19].replace("-", "").replace("T", "").replace(":", "")
    trade.update(prepay_id=f"wx{stamp}{digest}0000", prepaid_at=now)
    world.store.put("prepay", trade["prepay_id"], {"out_trade_no": trade["out_trade_no"], "at": now})


def _shut(world: World, trade: Doc) -> None:
    trade["state"] = "CLOSED"
    save(world, trade)
    world.unplan("trade_expires", trade["out_trade_no"])
