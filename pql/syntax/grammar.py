"""The grammar file, and what lark makes of it.

lark computes the LALR(1) tables and tells what was expected where a text is wrong. Both take longer than
parsing, so the package carries the tables as plain data in `tables.json`, and right texts are parsed without
lark. `python -m pql.syntax.grammar` writes the file anew, as each change of the grammar needs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["STARTS", "grammar_text", "lark_parser"]

STARTS = ("query", "sort")
"""The symbols that a parse may begin with."""


def grammar_text() -> str:
    """The text of `pql.lark`, from the package or, in a checkout, from the folder beside it."""
    from importlib.resources import files  # a search does without it

    packaged = files("pql").joinpath("_grammar", "pql.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / "pql.lark").read_text(encoding="utf-8")


@cache
def lark_parser() -> Lark:
    """lark's own parser of the grammar; it gives lark's trees."""
    from lark import Lark

    return Lark(grammar_text(), parser="lalr", start=list(STARTS), maybe_placeholders=True)


if __name__ == "__main__":
    from pql.syntax.tables import TABLES, compute_tables, tables_text

    TABLES.write_text(tables_text(compute_tables()), encoding="utf-8")
    print(f"{TABLES.name}: {TABLES.stat().st_size:,} bytes")
