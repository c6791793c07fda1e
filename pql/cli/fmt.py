"""`pql fmt`: a query in its canonical form."""

from __future__ import annotations

import sys

from pql.cli.exits import Exit, fail, guarded
from pql.syntax.format import format_query, format_sort
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["run_fmt"]


def run_fmt(query: str | None, sort: str | None, check: bool) -> None:
    """Print the canonical query (then the sort, if given); with `check` print nothing and end with 1 if
    something is not canonical. Without query and sort the query is read from standard input."""
    if query in (None, "-") and (query == "-" or sort is None):
        query = _standard_input()
    with guarded():
        pairs: list[tuple[str, str]] = []
        if query is not None:
            pairs.append((query, format_query(parse_query(query))))
        if sort is not None:
            pairs.append((sort, format_sort(parse_sort(sort))))
    if check:
        if any(given != canonical for given, canonical in pairs):
            raise SystemExit(int(Exit.NOTHING))
        return
    for _, canonical in pairs:
        print(canonical)


def _standard_input() -> str:
    """What comes in, without the line's end, which is no part of a query."""
    try:
        return sys.stdin.read().removesuffix("\n")
    except UnicodeDecodeError as error:
        fail(f"error: standard input is not UTF-8: {error}", Exit.USAGE)
