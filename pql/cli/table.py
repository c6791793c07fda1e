"""A plain table: aligned columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from pql.cli.text import clip, printable, width

__all__ = ["render_table"]

_GAP = "  "
_NARROWEST = 8


def render_table(columns: list[tuple[str, list[str], bool]], terminal: int | None) -> str:
    """Lines of (heading, cells, right-aligned) columns; cut to the terminal's width, or whole if None."""
    shown = [(printable(head), [printable(cell) for cell in cells], right) for head, cells, right in columns]
    widths = [max(width(text) for text in (head, *cells)) for head, cells, _ in shown]
    if terminal is not None:
        widths = _fitted(widths, terminal)
    rows = [[head for head, _, _ in shown], *zip(*(cells for _, cells, _ in shown), strict=True)]
    return "\n".join(_line(row, shown, widths) for row in rows)


def _line(cells: Sequence[str], columns: list[tuple[str, list[str], bool]], widths: list[int]) -> str:
    parts = []
    for cell, (_, _, right), columns_wide in zip(cells, columns, widths, strict=True):
        text = clip(cell, columns_wide)
        blank = " " * (columns_wide - width(text))
        parts.append(blank + text if right else text + blank)
    return _GAP.join(parts).rstrip()


def _fitted(widths: list[int], terminal: int) -> list[int]:
    """The widest column gives way first, down to a width that still says something."""
    fitted = list(widths)
    while sum(fitted) + len(_GAP) * (len(fitted) - 1) > terminal:
        widest = max(range(len(fitted)), key=lambda each: fitted[each])
        if fitted[widest] <= _NARROWEST:
            break
        fitted[widest] -= 1
    return fitted
