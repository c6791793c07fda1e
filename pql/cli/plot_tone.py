"""Which colour or sign a run has in a terminal, and the legend that says so."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from pql.cli.plot_model import Run, Tone
from pql.cli.plot_scale import Axis, Kind, position
from pql.cli.text import clip, width

__all__ = ["FAINT", "FEW", "MEDIAN", "PALETTE", "SCALE", "Shades", "painted"]

FEW = 10
"""So many runs or categories have a colour each."""

PALETTE = (33, 166, 28, 197, 99, 30, 136, 169, 67, 94)
"""Of middling lightness: they are seen on dark and on light."""

SCALE = (27, 31, 29, 136, 166, 197)
"""From low to high."""

FAINT = 245
MEDIAN = 197


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours (or, without them, letters and digits) of runs: by the tone, else by the run."""

    runs: Sequence[Run]
    tone: Tone | None

    @property
    def by_run(self) -> bool:
        """Whether each run has its own."""
        return self.tone is None and len(self.runs) <= FEW

    def colour(self, place: int) -> int:
        """The colour of a run."""
        step = self._step(place)
        if step is None:
            return FAINT
        return SCALE[step] if self._scaled(place) else PALETTE[step]

    def sign(self, place: int) -> str:
        """What stands for the colour where there is none."""
        step = self._step(place)
        if step is None:
            return "·"
        return str(step + 1) if self._scaled(place) else string.ascii_lowercase[step]

    def legend(self, columns: int, *, colours: bool) -> list[str]:
        """What the colours stand for; nothing where they stand for nothing."""
        if self.tone is not None:
            return self._of_tone(self.tone, columns, colours)
        if not self.by_run:
            return []
        return [
            f"{self._mark(place, colours)} {clip(run.label, columns - 3)}"
            for place, run in enumerate(self.runs)
        ]

    def _scaled(self, place: int) -> bool:
        return self.tone is not None and isinstance(self.tone.values[place], float)

    def _step(self, place: int) -> int | None:
        if self.tone is None:
            return place if self.by_run else None
        match self.tone.values[place]:
            case None:
                return None
            case str() as text:
                at = self.tone.categories.index(text)
                return at if at < FEW else None
            case number:
                numbers = self.tone.numbers
                axis = Axis("", Kind.NUMBER, min(numbers), max(numbers), self.tone.log)
                return min(len(SCALE) - 1, int(position(axis, number) * len(SCALE)))

    def _mark(self, place: int, colours: bool) -> str:
        return painted("■", self.colour(place), colours) if colours else self.sign(place)

    def _of_tone(self, tone: Tone, columns: int, colours: bool) -> list[str]:
        parts = []
        numbers = tone.numbers
        if numbers:
            marks = "".join(
                painted("■", colour, colours) if colours else str(step)
                for step, colour in enumerate(SCALE, start=1)
            )
            log = " (log)" if tone.log else ""
            parts.append((f"{min(numbers):.6g} {marks} {max(numbers):.6g}{log}", len(SCALE)))
        for at, text in enumerate(tone.categories[:FEW]):
            mark = painted("■", PALETTE[at], colours) if colours else string.ascii_lowercase[at]
            parts.append((f"{mark} {clip(text, 24)}", 1))
        rest = len(tone.categories) - FEW
        if rest > 0 or None in tone.values:
            mark = painted("■", FAINT, colours) if colours else "·"
            said = [f"{rest} others"] if rest > 0 else []
            said += ["none"] if None in tone.values else []
            parts.append((f"{mark} {', '.join(said)}", 1))
        return _wrapped(
            f"colour: {tone.name}" if colours else tone.name, [text for text, _ in parts], columns
        )


def _wrapped(head: str, parts: Sequence[str], columns: int) -> list[str]:
    lines = [clip(head, columns)]
    for part in parts:
        longer = f"{lines[-1]}  {part}"
        if _seen(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(f"  {part}")
    return lines


def _seen(text: str) -> int:
    """The columns of a text with the colours of `painted` in it."""
    plain = text.replace(_RESET, "")
    while _START in plain:
        before, _, after = plain.partition(_START)
        plain = before + after.partition("m")[2]
    return width(plain)


_START = "\x1b[38;5;"
_RESET = "\x1b[0m"


def painted(text: str, colour: int, colours: bool) -> str:
    """The text in a colour, if there are any."""
    return f"{_START}{colour}m{text}{_RESET}" if colours else text
