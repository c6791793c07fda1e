"""A plain table: aligned columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pql.cli.text import clip, printable, width

if TYPE_CHECKING:
    from pql.diagnostics.style import Style

__all__ = ["TextColumn", "fit_table", "render_table"]

TextColumn = tuple[str, list[str], bool]
"""(heading, cells, whether they are numbers)"""

_GAP = "  "
_NARROWEST = 8


def render_table(columns: list[TextColumn], terminal: int | None, *, coloured: bool = False) -> str:
    """Lines of (heading, cells, right-aligned) columns; cut to the terminal's width, or whole if None."""
    return fit_table(columns, terminal, coloured=coloured)[0]


def fit_table(
    columns: list[TextColumn],
    terminal: int | None,
    rigid: frozenset[str] = frozenset(),
    *,
    coloured: bool = False,
    titles: bool = False,
) -> tuple[str, list[str]]:
    """The lines, and the headings of columns that had no room.

    Texts are cut down to a width that still says something; numbers and the columns named by `rigid` never
    are, as a cut number is another number. What still does not fit is left out from the right. With
    `coloured` there are the escapes of a terminal; with `titles` a row that has nothing but a first cell is
    a heading, too.
    """
    shown = [(printable(head), [printable(cell) for cell in cells], right) for head, cells, right in columns]
    widths = [max(width(text) for text in (head, *cells)) for head, cells, _ in shown]
    count = len(shown)
    if terminal is not None:
        fixed = [right or head in rigid for head, _, right in shown]
        least = [own if firm else min(own, _NARROWEST) for own, firm in zip(widths, fixed, strict=True)]
        while count > 1 and _total(least[:count]) > terminal:
            count -= 1
        widths = _fitted(widths[:count], least[:count], terminal)
    kept = shown[:count]
    rows = [[head for head, _, _ in kept], *zip(*(cells for _, cells, _ in kept), strict=True)]
    lines = []
    for number, row in enumerate(rows):
        heading = not number or (titles and not any(row[1:]))
        lines.append(_line(row, kept, widths, _styles(row, kept, heading=heading) if coloured else None))
    return "\n".join(lines), [head for head, _, _ in shown[count:]]


def _line(
    cells: Sequence[str], columns: list[TextColumn], widths: list[int], styles: Sequence[Style | None] | None
) -> str:
    parts = []
    for place, (cell, (_, _, right), columns_wide) in enumerate(zip(cells, columns, widths, strict=True)):
        text = clip(cell, columns_wide)
        blank = " " * (columns_wide - width(text))
        if styles is not None:
            from pql.diagnostics.style import painted

            text = painted(text, styles[place])
        parts.append(blank + text if right else text + blank)
    return _GAP.join(parts).rstrip()


def _styles(cells: Sequence[str], columns: list[TextColumn], *, heading: bool) -> list[Style | None]:
    from pql.cli.tones import cell_style
    from pql.diagnostics.style import Style

    if heading:
        return [Style.STRONG] * len(cells)
    return [cell_style(head, cell) for cell, (head, _, _) in zip(cells, columns, strict=True)]


def _total(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fitted(widths: list[int], least: list[int], terminal: int) -> list[int]:
    """The widest column that may still give way does so first."""
    fitted = list(widths)
    while _total(fitted) > terminal:
        loose = [each for each in range(len(fitted)) if fitted[each] > least[each]]
        if not loose:
            break
        fitted[max(loose, key=lambda each: fitted[each])] -= 1
    return fitted
