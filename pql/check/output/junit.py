"""Findings as JUnit XML: a suite a file, a failed case a finding."""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from pql.check.report import CheckReport, places

__all__ = ["as_junit"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: CheckReport) -> str:
    """A file without findings stands for nothing; what can't be read is an error;
    with nothing at all there is one case that passed."""
    pairs = list(zip(report.findings, places(report), strict=True))
    count = len(pairs)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    errors = len(report.unread)
    tests = max(1, count + errors)
    lines.append(f'<testsuites name="pql check" tests="{tests}" failures="{count}" errors="{errors}">')
    for file, group in groupby(pairs, key=lambda pair: pair[0].file):
        inside = list(group)
        lines.append(
            f'  <testsuite name={_attribute(file)} tests="{len(inside)}" failures="{len(inside)}" errors="0">'
        )
        for each, at in inside:
            name = _attribute(f"{each.code} {each.rule} {at.line}:{at.column}")
            text = escape(_clean(f"{each.file}:{at.line}:{at.column}: {each.message}"))
            hint = escape(_clean(f"\nhint: {each.hint}")) if each.hint else ""
            lines += [
                f"    <testcase name={name} classname={_attribute(file)}>",
                f"      <failure type={_attribute(each.code)} message={_attribute(each.message)}>",
                f"{text}{hint}</failure>",
                "    </testcase>",
            ]
        lines.append("  </testsuite>")
    if errors:
        lines.append(f'  <testsuite name="unreadable" tests="{errors}" failures="0" errors="{errors}">')
    for unread in report.unread:
        lines += [
            f'    <testcase name="unreadable" classname={_attribute(unread.file)}>',
            f"      <error message={_attribute(unread.reason)}/>",
            "    </testcase>",
        ]
    if errors:
        lines.append("  </testsuite>")
    if not (pairs or errors):
        lines += [
            '  <testsuite name="pql check" tests="1" failures="0" errors="0">',
            '    <testcase name="nothing found" classname="pql check"/>',
            "  </testsuite>",
        ]
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _clean(text: str) -> str:
    """Without what XML can't hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))
