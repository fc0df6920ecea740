"""Transfers to people (商家转账), which each receiver confirms on the phone within a day."""

import secrets
from base64 import b64encode

from scripts.local.wechat_sim import crypto, money, notices, pay_trades, people
from scripts.local.wechat_sim.clock import shanghai_day, shanghai_time
from scripts.local.wechat_sim.pay_door import Answer, Call, PayError
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

DAY_SECONDS = 86_400
SCENE, SCENE_INFOS = "1005", {"岗位类型", "报酬说明"}
NAME_NEEDED_FEN = 200_000
NAME_REFUSED_BELOW_FEN = 30
RED_PACKET_MAX_FEN = 20_000
OPEN_STATES = ("ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM")
ENDS = ("SUCCESS", "FAIL", "CANCELLED")


class ConfirmImpossible(Exception):
    """The phone cannot confirm this transfer; the text is what WeChat shows."""


def transfer(call: Call) -> Answer:
    """POST /v3/fund-app/mch-transfer/transfer-bills: one number is one transfer, however often it is sent."""
    world, body = call.world, call.body
    _refuse_address(call)
    known = world.store.get("transfer", body["out_bill_no"])
    if known is not None:
        return _again(call, known)
    _refuse_form(call)
    _refuse_amount(call)
    bill = _open(world, body, call.now)
    delay = world.faults.take("transfer_delayed", call.endpoint)
    if delay:
        save(world, bill)
        world.plan("transfer_accepted", bill["out_bill_no"], at=call.now + float(delay["seconds"]))
    else:
        _fund(world, bill, call.now)
    return Answer(_receipt(bill))


def query_by_number(call: Call) -> Answer:
    """GET …/transfer-bills/out-bill-no/{out_bill_no}."""
    return Answer(facts(call.world, _find(call, call.path["out_bill_no"])))


def query_by_bill(call: Call) -> Answer:
    """GET …/transfer-bills/transfer-bill-no/{transfer_bill_no}."""
    entry = call.world.store.get("transfer_bill", call.path["transfer_bill_no"])
    return Answer(facts(call.world, _find(call, entry["out_bill_no"] if entry else "")))


def cancel(call: Call) -> Answer:
    """POST …/cancel: possible until the receiver confirms; only the query tells when it is done."""
    world, bill = call.world, _find(call, call.path["out_bill_no"])
    if bill["state"] in OPEN_STATES:
        _move(world, bill, "CANCELING", call.now)
        world.plan("transfer_cancelled", bill["out_bill_no"], at=call.now + world.setting("cancel_seconds"))
    elif bill["state"] not in ("CANCELING", "CANCELLED"):
        raise PayError(400, "INVALID_REQUEST", "当前单据状态不支持撤销")
    names = ("out_bill_no", "transfer_bill_no", "state")
    update_time = shanghai_time(bill["updated_at"], milliseconds=True)
    return Answer({**{name: bill[name] for name in names}, "update_time": update_time})


def confirm(world: World, person: Doc, out_bill_no: str, package: str) -> Doc:
    """The receiver taps 确认收款 with the ``package`` of ``wx.requestMerchantTransfer``."""
    bill = world.store.get("transfer", out_bill_no)
    if bill is None or bill["openid"] not in (person["mp_openid"], person["oa_openid"]):
        raise ConfirmImpossible("收款信息不存在")
    if bill["state"] != "WAIT_USER_CONFIRM":
        raise ConfirmImpossible("该笔转账已不能确认")
    if package != bill["package_info"]:
        raise ConfirmImpossible("收款参数错误")
    _move(world, bill, "TRANSFERING", world.now())
    world.plan("transfer_arrives", out_bill_no, at=world.now() + world.setting("transfer_seconds"))
    return bill


def accepted(world: World, out_bill_no: str, at: float) -> None:
    """A delayed transfer is taken up."""
    bill = world.store.need("transfer", out_bill_no)
    if bill["state"] == "ACCEPTED":
        _fund(world, bill, at)


