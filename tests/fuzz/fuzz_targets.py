"""What is fuzzed: functions of bytes that return for any input, or raise because something is wrong.

`fuzz/run.py` drives them with atheris; `test_fuzz_replay.py` replays what was found. Each lets through what
its part of the program may raise, and nothing else.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lark import Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from lineage_index.index.keyset import fitting_token, read_token, write_token
from lineage_index.ingest.jsonfile import load_json
from lineage_index.ingest.lineagefile import read_lineage_file
from lineage_index.ingest.lines import count_events
from lineage_index.ingest.metrics import read_metric_files
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.runfile import read_run_file
from lineage_index.ingest.seriesfile import SeriesFile
from pql.binder.binder import Clock, bind
from pql.binder.defaults import with_defaults
from pql.catalog.fields import Entity
from pql.catalog.layout import KeyLayout, Layout
from pql.check.engine import check_text, select
from pql.check.saved import read_all_saved
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.render import render
from pql.joins.document import plain, read_document
from pql.joins.opfile import read_operation
from pql.joins.querytext import render_query, render_sort
from pql.joins.read import read_joins
from pql.joins.source import Source, placed
from pql.joins.templates import render_text
from pql.plan.describe import describe
from pql.plan.forms import condition_form
from pql.plan.scope import plan_query
from pql.reference.model import Run
from pql.reference.search import search
from pql.sql.lower import lower
from pql.syntax.build import Builder, SyntaxFaultError
from pql.syntax.format import format_query, format_sort
from pql.syntax.grammar import lark_parser
from pql.syntax.machine import Machine, UnexpectedTextError
from pql.syntax.parser import parse_query, parse_sort
from pql.syntax.tables import tables

__all__ = ["TARGETS", "seeds"]

ROOT = Path(__file__).parents[2]
CLOCK = Clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
LAYOUT = Layout({("outputs", "loss"): KeyLayout(num="k1"), ("inputs", "lr"): KeyLayout(num="k2", text="k2t")})


def _text(data: bytes) -> str:
    """Half pairs of surrogates come through: a program may hand such a text over."""
    return data.decode("utf-8", "surrogateescape")


def _shown(diagnostic: Diagnostic, text: str) -> None:
    """Every fault can be shown, lies inside its text, and steers no terminal."""
    assert 0 <= diagnostic.span.start <= len(text), (diagnostic.span, len(text))
    assert all(line.isprintable() for line in render(diagnostic, text).split("\n"))


def fuzz_parser(data: bytes) -> None:
    """Queries and sorts."""
    text = _text(data)
    for parse in (parse_query, parse_sort):
        try:
            parse(text)
        except PqlError as error:
            _shown(error.diagnostic, error.text)


class _Lark(Transformer[Token, Any]):
    """lark's tree, made by the same builder."""

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        own = [
            (each.type, str(each), each.start_pos, each.end_pos) if isinstance(each, Token) else each
            for each in children
        ]
        return getattr(Builder(), str(data))(own)


@cache
def _machine() -> Machine:
    return Machine(tables(), Builder())


def fuzz_differential(data: bytes) -> None:
    """The parser that reads the stored tables gives what lark gives: the same tree, or a fault as well."""
    text = data.decode("utf-8", "replace")
    for start in ("query", "sort"):
        ours = theirs = None
        with suppress(SyntaxFaultError, UnexpectedTextError):
            ours = _machine().parse(text, start)
        try:
            theirs = _Lark().transform(lark_parser().parse(text, start))
        except (UnexpectedInput, SyntaxFaultError):
            pass
        except VisitError as error:
            if not isinstance(error.orig_exc, SyntaxFaultError):
                raise
        assert ours == theirs, (start, text, ours, theirs)


def fuzz_format(data: bytes) -> None:
    """A query in its canonical form is the same query, and its own canonical form."""
    text = _text(data)
    try:
        node = parse_query(text)
    except PqlError:
        pass
    else:
        formatted = format_query(node)
        assert parse_query(formatted, max_length=None) == node
        assert format_query(parse_query(formatted, max_length=None)) == formatted
    try:
        terms = parse_sort(text)
    except PqlError:
        return
    formatted = format_sort(terms)
    assert parse_sort(formatted, max_length=None) == terms


_RUNS = [
    Run("1" * 32),
    Run("2" * 32, scalars={"name": "x", "status": "failed"}, inputs={"lr": "0.1"}, outputs={"loss": 0.5}),
]


def fuzz_meaning(data: bytes) -> None:
    """A query that parses is bound or refused; what is bound is planned, explained, lowered and evaluated."""
    text = _text(data)
    query, _, sort = text.partition("\n--\n")
    for entity in Entity:
        try:
            whole = with_defaults(query, "polyaxon", entity)
            node, terms = parse_query(whole or query), parse_sort(sort)
            bound = bind(
                node, terms, clock=CLOCK, text=whole or query, sort_text=sort, entity=entity, limit=3
            )
            plan = plan_query(bound)
        except PqlError as error:
            _shown(error.diagnostic, error.text)
            continue
        assert describe(plan)
        if bound.condition is not None:
            condition_form(bound.condition)
        for layout in (Layout(), LAYOUT):
            statement = lower(plan, layout)
            assert statement.sql.startswith(("SELECT ", "WITH "))
        if entity is Entity.RUN:
            search(bound, _RUNS)


def fuzz_operation(data: bytes) -> None:
    """Operation files, as bytes."""
    for read in (read_document, read_operation):
        try:
            found = read(data, "op.yaml")
        except PqlError as error:
            _shown(error.diagnostic, error.text)
            return
        if read is read_document:
            plain(found[1])  # type: ignore[index]
    try:
        read_joins(found.node.get("joins"), found.source, {"params": {"x": "y"}, "x": 1})  # type: ignore[union-attr]
    except PqlError as error:
        _shown(error.diagnostic, error.text)


