"""Composes one picture: a piece of a photograph, perhaps other brands' marks, perhaps the logo, then a camera's flaws.

Whatever happens to the logo happens to the other brands' marks in the same way, so that a model cannot tell the classes
apart by the traces of compositing. Every picture has a random stream of its own and depends on nothing but
seed, level and index; one with several marks also on how many there may be and of how many designs.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from pathlib import Path

import numpy
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from . import logo
from .icons import Icons
from .levels import Level

_DRAWINGS = 0.15
"""Share of scenes that are drawn wallpapers: flat colours and hard edges, which photographs lack."""
_WHITE = (255, 255, 255)
_DARK = (28, 30, 34)


@dataclasses.dataclass(frozen=True)
class Mark:
    """What is seen of a mark: the number of its design, and its box in pixels."""

    design: int
    left: int
    top: int
    width: int
    height: int

    @staticmethod
    def of(seen: numpy.ndarray, design: int) -> Mark | None:
        """The box around the pixels that show it; None where hardly any do."""
        if seen.sum() < 16:
            return None
        rows, columns = numpy.flatnonzero(seen.any(1)), numpy.flatnonzero(seen.any(0))
        left, top = int(columns[0]), int(rows[0])
        return Mark(design, left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


class Composer:
    """Composes the pictures of one set."""

    def __init__(
        self, pictures: Path, icons: Path, level: Level, side: int, seed: int, designs: tuple[str, ...] = logo.DESIGNS[:1]
    ) -> None:
        self.photographs = sorted(pictures.glob("photograph-*.jpg"))
        self.drawings = sorted(pictures.glob("drawing-*.jpg"))
        self.icons = Icons(icons)
        self.level, self.side, self.seed = level, side, seed
        self.logos = [{colouring: logo.draw(colouring, design) for colouring in logo.COLOURINGS} for design in designs]
        self.outlines = [logo.outline(design) for design in designs]
        self._decoded = functools.lru_cache(maxsize=160)(self._decode)

    def compose(self, index: int, positive: bool) -> tuple[Image.Image, int]:
        """Returns the picture and the JPEG quality to write it with."""
        level = self.level
        draw = numpy.random.default_rng([self.seed, *level.name.encode(), index])
        canvas = self._scene(draw)
        taken: list[tuple[float, float, float]] = []
        share = level.other_brands_in_positives if positive else level.other_brands_in_negatives
        marks = []
        if positive:
            marks.append(self._logo(draw))
        if draw.random() < share:
            marks += [self._other_brand(draw) for _ in range(1 + (draw.random() < 0.25))]
        for mark in marks:
            size = self.side * draw.uniform(*level.logo_size)
            canvas, _ = self._place(mark, None, size, self._free_spot(size, taken, draw), canvas, draw)
        return self._photographed(canvas, draw), int(draw.integers(level.quality[0], level.quality[1] + 1))

    def compose_marks(self, index: int, fewest: int, most: int) -> tuple[Image.Image, int, list[Mark], numpy.ndarray]:
        """A picture with several marks of any design: the picture, the JPEG quality, what is seen of the marks, and
        for each pixel 0 or the design's number plus one. A mark for which there is no room is left out."""
        level = self.level
        draw = numpy.random.default_rng([self.seed, *level.name.encode(), fewest, most, len(self.logos), index])
        canvas = self._scene(draw)
        designs = draw.integers(len(self.logos), size=int(draw.integers(fewest, most + 1))).tolist()
        marks = [(design, self._logo(draw, design)) for design in designs]
        if draw.random() < (level.other_brands_in_positives if marks else level.other_brands_in_negatives):
            marks += [(None, self._other_brand(draw)) for _ in range(1 + (draw.random() < 0.25))]
        taken: list[tuple[float, float, float]] = []
        owners = numpy.zeros((self.side, self.side), numpy.uint8)
        classes = [0]
        for design, mark in marks:
            size = self.side * draw.uniform(*level.logo_size)
            spot = self._free_spot(size, taken, draw, tries=40, only_free=True)
            if spot is None:
                continue
            outline = None if design is None else self.outlines[design]
            canvas, seen = self._place(mark, outline, size, spot, canvas, draw)
            owners[seen] = len(classes)
            classes.append(0 if design is None else design + 1)
        truth = [Mark.of(owners == owner, cls - 1) for owner, cls in enumerate(classes) if cls]
        quality = int(draw.integers(level.quality[0], level.quality[1] + 1))
        return (
            self._photographed(canvas, draw),
            quality,
            [mark for mark in truth if mark],
            numpy.array(classes, numpy.uint8)[owners],
        )

    # The scene.

    @staticmethod
    def _decode(file: Path) -> Image.Image:
        with Image.open(file) as picture:
            return picture.convert("RGB")

    def _scene(self, draw: numpy.random.Generator) -> Image.Image:
        """A square piece of a photograph (now and then of a drawing), mirrored or not, in slightly different light."""
        drawn = draw.random() < _DRAWINGS and self.drawings
        choice = self.drawings if drawn else self.photographs
        picture = self._decoded(choice[int(draw.integers(len(choice)))])
        piece = round(min(picture.size) * draw.uniform(0.5, 1.0))
        left = int(draw.integers(picture.width - piece + 1))
        top = int(draw.integers(picture.height - piece + 1))
        scene = picture.resize(
            (self.side, self.side), Image.Resampling.BILINEAR, (left, top, left + piece, top + piece), reducing_gap=2
        )
        if draw.random() < 0.5:
            scene = scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            scene = change(scene).enhance(draw.uniform(0.82, 1.18))
        return scene

    # The marks: pictures with transparency, as they come from the printer.

    def _logo(self, draw: numpy.random.Generator, design: int = 0) -> Image.Image:
        recoloured = draw.random() < self.level.recoloured
        return self.logos[design][str(draw.choice(logo.COLOURINGS[1:])) if recoloured else logo.COLOURINGS[0]]

    def _other_brand(self, draw: numpy.random.Generator) -> Image.Image:
        """An icon in its brand's colour, in one ink, or cut out of a coloured tile."""
        index = int(draw.integers(len(self.icons)))
        mask = Image.fromarray(numpy.array(self.icons.masks[index]))
        colour = self.icons.colour(index)
        style = draw.random()
        if style < 0.5:
            ink = colour if style < 0.25 else _WHITE if style < 0.38 else _DARK
            mark = Image.new("RGBA", mask.size, ink + (0,))
            mark.putalpha(mask)
            return mark
        side = mask.width
        outline = Image.new("L", (side * 2, side * 2), 0)
        pen, edge = ImageDraw.Draw(outline), side * 2 - 1
        if style < 0.7:
            pen.ellipse((0, 0, edge, edge), fill=255)
        elif style < 0.85:
            pen.rounded_rectangle((0, 0, edge, edge), radius=side * 0.4, fill=255)
        else:
            corners = [math.radians(60 * k) for k in range(6)]
            pen.polygon([(side * (1 + math.sin(a)), side * (1 - math.cos(a))) for a in corners], fill=255)
        outline = outline.resize((side, side), Image.Resampling.LANCZOS)
        small = mask.resize((round(side * 0.6),) * 2, Image.Resampling.LANCZOS)
        tile = Image.new("RGBA", (side, side), colour + (255,))
        luminance = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
        tile.paste((_DARK if luminance > 150 else _WHITE) + (255,), (round(side * 0.2),) * 2, small)
        tile.putalpha(outline)
        return tile

    # Into the scene.

    def _place(
        self,
        mark: Image.Image,
        outline: Image.Image | None,
        size: float,
        spot: tuple[float, float],
        canvas: Image.Image,
        draw: numpy.random.Generator,
    ) -> tuple[Image.Image, numpy.ndarray]:
        """Puts a mark into the picture; returns it and which pixels belong to the mark: within its outline, if it has
        one, and not covered by something else."""
        level = self.level
        x, y = spot
        mark, outline = self._turned([mark, outline or mark.getchannel("A")], size, draw)
        alpha, outline = self._partly_covered([mark.getchannel("A"), outline], size, draw)
        opacity = draw.uniform(*level.opacity)
        alpha = alpha.point(lambda value: round(value * opacity))
        left, top = round(x - mark.width / 2), round(y - mark.height / 2)
        ground = canvas.crop((left, top, left + mark.width, top + mark.height))
        colours = _lit(mark.convert("RGB"), ground, draw)
        canvas.paste(colours, (left, top), alpha)
        seen = Image.new("L", canvas.size, 0)
        seen.paste(outline, (left, top))
        return canvas, numpy.asarray(seen) > 127

    def _free_spot(
        self,
        size: float,
        taken: list[tuple[float, float, float]],
        draw: numpy.random.Generator,
        tries: int = 12,
        only_free: bool = False,
    ) -> tuple[float, float] | None:
        """A centre that keeps the mark inside the picture and away from the others: if that is possible, or only."""
        reach = min(size * 0.55, self.side / 2)
        for _ in range(tries):
            x, y = draw.uniform(reach, self.side - reach, 2)
            if all(math.hypot(x - a, y - b) > (size + other) * 0.55 for a, b, other in taken):
                break
        else:
            if only_free:
                return None
        taken.append((x, y, size))
        return x, y

    def _turned(self, layers: list[Image.Image], size: float, draw: numpy.random.Generator) -> list[Image.Image]:
        """Scales, rotates and tilts the layers of a mark; the results are just large enough to hold it."""
        level = self.level
        edge = max(8, round(size))
        angle = math.radians(draw.uniform(-level.rotation, level.rotation))
        sine, cosine = math.sin(angle), math.cos(angle)
        half = edge / 2
        jitter = draw.uniform(-1, 1, (4, 2)) * level.perspective * edge
        corners = []
        for (u, v), (du, dv) in zip(((-half, -half), (half, -half), (half, half), (-half, half)), jitter):
            corners.append((cosine * u - sine * v + du, sine * u + cosine * v + dv))
        reach = math.ceil(max(max(abs(a), abs(b)) for a, b in corners)) + 2
        target = [(a + reach, b + reach) for a, b in corners]
        source = ((0, 0), (edge, 0), (edge, edge), (0, edge))
        back = _perspective(target, source)
        return [
            layer.resize((edge, edge), Image.Resampling.LANCZOS).transform(
                (2 * reach, 2 * reach), Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC
            )
            for layer in layers
        ]

    def _partly_covered(
        self, alphas: list[Image.Image], size: float, draw: numpy.random.Generator
    ) -> list[Image.Image]:
        """Lets something stand in front: a round, soft-edged piece of the scene stays visible over the mark."""
        share = draw.uniform(-self.level.occlusion, self.level.occlusion)
        if share <= 0.01:
            return alphas
        # The hexagon fills 62 % of its square; of a disc centred on its rim about half covers it.
        radius = size * math.sqrt(share * 0.56 / math.pi / 0.5)
        angle = draw.uniform(0, 2 * math.pi)
        middle = alphas[0].width / 2
        x = middle + math.cos(angle) * size * 0.46
        y = middle + math.sin(angle) * size * 0.46
        stretch = draw.uniform(0.75, 1.3)
        cover = Image.new("L", alphas[0].size, 0)
        box = (x - radius * stretch, y - radius / stretch, x + radius * stretch, y + radius / stretch)
        ImageDraw.Draw(cover).ellipse(box, fill=255)
        cover = cover.filter(ImageFilter.GaussianBlur(max(0.6, size * 0.012)))
        return [ImageChops.subtract(alpha, cover) for alpha in alphas]

    # Through the camera.

    def _photographed(self, canvas: Image.Image, draw: numpy.random.Generator) -> Image.Image:
        blur, noise = draw.uniform(0, self.level.blur), draw.uniform(0, self.level.noise)
        if blur > 0.2:
            canvas = canvas.filter(ImageFilter.GaussianBlur(blur))
        if noise > 0.5:
            grain = draw.standard_normal((self.side, self.side, 3), dtype=numpy.float32) * numpy.float32(noise)
            pixels = numpy.asarray(canvas, dtype=numpy.float32) + grain
            canvas = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
        return canvas


