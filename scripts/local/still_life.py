"""Calm still lifes in two colours: what the demo shop's products look like."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw

_SIDE = 800
_FINER = 2
"""Drawn so much larger and made smaller, so that edges are smooth."""


@dataclass(frozen=True)
class Brush:
    """Draws in units of the finished picture, in a light and a deep colour and what lies between."""

    draw: ImageDraw.ImageDraw
    light: str
    deep: str

    def box(self, area: tuple[int, int, int, int], color: tuple[int, int, int], radius: int = 0) -> None:
        """A box with round corners; ``area`` is left, top, right, bottom."""
        self.draw.rounded_rectangle(_larger(area), radius * _FINER, fill=color)

    def oval(self, area: tuple[int, int, int, int], color: tuple[int, int, int]) -> None:
        """An oval that fills ``area``."""
        self.draw.ellipse(_larger(area), fill=color)

    def shape(self, points: tuple[tuple[int, int], ...], color: tuple[int, int, int]) -> None:
        """The polygon through the points."""
        self.draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=color)

    def ring(self, area: tuple[int, int, int, int], color: tuple[int, int, int], width: int) -> None:
        """The edge of an oval, so wide."""
        self.draw.ellipse(_larger(area), outline=color, width=width * _FINER)

    def paler(self, percent: int) -> tuple[int, int, int]:
        """The deep colour with so much white."""
        return _mixed(self.deep, "#ffffff", percent)

    def darker(self, percent: int) -> tuple[int, int, int]:
        """The deep colour with so much black."""
        return _mixed(self.deep, "#000000", percent)

    def between(self, percent: int) -> tuple[int, int, int]:
        """The light colour with so much of the deep one."""
        return _mixed(self.light, self.deep, percent)


def still_life(subject: str, colors: tuple[str, str]) -> bytes:
    """A square PNG of the subject, one of ``SUBJECTS``; ``colors`` are the light one and the deep one."""
    light, deep = colors
    image = Image.new("RGB", (_SIDE * _FINER, _SIDE * _FINER), light)
    brush = Brush(ImageDraw.Draw(image), light, deep)
    brush.oval((140, 580, 660, 660), brush.between(28))
    SUBJECTS[subject](brush)
    file = io.BytesIO()
    image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).quantize(128).save(file, "PNG", optimize=True)
    return file.getvalue()


def _tin(brush: Brush) -> None:
    brush.box((270, 230, 530, 620), brush.paler(0), 28)
    brush.box((270, 190, 530, 270), brush.darker(18), 22)
    brush.box((270, 360, 530, 520), brush.paler(88))
    brush.shape(((400, 390), (445, 445), (400, 495), (355, 445)), brush.paler(25))
    brush.shape(((400, 390), (400, 495), (355, 445)), brush.paler(0))


def _sachets(brush: Brush) -> None:
    for left, shade in ((190, 35), (320, 15), (450, 0)):
        brush.box((left, 300, left + 160, 620), brush.paler(shade), 14)
        brush.box((left, 300, left + 160, 340), brush.paler(min(shade + 35, 80)), 14)
        brush.oval((left + 45, 420, left + 115, 490), brush.paler(85))


def _bag(brush: Brush) -> None:
    brush.shape(((270, 220), (530, 220), (560, 620), (240, 620)), brush.paler(0))
    brush.box((262, 190, 538, 262), brush.darker(22), 10)
    brush.box((310, 360, 490, 540), brush.paler(86), 18)
    for left, top in ((350, 395), (405, 440)):
        brush.oval((left, top, left + 52, top + 74), brush.paler(10))
        brush.box((left + 22, top + 10, left + 29, top + 64), brush.paler(70), 3)


def _basket(brush: Brush) -> None:
    brush.ring((265, 150, 535, 500), brush.darker(15), 20)
    brush.shape(((210, 330), (590, 330), (545, 625), (255, 625)), brush.paler(0))
    for row in range(6):
        for column in range(7):
            if (row + column) % 2:
                left, top = 232 + row * 4 + column * 49 - column * row, 375 + row * 40
                brush.box((left, top, left + 44 - row, top + 34), brush.paler(35), 8)
    brush.box((195, 310, 605, 362), brush.darker(12), 26)


def _mug(brush: Brush) -> None:
    brush.ring((470, 330, 650, 540), brush.paler(12), 34)
    brush.box((240, 270, 540, 620), brush.paler(0), 46)
    brush.box((240, 270, 540, 360), brush.paler(0))
    brush.oval((240, 235, 540, 315), brush.paler(45))
    brush.oval((262, 250, 518, 312), brush.darker(35))
    brush.box((240, 470, 540, 500), brush.paler(30))


def _bedding(brush: Brush) -> None:
    for top, shade in ((520, 0), (430, 30), (340, 55)):
        brush.box((170, top, 630, top + 100), brush.paler(shade), 46)
        brush.box((170, top + 46, 600, top + 56), brush.paler(min(shade + 22, 90)), 4)
    brush.box((250, 225, 550, 350), brush.paler(82), 56)
    brush.box((300, 275, 500, 285), brush.paler(55), 5)


def _jar(brush: Brush) -> None:
    brush.box((250, 290, 550, 625), brush.paler(55), 64)
    brush.box((266, 360, 534, 611), brush.paler(0), 52)
    brush.box((275, 215, 525, 300), brush.darker(40), 22)
    brush.box((300, 420, 500, 540), brush.paler(85), 16)
    for left, top in ((345, 445), (400, 445), (372, 488)):
        brush.shape(
            tuple((left + x, top + y) for x, y in ((14, 0), (42, 0), (56, 22), (42, 44), (14, 44), (0, 22))),
            brush.paler(20),
        )


def _sack(brush: Brush) -> None:
    brush.shape(((330, 250), (280, 170), (400, 205), (520, 170), (470, 250)), brush.paler(30))
    brush.box((235, 255, 565, 630), brush.paler(0), 90)
    brush.box((310, 238, 490, 276), brush.darker(30), 14)
    brush.oval((300, 360, 500, 560), brush.paler(80))
    for left, top in ((350, 425), (395, 405), (425, 455), (375, 475), (400, 505)):
        brush.oval((left, top, left + 20, top + 42), brush.paler(15))


SUBJECTS: Mapping[str, Callable[[Brush], None]] = {
    "tin": _tin,
    "sachets": _sachets,
    "bag": _bag,
    "basket": _basket,
    "mug": _mug,
    "bedding": _bedding,
    "jar": _jar,
    "sack": _sack,
}


def _larger(area: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = area
    return left * _FINER, top * _FINER, right * _FINER, bottom * _FINER


def _mixed(one: str, other: str, other_percent: int) -> tuple[int, int, int]:
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    red, green, blue = ((a * (100 - other_percent) + b * other_percent) // 100 for a, b in pairs)
    return red, green, blue
