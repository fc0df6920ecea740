"""What a person can do with a phone (``/sim/phones/…``)."""

from scripts.local.wechat_sim import (
    codes,
    control_codes,
    official_events,
    pay_trades,
    pay_transfers,
    people,
    shipping,
)
from scripts.local.wechat_sim.control_door import Order
from scripts.local.wechat_sim.store import Doc


def create(order: Order) -> Doc:
    """POST /sim/phones {nickname, phone_number?}."""
    number = order.body.get("phone_number")
    return people.create(order.world, order.text("nickname"), phone_number=number)


def listing(order: Order) -> list[Doc]:
    """GET /sim/phones."""
    return order.world.store.all("person")


def change(order: Order) -> Doc:
    """POST /sim/phones/{id} {nickname?, phone_number?, real_name?}."""
    person = order.person()
    person.update(
        {name: order.text(name) for name in ("nickname", "phone_number", "real_name") if name in order.body}
    )
    people.save(order.world, person)
    return person


def login(order: Order) -> Doc:
    """POST …/login {app}: wx.login, or a web sign-in code without the page."""
    app = order.text("app", "mp")
    if app not in ("mp", "oa"):
        raise ValueError("app is mp or oa")
    more = {} if app == "mp" else web_scope(order, order.text("scope", "snsapi_base"))
    return {"code": people.new_code(order.world, order.person(), app, **more)}


def web_scope(order: Order, scope: str) -> Doc:
    """What a web sign-in code remembers; the snapshot fault makes it a virtual account's."""
    if scope not in ("snsapi_base", "snsapi_userinfo"):
        raise ValueError("scope is snsapi_base or snsapi_userinfo")
    is_snapshot = order.world.faults.hits("snapshot_user", "api.oauth_token")
    return {"scope": scope, "is_snapshot": is_snapshot}


def phone_code(order: Order) -> Doc:
    """POST …/phone-code: the getPhoneNumber button."""
    return {"code": people.new_code(order.world, order.person(), "phone")}


def scan(order: Order) -> Doc:
    """POST …/scan {text | scene | ticket | image_base64 | code_id}: 扫一扫."""
    world, person = order.world, order.person()
    if "scene" in order.body:  # a mini-program code whose content the caller already knows
        return {
            "kind": "mini_program",
            "page": order.text("page", "pages/index/index"),
            "scene": order.text("scene"),
        }
    if "ticket" in order.body:
        return _scan_ticket(order, person, order.text("ticket"))
    text = _scanned_text(order)
    mini = codes.read_mini_program(text)
    if mini:
        return {"kind": "mini_program", **mini}
    known = world.store.get("ticket_url", text)
    if known:
        return _scan_ticket(order, person, known["ticket"])
    return {"kind": "text", "text": text}


def follow(order: Order) -> Doc:
    """POST …/follow: follow the official account without a code."""
    return _follow(order, order.person(), scene="", ticket="")


def unfollow(order: Order) -> Doc:
    """POST …/unfollow."""
    world, person = order.world, order.person()
    if person["is_following"]:
        person.update(is_following=False, followed_at=None)
        people.save(world, person)
        official_events.push(
            world, person, {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""}, at=world.now()
        )
    return person


def subscribe(order: Order) -> Doc:
    """POST …/subscribe {template_ids, accept}: the answer to wx.requestSubscribeMessage."""
    world, person = order.world, order.person()
    template_ids, is_accepted = order.body.get("template_ids"), order.body.get("accept", True)
    if not isinstance(template_ids, list) or not template_ids or len(template_ids) > 3:
        raise ValueError("template_ids: one to three")
    status = "accept" if is_accepted else "reject"
    for template_id in template_ids:
        if is_accepted:
            person["quota"][template_id] = person["quota"].get(template_id, 0) + 1
    people.save(world, person)
    entries = [
        {"TemplateId": item, "SubscribeStatusString": status, "PopupScene": "2"} for item in template_ids
    ]
    event = {
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "SubscribeMsgPopupEvent": {"List": entries},
    }
    official_events.push(world, person, event, at=world.now())
    return {"errMsg": "requestSubscribeMessage:ok", **dict.fromkeys(template_ids, status)}


def say(order: Order) -> Doc:
    """POST …/say {text}: write to the official account."""
    return {"callback_id": official_events.say(order.world, order.person(), order.text("text"))}