def arrives(world: World, out_bill_no: str, at: float) -> None:
    """The confirmed money arrives, or fails by a fault."""
    bill = world.store.need("transfer", out_bill_no)
    failure = world.faults.take("transfer_failed", "pay.transfer")
    if failure:
        _end(world, bill, "FAIL", at, reason=failure["fail_reason"])
        return
    _end(world, bill, "SUCCESS", at)
    person = receiver(world, bill)
    people.tell(
        world,
        person["id"],
        "transfer",
        f"收款到账　¥{bill['amount_fen'] / 100:.2f}",
        text=bill["params"]["transfer_remark"],
    )


def cancelled(world: World, out_bill_no: str, at: float) -> None:
    """The merchant's cancellation is done."""
    _end(world, world.store.need("transfer", out_bill_no), "CANCELLED", at)


def expires(world: World, out_bill_no: str, at: float) -> None:
    """A day has passed without confirmation: the bill fails and the merchant has the money back."""
    bill = world.store.need("transfer", out_bill_no)
    if bill["state"] in OPEN_STATES:
        _end(world, bill, "FAIL", at, reason="OVERDUE_CLOSE")


def arrive_before_answer(world: World, answer: Doc) -> str | None:
    """For the fault that notifies before the answer: the receiver was quicker than the network."""
    bill = world.store.need("transfer", answer["out_bill_no"])
    return _end(world, bill, "SUCCESS", world.now()) if bill["state"] == "WAIT_USER_CONFIRM" else None


def facts(world: World, bill: Doc) -> Doc:
    """The body of the two queries."""
    body: Doc = {
        "mch_id": world.keys.mch_id,
        "out_bill_no": bill["out_bill_no"],
        "transfer_bill_no": bill["transfer_bill_no"],
        "appid": bill["params"]["appid"],
        "state": bill["state"],
        "transfer_amount": bill["amount_fen"],
        "transfer_remark": bill["params"]["transfer_remark"],
        "openid": bill["openid"],
        "create_time": shanghai_time(bill["created_at"], milliseconds=True),
        "update_time": shanghai_time(bill["updated_at"], milliseconds=True),
    }
    if "user_name" in bill["params"]:
        body["user_name"] = bill["params"]["user_name"]
    return {**body, **({"fail_reason": bill["fail_reason"]} if bill["fail_reason"] else {})}


def receiver(world: World, bill: Doc) -> Doc:
    """The person the transfer is for."""
    person = people.by_openid(world, bill["openid"], bill["params"]["appid"])
    assert person is not None
    return person


def save(world: World, bill: Doc) -> None:
    """Write the bill, found again under its receiver."""
    world.store.put("transfer", bill["out_bill_no"], bill, parent=receiver(world, bill)["id"])


def _refuse_address(call: Call) -> None:
    allowed = call.world.setting("transfer_allowed_ips")
    is_denied = call.world.faults.hits("transfer_ip_denied", call.endpoint)
    if is_denied or call.client_ip not in allowed:
        raise PayError(400, "INVALID_REQUEST", "此IP地址不允许调用该接口\t")


