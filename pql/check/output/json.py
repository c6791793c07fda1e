"""Findings as one JSON array."""

from __future__ import annotations

import json
from typing import Any

from pql.check.comments import Lines
from pql.check.report import CheckReport, places
from pql.diagnostics.span import Span
from pql.diagnostics.visible import inert_json

__all__ = ["as_json"]


def as_json(report: CheckReport) -> str:
    """An object a finding; lines and columns count from 1, offsets (in characters) from 0."""
    lines = {name: Lines(text) for name, text in report.texts.items()}
    found: list[dict[str, Any]] = []
    for each, at in zip(report.findings, places(report), strict=True):
        of = lines[each.file]
        found.append(
            {
                "file": each.file,
                "code": each.code,
                "rule": each.rule,
                "severity": each.severity.value,
                "message": each.message,
                "hint": each.hint,
                "start": {"line": at.line, "column": at.column, "offset": each.span.start},
                "end": {"line": at.end_line, "column": at.end_column, "offset": each.span.end},
                "related": [_ends(span, of) for span in each.related],
                "edits": [{**_ends(edit.span, of), "text": edit.text} for edit in each.edits],
            }
        )
    return inert_json(json.dumps(found, ensure_ascii=False, indent=2)) + "\n"


def _ends(span: Span, lines: Lines) -> dict[str, dict[str, int]]:
    start, end = ({"line": lines.line(at), "column": lines.column(at)} for at in span)
    return {"start": start, "end": end}