def click(order: Order) -> Doc:
    """POST …/click {key}: tap a menu button of type click."""
    event = {"MsgType": "event", "Event": "CLICK", "EventKey": order.text("key")}
    return {"callback_id": official_events.push(order.world, order.person(), event, at=order.world.now())}


def revoke(order: Order) -> Doc:
    """POST …/revoke: withdraw the privacy authorisation from the mini program."""
    world, person = order.world, order.person()
    event = {
        "MsgType": "event",
        "Event": "user_authorization_revoke",
        "OpenID": person["mp_openid"],
        "AppID": world.keys.mp_appid,
        "RevokeInfo": order.text("revoke_info", "301"),
        "PluginID": "",
        "OpenPID": "",
    }
    return {"callback_id": official_events.push(world, person, event, at=world.now())}


def check_payment(order: Order) -> Doc:
    """POST …/sheet {params}: what the payment sheet shows, before anything is decided."""
    trade = pay_trades.check_payment(order.world, order.person(), _params(order))
    return _sheet(order, trade)


def pay(order: Order) -> Doc:
    """POST …/pay {params, action}: ``pay`` or ``cancel``; the signature is checked in both cases."""
    trade = pay_trades.check_payment(order.world, order.person(), _params(order))
    action = order.text("action", "pay")
    if action not in ("pay", "cancel"):
        raise ValueError("action is pay or cancel")
    if action == "cancel":
        return {"errMsg": "requestPayment:fail cancel"}
    pay_trades.pay(order.world, trade["out_trade_no"], order.world.now())
    paid = pay_trades.find(order.world, trade["out_trade_no"])
    return {"errMsg": "requestPayment:ok", "transaction_id": paid["transaction_id"]}


def transfers(order: Order) -> list[Doc]:
    """GET …/transfers."""
    return order.world.store.of("transfer", order.person()["id"])


def confirm_transfer(order: Order) -> Doc:
    """POST …/transfers/{out_bill_no}/confirm {package}; or {ignore: true} to look away."""
    if order.body.get("ignore"):
        return {"errMsg": "requestMerchantTransfer:fail cancel"}
    package = order.text("package")
    bill = pay_transfers.confirm(order.world, order.person(), order.path["out_bill_no"], package)
    return {"errMsg": "requestMerchantTransfer:ok", "state": bill["state"]}


def receive(order: Order) -> Doc:
    """POST …/receive {transaction_id}: 确认收货."""
    trade = shipping.receive(order.world, order.person(), order.text("transaction_id"))
    return {"errMsg": "openBusinessView:ok", "order_state": trade["order_state"]}


def messages(order: Order) -> list[Doc]:
    """GET …/messages, oldest first."""
    return order.world.store.of("message", order.person()["id"])


def _params(order: Order) -> Doc:
    params = order.body.get("params")
    if not isinstance(params, dict):
        raise ValueError("params: the object for wx.requestPayment")
    return params


def _sheet(order: Order, trade: Doc) -> Doc:
    return {
        "merchant": order.world.setting("merchant_name"),
        "description": trade["params"]["description"],
        "amount_fen": trade["total_fen"],
        "out_trade_no": trade["out_trade_no"],
    }


def _scanned_text(order: Order) -> str:
    if "code_id" in order.body:
        return str(order.world.store.need("shown_code", order.text("code_id"))["text"])
    if "image_base64" in order.body:
        return control_codes.picture_text(order.text("image_base64"))
    return order.text("text")


def _scan_ticket(order: Order, person: Doc, ticket: str) -> Doc:
    found = order.world.store.get("ticket", ticket)
    if found is None or (found["expires_at"] is not None and order.world.now() > found["expires_at"]):
        raise codes.NothingToScan("二维码已过期")
    if not person["is_following"]:
        _follow(order, person, scene=found["scene"], ticket=ticket)
    else:
        event = {"MsgType": "event", "Event": "SCAN", "EventKey": found["scene"], "Ticket": ticket}
        official_events.push(order.world, person, event, at=order.world.now())
    return {"kind": "official_account", "scene": found["scene"]}


def _follow(order: Order, person: Doc, *, scene: str, ticket: str) -> Doc:
    world = order.world
    if person["is_following"]:
        return person
    person.update(is_following=True, followed_at=world.now(), followed_scene=scene)
    people.save(world, person)
    event: Doc = {"MsgType": "event", "Event": "subscribe", "EventKey": f"qrscene_{scene}" if scene else ""}
    official_events.push(world, person, {**event, **({"Ticket": ticket} if ticket else {})}, at=world.now())
    return person
