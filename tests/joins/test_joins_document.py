"""Reading YAML: every value with its place, nothing beyond the bounds."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.render import line_and_column
from pql.joins.document import DEEPEST, LARGEST, Mapping, Node, Scalar, Sequence, plain, read_document

DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def scalars(node: Node) -> list[Scalar]:
    match node:
        case Scalar():
            return [node]
        case Sequence(items):
            return [each for item in items for each in scalars(item)]
        case Mapping(entries):
            return [each for pair in entries for item in pair for each in scalars(item)]


def fault(text: str | bytes) -> tuple[str, int, int]:
    with pytest.raises(PqlError) as caught:
        read_document(text, "op.yaml")
    found = caught.value.diagnostic
    return (found.code, *line_and_column(caught.value.text, found.span.start))


@given(DATA, st.booleans())
def test_the_tree_is_what_the_file_says(data: Any, flow: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow)
    source, root = read_document(text.encode(), "op.yaml")
    assert plain(root) == yaml.safe_load(text)  # what was dumped, but for U+0085 in a key
    for each in scalars(root):
        if each.verbatim is not None:
            assert source.text[each.verbatim :].startswith(each.text)
            assert each.span.start <= each.verbatim <= each.span.end


def test_positions_count_characters() -> None:
    source, root = read_document('é😀: "schön: x"\nlist:\n  - {a: 1,   b: two}\n', "op.yaml")
    found = {each.text: line_and_column(source.text, each.span.start) for each in scalars(root)}
    assert found == {
        "é😀": (1, 1),
        "schön: x": (1, 5),
        "list": (2, 1),
        "a": (3, 6),
        "1": (3, 9),
        "b": (3, 14),
        "two": (3, 17),
    }


def test_aliases_and_merges_stand_for_what_they_name() -> None:
    text = "base: &b {x: 1, y: 2}\nuse: *b\nmore: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}]}\n"
    assert plain(read_document(text, "f")[1]) == yaml.safe_load(text)


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    code, line, _ = fault("\n".join(lines))
    assert (code, line) == ("PQL602", 5)


def test_a_merge_bomb_is_refused() -> None:
    lines = ["a0: &a0 {x: 1}"] + [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 20)}]}}" for n in range(1, 12)
    ]
    assert fault("\n".join(lines))[0] == "PQL602"


def test_depth_through_aliases_counts() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)]
    assert fault("\n".join(lines))[0] == "PQL602"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: [1, 2", "PQL601", 1, 9),
        ("a: b: c", "PQL601", 1, 5),
        ("a: 1\nb: 'x", "PQL601", 2, 6),
        ("", "PQL601", 1, 1),
        ("# nothing\n", "PQL601", 1, 1),
        ("a: 1\n---\nb: 2\n", "PQL601", 2, 1),
        ("a: 1\nb: 2\na: 3\n", "PQL604", 3, 1),
        ("a: *nothing", "PQL601", 1, 4),
        ("a: &x [1, *x]", "PQL601", 1, 11),
        ("a: !!python/object/apply:os.system [ls]", "PQL601", 1, 4),
        ("a: !secret x", "PQL601", 1, 4),
        ("? [1, 2]\n: x", "PQL601", 1, 3),
        ("<<: 5", "PQL601", 1, 5),
        ("a: 2026-13-45", "PQL601", 1, 4),
        ("a: " + "9" * 5000, "PQL601", 1, 4),
        ('a: !!int ""', "PQL601", 1, 4),
        ('a: !!float ""', "PQL601", 1, 4),
        ("a: !!timestamp x", "PQL601", 1, 4),
        ("a: " + "[" * (DEEPEST + 1), "PQL602", 1, 3 + DEEPEST),
        ("a: \x01", "PQL601", 1, 4),
        ("a: \udc80", "PQL601", 1, 4),
        (b"a: \xff", "PQL601", 1, 4),
        (b"ab: 1" + b" " * LARGEST, "PQL602", 1, 1),
        ("x: [" + "1," * 100_001 + "]", "PQL602", 1, 199_999),
    ],
)
def test_what_is_no_file_of_ours(text: str | bytes, code: str, line: int, column: int) -> None:
    assert fault(text) == (code, line, column)
