"""The registry of diagnostics: every code with its message and a page for people."""

from __future__ import annotations

from pql.diagnostics.code import Code
from pql.diagnostics.codes.documents import DOCUMENTS
from pql.diagnostics.codes.doubts import DOUBTS
from pql.diagnostics.codes.joins import JOINS
from pql.diagnostics.codes.limits import LIMITS
from pql.diagnostics.codes.literals import LITERALS
from pql.diagnostics.codes.names import NAMES
from pql.diagnostics.codes.notes import NOTES
from pql.diagnostics.codes.requests import REQUESTS
from pql.diagnostics.codes.texts import TEXTS

__all__ = ["CODES", "Code"]


def _table(*groups: tuple[Code, ...]) -> dict[str, Code]:
    codes = [each for group in groups for each in group]
    table = {each.code: each for each in codes}
    if len(table) != len(codes):
        raise ValueError("a code is registered twice")
    return table


CODES: dict[str, Code] = _table(TEXTS, NAMES, LITERALS, LIMITS, DOUBTS, DOCUMENTS, JOINS, NOTES, REQUESTS)
