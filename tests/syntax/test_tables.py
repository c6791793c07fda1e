"""The parser tables that the package carries belong to the grammar and the lark of the lock file."""

from __future__ import annotations

import pickle

from lark import Lark

from pql.syntax.build import Builder
from pql.syntax.grammar import TABLES, grammar_text, identity, lark_parser

QUERY = '(metrics.loss:<0.1 OR tags:~a|b) AND artifacts(kind:model), min(metrics."a b"):0..1'


def test_the_stored_tables_are_those_of_the_grammar() -> None:
    stored = pickle.loads(TABLES.read_bytes())
    assert stored["for"] == identity(grammar_text()), (
        "run `python -m pql.syntax.grammar` and commit tables.bin"
    )


def test_loaded_and_computed_tables_parse_alike() -> None:
    computed = Lark(
        grammar_text(),
        transformer=Builder(),
        parser="lalr",
        start=["query", "sort"],
        maybe_placeholders=True,
    )
    assert lark_parser().parse(QUERY, start="query") == computed.parse(QUERY, start="query")
