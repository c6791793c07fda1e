"""What the documents take from the code is what the code says; what they say of queries is so."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from pql.binder.binder import bind
from pql.catalog.fields import Entity
from pql.diagnostics.diagnostic import PqlError
from pql.plan.scope import plan_query
from pql.reference.search import search
from pql.syntax.parser import parse_query, parse_sort

_ROOT = Path(__file__).parents[2]
sys.path.append(str(_ROOT / "tests" / "corpus"))

from corpus_files import clock, runs  # noqa: E402

_SPEC = (_ROOT / "grammar" / "SPEC.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```pql ?(\w*)\n(.*?)^```$", _SPEC, flags=re.MULTILINE | re.DOTALL)
_QUERIES = [(kind, line) for kind, text in _BLOCKS for line in text.splitlines()]
_ENTITIES = {"": Entity.RUN, "artifacts": Entity.ARTIFACT, "points": Entity.POINT}


def _generator():
    spec = importlib.util.spec_from_file_location("generate", _ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_of_codes_are_up_to_date():
    """`python docs/generate.py` mends it."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in (_ROOT / "docs" / "codes").glob("*.md")}
    assert pages == _generator().code_pages()


def test_the_tables_of_the_reference_are_up_to_date():
    """`python docs/generate.py` mends it."""
    assert _generator().with_tables(_SPEC) == _SPEC
    for entity in Entity:
        assert f"<!-- generated: {entity.value} -->" in _SPEC


@pytest.mark.parametrize(("kind", "line"), [each for each in _QUERIES if each[0] in _ENTITIES])
def test_an_example_of_the_reference_compiles(kind, line):
    plan_query(bind(parse_query(line), clock=clock(), text=line, entity=_ENTITIES[kind]))


@pytest.mark.parametrize("line", [line for kind, line in _QUERIES if kind == "sort"])
def test_a_sort_of_the_reference_compiles(line):
    bind(None, parse_sort(line), clock=clock(), sort_text=line)


@pytest.mark.parametrize("line", [line for kind, line in _QUERIES if kind == "wrong"])
def test_a_wrong_example_of_the_reference_is_refused_with_its_code(line):
    query, _, code = line.rpartition("#")
    with pytest.raises(PqlError) as caught:
        bind(parse_query(query.rstrip()), clock=clock(), text=query)
    assert caught.value.diagnostic.code == code.strip()


def _differences() -> list[tuple[str, str]]:
    table = _SPEC.partition("| query | Polyaxon | here | why |\n|---|---|---|---|\n")[2].partition("\n\n")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    return [(row[0].strip().strip("`").replace("\\|", "|"), row[2].strip()) for row in rows]


@pytest.mark.parametrize(("query", "here"), _differences())
def test_a_difference_is_as_the_table_says(query, here):
    try:
        found = str(len(search(bind(parse_query(query), clock=clock(), text=query), runs())))
    except PqlError as error:
        found = error.diagnostic.code
    assert found == here


def test_the_reference_has_examples_of_each_kind():
    kinds = {kind for kind, _ in _QUERIES}
    assert kinds == {"", "artifacts", "points", "sort", "wrong"}
    assert len(_QUERIES) > 80
    assert len(_differences()) >= 45
