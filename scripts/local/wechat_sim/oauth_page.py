"""The page through which a phone passes to sign in to an H5 shop (/connect/oauth2/authorize)."""

import json
from html import escape
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from scripts.local.wechat_sim import people
from scripts.local.wechat_sim.control_door import Order
from scripts.local.wechat_sim.control_phones import web_scope
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

SCOPES = ("snsapi_base", "snsapi_userinfo")
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>微信登录</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="stylesheet" href="/static/authorize.css"></head>
<body data-request="{request}" data-merchant="{merchant}"><main id="consent"></main>
<script type="module" src="/static/authorize.js"></script></body></html>"""


async def show(world: World, request: Request) -> Response:
    """The consent page; with ``phone=P1`` in the query (tests) it passes straight through."""
    query = {
        name: request.query_params.get(name, "")
        for name in ("appid", "redirect_uri", "response_type", "scope", "state")
    }
    problem = _problem(world, query)
    if problem:
        return HTMLResponse(f"<!doctype html><meta charset=utf-8><p>{escape(problem)}</p>", 200)
    phone_id = request.query_params.get("phone")
    if phone_id:
        person = world.store.get("person", phone_id)
        if person is None:
            return HTMLResponse("no such phone", 404)
        with world.store.transaction():
            is_snapshot = world.faults.hits("snapshot_user", "api.oauth_token")
            code = people.new_code(world, person, "oa", scope=query["scope"], is_snapshot=is_snapshot)
        return RedirectResponse(_back(query["redirect_uri"], code, query["state"]), 302)
    page = PAGE.format(request=escape(json.dumps(query)), merchant=escape(world.setting("merchant_name")))
    policy = {"Content-Security-Policy": "default-src 'self'"}
    return HTMLResponse(page, headers=policy)


def authorize(order: Order) -> Doc:
    """POST /sim/phones/{id}/authorize {appid, redirect_uri, scope, state}: gives the way back."""
    names = ("appid", "redirect_uri", "response_type", "scope", "state")
    query = {name: order.text(name, "") for name in names}
    problem = _problem(order.world, query)
    if problem:
        raise ValueError(problem)
    code = people.new_code(order.world, order.person(), "oa", **web_scope(order, query["scope"]))
    return {"redirect": _back(query["redirect_uri"], code, query["state"])}


def _problem(world: World, query: dict[str, str]) -> str:
    host = urlsplit(query["redirect_uri"]).hostname or ""
    shop = urlsplit(world.options.shop_url).hostname
    if query["appid"] != world.keys.oa_appid:
        return "appid 参数错误 (40013)"
    # Each phone opens the H5 shop under a name of its own (p1.fenxiao.localhost), for a storage of its own.
    if host not in [*world.setting("oauth_hosts"), shop] and not host.endswith(".localhost"):
        return "redirect_uri 域名与后台配置不一致，错误码:10003"
    if query["scope"] not in SCOPES or query["response_type"] != "code":
        return "Scope 参数错误或没有 Scope 权限，错误码:10005"
    if len(query["state"]) > 128:
        return "state 参数过长"
    return ""


def _back(redirect_uri: str, code: str, state: str) -> str:
    parts = urlsplit(redirect_uri)
    query = parse_qs(parts.query, keep_blank_values=True)
    query.update(code=[code], state=[state])
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True, quote_via=quote)))
