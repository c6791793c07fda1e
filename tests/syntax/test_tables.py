"""The parser that is driven by the stored tables reads every text as lark itself does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from lark import Lark, Token, Transformer, UnexpectedInput

from pql.syntax.build import Builder, SyntaxFaultError
from pql.syntax.grammar import STARTS, compute_tables, grammar_text, tables_text
from pql.syntax.machine import Machine, UnexpectedTextError
from pql.syntax.tables import TABLES, tables

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "grammar" / "corpus"
PIECES = (
    *(
        "metrics.loss",
        "status",
        "a.b",
        'm."x y"',
        "upstream*.status",
        "artifacts(",
        "min(",
        "(",
        ")",
        "((",
        "~",
        "~(",
    ),
    *(
        ":",
        ",",
        "|",
        " | ",
        "<",
        "=>",
        ">=",
        "..",
        " .. ",
        " ",
        "  ",
        "\n",
        "\u00a0",
        "-",
        "/a.b/i",
        "/x",
        "%a%",
    ),
    *(
        " and ",
        " OR ",
        "not ",
        "NOT (",
        "and",
        "or",
        "nil",
        "0.5",
        "a b",
        '"',
        '"q,|)"',
        "'it''s'",
        '\\"',
        "\\",
        "é",
    ),
)


class _Lark(Transformer[Token, Any]):
    """lark's tree through the same builder; its tokens as the machine has them."""

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        return getattr(Builder(), str(data))([_plain(each) for each in children])


def _plain(child: Any) -> Any:
    if not isinstance(child, Token):
        return child
    assert child.start_pos is not None
    assert child.end_pos is not None
    return (child.type, str(child), child.start_pos, child.end_pos)


@pytest.fixture(scope="module")
def lark() -> Lark:
    return Lark(grammar_text(), parser="lalr", start=list(STARTS), maybe_placeholders=True)


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine(tables(), Builder())


def _by_lark(lark: Lark, text: str, start: str) -> Any:
    try:
        return _shown(_Lark().transform(lark.parse(text, start=start)))
    except UnexpectedInput:
        return "unexpected"
    except SyntaxFaultError:
        return "fault"


def _by_machine(machine: Machine, text: str, start: str) -> Any:
    try:
        return _shown(machine.parse(text, start))
    except UnexpectedTextError:
        return "unexpected"
    except SyntaxFaultError:
        return "fault"


def _shown(node: Any) -> Any:
    """The tree with its spans, which take no part in equality."""
    if hasattr(node, "__dataclass_fields__"):
        return (type(node).__name__, *(_shown(getattr(node, name)) for name in node.__dataclass_fields__))
    return tuple(map(_shown, node)) if type(node) is tuple else node


def _alike(lark: Lark, machine: Machine, text: str, start: str) -> bool:
    """A text with two faults may be refused for either: the machine builds as it reads, lark afterwards."""
    theirs, ours = _by_lark(lark, text, start), _by_machine(machine, text, start)
    return theirs == ours or (theirs, ours) == ("unexpected", "fault")


def test_the_stored_tables_are_those_of_the_grammar() -> None:
    """`python -m pql.syntax.grammar` mends it."""
    assert TABLES.read_text(encoding="utf-8") == tables_text(compute_tables())
    assert tables() == compute_tables()


def _listed() -> list[str]:
    found = []
    for path in (*CORPUS.glob("*.yaml"), HERE / "accepted.yaml", HERE / "refused.yaml"):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for entries in yaml.load(path.read_text(encoding="utf-8"), loader).values():
            if isinstance(entries, list):
                found += [each if isinstance(each, str) else each.get("query") for each in entries]
    return sorted({each for each in found if each})


def test_listed_queries_are_read_alike(lark: Lark, machine: Machine) -> None:
    queries = _listed()
    assert len(queries) > 1000
    assert [query for query in queries if not _alike(lark, machine, query, "query")] == []


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.sampled_from(STARTS))
@example("-metrics.loss,name", "sort")
@example('a:"1".."2"', "query")
def test_any_text_is_read_alike(lark: Lark, machine: Machine, text: str, start: str) -> None:
    assert _alike(lark, machine, text, start)