def _lit(mark: Image.Image, ground: Image.Image, draw: numpy.random.Generator) -> Image.Image:
    """Gives the mark some of the light and shade of what lies under it, and a gradient of its own."""
    shade = ground.convert("L").filter(ImageFilter.GaussianBlur(max(1.0, mark.width * 0.06)))
    light = numpy.asarray(shade, dtype=numpy.float32) / 255
    strength = draw.uniform(0.1, 0.45)
    light = 1 + strength * (light - light.mean()) - 0.25 * strength * (1 - light.mean())
    direction = draw.uniform(0, 2 * math.pi)
    ramp = numpy.linspace(-1, 1, mark.width, dtype=numpy.float32)
    slope = numpy.float32(draw.uniform(0, 0.1))
    light = light + slope * (math.cos(direction) * ramp[None, :] + math.sin(direction) * ramp[:, None])
    pixels = numpy.asarray(mark, dtype=numpy.float32) * (light * draw.uniform(0.9, 1.06))[:, :, None]
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


def _perspective(target: list[tuple[float, float]], source: tuple[tuple[float, float], ...]) -> list[float]:
    """The eight coefficients that map a target pixel back to the source, from four pairs of corners."""
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return numpy.linalg.solve(numpy.array(rows, dtype=float), numpy.array(values, dtype=float)).tolist()
