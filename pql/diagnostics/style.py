"""The colours of a terminal, and what each of them means here. Nothing else may write such an escape but
pictures."""

from __future__ import annotations

from enum import Enum

__all__ = ["Style", "painted"]


class Style(Enum):
    """Weights and a few of the sixteen colours, which every scheme makes legible; never a background."""

    ERROR = "1;31"
    WARNING = "1;33"
    STRONG = "1"
    """Headings, and the message of a diagnostic."""
    FAINT = "2"
    """What is missing or beside the point."""
    GOOD = "32"
    BAD = "31"
    DOUBTFUL = "33"
    NAME = "36"
    """What can be typed, and the frame around a line of source."""


def painted(text: str, style: Style | None) -> str:
    """The text between the escapes of a style; as it is without one, and where there is nothing to see."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if style is not None and text.strip() else text
