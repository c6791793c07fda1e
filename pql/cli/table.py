"""A plain table: aligned columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pql.cli.text import clip, printable, width

if TYPE_CHECKING:
    from pql.diagnostics.style import Style

__all__ = ["TextColumn", "fit_table", "render_table", "stack_table"]

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

    Texts, and headings of numbers, are cut down to a width that still says something; numbers and the columns
    named by `rigid` never are, as a cut number is another number. What still does not fit is left out from
    the right. With `coloured` there are the escapes of a terminal; with `titles` a row that has nothing but a
    first cell is a heading, too, that widens no column.
    """
    shown = [(printable(head), [printable(cell) for cell in cells], right) for head, cells, right in columns]
    cells_of = list(zip(*(cells for _, cells, _ in shown), strict=True))
    titled = [titles and not any(row[1:]) for row in cells_of]
    inside = [
        # A title has the line for itself.
        max((width(cell) for cell, lone in zip(cells, titled, strict=True) if not lone), default=0)
        for _, cells, _ in shown
    ]
    widths = [max(width(head), own) for (head, _, _), own in zip(shown, inside, strict=True)]
    count = len(shown)
    if terminal is not None:
        least = [
            min(own, max(_NARROWEST, cells)) if right else own if head in rigid else min(own, _NARROWEST)
            for (head, _, right), own, cells in zip(shown, widths, inside, strict=True)
        ]
        while count > 1 and _total(least[:count]) > terminal:
            count -= 1
        widths = _fitted(widths[:count], least[:count], terminal)
    kept = shown[:count]
    lines = []
    for number, row in enumerate([[head for head, _, _ in kept], *(list(each[:count]) for each in cells_of)]):
        title = bool(number) and titled[number - 1]
        styles = _styles(row, kept, heading=title or not number) if coloured else None
        if title:
            lines.append(_line(row[:1], kept[:1], [terminal or width(row[0])], styles))
        else:
            lines.append(_line(row, kept, widths, styles))
    return "\n".join(lines), [head for head, _, _ in shown[count:]]


def stack_table(
    columns: list[TextColumn],
    terminal: int | None,
    rigid: frozenset[str] | None = None,
    *,
    keys: int = 1,
    coloured: bool = False,
    titles: bool = False,
) -> tuple[str, list[str]]:
    """As `fit_table`, but what has no room beside the others stands in a table below, behind the first `keys`
    columns again. Only a column that has no room behind these is left out. `rigid` None are all but these."""
    parts: list[str] = []
    left: list[str] = []
    lead, rest = columns[:keys], columns[keys:]
    firm = frozenset(head for head, _, _ in rest) if rigid is None else rigid
    while rest:
        text, hidden = fit_table([*lead, *rest], terminal, firm, coloured=coloured, titles=titles)
        taken = len(rest) - len(hidden)
        if taken > 0:
            parts.append(text)
        else:
            left.append(rest[0][0])
        rest = rest[max(1, taken) :]
    if not parts:  # nothing has room behind the first ones
        return fit_table(columns, terminal, firm, coloured=coloured, titles=titles)
    return "\n\n".join(parts), left


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