def _again(call: Call, bill: Doc) -> Answer:
    if bill["fingerprint"] != _fingerprint(call.body):
        raise PayError(400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认")
    if bill["state"] == "PROCESSING":
        _fund(call.world, bill, call.now)
    return Answer(_receipt(bill))


def _refuse_form(call: Call) -> None:
    world, body = call.world, call.body
    infos = body.get("transfer_scene_report_infos", [])
    has_all = sorted(info["info_type"] for info in infos) == sorted(SCENE_INFOS)
    perceptions = [*world.setting("transfer_perceptions"), None]
    complaints = (
        (body["appid"] not in world.appids(), "商户号和appid没有绑定关系", "APPID_MCHID_NOT_MATCH"),
        (body["transfer_scene_id"] != SCENE, "该转账场景不可用", "INVALID_REQUEST"),
        (not infos, "需传入转账场景报备信息,请检查", "INVALID_REQUEST"),
        (not has_all, "未传入完整且对应的转账场景报备信息，请根据接口文档检查", "INVALID_REQUEST"),
        (
            body.get("user_recv_perception") not in perceptions,
            "暂不支持展示当前传入的用户收款感知",
            "INVALID_REQUEST",
        ),
        (
            people.by_openid(world, body["openid"], body["appid"]) is None,
            "Openid格式错误或者不属于商家公众账号",
            "INVALID_REQUEST",
        ),
    )
    for is_wrong, message, code in complaints:
        if is_wrong:
            raise PayError(400, code, message)
    if "notify_url" in body:
        pay_trades.refuse_bad_url(body["notify_url"])
    _refuse_name(call)


def _refuse_name(call: Call) -> None:
    world, body = call.world, call.body
    amount_fen, sealed = body["transfer_amount"], body.get("user_name")
    if sealed is None:
        if amount_fen >= NAME_NEEDED_FEN:
            raise PayError(400, "INVALID_REQUEST", "转账金额大于等于2000元时，收款用户姓名必填")
        return
    if amount_fen < NAME_REFUSED_BELOW_FEN:
        raise PayError(400, "INVALID_REQUEST", "转账金额小于0.3元时，不支持传入收款用户姓名")
    try:
        name = _open_name(world, sealed)
    except crypto.NotReadable as error:
        raise PayError(400, "PARAM_ERROR", "收款用户姓名解密失败，请检查加密所用的公钥") from error
    person = people.by_openid(world, body["openid"], body["appid"])
    is_wrong = world.faults.hits("transfer_name_wrong", call.endpoint)
    if is_wrong or person is None or name != person["real_name"]:
        raise PayError(400, "NAME_NOT_CORRECT", "收款用户姓名与实名信息不一致")


def _open_name(world: World, sealed: str) -> str:
    keys = [*world.keys.platform_keys, *filter(None, [world.keys.platform_certificate])]
    for key in keys:
        try:
            return crypto.open_oaep(key.private, sealed)
        except crypto.NotReadable:
            continue
    raise crypto.NotReadable("not encrypted with any of our keys")


def _refuse_amount(call: Call) -> None:
    world, body = call.world, call.body
    amount_fen, today = body["transfer_amount"], shanghai_day(call.now)
    style = body.get("user_recv_style", {}).get("type")
    most_fen = min(
        world.setting("transfer_max_fen"), RED_PACKET_MAX_FEN if style == "RED_PACKET" else 1 << 53
    )
    person = people.by_openid(world, body["openid"], body["appid"])
    assert person is not None
    day_fen = amount_fen + _sent_fen(world, today)
    user_fen = amount_fen + _sent_fen(world, f"{today} {person['id']}")
    if not world.setting("transfer_min_fen") <= amount_fen <= most_fen:
        raise PayError(400, "INVALID_REQUEST", "超过单笔转账上下限,核实产品设置是否准确")
    if user_fen > world.setting("transfer_user_day_fen"):
        raise PayError(403, "DAY_RECEIVED_QUOTA_EXCEED", "超过用户日收款额度，请核实产品设置是否准确")
    if day_fen > world.setting("transfer_day_fen"):
        raise PayError(403, "TRANSFER_QUOTA_EXCEED", "超过商户日转账额度，请核实产品设置是否准确")


def _open(world: World, body: Doc, now: float) -> Doc:
    person = people.by_openid(world, body["openid"], body["appid"])
    assert person is not None
    bill: Doc = {
        "out_bill_no": body["out_bill_no"],
        "transfer_bill_no": world.number("1330000071100", 19),
        "person": person["id"],
        "openid": body["openid"],
        "amount_fen": body["transfer_amount"],
        "params": body,
        "fingerprint": _fingerprint(body),
        "state": "ACCEPTED",
        "package_info": "",
        "fail_reason": "",
        "is_funded": False,
        "created_at": now,
        "updated_at": now,
        "expires_at": now + DAY_SECONDS,
    }
    world.store.put("transfer_bill", bill["transfer_bill_no"], {"out_bill_no": bill["out_bill_no"]})
    world.plan("transfer_expires", bill["out_bill_no"], at=bill["expires_at"])
    _count(world, bill, 1)
    return bill


def _sent_fen(world: World, name: str) -> int:
    return int((world.store.get("transfer_sum", name) or {"fen": 0})["fen"])


def _count(world: World, bill: Doc, sign: int) -> None:
    """Count a bill towards the limits of its day; one that came to nothing is counted back."""
    day = shanghai_day(bill["created_at"])
    for name in (day, f"{day} {bill['person']}"):
        world.store.put("transfer_sum", name, {"fen": _sent_fen(world, name) + sign * bill["amount_fen"]})


def _fund(world: World, bill: Doc, at: float) -> None:
    """Lock the money; when it is short the bill waits in PROCESSING for a retry with the same number."""
    is_short = world.faults.hits("balance_short", "pay.transfer")
    if is_short or money.balance_fen(world) < bill["amount_fen"]:
        _move(world, bill, "PROCESSING", at)
        return
    number, kind = bill["transfer_bill_no"], "商家转账"
    money.book(
        world, kind, -bill["amount_fen"], at=at, order=number, flow_type="转账", voucher=bill["out_bill_no"]
    )
    package = b64encode(secrets.token_bytes(48)).decode()
    bill.update(is_funded=True, package_info=package)
    _move(world, bill, "WAIT_USER_CONFIRM", at)


def _move(world: World, bill: Doc, state: str, at: float) -> None:
    bill.update(state=state, updated_at=at)
    save(world, bill)


def _end(world: World, bill: Doc, state: str, at: float, *, reason: str = "") -> str | None:
    assert state in ENDS and bill["state"] not in ENDS
    bill["fail_reason"] = reason
    if state != "SUCCESS":
        _count(world, bill, -1)
    if state != "SUCCESS" and bill["is_funded"]:
        number, kind = bill["transfer_bill_no"], "商家转账"
        money.book(
            world,
            kind,
            bill["amount_fen"],
            at=at,
            order=number,
            flow_type="转账退回",
            voucher=bill["out_bill_no"],
        )
    _move(world, bill, state, at)
    world.unplan("transfer_expires", bill["out_bill_no"])
    known = facts(world, bill)
    names = (
        "out_bill_no",
        "transfer_bill_no",
        "state",
        "mch_id",
        "transfer_amount",
        "openid",
        "create_time",
        "update_time",
    )
    resource = {name: known[name] for name in names}
    resource.update({"fail_reason": reason} if reason else {})
    url, subject = bill["params"].get("notify_url", ""), bill["out_bill_no"]
    return notices.announce(world, "MCHTRANSFER.BILL.FINISHED", resource, url=url, subject=subject, at=at)


def _receipt(bill: Doc) -> Doc:
    body: Doc = {name: bill[name] for name in ("out_bill_no", "transfer_bill_no", "state")}
    body["create_time"] = shanghai_time(bill["created_at"], milliseconds=True)
    if bill["state"] == "WAIT_USER_CONFIRM":
        body["package_info"] = bill["package_info"]
    return {**body, **({"fail_reason": bill["fail_reason"]} if bill["fail_reason"] else {})}


def _find(call: Call, out_bill_no: str) -> Doc:
    bill = call.world.store.get("transfer", out_bill_no)
    if bill is None:
        raise PayError(404, "NOT_FOUND", "记录不存在")
    if call.now > bill["created_at"] + 30 * DAY_SECONDS:
        raise PayError(404, "NOT_FOUND", "记录不存在")
    return bill


def _fingerprint(body: Doc) -> str:
    """RSA-OAEP gives another text each time, so a sealed name is compared only by being there."""
    return pay_trades.fingerprint({**body, "user_name": "user_name" in body})
