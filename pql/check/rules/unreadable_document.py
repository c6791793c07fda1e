"""A YAML document that can't be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pql.check.contents import Contents
from pql.check.model import Report
from pql.check.rule import Rule
from pql.diagnostics.span import Span

__all__ = ["RULE"]


def _check(contents: Contents) -> Iterator[Report]:
    for document in contents.documents:
        if document.fault is not None:
            start, end = document.fault.span
            yield replace(document.fault, span=Span(start + document.base, end + document.base))


RULE = Rule(
    name="unreadable-document",
    codes=("PQL601", "PQL602", "PQL604"),
    title="document that can't be read",
    message="",
    doc="""\
The document is not YAML, is larger than what is taken, or has a key twice. It is told only of documents that
look like an operation; other YAML files of a folder are nobody's business here.
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
