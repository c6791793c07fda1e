"""The grammar file, and the parser made from it once per process.

The LALR tables take some 20 ms to compute and 2 ms to load, so the package carries them ready-made in
`tables.bin`, for one version of lark and one text of the grammar; for any other they are computed.
`python -m pql.syntax.grammar` writes the file anew.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import lark
from lark import Lark

from pql.syntax.build import Builder

__all__ = ["TABLES", "compute_tables", "grammar_text", "identity", "lark_parser"]

_OPTIONS: dict[str, Any] = {"parser": "lalr", "start": ["query", "sort"], "maybe_placeholders": True}
TABLES = Path(__file__).with_name("tables.bin")


def grammar_text() -> str:
    """The text of `pql.lark`, from the package or, in a checkout, from the folder beside it."""
    packaged = files("pql").joinpath("_grammar", "pql.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / "pql.lark").read_text(encoding="utf-8")


@cache
def lark_parser() -> Lark:
    """The LALR(1) parser that builds the AST while it reads."""
    text = grammar_text()
    try:
        stored = pickle.loads(TABLES.read_bytes())
    except (OSError, pickle.UnpicklingError, EOFError):
        stored = {}
    if stored.get("for") == identity(text):
        load: Any = Lark._load_from_dict  # what lark's own standalone parsers call
        parser: Lark = load(stored["data"], stored["memo"], transformer=Builder())
        return parser
    return Lark(text, transformer=Builder(), **_OPTIONS)


def compute_tables() -> dict[str, Any]:
    """The content of `tables.bin` for the grammar as it is now."""
    text = grammar_text()
    buffer = io.BytesIO()
    Lark(text, **_OPTIONS).save(buffer)
    return {"for": identity(text), **pickle.loads(buffer.getvalue())}


def identity(text: str) -> tuple[str, str]:
    """What the tables depend on: the version of lark and a digest of the grammar."""
    return lark.__version__, hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    TABLES.write_bytes(pickle.dumps(compute_tables(), protocol=4))
    print(f"{TABLES.name}: {TABLES.stat().st_size:,} bytes")
