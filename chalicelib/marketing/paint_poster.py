"""Paint a poster with Pillow, imported only when one is painted. Pure: the same words, the same bytes.

Two shapes: a product with its picture, title and price above the code, or the shop with a large code.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

LOOK = "1"
"""The version of this drawing; change it with anything below, so that kept posters are painted anew."""
WIDTH, HEIGHT, _EDGE = 750, 1180, 40
_FONT = Path(__file__).with_name("fonts") / "poster.ttf"
_PAPER, _INK, _SOFT, _BRAND, _LINE = "#ffffff", "#1d1d1f", "#6b6b70", "#b3312f", "#ececef"
_MAX_PIXELS = 40_000_000
"""A picture with more is left out: decoding it would take the function's memory."""


@dataclass(frozen=True)
class Poster:
    """What stands on it. ``code`` is the picture of the code; other pictures may be missing or unreadable."""

    name: str
    code: bytes
    title: str = ""
    price: str = ""
    picture: bytes | None = None
    avatar: bytes | None = None

    @property
    def is_of_product(self) -> bool:
        """Whether it shows a product rather than the shop."""
        return bool(self.title)


def paint_poster(poster: Poster) -> bytes:
    """The poster as JPEG, 750 × 1180. ``ValueError`` when the code is no picture."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(sheet)
    (_product if poster.is_of_product else _shop)(sheet, pen, poster)
    made = io.BytesIO()
    sheet.save(made, "JPEG", quality=88, optimize=True)
    return made.getvalue()


def _product(sheet: "Image.Image", pen: "ImageDraw.ImageDraw", poster: Poster) -> None:
    side = WIDTH - 2 * _EDGE
    picture = _opened(poster.picture, side, side)
    if picture:
        sheet.paste(picture, (_EDGE, _EDGE), _rounded(side, side, 24))
    else:
        pen.rounded_rectangle((_EDGE, _EDGE, WIDTH - _EDGE, _EDGE + side), 24, fill="#f5f5f7")
        _centred(pen, _EDGE + side // 2 - 30, "好物推荐", size=60, colour=_SOFT)
    top = _EDGE + side + 26
    for line in _lines(_writable(poster.title), 36, side, 2):
        pen.text((_EDGE, top), line, _INK, _font(36))
        top += 50
    pen.text((_EDGE, top + 4), poster.price, _BRAND, _font(52))
    size = 256
    sheet.paste(_code(poster.code, size), (WIDTH - _EDGE - size, HEIGHT - _EDGE - size))
    _person(sheet, pen, poster, (_EDGE, HEIGHT - 190))
    pen.text((_EDGE, HEIGHT - 84), "长按识别，看看这件好物", _SOFT, _font(26))


def _shop(sheet: "Image.Image", pen: "ImageDraw.ImageDraw", poster: Poster) -> None:
    pen.rectangle((0, 0, WIDTH, 380), fill=_BRAND)
    pen.text((_EDGE, 110), "好物值得分享", "#ffffff", _font(72))
    pen.text((_EDGE, 220), "朋友推荐的小店，来逛逛吧", "#ffffff", _font(34))
    size = 460
    left, top = (WIDTH - size) // 2, 330
    pen.rounded_rectangle(
        (left - 30, top - 30, left + size + 30, top + size + 30), 28, fill=_PAPER, outline=_LINE
    )
    sheet.paste(_code(poster.code, size), (left, top))
    _centred(pen, 850, "长按识别，进店看看", size=30, colour=_SOFT)
    pen.line((_EDGE, 950, WIDTH - _EDGE, 950), fill=_LINE, width=2)
    _person(sheet, pen, poster, (_EDGE, 1000))


def _person(sheet: "Image.Image", pen: "ImageDraw.ImageDraw", poster: Poster, place: tuple[int, int]) -> None:
    """Who recommends it: picture, or the first letter of the name in its stead, and a line."""
    left, top = place
    size, name = 80, _writable(poster.name) or "您的朋友"
    avatar = _opened(poster.avatar, size, size)
    if avatar:
        sheet.paste(avatar, place, _rounded(size, size, size // 2))
    else:
        pen.ellipse((left, top, left + size, top + size), fill=_BRAND)
        pen.text((left + size // 2, top + size // 2), name[0], "#ffffff", _font(38), anchor="mm")
    (shown,) = _lines(name, 30, 290, 1)
    pen.text((left + size + 18, top), shown, _INK, _font(30))
    pen.text((left + size + 18, top + 44), "推荐给您", _SOFT, _font(26))


def _code(content: bytes, size: int) -> "Image.Image":
    """The code at its place; sharp edges, since it is read by machines."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as code:
            return code.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    except OSError as problem:
        raise ValueError("the code is no picture") from problem


def _opened(content: bytes | None, width: int, height: int) -> "Image.Image | None":
    """A picture cut to this shape, or ``None`` for what is missing, too large or not a picture."""
    from PIL import Image, ImageOps

    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                return None
            picture.draft("RGB", (2 * width, 2 * height))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    paper = Image.new("RGBA", upright.size, _PAPER)
    return ImageOps.fit(Image.alpha_composite(paper, upright).convert("RGB"), (width, height))


def _rounded(width: int, height: int, radius: int) -> "Image.Image":
    from PIL import Image, ImageDraw

    mask = Image.new("L", (4 * width, 4 * height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 4 * width, 4 * height), 4 * radius, fill=255)
    return mask.resize((width, height))


def _centred(pen: "ImageDraw.ImageDraw", top: int, text: str, *, size: int, colour: str) -> None:
    pen.text((WIDTH // 2, top), text, colour, _font(size), anchor="ma")


def _lines(text: str, size: int, width: int, most: int) -> list[str]:
    """The text broken to the width; what does not fit ends in an ellipsis."""
    measure: Callable[[str], float] = _font(size).getlength
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        end = len(rest)
        while measure(rest[:end]) > width:
            end -= 1
        lines.append(rest[:end])
        rest = rest[end:]
    if rest:
        last = lines[-1]
        while measure(last + "…") > width:
            last = last[:-1]
        lines[-1] = last + "…"
    return lines


def _writable(text: str) -> str:
    """Without what the font cannot write, such as emoji: no box in place of a letter."""
    return "".join(letter for letter in text if letter == " " or _has_glyph(letter)).strip()


def _has_glyph(letter: str) -> bool:
    return letter.isprintable() and bytes(_font(30).getmask(letter)) != bytes(_font(30).getmask("\U0010ffff"))


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)
