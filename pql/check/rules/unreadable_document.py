"""A document that can't be read: YAML, or settings in TOML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pql.check.contents import Contents
from pql.check.model import Report
from pql.check.rule import Rule, contents_faults
from pql.diagnostics.span import Span

__all__ = ["RULE"]

_CODES = ("PQL601", "PQL602", "PQL604", "PQL633")
_of_settings = contents_faults(_CODES)


def _check(contents: Contents) -> Iterator[Report]:
    for document in contents.documents:
        if document.fault is not None:
            start, end = document.fault.span
            yield replace(document.fault, span=Span(start + document.base, end + document.base))
    yield from _of_settings(contents)


RULE = Rule(
    name="unreadable-document",
    codes=_CODES,
    title="document that can't be read",
    message="",
    doc="""\
The document is not YAML (settings: not TOML), is larger than what is taken, or has a key twice (a saved
query: its sort or its limit). It is told only of documents that look like an operation; other YAML files of a
folder are nobody's business here.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:running"
    query: "status:failed"
""",
    right="""\
kind: operation
joins:
  - query: "status:running"
""",
    on_contents=_check,
)
