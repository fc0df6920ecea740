"""Views over the whole world: the state for the page, bills, avatars, the help text."""

import hmac
import secrets
from datetime import date
from html import escape

import httpx
from starlette.responses import Response

from scripts.local.wechat_sim import __doc__ as MANUAL  # noqa: N812  # the package's docstring is the manual
from scripts.local.wechat_sim import control_codes, money, official_events, pay_bills
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.control_door import Order
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
    '<rect width="96" height="96" rx="14" fill="{colour}"/>'
    '<text x="48" y="62" font-size="42" font-family="sans-serif" text-anchor="middle" fill="#fff">'
    "{letter}</text>"
    "</svg>"
)
INBOX = 12
CALLBACKS = 40


def help_text(order: Order) -> Response:
    """GET /sim/help."""
    return Response(MANUAL, media_type="text/plain; charset=utf-8")


def state(order: Order) -> Doc:
    """GET /sim/state: everything the page of phones shows."""
    world, now = order.world, order.world.now()
    return {
        "clock": {"now": now, "shown": shanghai_time(now), "rate": world.clock.rate()},
        "merchant": world.setting("merchant_name"),
        "shop_url": world.options.shop_url,
        "oa_name": world.setting("merchant_name"),
        "menu": world.setting("menu"),
        "balance": {"available_fen": money.balance_fen(world), "frozen_fen": money.frozen_fen(world)},
        "phones": [_phone(world, person) for person in world.store.all("person")],
        "callbacks": [_callback(item) for item in world.store.all("callback", newest=CALLBACKS)],
        "faults": world.faults.listing(),
        "codes": control_codes.shown(world, control_codes.SHOP),
    }


def bill(order: Order) -> Doc:
    """GET /sim/bills/{day}: the day's payments, refunds and movements, also of today."""
    world, day = order.world, date.fromisoformat(order.path["day"]).isoformat()
    rows = [
        {
            "at": row["at"],
            "kind": "退款" if row["refund"] else "支付",
            "number": (row["refund"] or {}).get("out_refund_no") or row["trade"]["out_trade_no"],
            "amount_fen": -row["refund"]["refund_fen"] if row["refund"] else row["trade"]["total_fen"],
        }
        for row in pay_bills.trade_rows(world, day)
    ]
    return {"day": day, "trades": rows, "flows": world.store.of("flow", day)}


def avatar(order: Order) -> Response:
    """GET /sim/phones/{id}/avatar.svg."""
    person = order.person()
    letter = escape(person["nickname"][:1].upper())
    return Response(AVATAR.format(colour=person["colour"], letter=letter), media_type="image/svg+xml")


async def check_url(order: Order) -> Doc:
    """POST /sim/official-account/check-url: the GET with which WeChat verifies a server's address."""
    world, echo = order.world, str(secrets.randbelow(10**19))
    url = world.setting("official_account_url") or f"{world.options.shop_url}/wechat/official-account"
    query = {**official_events.signed_query(world), "echostr": echo}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            response = await client.get(url, params=query)
    except httpx.HTTPError as error:
        return {"is_verified": False, "note": f"{type(error).__name__}: {error}"}
    is_verified = response.status_code == 200 and hmac.compare_digest(response.text.encode(), echo.encode())
    return {"is_verified": is_verified, "status": response.status_code}


async def shop(order: Order) -> Doc:
    """GET /sim/shop: where the shop's H5 is, that the phones show; empty as long as there is none."""
    url = f"{order.world.options.shop_url}/h5/"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            has_h5 = (await client.get(url)).status_code == 200
    except httpx.HTTPError:  # no shop is running: the phones show their home screen
        has_h5 = False
    return {"h5_url": url if has_h5 else ""}


def _phone(world: World, person: Doc) -> Doc:
    transfers = world.store.of("transfer", person["id"])
    waiting = [_transfer(item) for item in transfers if item["state"] in ("WAIT_USER_CONFIRM", "TRANSFERING")]
    messages = world.store.of("message", person["id"])
    public = ("id", "nickname", "colour", "phone_number", "is_following", "mp_openid", "oa_openid", "unionid")
    return {
        **{name: person[name] for name in public},
        "transfers": waiting,
        "messages": messages[-INBOX:][::-1],
        "message_count": len(messages),
        "parcels": _parcels(world, person),
        "codes": control_codes.shown(world, person["id"]),
    }


def _transfer(item: Doc) -> Doc:
    names = ("out_bill_no", "amount_fen", "state", "package_info", "expires_at")
    return {**{name: item[name] for name in names}, "remark": item["params"]["transfer_remark"]}


def _parcels(world: World, person: Doc) -> list[Doc]:
    shipped = [
        item
        for item in world.store.all("trade", newest=300)
        if item["order_state"] == 2 and item["params"]["payer"]["openid"] == person["mp_openid"]
    ]
    return [
        {
            "transaction_id": item["transaction_id"],
            "description": item["params"]["description"],
            "amount_fen": item["total_fen"],
            "receives_at": item["receives_at"],
        }
        for item in shipped
    ]


def _callback(item: Doc) -> Doc:
    names = ("id", "channel", "event", "subject", "url", "state", "created_at", "next_at", "tried")
    last = item["attempts"][-1] if item["attempts"] else {}
    return {
        **{name: item[name] for name in names},
        "tries_left": max(0, len(item["retry_seconds"]) + 1 - item["tried"]),
        "status": last.get("status"),
        "note": last.get("note", ""),
        "deliveries": len(item["attempts"]),
        "accepted": sum(attempt["is_accepted"] for attempt in item["attempts"]),
    }
