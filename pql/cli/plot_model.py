"""What is in a picture, whatever draws it. Every text is printable: none of them steers what draws it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lineage_index.index.plot import Curve
from pql.cli.plot_scale import Axis

__all__ = ["Coordinate", "Lines", "Panel", "Parallel", "Picture", "Run", "Scatter", "Spot", "Tone"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the picture: `label` tells it from the others."""

    label: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Tone:
    """What colour stands for: a value for each run. Texts are categories, numbers a scale (`log`: by their
    logarithm), None neither."""

    name: str
    values: tuple[float | str | None, ...]
    log: bool = False

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values that are numbers."""
        return tuple(each for each in self.values if isinstance(each, float))

    @property
    def categories(self) -> tuple[str, ...]:
        """The values that are texts, each once: the most frequent first, then as they come."""
        counted = Counter(each for each in self.values if isinstance(each, str))
        return tuple(text for text, _ in counted.most_common())


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of one metric, over the x axis that all panels share."""

    y: Axis
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Curves of one or several metrics. Without a tone each run has its own colour, as far as they go."""

    title: str
    runs: tuple[Run, ...]
    x: Axis
    panels: tuple[Panel, ...]
    tone: Tone | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A run as a point; of a category axis the coordinate is the category's place."""

    place: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """A point a run."""

    title: str
    runs: tuple[Run, ...]
    x: Axis
    y: Axis
    spots: tuple[Spot, ...]
    tone: Tone | None


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One axis of parallel coordinates: where each run crosses it, in its values; None where it has none."""

    axis: Axis
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """A line a run, across one axis after another; the last axis gives the colour."""

    title: str
    runs: tuple[Run, ...]
    coordinates: tuple[Coordinate, ...]
    tone: Tone


Picture = Lines | Scatter | Parallel
