"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from pql.check.comments import Lines
from pql.check.model import Finding
from pql.check.report import CheckReport, Place, places
from pql.check.rules import RULES
from pql.diagnostics.registry import CODES

__all__ = ["as_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: CheckReport) -> str:
    """One run with every rule described."""
    from importlib.metadata import version

    rules = [
        {
            "id": code,
            "name": rule.name,
            "shortDescription": {"text": CODES[code].title if code in CODES else rule.title},
            "fullDescription": {"text": " ".join(rule.doc.split())},
            "defaultConfiguration": {"level": rule.severity_of(code).value},
        }
        for rule in RULES
        for code in rule.codes
    ]
    index = {str(each["id"]): number for number, each in enumerate(rules)}
    results = [
        _result(each, at, index[each.code], Lines(report.texts[each.file]) if each.edits else None)
        for each, at in zip(report.findings, places(report), strict=True)
    ]
    driver = {
        "name": "pql check",
        "version": version("pql-lineage"),
        "semanticVersion": version("pql-lineage"),
        "rules": rules,
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _result(finding: Finding, at: Place, rule: int, lines: Lines | None) -> dict[str, Any]:
    artifact = {"uri": quote(finding.file)}
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    hint = f" Hint: {finding.hint}." if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": f"{finding.message}.{hint}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
    if lines is not None:
        replacements = [
            {
                "deletedRegion": {
                    "startLine": lines.line(edit.span.start),
                    "startColumn": lines.column(edit.span.start),
                    "endLine": lines.line(edit.span.end),
                    "endColumn": lines.column(edit.span.end),
                },
                "insertedContent": {"text": edit.text},
            }
            for edit in finding.edits
        ]
        change = {"artifactLocation": artifact, "replacements": replacements}
        result["fixes"] = [{"description": {"text": "safe fix"}, "artifactChanges": [change]}]
    return result
