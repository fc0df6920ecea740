"""The official account: its menu, its followers, and tickets for pages."""

from typing import Any
from urllib.parse import urlsplit

from scripts.local.wechat_sim import people
from scripts.local.wechat_sim.api_door import OK, ApiCall, ApiError
from scripts.local.wechat_sim.checks import Rule, listing, record, text
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import token

TICKET_SECONDS = 7200
BUTTON_NEEDS = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
}
MENU = record({"button": Rule(lambda value, at: None if isinstance(value, list) else (at, "array")).required})
BUTTON: dict[str, Rule] = {
    "type": text(),
    "name": text().required,
    "key": text(0, 128),
    "url": text(0, 1024),
    "appid": text(),
    "pagepath": text(),
}


def create_menu(call: ApiCall) -> Doc:
    """POST /cgi-bin/menu/create."""
    buttons = call.body["button"]
    if not 1 <= len(buttons) <= 3:
        raise ApiError(40016, "invalid button size")
    for button in buttons:
        children = button.get("sub_button") if isinstance(button, dict) else None
        if children:
            _refuse_children(button, children)
        else:
            plain = (
                {name: value for name, value in button.items() if name != "sub_button"}
                if isinstance(button, dict)
                else {}
            )
            _refuse_button(plain, most_bytes=16, name_error=40018, url_error=40055)
    call.world.change_settings({"menu": {"button": buttons}})
    return OK


def get_menu(call: ApiCall) -> Doc:
    """GET /cgi-bin/menu/get."""
    menu = call.world.setting("menu")
    if menu is None:
        raise ApiError(46003, "menu no exist")
    return {"menu": menu}


def delete_menu(call: ApiCall) -> Doc:
    """GET /cgi-bin/menu/delete."""
    call.world.change_settings({"menu": None})
    return OK


def user_info(call: ApiCall) -> Doc:
    """GET /cgi-bin/user/info: of somebody who does not follow only openid and unionid are told."""
    person = people.by_openid(call.world, call.query.get("openid", ""), call.world.keys.oa_appid)
    if person is None:
        raise ApiError(40003, "invalid openid")
    if not person["is_following"]:
        return {"subscribe": 0, "openid": person["oa_openid"], "unionid": person["unionid"]}
    return {
        "subscribe": 1,
        "openid": person["oa_openid"],
        "language": "zh_CN",
        "subscribe_time": int(person["followed_at"]),
        "unionid": person["unionid"],
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if person.get("followed_scene") else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": person.get("followed_scene") or "",
    }


def page_ticket(call: ApiCall) -> Doc:
    """GET /cgi-bin/ticket/getticket?type=jsapi: the same one until it ends."""
    kind = call.query.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise ApiError(40097, "invalid args")
    known = call.world.store.get("page_ticket", kind)
    if known is None or call.now >= known["expires_at"]:
        known = {"ticket": token(86), "expires_at": call.now + TICKET_SECONDS}
        call.world.store.put("page_ticket", kind, known)
    return {**OK, "ticket": known["ticket"], "expires_in": int(known["expires_at"] - call.now)}


def _refuse_children(button: Doc, children: Any) -> None:
    _refuse_name(button, most_bytes=16, errcode=40018)
    if listing(record({**BUTTON, "sub_button": listing(text(), 0, 0)})).test(children, ""):
        raise ApiError(47001, "data format error")
    if not 1 <= len(children) <= 5:
        raise ApiError(40023, "invalid sub button size")
    for child in children:
        plain = {name: value for name, value in child.items() if name != "sub_button"}
        _refuse_button(plain, most_bytes=60, name_error=40025, url_error=40054)


def _refuse_button(button: Doc, *, most_bytes: int, name_error: int, url_error: int) -> None:
    if record(BUTTON).test(button, ""):
        raise ApiError(47001, "data format error")
    _refuse_name(button, most_bytes=most_bytes, errcode=name_error)
    needed = BUTTON_NEEDS.get(button.get("type", ""))
    if needed is None or any(not button.get(name) for name in needed):
        raise ApiError(40017, "invalid button type")
    if "url" in needed and not urlsplit(button["url"]).netloc:
        raise ApiError(url_error, "invalid button url domain")


def _refuse_name(button: Doc, *, most_bytes: int, errcode: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= most_bytes:
        raise ApiError(errcode, "invalid button name size")
