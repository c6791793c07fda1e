"""Comments that silence rules: `# pql: ignore[PQL711]`, with commas between codes, without any for all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from pql.diagnostics.span import Span

__all__ = ["COMMENT", "Lines", "Suppression", "suppressions"]

COMMENT = "pql:"
"""What every comment has in it."""

_COMMENT = re.compile(
    r"(?:^|(?<=\s))#[ \t]*pql:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?(?![\w\[])", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment, or one code of it; `code` is empty for every code."""

    code: str
    span: Span
    line: int

    def covers(self, code: str) -> bool:
        """Whether it silences a code; `PQL7` speaks of all that begin so."""
        return code.startswith(self.code)


class Lines:
    """Offsets of a text to lines, without counting again for each."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def line(self, offset: int) -> int:
        """The line of an offset, counted from 1."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """The column in characters, counted from 1."""
        return offset - self._starts[self.line(offset) - 1] + 1


def suppressions(text: str, lines: Lines, content: Iterable[Span]) -> tuple[Suppression, ...]:
    """The comments of a file; `content` are the spans of texts, in which nothing is a comment."""
    found: list[Suppression] = []
    taken = sorted(content)
    starts = [span.start for span in taken]
    for match in _COMMENT.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        if before >= 0 and match.start() < taken[before].end:
            continue
        line = lines.line(match.start())
        if match["codes"] is None:
            found.append(Suppression("", Span(*match.span()), line))
            continue
        at = match.start("codes")
        for part in match["codes"].split(","):
            code = part.strip()
            start = at + len(part) - len(part.lstrip())
            where = Span(start, start + len(code)) if code else Span(*match.span())
            found.append(Suppression(code.upper() or "?", where, line))
            at += len(part) + 1
    return tuple(found)
