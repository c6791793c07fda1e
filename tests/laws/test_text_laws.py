"""Case folding and regular expressions: the engine, the reference and the binder agree."""

from __future__ import annotations

import sys

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_pools import TEXTS

from pql.binder.regexes import regex_fault
from pql.reference.text import fold, matches

_SURROGATES = range(0xD800, 0xE000)


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def test_every_character_folds_as_the_engine_folds_it(engine: duckdb.DuckDBPyConnection) -> None:
    codes = [code for code in range(1, sys.maxunicode + 1) if code not in _SURROGATES]
    rows = engine.execute("SELECT lower(chr(CAST(code AS INT))) FROM (SELECT unnest($1) AS code)", [codes])
    differing = [
        hex(code) for code, (low,) in zip(codes, rows.fetchall(), strict=True) if fold(chr(code)) != low
    ]
    # A newer Python knows letters that the engine does not know yet, or the other way round.
    assert len(differing) <= 200
    assert not [each for each in differing if int(each, 16) <= 0x24FF]


@given(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
def test_folding_is_character_by_character(texts: list[str]) -> None:
    assert fold("".join(texts)) == "".join(fold(each) for text in texts for each in text)


_ATOMS = (
    *(
        "a",
        "b",
        "A",
        "é",
        "ſ",
        "İ",
        "1",
        "_",
        "-",
        " ",
        ".",
        "|",
        "^",
        "$",
        "*",
        "+",
        "?",
        "{2}",
        "{1,}",
        "(",
        ")",
        "(?:",
    ),
    *(
        "[ab]",
        "[^a]",
        "[a-c1]",
        "[]a]",
        "[^]a]",
        "[",
        "]",
        r"[\d_]",
        r"[\w-]",
        "[[:alpha:]]",
        "[[:letter:]]",
        "[:letter:]",
        "[_[:alpha:]",
        r"[[:alpha:]\b]",
        r"[A-\pL]",
        r"[\pL-a]",
        "[*+]",
        "[[:digit:]x]",
        "[[:^alpha:]]",
        "[^[:^digit:]a]",
        r"[\W_]",
        r"[^\W_]",
        r"[^\S\n]",
        r"[\D]",
        r"[\pNa]",
        r"[^\PL]",
        r"[\^a]",
        "[a^]",
        "[[^a]",
        "{",
        "}",
    ),
    *(
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"\b",
        r"\B",
        r"\A",
        r"\z",
        r"\Z",
        r"\.",
        r"\\",
        r"\x41",
        r"\t",
        r"\n",
    ),
    *(
        "(?i)",
        "(?i:a)",
        "(?s)",
        "(?m)",
        "(?x)",
        "(?a)",
        "(?u)",
        "(?P<n>",
        "(?=a)",
        r"\1",
        r"\u00e9",
        r"\pL",
        r"\PL",
        r"\p{Lu}",
        r"\p{^Ll}",
        r"\p{Nope}",
        r"\p{Greek}",
    ),
    *("{,2}", "(?#c)", "(?>", "*+", r"\_", r"\é", "&&", "~~", "||", "--"),
)
_patterns = st.lists(st.sampled_from(_ATOMS), min_size=1, max_size=4).map("".join)
_texts = st.text(alphabet="aAbBéÉſİıiI1_ .-\n\t|{}[]\\x", max_size=6)


@given(pattern=_patterns, texts=st.lists(_texts, min_size=1, max_size=4), ignore_case=st.booleans())
def test_what_the_binder_takes_the_engine_runs_and_the_reference_agrees(
    engine: duckdb.DuckDBPyConnection, pattern: str, texts: list[str], ignore_case: bool
) -> None:
    if regex_fault(pattern):
        return
    options = "i" if ignore_case else "c"
    rows = engine.execute(
        f"SELECT regexp_matches(text, $1, '{options}') FROM (SELECT unnest($2) AS text)", [pattern, texts]
    ).fetchall()
    expected = [matches(pattern, text, ignore_case=ignore_case) for text in texts]
    assert [found for (found,) in rows] == expected
