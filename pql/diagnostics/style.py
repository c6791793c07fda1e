"""The colours of a terminal, and what each of them means here. Nothing else may write such an escape but
pictures."""

from __future__ import annotations

from enum import Enum

__all__ = ["Style", "painted"]


class Style(Enum):
    """Weights, and colours of middling lightness, which are legible on black as on white: the yellow, the
    cyan and the green of the sixteen are not on white, in the schemes that most terminals come with. Never a
    background."""

    ERROR = "1;38;5;161"
    WARNING = "1;38;5;130"
    STRONG = "1"
    """Headings, and the message of a diagnostic."""
    FAINT = "38;5;243"
    """What is missing or beside the point."""
    GOOD = "38;5;28"
    BAD = "38;5;161"
    DOUBTFUL = "38;5;130"
    NAME = "38;5;30"
    """What can be typed, and the frame around a line of source."""


def painted(text: str, style: Style | None) -> str:
    """The text between the escapes of a style; as it is without one, and where there is nothing to see."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if style is not None and text.strip() else text
