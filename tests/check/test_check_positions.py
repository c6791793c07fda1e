"""Positions inside every style of YAML scalar: the file marks what is found."""

from __future__ import annotations

import pytest
import yaml
from check_cases import CLOCK, unmarked
from hypothesis import given
from hypothesis import strategies as st

from pql.check.engine import check_text, select
from pql.check.scalars import exact
from pql.diagnostics.span import Span
from pql.joins.document import Mapping, Scalar, read_document

HEAD = "kind: operation\njoins:\n  - query: "
STYLES = {
    "plain": "kind:job, «stauts»:running\n",
    "plain over lines": "kind:job,\n      name:a,\n\n      «stauts»:running # comment\n",
    "single quoted": "'kind:job, «stauts»:running'\n",
    "single quoted with quotes": "'name:''a b'', «stauts»:running'\n",
    "single quoted over lines": "'kind:job,\n\n     «stauts»:running'\n",
    "double quoted": '"kind:job, «stauts»:running"\n',
    "double quoted with escapes": '"name:\\"a\\tb\\u00e9\\x41\\", «stauts»:running"\n',
    "double quoted over lines": '"kind:job, \\\n     name:a,\n     «stauts»:running"\n',
    "escaped letter": '"kind:job, «\\x73tauts»:running"\n',
    "literal": "|\n      kind:job,\n      «stauts»:running\n",
    "literal, deeper lines": "|-\n      kind:job,\n\n         «stauts»:running\n\n",
    "literal with an indicator": "|2+\n      kind:job,\n      «stauts»:running\n",
    "folded": ">\n      kind:job,\n      «stauts»:running\n",
    "folded, deeper lines": ">-   # comment\n      kind:job,\n        name:a,\n\n      «stauts»:running\n",
    "with anchor and tag": "&q !!str 'kind:job, «stauts»:running'\n",
    "anchor before a block": "&q |\n      kind:job,\n      «stauts»:running\n",
    "behind wide characters": "'name:\"日本 😀\", «stauts»:running'\n",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("style", STYLES)
def test_a_position_in_a_scalar(style: str, end: str) -> None:
    text, spans = unmarked((HEAD + STYLES[style]).replace("\n", end))
    found = check_text("f", text, "yaml", clock=CLOCK, selection=select(["PQL2"]))
    assert [each.span for each in found] == spans


def test_documents_count_from_the_beginning_of_the_file() -> None:
    one = "kind: operation\njoins:\n  - query: '«stauts»:running'\n"
    text, spans = unmarked(f"# first\n{one}---\n# nothing\n---\n{one}...\n%YAML 1.1\n---\n{one}")
    found = check_text("f", text, "yaml", clock=CLOCK, selection=select(["PQL2"]))
    assert [each.span for each in found] == spans
    assert len(spans) == 3


def test_joins_at_any_depth() -> None:
    text, spans = unmarked(
        "kind: component\nrun:\n  kind: dag\n  operations:\n"
        "    - name: a\n      joins: [{query: '«stauts»:a'}]\n"
        "      component:\n        run:\n          kind: dag\n"
        "          operations:\n            - joins:\n              - {query: '«stauts»:b'}\n"
        "    - dagRef: c\n      joins: [{query: '«stauts»:c'}]\n"
    )
    found = check_text("f", text, "yaml", clock=CLOCK, selection=select(["PQL2"]))
    assert [each.span for each in found] == spans


def test_aliases_are_told_once() -> None:
    text = "kind: operation\njoins: &j\n  - query: 'stauts:a'\nother: {joins: *j}\n"
    assert len(check_text("f", text, "yaml", clock=CLOCK, selection=select(["PQL2"]))) == 1


TEXTS = st.text(st.sampled_from("ab:,'\"\\ \t\né\x85日😀#|>%&*"), min_size=1, max_size=30)


@given(TEXTS, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(5, 40))
def test_each_character_is_where_the_file_has_it(text: str, style: str | None, width: int) -> None:
    written = yaml.dump({"q": text}, default_style=style, width=width, allow_unicode=True)
    source, root = read_document(written, "f")
    assert isinstance(root, Mapping)
    scalar = root.entries[0][1]
    assert isinstance(scalar, Scalar)
    if not scalar.text.strip():
        return
    placed = exact(scalar, source)
    assert placed.pieces, "the value was not found in the file"
    for at, character in enumerate(scalar.text):
        where = placed.locate(Span(at, at + 1))
        assert scalar.span.start <= where.start <= where.end <= scalar.span.end
        piece = next((each for each in placed.pieces if each.start <= at < each.end), None)
        assert piece is not None or character.isspace()
        if piece is not None and piece.verbatim:
            assert source.text[slice(*where)] == character
