"""The invented company's mark: a hexagon, a rising disc and two waves; and three marks more, for sets with several
classes. Drawn here, owned by nobody else.

Each comes in four colourings: the company's colours, white only, dark only, and inverse (colours on a light body).
"""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE = 384
_OVERSAMPLING = 4
COLOURINGS = ("company", "white", "dark", "inverse")
DESIGNS = ("waves", "peak", "orbit", "gate")
"""Their names. The first is the company's own, which sets of one class show."""

_TEAL = (12, 92, 110)
_AMBER = (247, 166, 35)
_FOAM = (232, 246, 244)
_CRIMSON = (170, 30, 52)
_SAND = (250, 236, 214)
_SKY = (120, 190, 240)
_PLUM = (84, 44, 130)
_MINT = (214, 244, 226)
_LIME = (160, 206, 60)
_COAL = (52, 58, 66)
_ROSE = (244, 160, 170)
_WHITE = (255, 255, 255)
_DARK = (28, 30, 34)


def draw(colouring: str, design: str = DESIGNS[0]) -> Image.Image:
    """Draws a mark on a transparent square of SIDE pixels."""
    body, accent, figure, (base, highlight, light) = _PARTS[design]()
    accent = ImageChops.multiply(accent, body)
    figure = ImageChops.multiply(figure, body)
    if colouring in ("white", "dark"):
        # One ink only: the accent and the figure are cut out of the body.
        ink = _WHITE if colouring == "white" else _DARK
        cut = ImageChops.lighter(accent, figure)
        return _finished([(ImageChops.subtract(body, cut), ink)])
    if colouring == "inverse":
        base, light = light, base
    return _finished([(body, base), (accent, highlight), (figure, light)])


def outline(design: str) -> Image.Image:
    """All that a mark covers, whatever ink it is drawn in: what a person would mark as its area."""
    return _PARTS[design]()[0].resize((SIDE, SIDE), Image.Resampling.LANCZOS)


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


# The parts of each mark: its body, its accent, its figure, and the colours of the three.


def _of_waves() -> tuple:
    return _hexagon(), _disc(), _waves(), (_TEAL, _AMBER, _FOAM)


def _of_peak() -> tuple:
    """A round badge with a mountain and its snow."""
    body, pen, side = _mask()
    pen.ellipse((0.01 * side, 0.01 * side, 0.99 * side, 0.99 * side), fill=255)
    figure = _polygon((0.16, 0.74), (0.48, 0.22), (0.86, 0.74))
    return body, _polygon((0.36, 0.42), (0.48, 0.22), (0.63, 0.42), (0.50, 0.52)), figure, (_CRIMSON, _SKY, _SAND)


def _of_orbit() -> tuple:
    """A square with round corners, a ring and a moon."""
    body, pen, side = _mask()
    pen.rounded_rectangle((0.03 * side, 0.03 * side, 0.97 * side, 0.97 * side), radius=0.2 * side, fill=255)
    figure, pen, _ = _mask()
    pen.ellipse((0.17 * side, 0.23 * side, 0.77 * side, 0.83 * side), fill=255)
    pen.ellipse((0.31 * side, 0.37 * side, 0.63 * side, 0.69 * side), fill=0)
    accent, pen, _ = _mask()
    pen.ellipse((0.66 * side, 0.14 * side, 0.86 * side, 0.34 * side), fill=255)
    return body, accent, figure, (_PLUM, _LIME, _MINT)


def _of_gate() -> tuple:
    """A diamond with an arch under a beam."""
    body = _polygon((0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5))
    figure, pen, side = _mask()
    pen.rectangle((0.34 * side, 0.42 * side, 0.66 * side, 0.74 * side), fill=255)
    pen.ellipse((0.42 * side, 0.50 * side, 0.58 * side, 0.66 * side), fill=0)
    pen.rectangle((0.42 * side, 0.58 * side, 0.58 * side, 0.74 * side), fill=0)
    return body, _polygon((0.28, 0.30), (0.72, 0.30), (0.72, 0.37), (0.28, 0.37)), figure, (_COAL, _ROSE, _SAND)


def _polygon(*corners: tuple[float, float]) -> Image.Image:
    image, pen, side = _mask()
    pen.polygon([(x * side, y * side) for x, y in corners], fill=255)
    return image


_PARTS = {"waves": _of_waves, "peak": _of_peak, "orbit": _of_orbit, "gate": _of_gate}
