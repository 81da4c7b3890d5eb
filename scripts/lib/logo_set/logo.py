"""The invented company's mark: a hexagon, a rising disc and two waves. Drawn here, owned by nobody else.

It comes in four colourings: the company's colours, white only, dark only, and inverse (colours on a light hexagon).
"""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE = 384
_OVERSAMPLING = 4
COLOURINGS = ("company", "white", "dark", "inverse")

_TEAL = (12, 92, 110)
_AMBER = (247, 166, 35)
_FOAM = (232, 246, 244)
_WHITE = (255, 255, 255)
_DARK = (28, 30, 34)


def draw(colouring: str) -> Image.Image:
    """Draws the mark on a transparent square of SIDE pixels."""
    hexagon, disc, waves = _hexagon(), _disc(), _waves()
    disc = ImageChops.multiply(disc, hexagon)
    waves = ImageChops.multiply(waves, hexagon)
    if colouring in ("white", "dark"):
        # One ink only: the disc and the waves are cut out of the hexagon.
        ink = _WHITE if colouring == "white" else _DARK
        cut = ImageChops.lighter(disc, waves)
        return _finished([(ImageChops.subtract(hexagon, cut), ink)])
    base, wave = (_TEAL, _FOAM) if colouring == "company" else (_FOAM, _TEAL)
    return _finished([(hexagon, base), (disc, _AMBER), (waves, wave)])


def _finished(layers: list[tuple[Image.Image, tuple[int, int, int]]]) -> Image.Image:
    """Lays the coloured masks over one another and brings the drawing to its size, which smooths the edges."""
    side = SIDE * _OVERSAMPLING
    image = Image.new("RGBA", (side, side), layers[0][1] + (0,))
    for mask, colour in layers:
        image = Image.composite(Image.new("RGBA", image.size, colour + (255,)), image, mask)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _mask() -> tuple[Image.Image, ImageDraw.ImageDraw, int]:
    side = SIDE * _OVERSAMPLING
    image = Image.new("L", (side, side), 0)
    return image, ImageDraw.Draw(image), side


def _hexagon() -> Image.Image:
    """A hexagon standing on a point, its corners rounded by blurring and cutting at half height."""
    image, pen, side = _mask()
    centre, radius = side / 2, side * 0.495
    pen.polygon(
        [
            (centre + radius * math.sin(math.radians(60 * k)), centre - radius * math.cos(math.radians(60 * k)))
            for k in range(6)
        ],
        fill=255,
    )
    return image.filter(ImageFilter.GaussianBlur(side * 0.02)).point(lambda value: 255 if value > 127 else 0)


def _disc() -> Image.Image:
    image, pen, side = _mask()
    x, y, radius = 0.60 * side, 0.36 * side, 0.165 * side
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return image


def _waves() -> Image.Image:
    """Two bands that run through the lower half, the second a little behind the first."""
    image, pen, side = _mask()
    for level, phase, thickness in ((0.59, 0.0, 0.08), (0.75, 0.5, 0.065)):
        steps = [k / 200 for k in range(201)]
        crest = [(x * side, (level + 0.055 * math.sin(2 * math.pi * 1.35 * x + phase)) * side) for x in steps]
        trough = [(x, y + thickness * side) for x, y in reversed(crest)]
        pen.polygon(crest + trough, fill=255)
    return image
