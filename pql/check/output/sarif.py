"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pql.check.comments import Lines
from pql.check.model import Finding
from pql.check.report import CheckReport, Unread
from pql.check.rule import Rule, fenced
from pql.check.rules import RULES
from pql.diagnostics.registry import CODES
from pql.diagnostics.span import Span
from pql.diagnostics.visible import inert_json

__all__ = ["as_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: CheckReport) -> str:
    """One run with every rule described."""
    from importlib.metadata import version

    rules = [_descriptor(rule, code) for rule in RULES for code in rule.codes]
    index = {str(each["id"]): number for number, each in enumerate(rules)}
    texts = {name: _Text(text) for name, text in report.texts.items()}
    seen: Counter[str] = Counter()
    results = [_result(each, index[each.code], texts[each.file], seen) for each in report.findings]
    own = version("pql-lineage")
    driver = {"name": "pql check", "version": own, "semanticVersion": own, "rules": rules}
    invocation: dict[str, Any] = {"executionSuccessful": not report.unread}
    if report.unread:
        invocation["toolExecutionNotifications"] = [_notification(each) for each in report.unread]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "pql-check/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [invocation],
        "results": results,
    }
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return inert_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def _descriptor(rule: Rule, code: str) -> dict[str, Any]:
    known = CODES.get(code)
    doc = " ".join(rule.doc.split())
    words = known.meaning if known is not None else doc
    level = rule.severity_of(code).value
    wrong, right = fenced(rule.wrong), fenced(rule.right)
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": known.title if known is not None else rule.title},
        "fullDescription": {"text": words},
        "help": {"text": doc, "markdown": f"{doc}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}"},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["pql"], "problem.severity": level},
    }


def _uri(name: str) -> str:
    """A path as an address: relative ones stay so, and are taken from the root of the repository."""
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(name, errors="surrogateescape")


class _Text:
    """The text of a file, and its lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)

    def region(self, span: Span) -> dict[str, int]:
        """Lines and columns of a span, from 1; columns are counted as UTF-16 does."""
        end = max(span.start, span.end)
        return {
            "startLine": self._lines.line(span.start),
            "startColumn": self._column(span.start),
            "endLine": self._lines.line(end),
            "endColumn": self._column(end),
        }

    def line_of(self, span: Span) -> str:
        """The line on which a span begins, without blanks at its ends."""
        start = self._start(span.start)
        end = self._text.find("\n", span.start)
        return self._text[start : len(self._text) if end < 0 else end].strip()

    def _start(self, offset: int) -> int:
        return offset - self._lines.column(offset) + 1

    def _column(self, offset: int) -> int:
        before = self._text[self._start(offset) : offset]
        return 1 + len(before) + (0 if before.isascii() else sum(each > "\uffff" for each in before))


def _notification(unread: Unread) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(unread.file)}}}
    return {"level": "error", "message": {"text": unread.reason}, "locations": [location]}


def _location(finding: Finding, span: Span, text: _Text) -> dict[str, Any]:
    artifact = {"uri": _uri(finding.file)}
    return {"physicalLocation": {"artifactLocation": artifact, "region": text.region(span)}}


def _result(finding: Finding, rule: int, text: _Text, seen: Counter[str]) -> dict[str, Any]:
    hint = f" Hint: {finding.hint}." if finding.hint else ""
    # The same finding in the same line of words is the same one, wherever the line has moved to.
    words = f"{finding.code}\n{finding.file}\n{text.line_of(finding.span)}"
    digest = hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    seen[digest] += 1
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": f"{finding.message}.{hint}"},
        "locations": [_location(finding, finding.span, text)],
        "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{seen[digest]}"},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(finding, span, text), "message": {"text": "because of this"}}
            for number, span in enumerate(finding.related, start=1)
        ]
    if finding.edits:
        replacements = [
            {"deletedRegion": text.region(edit.span), "insertedContent": {"text": edit.text}}
            for edit in finding.edits
        ]
        change = {"artifactLocation": {"uri": _uri(finding.file)}, "replacements": replacements}
        result["fixes"] = [{"description": {"text": "safe fix"}, "artifactChanges": [change]}]
    return result
