"""Forms of output: each turns a report into one text."""

from __future__ import annotations

from collections.abc import Callable

from pql.check.output import concise, github, json, junit, sarif, text
from pql.check.report import CheckReport

__all__ = ["FORMATS"]

FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "text": text.plain,
    "concise": concise.concise,
    "json": json.as_json,
    "sarif": sarif.as_sarif,
    "github": github.as_annotations,
    "junit": junit.as_junit,
}
"""The forms by name. `text` is without colour here; `text.coloured` is for terminals."""
