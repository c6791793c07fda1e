"""DuckDB is given our SELECT and its fixed set-up, nothing else, and could do little with anything else.

tests/laws/test_statement_laws.py shows of every form of a query that no literal and no key stands in the
text of its statement; here the statements are taken where they arrive.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from injection_store import UUIDS, write_store
from injection_strings import HOSTILE
from said import called

from lineage_index import Index
from lineage_index.index.engine import Engine
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.snapshot import open_snapshot
from pql.diagnostics.diagnostic import PqlError
from pql.syntax.ast import (
    And,
    Compare,
    Comparison,
    Condition,
    Equals,
    FieldPath,
    Group,
    Like,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    Regex,
    SortTerm,
)
from pql.syntax.format import format_query, format_sort

MARK = "zqx"
"""Stands in every literal and key of these queries, and in no statement."""

TEXTS = [MARK + text for text in HOSTILE.values() if "\ud800" not in text and len(text) < 200]

_LOCKED = "SELECT current_setting('enable_external_access'), current_setting('lock_configuration')"

Sent = list[tuple[str, Any]]


class Recorder:
    """A connection that writes down what it is asked to do, and is asked nothing before it is locked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, sent: Sent, *, locked: bool = False) -> None:
        self._connection = connection
        self._sent = sent
        self._locked = locked

    def execute(self, query: str | duckdb.Statement, parameters: Any = None) -> Any:
        self._note(query if isinstance(query, str) else query.query, parameters)
        return self._connection.execute(query, parameters)

    def sql(self, query: str, **options: Any) -> Any:
        self._note(query, options.get("params"))
        return self._connection.sql(query, **options)

    def _note(self, query: str, parameters: Any) -> None:
        self._sent.append((query, parameters))
        if not query.startswith("SET ") and not self._locked:
            assert self._connection.execute(_LOCKED).fetchone() == (False, True), query
            self._locked = True

    def cursor(self) -> Recorder:
        return Recorder(self._connection.cursor(), self._sent, locked=self._locked)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        if name in ("close", "register", "unregister", "extract_statements"):
            return getattr(self._connection, name)
        raise AssertionError(f"a connection is used by `{name}`, which nobody watches")


@pytest.fixture(scope="module")
def sent() -> Iterator[Sent]:
    """Everything that any connection is asked from here on."""
    found: Sent = []
    real = duckdb.connect
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duckdb, "connect", lambda *at, **how: Recorder(real(*at, **how), found))
        yield found


@pytest.fixture(scope="module")
def opened(sent: Sent, index: Path) -> Iterator[Index]:
    with Index.open(index) as found:
        yield found


_texts = st.sampled_from(TEXTS)
_fields = st.one_of(
    st.sampled_from(
        [FieldPath("name"), FieldPath("tags"), FieldPath("project"), FieldPath("upstream", ("name",))]
    ),
    st.builds(lambda key: FieldPath("inputs", (key,), (True,)), _texts),
    st.builds(lambda key: FieldPath("pipeline", ("inputs", key), (False, True)), _texts),
)
_literals = st.builds(lambda text: Literal(text, quoted=True), _texts)
_operations = st.one_of(
    st.builds(Equals, _literals),
    st.builds(lambda each: OneOf(tuple(each)), st.lists(_literals, min_size=2, max_size=4)),
    st.builds(lambda text: Like(text, True, True), _texts),
    st.builds(lambda text: Regex(re.escape(text), False), _texts),
)
_conditions = st.one_of(
    st.builds(Condition, _fields, _operations),
    st.builds(
        lambda key: Condition(FieldPath("metrics", (key,), (True,)), Compare(Comparison.LT, Literal("1"))),
        _texts,
    ),
    st.builds(
        lambda text: Group(
            "artifacts", False, Condition(FieldPath("name"), Equals(Literal(text, quoted=True)))
        ),
        _texts,
    ),
)
_queries: st.SearchStrategy[Node] = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda one, two: And((one, two)), inner, inner),
        st.builds(lambda one, two: Or((one, two)), inner, inner),
    ),
    max_leaves=4,
)
_sorts = st.builds(lambda key: (SortTerm(FieldPath("inputs", (key,), (True,)), True),), _texts)


def kinds(query: str) -> list[str]:
    return [each.type.name for each in duckdb.extract_statements(query)]


@given(_queries, _sorts)
def test_a_search_is_one_select_without_a_word_of_the_query(
    opened: Index, sent: Sent, node: Node, sort: tuple[SortTerm, ...]
) -> None:
    try:
        query, order = format_query(node), format_sort(sort)
    except ValueError:  # no text of a query means it
        reject()
    sent.clear()
    found = opened.search(query, sort=order, limit=5)
    assert found.rows is not None
    assert sent
    for query, parameters in sent:
        assert MARK not in query
        if kinds(query) != ["SELECT"]:
            assert kinds(query) == ["CREATE"]
            assert re.match(r'CREATE (VIEW|OR REPLACE TEMP TABLE) "\w+" AS SELECT ', query)
            assert parameters is None or query.startswith("CREATE OR REPLACE TEMP TABLE")


def test_a_literal_is_a_parameter(opened: Index, sent: Sent) -> None:
    sent.clear()
    opened.search(format_query(Condition(FieldPath("name"), Equals(Literal(TEXTS[0], quoted=True)))))
    assert any(TEXTS[0] in (parameters or ()) for _, parameters in sent)


