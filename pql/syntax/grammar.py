"""The grammar file and the parser tables built from it, once per process."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lark import Lark

from pql.syntax.build import Builder

__all__ = ["grammar_text", "lark_parser"]


def grammar_text() -> str:
    """The text of `pql.lark`, from the package or, in a checkout, from the folder beside it."""
    packaged = files("pql").joinpath("_grammar", "pql.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / "pql.lark").read_text(encoding="utf-8")


@cache
def lark_parser() -> Lark:
    """The LALR(1) parser that builds the AST while it reads (some 20 ms to make, then shared)."""
    options: dict[str, Any] = {"parser": "lalr", "start": ["query", "sort"], "maybe_placeholders": True}
    return Lark(grammar_text(), transformer=Builder(), **options)
