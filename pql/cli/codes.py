"""The page of a diagnostic code: what it means, a query that has it, the query mended."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pql.binder.binder import Clock, bind
from pql.diagnostics.code import Code, Form
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.registry import CODES
from pql.diagnostics.render import render
from pql.syntax.parser import parse_query

__all__ = ["code_page", "findings_of", "known_code"]

_CLOCK = Clock(datetime(2026, 1, 1, tzinfo=UTC))


def code_page(code: Code) -> str:
    """The page as Markdown."""
    kind = "A warning" if code.warning else "An error"
    parts = [f"# {code.code}: {code.title}", f"{kind}: {_with_names(code.message)}.", code.meaning]
    parts += ["Wrong:", _block(code.wrong or '""')]
    if code.form is Form.QUERY:
        parts += [_block(render(each, code.wrong)) for each in findings_of(code.wrong)[:1]]
    parts += ["Right:", _block(code.right)]
    return "\n\n".join(parts) + "\n"


def _with_names(message: str) -> str:
    """The message with the names of what will stand in it."""
    return re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), message)


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