def test_the_set_up_is_fixed(sent: Sent, index: Path) -> None:
    sent.clear()
    Engine(open_snapshot(index)).close()
    assert [query for query, _ in sent if "allowed_directories" not in query] == [
        "SET GLOBAL parquet_metadata_cache = true",
        "SET disabled_optimizers = 'late_materialization,build_side_probe_side'",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]
    assert [query for query, _ in sent if "allowed_directories" in query] == [
        f"SET allowed_directories = ['{index}']"
    ]


def test_an_index_in_a_folder_with_a_hostile_name(sent: Sent, tmp_path: Path) -> None:
    """Names of files are the only texts that are written into statements: each stays one literal."""
    folder = tmp_path / "it's '] ; ATTACH 'x.db'; -- \" $1 {x}%s"
    write_store(folder / "runs")
    index = folder / "in'dex"
    sent.clear()
    assert called("index", "refresh", str(folder / "runs"), "--index", str(index)).code == 0
    shutil.rmtree(folder / "runs" / UUIDS[next(iter(UUIDS))])
    assert called("index", "refresh", str(folder / "runs"), "--index", str(index)).code == 0
    assert called("index", "compact", "--index", str(index)).code == 0
    assert called("search", "tags:all", "--index", str(index)).code == 0
    assert called("index", "verify", "--index", str(index)).code == 0
    for form in ("parquet", "csv", "duckdb"):
        target = folder / f"ex'port.{form}"
        assert called("index", "export", str(target), "--format", form, "--index", str(index)).code == 0
        assert target.exists()
    allowed = {"SELECT", "SET", "CREATE", "COPY", "VARIABLE_SET"}
    for query, _ in sent:
        assert len(kinds(query)) == 1, query
        assert set(kinds(query)) <= allowed, query
    assert not any("pwned" in each.name or each.name == "x.db" for each in tmp_path.rglob("*"))


REFUSED = {
    "file": "SELECT * FROM read_csv('/etc/passwd')",
    "text of a file": "SELECT content FROM read_text('/etc/passwd')",
    "bytes of a file": "SELECT * FROM read_blob('/etc/passwd')",
    "file by name": "SELECT * FROM '/etc/passwd.csv'",
    "JSON file": "SELECT * FROM read_json('/etc/hosts')",
    "Parquet file elsewhere": "SELECT * FROM read_parquet('ELSEWHERE')",
    "way out by dots": "SELECT content FROM read_text('INDEX/../outside.txt')",
    "names of files": "SELECT * FROM glob('/etc/*')",
    "address": "SELECT * FROM read_csv('https://example.invalid/x.csv')",
    "bucket": "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "writing": "COPY (SELECT 1) TO 'ELSEWHERE'",
    "database": "ATTACH 'ELSEWHERE' AS other",
    "whole database": "EXPORT DATABASE 'ELSEWHERE'",
    "extension": "INSTALL httpfs",
    "loading": "LOAD httpfs",
    "file as an extension": "LOAD 'ELSEWHERE'",
    "unlocking": "SET lock_configuration = false",
    "access": "SET enable_external_access = true",
    "another folder": "SET allowed_directories = ['/']",
    "folders reset": "RESET allowed_directories",
    "home": "SET home_directory = '/'",
    "secrets": "CREATE PERSISTENT SECRET x (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "log": "SET log_query_path = 'ELSEWHERE'",
    "settings by PRAGMA": "PRAGMA profiling_output = 'ELSEWHERE'",
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_connection_can_not_reach_beyond_the_index(name: str, index: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("battery staple")
    elsewhere = tmp_path / "elsewhere"
    engine = Engine(open_snapshot(index))
    statement = REFUSED[name].replace("ELSEWHERE", str(elsewhere)).replace("INDEX", str(index))
    try:
        with pytest.raises((duckdb.Error, IndexUnreadable)) as caught:
            engine.select(statement)
    finally:
        engine.close()
    assert "battery staple" not in str(caught.value)
    assert re.search("locked|disabled|not allowed|Permission Error|Cannot", str(caught.value))
    assert not elsewhere.exists()


def test_a_text_of_two_statements_is_not_run(opened: Index, sent: Sent) -> None:
    before = len(sent)
    with pytest.raises(ValueError, match="too many values"):
        opened._engine.select("SELECT 1; SELECT 2")
    assert len(sent) == before


def test_links_and_dots_lead_nowhere(tmp_path: Path) -> None:
    """An index that someone gave us holds links out of it."""
    store, index = tmp_path / "runs", tmp_path / "index"
    write_store(store)
    assert called("index", "refresh", str(store), "--index", str(index)).code == 0
    (tmp_path / "outside.txt").write_text("battery staple")
    (index / "link").symlink_to(tmp_path)
    (index / "link.txt").symlink_to(tmp_path / "outside.txt")
    engine = Engine(open_snapshot(index))
    for place in (index / ".." / "outside.txt", index / "link" / "outside.txt", index / "link.txt"):
        with pytest.raises(IndexUnreadable, match="Permission Error"):
            engine.select("SELECT content FROM read_text($1)", [str(place)])
    engine.close()


def test_a_pattern_is_refused_as_a_query_is(opened: Index) -> None:
    with pytest.raises(PqlError):
        opened.search("name:/(?=x)/")
