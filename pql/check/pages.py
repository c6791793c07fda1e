"""A page a rule, for the docs and for reading on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from pql.binder.binder import Clock
from pql.check.contents import Kind
from pql.check.engine import check_text, select
from pql.check.output.text import plain
from pql.check.report import CheckReport
from pql.check.rule import Rule, fenced
from pql.check.rules import RULES
from pql.diagnostics.registry import CODES

__all__ = ["example_kind", "index_page", "listing", "rule_page"]

_CLOCK = Clock(datetime(2026, 1, 1, tzinfo=UTC))


def listing() -> str:
    """A line a rule: codes, name, what it looks for."""
    lines = [f"{_codes(rule):14}  {rule.name:24}  {_notes(rule):13}  {rule.title}" for rule in RULES]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _codes(rule: Rule) -> str:
    return rule.code if len(rule.codes) == 1 else f"{rule.code}-{rule.codes[-1][3:]}"


def _notes(rule: Rule) -> str:
    return "fix" if rule.fixable else "needs --index" if rule.on_known is not None else ""


def example_kind(text: str) -> Kind:
    """What an example is."""
    return "yaml" if text.startswith("kind:") else "pql"


def rule_page(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    severities = sorted({rule.severity_of(code).value for code in rule.codes})
    facts = [f"Codes: {', '.join(rule.codes)}", f"severity: {' or '.join(severities)}"]
    facts += ["has a safe fix"] if rule.fixable else []
    facts += ["needs an index"] if rule.on_known is not None else []
    parts = [f"# {rule.name}", f"{rule.title[0].upper()}{rule.title[1:]}.", "; ".join(facts) + "."]
    parts += [rule.doc.strip(), "Wrong:", fenced(rule.wrong)]
    if rule.on_known is None:
        parts.append(fenced(_findings(rule)))
    parts += ["Right:", fenced(rule.right)]
    if len(rule.codes) > 1:
        rows = [f"| {code} | {CODES[code].title} | {CODES[code].meaning} |" for code in rule.codes]
        parts.append("\n".join(["| code | | |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _findings(rule: Rule) -> str:
    kind = example_kind(rule.wrong)
    found = check_text("example", rule.wrong, kind, clock=_CLOCK, selection=select(rule.codes))
    shown = plain(CheckReport(found[:1], {"example": rule.wrong}, 1))
    return shown.rpartition("\n\n")[0]


def index_page() -> str:
    """The list of rules as Markdown."""
    rows = [
        f"| {_codes(rule)} | [{rule.name}]({rule.name}.md) | {rule.title} | {_notes(rule)} |"
        for rule in RULES
    ]
    head = ["# Rules of `pql check`", "", "| codes | rule | looks for | |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"
