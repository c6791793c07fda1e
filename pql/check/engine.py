"""Files to findings: read, ask every rule, take away what comments silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pql.binder.binder import Clock
from pql.check.comments import COMMENT, Lines, Suppression, suppressions
from pql.check.contents import Contents, Kind, read_contents
from pql.check.known import Known
from pql.check.model import Edit, Finding, Report
from pql.check.rule import Rule
from pql.check.rules import RULES
from pql.diagnostics.span import Span

__all__ = ["Selection", "UnknownCodeError", "all_codes", "check_contents", "check_text", "select"]


class UnknownCodeError(Exception):
    """A selection names no code, no beginning of one and no rule."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The codes that are looked for."""

    codes: frozenset[str]


def all_codes() -> tuple[str, ...]:
    """Every code of every rule, sorted."""
    return tuple(sorted(code for rule in RULES for code in rule.codes))


def select(wanted: Sequence[str] = (), ignored: Sequence[str] = ()) -> Selection:
    """The codes wanted (all, if none is named) without those ignored. Each is named by code, by the beginning
    of several, or by its rule. Raises UnknownCodeError."""
    chosen = frozenset(all_codes()) if not wanted else _named(wanted)
    return Selection(chosen - _named(ignored))


def _named(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        of_rule = {code for rule in RULES if rule.name == name.lower() for code in rule.codes}
        codes = of_rule or {code for code in all_codes() if name and code.startswith(name.upper())}
        if not codes:
            raise UnknownCodeError(name)
        found |= codes
    return frozenset(found)


def check_text(
    name: str,
    text: str,
    kind: Kind,
    *,
    clock: Clock,
    selection: Selection,
    known: Known | None = None,
) -> tuple[Finding, ...]:
    """The findings about a text, in order."""
    return check_contents(read_contents(name, text, kind, clock), selection, known)


def check_contents(
    contents: Contents, selection: Selection, known: Known | None = None
) -> tuple[Finding, ...]:
    """The findings about what a file holds, in order."""
    rules = [rule for rule in RULES if not selection.codes.isdisjoint(rule.codes)]
    found = [each for each in _reports(contents, rules, known) if each.code in selection.codes]
    found = list(dict.fromkeys(found))
    lines = Lines(contents.text)
    comments = suppressions(contents.text, lines, contents.texts) if COMMENT in contents.text else ()
    if comments:
        found = list(_audible(found, comments, lines, rules, selection, known is not None, contents.name))
    return tuple(sorted(found, key=lambda each: each.order))


def _reports(contents: Contents, rules: Sequence[Rule], known: Known | None) -> Iterator[Finding]:
    name = contents.name
    for rule in rules:
        if rule.on_contents is not None:
            yield from _findings(rule, rule.on_contents(contents), name, 0)
    for document in contents.documents:
        base = document.base
        for rule in rules:
            if rule.on_matrix is not None:
                for matrix in document.matrices:
                    yield from _findings(rule, rule.on_matrix(matrix), name, base)
            if rule.on_unit is not None:
                for unit in document.units:
                    yield from _findings(rule, rule.on_unit(unit), name, base)
    of_search = [(rule, rule.on_search) for rule in rules if rule.on_search is not None]
    of_known = [(rule, rule.on_known) for rule in rules if rule.on_known is not None]
    for base, search in contents.all_searches():
        for rule, check in of_search:
            yield from _findings(rule, check(search), name, base)
        for rule, ask in of_known if known is not None else ():
            assert known is not None
            yield from _findings(rule, ask(search, known), name, base)


def _findings(rule: Rule, reports: Iterable[Report], name: str, base: int) -> Iterator[Finding]:
    for report in reports:
        code = report.code or rule.code
        anchor = report.span.start if report.anchor is None else report.anchor
        yield Finding(
            name,
            _moved(report.span, base),
            code,
            rule.name,
            rule.severity_of(code),
            rule.message_of(report),
            report.hint,
            tuple(Edit(_moved(each.span, base), each.text) for each in report.edits),
            anchor + base,
            tuple(_moved(each, base) for each in report.related),
        )


def _moved(span: Span, base: int) -> Span:
    return Span(span.start + base, span.end + base)


def _audible(
    found: list[Finding],
    comments: Sequence[Suppression],
    lines: Lines,
    rules: Sequence[Rule],
    selection: Selection,
    with_index: bool,
    name: str,
) -> Iterator[Finding]:
    """The findings that no comment silences, and one for each comment that silences none."""
    by_line: dict[int, list[Suppression]] = {}
    for comment in comments:
        by_line.setdefault(comment.line, []).append(comment)
    used: set[Suppression] = set()
    for each in found:
        at = {lines.line(each.span.start), lines.line(each.anchor)}
        silencing = [one for line in at for one in by_line.get(line, ()) if one.covers(each.code)]
        used.update(silencing)
        if not silencing:
            yield each
    looked_for = {
        code
        for rule in rules
        for code in rule.codes
        if code in selection.codes and (rule.on_known is None or with_index)
    }
    known = all_codes()
    for rule in rules:
        if rule.on_unused is None or rule.code not in selection.codes:
            continue
        for comment in comments:
            real = any(comment.covers(code) for code in known)
            idle = real and not any(comment.covers(code) for code in looked_for)
            if comment not in used and not idle:
                yield from _findings(rule, rule.on_unused(comment), name, 0)
