"""Which texts spell a number: one rule for the literals of a query and for the text values of a run."""

from __future__ import annotations

import re

__all__ = ["INT64_MAX", "INT64_MIN", "spelt_number"]

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1

_INTEGER = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*\Z")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+)?\Z"
)
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity|nan)\Z", re.IGNORECASE)
_LONGEST = 400
"""Longer texts are no numbers to us: the conversion of huge integers is quadratic."""


def spelt_number(text: str) -> int | float | None:
    """The number that `text` spells, or None.

    `5`, `+0.5`, `.5`, `5.`, `1e-3`, `1_000`, `inf`, `-inf`, `nan` are numbers; blanks around are not
    taken off. An integer within 64 bits stays one, a larger one becomes the nearest double.
    """
    if not text or len(text) > _LONGEST or text[0] not in "+-.0123456789iInN":
        return None
    if _INTEGER.match(text):
        number = int(text)
        return number if INT64_MIN <= number <= INT64_MAX else float(text)
    if _DECIMAL.match(text) or _SPECIAL.match(text):
        return float(text)
    return None
