"""Mini-program codes and the official account's parametric codes."""

import hashlib
import re

from scripts.local.wechat_sim import codes, control_codes
from scripts.local.wechat_sim.api_door import ApiCall, ApiError, Picture
from scripts.local.wechat_sim.checks import boolean, integer, one_of, record, text
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World, token

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~`]*")
PAGE = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*")
TEMPORARY_MAX_SECONDS = 2_592_000

CODE = record(
    {
        "scene": text().required,
        "page": text(),
        "check_path": boolean(),
        "env_version": one_of("release", "trial", "develop"),
        "width": integer(0),
        "auto_color": boolean(),
        "line_color": record({"r": integer(0, 255), "g": integer(0, 255), "b": integer(0, 255)}),
        "is_hyaline": boolean(),
    }
)
TICKET = record(
    {
        "expire_seconds": integer(1),
        "action_name": one_of("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE").required,
        "action_info": record(
            {"scene": record({"scene_str": text(1, 64), "scene_id": integer(1, (1 << 32) - 1)}).required}
        ).required,
    }
)


def mini_program_code(call: ApiCall) -> Picture:
    """POST /wxa/getwxacodeunlimit: the picture; scene and page are checked as WeChat checks them."""
    world, body = call.world, call.body
    scene, page = body["scene"], body.get("page", "pages/index/index")
    if not 1 <= len(scene) <= 32 or world.faults.hits("scene_invalid", call.endpoint):
        raise ApiError(40169, "invalid length for scene, or the data is not json string")
    if not SCENE.fullmatch(scene):
        raise ApiError(40129, "invalid scene")
    _refuse_page(call, page, is_checked=body.get("check_path", True))
    if not 280 <= body.get("width", 430) <= 1280:
        raise ApiError(40097, "invalid args, width should be in [280, 1280]")
    colour = body.get("line_color", {})
    dark = "#{:02x}{:02x}{:02x}".format(*(colour.get(part, 0) for part in "rgb"))
    content = codes.mini_program_text(world, page, scene)
    is_clear, media = body.get("is_hyaline", False), "png" if body.get("is_hyaline", False) else "jpeg"
    control_codes.remember(world, content, owner=control_codes.SHOP, title=f"小程序码 {scene}")
    drawn = codes.picture(content, width=body.get("width", 430), media=media, dark=dark, is_clear=is_clear)
    return Picture(drawn, f"image/{media}")


def create_ticket(call: ApiCall) -> Doc:
    """POST /cgi-bin/qrcode/create."""
    body, scene = call.body, call.body["action_info"]["scene"]
    is_text, is_permanent = "STR" in body["action_name"], "LIMIT" in body["action_name"]
    name = "scene_str" if is_text else "scene_id"
    if set(scene) != {name}:
        raise ApiError(40053, "invalid action info")
    life = body.get("expire_seconds", 60)
    if not is_permanent and life > TEMPORARY_MAX_SECONDS:
        raise ApiError(40052, "invalid expire_seconds")
    ticket = "gQ" + token(90)
    url = f"http://weixin.qq.com/q/{hashlib.sha256(ticket.encode()).hexdigest()[:24]}"
    entry = {
        "scene": str(scene[name]),
        "ticket": ticket,
        "expires_at": None if is_permanent else call.now + life,
    }
    call.world.store.put("ticket", ticket, entry)
    call.world.store.put("ticket_url", url, {"ticket": ticket})
    control_codes.remember(call.world, url, owner=control_codes.SHOP, title=f"公众号码 {entry['scene']}")
    return {"ticket": ticket, "url": url, **({} if is_permanent else {"expire_seconds": life})}


def ticket_picture(world: World, ticket: str) -> bytes | None:
    """GET /cgi-bin/showqrcode: the picture of a ticket, or ``None``."""
    if world.store.get("ticket", ticket) is None:
        return None
    url = f"http://weixin.qq.com/q/{hashlib.sha256(ticket.encode()).hexdigest()[:24]}"
    return codes.picture(url, media="jpeg")


def _refuse_page(call: ApiCall, page: str, *, is_checked: bool) -> None:
    published = call.world.setting("published_pages")
    is_missing = is_checked and published is not None and page not in published
    is_faulty = call.world.faults.hits("page_invalid", call.endpoint)
    if not PAGE.fullmatch(page) or is_missing or is_faulty:
        raise ApiError(41030, "invalid page")
