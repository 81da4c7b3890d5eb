"""How hard a set is: every number that differs between easy, medium and hard.

All sizes are shares of the picture's side, angles are degrees, and a range is (lowest, highest).
"""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Level:
    """The settings of one level of difficulty."""

    name: str
    logo_size: Range
    rotation: float
    perspective: float
    """How far each corner may move, as a share of the logo's side."""
    recoloured: float
    """Share of logos that are white, dark or inverse instead of in the company's colours."""
    occlusion: float
    """Largest share of the logo that something may cover."""
    opacity: Range
    other_brands_in_negatives: float
    other_brands_in_positives: float
    quality: tuple[int, int]
    blur: float
    """Largest standard deviation of the blur, in pixels of the finished picture."""
    noise: float
    """Largest standard deviation of the sensor noise, in grey levels."""


LEVELS = {
    level.name: level
    for level in (
        Level(
            name="easy",
            logo_size=(0.30, 0.65),
            rotation=8,
            perspective=0,
            recoloured=0,
            occlusion=0,
            opacity=(1, 1),
            other_brands_in_negatives=0,
            other_brands_in_positives=0,
            quality=(75, 95),
            blur=0,
            noise=0,
        ),
        Level(
            name="medium",
            logo_size=(0.18, 0.45),
            rotation=20,
            perspective=0.10,
            recoloured=0.35,
            occlusion=0.15,
            opacity=(0.9, 1),
            other_brands_in_negatives=0.5,
            other_brands_in_positives=0.3,
            quality=(50, 95),
            blur=0.6,
            noise=3,
        ),
        Level(
            name="hard",
            logo_size=(0.08, 0.30),
            rotation=45,
            perspective=0.15,
            recoloured=0.60,
            occlusion=0.35,
            opacity=(0.65, 1),
            other_brands_in_negatives=0.7,
            other_brands_in_positives=0.3,
            quality=(20, 90),
            blur=2,
            noise=10,
        ),
    )
}
