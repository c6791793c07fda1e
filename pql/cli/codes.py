"""The page of a diagnostic code: what it means, a query that has it, the query mended."""

from __future__ import annotations

from datetime import UTC, datetime

from pql.binder.binder import Clock, bind
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.registry import CODES, Code
from pql.diagnostics.render import render
from pql.syntax.parser import parse_query

__all__ = ["code_page", "findings_of"]

_CLOCK = Clock(datetime(2026, 1, 1, tzinfo=UTC))


def code_page(code: Code) -> str:
    """The page as Markdown. KeyError if there is no such code."""
    kind = "warning" if code.warning else "error"
    parts = [f"# {code.code}: {code.title}", f"An {kind}: {code.message}." if kind == "error" else ""]
    if code.warning:
        parts[1] = f"A warning: {code.message}."
    parts.append(code.meaning)
    if code.wrong or code.code == "PQL101":
        parts += ["Wrong:", _block(code.wrong or '""')]
        parts += [_block(render(each, code.wrong)) for each in findings_of(code.wrong)[:1]]
    if code.right:
        parts += ["Right:", _block(code.right)]
    return "\n\n".join(parts) + "\n"


def findings_of(query: str) -> list[Diagnostic]:
    """What the compiler has to say of a query on runs, up to the first error."""
    try:
        return list(bind(parse_query(query), clock=_CLOCK, text=query).warnings)
    except PqlError as error:
        return [error.diagnostic]


def _block(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.splitlines())


def known_code(name: str) -> Code | None:
    """The code of that name in any case, or None."""
    return CODES.get(name.upper())
