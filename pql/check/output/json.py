"""Findings as one JSON array."""

from __future__ import annotations

import json
from typing import Any

from pql.check.comments import Lines
from pql.check.report import CheckReport, places
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
                "related": [
                    {
                        "start": {"line": of.line(span.start), "column": of.column(span.start)},
                        "end": {"line": of.line(span.end), "column": of.column(span.end)},
                    }
                    for span in each.related
                ],
                "edits": [
                    {
                        "start": {"line": of.line(edit.span.start), "column": of.column(edit.span.start)},
                        "end": {"line": of.line(edit.span.end), "column": of.column(edit.span.end)},
                        "text": edit.text,
                    }
                    for edit in each.edits
                ],
            }
        )
    return inert_json(json.dumps(found, ensure_ascii=False, indent=2)) + "\n"
