"""`pql explain`: a code's page, or what becomes of a query on its way to an answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.catalog.layout import UNSEEN, Layout
from pql.cli.codes import code_page, known_code
from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded, say, tell
from pql.cli.outline import form_lines, node_lines
from pql.cli.output import folded
from pql.cli.search import whole
from pql.cli.text import printable
from pql.diagnostics.suggest import suggestion
from pql.plan.analysis import FindingKind, analyze
from pql.plan.describe import describe
from pql.plan.forms import condition_form, sort_form
from pql.plan.scope import plan_query
from pql.sql.emitter import Statement
from pql.sql.lower import lower
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["STAGES", "run_explain"]

STAGES = ("text", "ast", "bound", "plan", "sql", "duckdb")
_CODE = re.compile(r"pql\d+\Z", re.IGNORECASE)
_DEFAULT_LIMIT = 20
_ENTITIES = {entity.value: entity for entity in (Entity.RUN, Entity.ARTIFACT, Entity.POINT)}


def run_explain(
    what: str,
    emit: str,
    sort: str | None,
    limit: str | None,
    offset: str,
    every: bool,
    entity: str,
    as_of: str | None,
    index: str | None,
    defaults: str | None,
) -> None:
    """Print the page of a code, or the wanted stage of a query."""
    if _CODE.match(what):
        _print_code(what)
        return
    if emit not in STAGES:
        fail(f"error: --emit is one of {', '.join(STAGES)}, not {emit!r}", Exit.USAGE)
    if entity not in _ENTITIES:
        fail(f"error: --entity is one of {', '.join(_ENTITIES)}, not {entity!r}", Exit.USAGE)
    if every and limit is not None:
        fail("error: --all and --limit exclude each other", Exit.USAGE)
    if defaults is not None:
        what = asked_query(what, defaults, _ENTITIES[entity]) or what
    most = None if every else _DEFAULT_LIMIT if limit is None else whole(limit, "--limit", 1)
    with guarded():
        node = parse_query(what)
        if emit == "ast":
            _print(node_lines(node))
            return
        terms = parse_sort(sort) if sort else ()
        bound = bind(
            node,
            terms,
            clock=Clock(datetime.now(UTC)),
            text=what,
            sort_text=sort or "",
            limit=most,
            offset=whole(offset, "--offset", 0),
            entity=_ENTITIES[entity],
        )
        for warning in bound.warnings:
            tell(warning, what)
        _print(_stage(emit, bound, what, as_of, index), exact=emit != "text")


def _print_code(name: str) -> None:
    from pql.diagnostics.registry import CODES

    code = known_code(name)
    if code is None:
        from pql.check.pages import rule_page
        from pql.check.rules import RULES

        for rule in RULES:
            if name.upper() in rule.codes:
                print(rule_page(rule), end="")
                return
        hint = suggestion(name.upper(), [*CODES, *(each for rule in RULES for each in rule.codes)])
        fail(f"error: there is no code {name.upper()}" + (f"; {hint}" if hint else ""), Exit.USAGE)
    print(code_page(code), end="")


def _stage(emit: str, bound: BoundQuery, text: str, as_of: str | None, index: str | None) -> list[str]:
    if emit == "bound":
        return [*form_lines(condition_form(bound.condition)), *_tail(bound)]
    plan = plan_query(bound)
    match emit:
        case "plan":
            return [*node_lines(plan.predicate), *_tail(bound)]
        case "sql":
            return _sql(lower(plan, _layout(as_of, index), ("uuid",)))
        case "duckdb":
            return _engine_plan(bound, text, as_of, index)
        case _:
            return [*describe(plan).splitlines(), *_findings(bound, text)]


_SAID = {
    FindingKind.NEVER: "can never hold",
    FindingKind.ALWAYS: "always holds",
    FindingKind.DUPLICATE: "is asked twice",
    FindingKind.REDUNDANT: "says nothing new",
}


def _findings(bound: BoundQuery, text: str) -> list[str]:
    """What can be said of the query without any run."""
    lines = []
    for finding in analyze(bound.condition):
        clause = "this query" if finding.whole else f"`{text[slice(*finding.span)]}`"
        reasons = " and ".join(f"`{text[slice(*span)]}`" for span in finding.because)
        lines.append(
            f"Note: {clause} {_SAID[finding.kind]}" + (f", because of {reasons}." if reasons else ".")
        )
    return lines


def _tail(bound: BoundQuery) -> list[str]:
    """What is added to the condition: order, ties, page."""
    identity = {
        Entity.ARTIFACT: "run.uuid, name, kind, is_input, path",
        Entity.POINT: "run.uuid, key, order of logging",
    }.get(bound.entity, "uuid")
    lines = [f"sort: {', '.join(sort_form(bound.sort))}", f"ties: {identity}"]
    if bound.limit is not None:
        lines.append(f"limit: {bound.limit}")
    if bound.offset:
        lines.append(f"offset: {bound.offset}")
    return lines


def _sql(statement: Statement) -> list[str]:
    lines = [statement.sql]
    lines += [f"-- ${place} = {value!r}" for place, value in enumerate(statement.parameters, start=1)]
    return lines


def _engine_plan(bound: BoundQuery, text: str, as_of: str | None, index: str | None) -> list[str]:
    from lineage_index.index.engine import Engine
    from pql.cli.output_index import snapshot_of

    snapshot = snapshot_of(index, as_of)
    engine = Engine(snapshot)
    try:
        statement = lower(plan_query(bound), snapshot.layout, ("uuid",))
        explained = engine.rows(Statement(f"EXPLAIN {statement.sql}", statement.parameters), text)
        return [line for _, tree in explained for line in str(tree).splitlines()]
    finally:
        engine.close()


def _layout(as_of: str | None, index: str | None) -> Layout:
    """Where keys live in the index; without one, as if no key had a column of its own."""
    from lineage_index.store.errors import IndexMissing
    from pql.cli.output_index import snapshot_of

    try:
        return snapshot_of(index, as_of).layout
    except IndexMissing:
        if index is not None or as_of is not None:
            raise
        say("no index found: every key is taken to be a row of `values`")
        return UNSEEN


def _print(lines: list[str], *, exact: bool = True) -> None:
    for line in lines:
        print(printable(line) if exact else folded(printable(line)))
