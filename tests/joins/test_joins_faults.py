"""Bad operation files: each has a code, and the line and column of what is wrong."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from index_samples import DAG_RUN, small_index

from lineage_index.index.index import Index
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.render import line_and_column, render
from pql.joins import Context, read_operation

INTS = "{name: lrs, type: int, isList: true}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Index.open(small_index(tmp_path_factory.mktemp("index"))) as opened:
        yield opened


def operation(joins: str, inputs: str = "", more: str = "") -> str:
    return dedent(
        """\
        kind: operation
        name: fan-in
        %s
        joins:
        %s
        component:
          inputs: [%s]
          run: {kind: job, container: {image: i, args: []}}
        """
    ) % (more or "tags: [a]", "\n".join(f"  {line}" for line in joins.splitlines()), inputs)


ONE = "- query: status:_any_\n  params:\n    lrs: {value: %s, contextOnly: true}"

PLAIN = ONE.replace(", contextOnly: true", "")
INIT = ONE.replace("contextOnly", "toInit")


def lookup(ref: str, value: str = "globals.uuid") -> str:
    return operation(
        ONE % "inputs.lr", more=f"params: {{a: {{ref: {ref}, value: {value}, contextOnly: true}}}}"
    )


# The fault begins at §.
CASES = {
    "join without a query": ("PQL606", operation("- §sort: name")),
    "empty query": ("PQL606", operation("- §query: ''")),
    "wrong query": ("PQL102", operation("- query: status:running,§, kind:job")),
    "wrong query in quotes": ("PQL201", operation('- query: "status:running, §nme:x"')),
    "wrong literal": ("PQL301", operation("- {query: 'metrics.loss:<§abc'}")),
    "wrong sort": ("PQL204", operation("- query: kind:job\n  sort: name, §tags")),
    "negative limit": ("PQL401", operation("- query: kind:job\n  limit: §-1")),
    "limit 0": ("PQL401", operation("- query: kind:job\n  limit: §'0'")),
    "limit that is a list": ("PQL603", operation("- query: kind:job\n  limit: §[5]")),
    "limit that is no whole number": ("PQL401", operation("- query: kind:job\n  limit: §2.5")),
    "negative offset": ("PQL402", operation("- query: kind:job\n  offset: §'-1'")),
    "misspelt reference": ("PQL611", operation(ONE % "§outptus.loss")),
    "misspelt reference in braces": ("PQL611", operation(ONE % "§'{{ outptus.loss }}'")),
    "unknown global": ("PQL611", operation(ONE % "§globals.uid")),
    "reference beside text": ("PQL612", operation(ONE % "{dirs: 'x/§{{ artifacts.m }}'}")),
    "reference in the wrong place": ("PQL612", operation(ONE % "{files: §'{{ globals.uuid }}'}")),
    "path that leaves": ("PQL613", operation(ONE % "{dirs: [ok, §../x]}")),
    "path that is absolute": ("PQL613", operation(ONE % "{files: §/etc/passwd}")),
    "artifact in no run": ("PQL618", operation(ONE % "§artifacts.tensorbord")),
    "value missing": ("PQL603", operation("- query: kind:job\n  params: {§lrs: {toInit: true}}")),
    "ref in a join": ("PQL605", operation("- query: kind:job\n  params: {a: {value: inputs, §ref: x}}")),
    "unknown key": ("PQL605", operation("- query: kind:job\n  §limits: 5")),
    "toInit of a number": ("PQL612", operation(INIT % "§inputs.lr")),
    "flag that is no flag": (
        "PQL603",
        operation("- {query: 'a:b', params: {a: {value: inputs, toInit: §1}}}"),
    ),
    "joins that are no list": ("PQL603", operation("§query: kind:job")),
    "name not defined": ("PQL608", operation("- query: 'pipeline:§{{ mtrix }}'")),
    "template that loops": ("PQL609", operation("- query: '§{% for x in y %}{% endfor %}'")),
    "template that reads attributes": ("PQL609", operation("- query: 'name:§{{ tags.__class__ }}'")),
    "scalar input fed by a list": ("PQL614", operation(PLAIN % "§inputs.lr", "{name: lrs, type: float}")),
    "list of the wrong type": ("PQL614", operation(PLAIN % "§globals.uuid", INTS)),
    "values of the wrong type": ("PQL614", operation(PLAIN % "§inputs.opt", INTS)),
    "artifacts for a list": ("PQL614", operation(PLAIN.replace("lrs", "§lrs") % "{dirs: a}", INTS)),
    "no such input": ("PQL615", operation(PLAIN % "§inputs.lr")),
    "input without a value": ("PQL616", operation(ONE % "inputs.lr", "{name: §seed, type: int}")),
    "param and join": ("PQL617", operation(ONE % "§inputs.lr", more="params: {lrs: {value: 1}}")),
    "param that is bare": ("PQL603", operation(ONE % "inputs.lr", more="params: {§a: 1}")),
    "param without an input": ("PQL615", operation(ONE % "inputs.lr", more="params: {§a: {value: 1}}")),
    "ref to nothing": ("PQL620", lookup("§ops.nobody")),
    "ref of no kind": ("PQL620", lookup("§nobody")),
    "ref to a run that is not there": ("PQL620", lookup("§runs.abc")),
    "ref to a value that is not there": ("PQL620", lookup("§ops.fan_out", "outputs.nothing")),
    "ref with a wrong reference": ("PQL611", lookup("ops.fan_out", "§globals.uid")),
    "undefined name in args": (
        "PQL608",
        operation(ONE % "inputs.lr").replace("args: []", "args: ['--x=§{{ lsr }}']"),
    ),
    "not YAML": ("PQL601", "joins: [§"),
    "a list": ("PQL603", "§- a"),
    "a component": ("PQL607", "§kind: component\nrun: {kind: job}"),
    "another kind": ("PQL603", "kind: §agent\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_refused_at_the_place_of_the_fault(index: Index, name: str) -> None:
    code, marked = CASES[name]
    line, column = line_and_column(marked, marked.index("§"))
    text = marked.replace("§", "")
    with pytest.raises(PqlError) as caught:
        index.resolve(read_operation(text, "op.yaml"), Context(dag_run=DAG_RUN))
    found = caught.value.diagnostic
    assert (found.code, *line_and_column(caught.value.text, found.span.start)) == (code, line, column)
    assert found.source == "op.yaml"
    assert f"op.yaml:{line}:{column}" in render(found, caught.value.text)


def test_a_fault_of_a_rendered_query_says_where_and_what(index: Index) -> None:
    text = operation(
        "- query: 'metrics.loss:<{{ most }}'", more="params: {most: {value: abc, contextOnly: true}}"
    )
    with pytest.raises(PqlError) as caught:
        index.resolve(read_operation(text, "op.yaml"))
    found = caught.value.diagnostic
    assert (found.code, *line_and_column(caught.value.text, found.span.start)) == ("PQL301", 5, 27)


@pytest.mark.parametrize("wanted", [None, "a"])
def test_a_file_that_holds_no_operation_is_refused(wanted: str | None) -> None:
    with pytest.raises(PqlError) as caught:
        read_operation("a: 1\nb: [1, 2]", "op.yaml", wanted)
    assert caught.value.diagnostic.code == "PQL607"
    assert caught.value.diagnostic.message == "the file holds no operation"


def test_an_empty_template_is_called_so(index: Index) -> None:
    with pytest.raises(PqlError) as caught:
        index.resolve(read_operation(operation("- query: 'name:{{ }}'"), "op.yaml"))
    found = caught.value.diagnostic
    assert found.code == "PQL609"
    assert "a template without a name" in found.message


def test_ten_megabytes_are_refused_unread() -> None:
    with pytest.raises(PqlError) as caught:
        read_operation(b"a: " + b"x" * 10_000_000, "op.yaml")
    assert caught.value.diagnostic.code == "PQL602"
    shown = render(caught.value.diagnostic, caught.value.text)
    assert "op.yaml:1:1" in shown
    assert len(shown) < 1000


DAG = """\
kind: component
run:
  kind: dag
  operations:
    - {name: one, joins: [{query: 'kind:job'}]}
    - {name: two, joins: [{query: 'kind:job'}]}
    - {name: three}
"""


@pytest.mark.parametrize(
    ("wanted", "reason", "hint"),
    [
        (None, "2 of the operations have joins", "one, two"),
        ("on", "no operation is named `on`", "did you mean `one`?"),
    ],
)
def test_which_operation_is_meant_must_be_clear(wanted: str | None, reason: str, hint: str) -> None:
    with pytest.raises(PqlError) as caught:
        read_operation(DAG, "dag.yaml", wanted)
    assert caught.value.diagnostic.code == "PQL607"
    assert caught.value.diagnostic.message == reason
    assert hint in caught.value.diagnostic.hint


def test_the_operation_of_a_dag() -> None:
    assert read_operation(DAG, "dag.yaml", "two").name == "two"
    assert read_operation(DAG.replace("two, joins", "two, nothing"), "dag.yaml").name == "one"
