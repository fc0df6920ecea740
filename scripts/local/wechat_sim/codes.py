"""Pictures of codes, and what a phone sees when it scans one."""

import io
from urllib.parse import parse_qs, urlencode, urlsplit

import segno
import zxingcpp
from PIL import Image

from scripts.local.wechat_sim.world import World

MINI_PROGRAM_PREFIX = "wxsim://mini-program?"
"""Our stand-in for the round code, whose real content only WeChat can read."""


class NothingToScan(Exception):
    """No code was found in the picture, or it leads nowhere."""


def mini_program_text(world: World, page: str, scene: str) -> str:
    """What the picture of a mini-program code holds."""
    fields = {"appid": world.keys.mp_appid, "page": page, "scene": scene}
    return MINI_PROGRAM_PREFIX + urlencode(fields)


def read_mini_program(text: str) -> dict[str, str] | None:
    """Page and scene of a mini-program code, or ``None`` for any other text."""
    if not text.startswith(MINI_PROGRAM_PREFIX):
        return None
    fields = parse_qs(urlsplit(text).query, keep_blank_values=True)
    return {"page": fields["page"][0], "scene": fields["scene"][0]}


def picture(
    text: str, *, width: int = 430, media: str = "png", dark: str = "#000", is_clear: bool = False
) -> bytes:
    """A QR picture about ``width`` pixels wide, PNG or JPEG."""
    code = segno.make(text, error="m", micro=False)
    scale = max(2, width // code.symbol_size(border=3)[0])
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=scale, border=3, dark=dark, light=None if is_clear else "#fff")
    if media == "png":
        return drawn.getvalue()
    turned = io.BytesIO()
    Image.open(drawn).convert("RGB").save(turned, "JPEG", quality=92)
    return turned.getvalue()


def read_picture(content: bytes) -> str:
    """The text of the code in a picture, also inside a poster. Raises ``NothingToScan``."""
    try:
        image = Image.open(io.BytesIO(content)).convert("RGBA")
    except (OSError, ValueError) as error:
        raise NothingToScan("这不是一张图片") from error
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    found = zxingcpp.read_barcodes(paper.convert("L"))
    if not found:
        raise NothingToScan("没有找到二维码")
    return str(found[0].text)