def fuzz_check(data: bytes) -> None:
    """What `pql check` reads: operation files, saved queries, settings."""
    text = _text(data)
    for kind in ("yaml", "pql", "toml", "query"):
        for finding in check_text(f"x.{kind}", text, kind, clock=CLOCK, selection=select()):
            assert 0 <= finding.span.start <= finding.span.end


def fuzz_settings(data: bytes) -> None:
    """`pql.toml` and the tables of `pyproject.toml`."""
    text = data.decode("utf-8", "replace")
    for name in ("pql.toml", "pyproject.toml"):
        source = Source(name, text)
        _, faults = read_all_saved(source)
        for fault in faults:
            _shown(fault.diagnostic, fault.text)


def fuzz_run_file(data: bytes) -> None:
    """`run.plx.json` and `lineages.plx.json`: whatever is wrong is a problem in the report."""
    report = Reporter("run.plx.json")
    value = load_json(data, report)
    read_run_file(value, report)
    read_lineage_file(value, report)
    json.dumps([[each.code, each.message, each.lost] for each in report.problems])


def fuzz_events(data: bytes) -> None:
    """Event files of every sort of line, and of metrics, which a reader of its own takes."""
    report = Reporter("x.plx")
    for kind in ("text", "image", "system"):
        count_events(io.BytesIO(data), kind, report)
    descriptor = os.memfd_create("events")
    try:
        os.write(descriptor, data)
        path = f"/proc/self/fd/{descriptor}"
        for whole in (False, True):
            file = SeriesFile(path, "x.plx", "metric", "x", False, report, whole)
            rows = sum(table.num_rows for table in read_metric_files(iter([file])))
            assert rows <= data.count(b"\n") + data.count(b"\r") + 1
    finally:
        os.close(descriptor)


_NAMES = {"x": "y", "n": 7, "l": [1, "a"], "m": {"k": "v, status:failed"}, "evil": "a' | name:~nil, b:\"c"}


def fuzz_templates(data: bytes) -> None:
    """Templates in queries, sorts and plain texts of a join."""
    text = _text(data)
    for render_as in (render_query, render_sort, render_text):
        try:
            render_as(placed(text), _NAMES)
        except PqlError as error:
            _shown(error.diagnostic, error.text)


def fuzz_page_token(data: bytes) -> None:
    """Tokens of pages: a token is one that was given, or refused."""
    text = data.decode("utf-8", "replace")
    for read in (lambda: read_token(text), lambda: fitting_token(text, 0, "x", None, "runs", 0)):
        try:
            token = read()
        except ValueError:
            continue
        assert read_token(write_token(token)) == token


TARGETS: dict[str, Callable[[bytes], None]] = {
    name.removeprefix("fuzz_"): function
    for name, function in sorted(globals().items())
    if name.startswith("fuzz_")
}
"""What is fuzzed, by name."""


@cache
def seeds(target: str) -> list[bytes]:
    """Inputs to begin with: what the corpus of queries, the examples and the tests hold."""
    match target:
        case "parser" | "differential" | "format" | "meaning":
            return sorted({text.encode() for text in _queries()})
        case "operation" | "check":
            files = [*ROOT.glob("examples/**/*.y*ml"), *ROOT.glob("tests/check/cases/*.y*ml")]
            return [each.read_bytes() for each in files if each.stat().st_size < 4000]
        case "settings":
            return [
                b'[queries.best]\nquery = "name:x"\nsort = "-name"\nlimit = 5\n',
                b'[check]\nselect = ["PQL"]\n',
            ]
        case "run_file":
            return [_RUN_FILE, b'[{"name": "m", "kind": "model", "path": "x", "summary": {"hash": "1"}}]']
        case "events":
            return [
                b"step|timestamp|metric\n1|2026-01-01T00:00:00Z|0.5\n2||nan\n",
                b'step|timestamp|image\n1|2026-01-01T00:00:00Z|{"path": "x"}\n',
                b'\n{"step": 1, "timestamp": "2026-01-01T00:00:00+00:00", "text": "x"}\n',
            ]
        case "templates":
            return [
                b"name:{{ x }}",
                b"metrics.loss:<{{ n }}, tags:{{ m.k }}|b",
                b"{{ evil | pql }}",
                b"-inputs.{{ x }}",
            ]
        case _:
            now = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(0)
            from lineage_index.index.keyset import PageToken

            return [write_token(PageToken(0, ("1" * 32,), now, "0123456789ab")).encode()]


_RUN_FILE = json.dumps(
    {
        "uuid": "1" * 32,
        "name": "x",
        "tags": ["a"],
        "created_at": "2026-01-01T00:00:00+00:00",
        "status_conditions": [{"type": "running", "last_update_time": "2026-01-01T00:00:00+00:00"}],
        "inputs": {"lr": 0.1, "deep": {"a": [1]}},
        "resources": {"cpu": "500m", "memory": "1Gi"},
        "upstream": [{"run": "2" * 32, "kind": "dag"}],
    }
).encode()


def _queries() -> Iterator[str]:
    for file in sorted((ROOT / "grammar" / "corpus").glob("*.y*ml")):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        yield from _found(yaml.load(file.read_text(encoding="utf-8"), Loader=loader))


def _found(value: Any) -> Iterator[str]:
    match value:
        case {"query": str() as query, **rest} if len(query) < 300:
            yield query
            yield from _found(rest)
        case dict():
            for each in value.values():
                yield from _found(each)
        case list():
            for each in value:
                yield from _found(each)
