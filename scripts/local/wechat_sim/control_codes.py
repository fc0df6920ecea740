"""Codes that people can scan from each other: shown on a phone, or lately drawn by the shop."""

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error

from starlette.responses import Response

from scripts.local.wechat_sim import codes
from scripts.local.wechat_sim.control_door import Order
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

SHOP = "shop"
LATELY = 8


def show(order: Order) -> Doc:
    """POST /sim/phones/{id}/codes {title, text | image_base64}: the phone shows this code to the others."""
    person, title = order.person(), order.text("title", "二维码")
    content = picture_text(order.text("image_base64")) if "image_base64" in order.body else order.text("text")
    return remember(order.world, content, owner=person["id"], title=title)


def hide(order: Order) -> Doc:
    """DELETE /sim/codes/{code_id}."""
    return {"was_shown": order.world.store.delete("shown_code", order.path["code_id"])}


def picture(order: Order) -> Response:
    """GET /sim/codes/{code_id}.png."""
    found = order.world.store.need("shown_code", order.path["code_id"])
    return Response(codes.picture(found["text"], width=320), media_type="image/png")


def remember(world: World, text: str, *, owner: str, title: str) -> Doc:
    """Keep a code for 扫一扫; the same code of the same owner is kept once."""
    code_id = hashlib.sha256(f"{owner} {text}".encode()).hexdigest()[:16]
    body: Doc = {"id": code_id, "text": text, "owner": owner, "title": title, "at": world.now()}
    world.store.delete("shown_code", code_id)  # written anew, it is the newest again
    world.store.put("shown_code", code_id, body, parent=owner)
    return body


def shown(world: World, owner: str) -> list[Doc]:
    """What one phone shows, or (``SHOP``) what the shop has lately drawn; the newest first."""
    return world.store.of("shown_code", owner)[-LATELY:][::-1]


def picture_text(content: str) -> str:
    """The text in a picture given as base64. Raises ``ValueError`` or ``NothingToScan``."""
    try:
        return codes.read_picture(b64decode(content, validate=True))
    except Base64Error as error:
        raise ValueError("image_base64 is not base64") from error
