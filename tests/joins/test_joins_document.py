"""Reading YAML: every value with its place, nothing beyond the bounds."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.render import line_and_column
from pql.diagnostics.span import Span
from pql.joins.document import (
    DEEPEST,
    LARGEST,
    MOST_NODES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    plain,
    read_document,
)

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


def refusal(text: str | bytes) -> PqlError:
    with pytest.raises(PqlError) as caught:
        read_document(text, "op.yaml")
    assert caught.value.diagnostic.source == "op.yaml"
    start, end = caught.value.diagnostic.span
    assert 0 <= start <= end <= len(caught.value.text) + 1
    return caught.value


def fault(text: str | bytes) -> tuple[str, int, int]:
    error = refusal(text)
    found = error.diagnostic
    return (found.code, *line_and_column(error.text, found.span.start))


@given(DATA, st.booleans())
def test_the_tree_is_what_the_file_says(data: Any, flow: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow)
    source, root = read_document(text.encode(), "op.yaml")
    assert plain(root) == yaml.safe_load(text)  # what was dumped, but for U+0085 in a key
    for each in scalars(root):
        if each.verbatim is not None:
            assert source.text[each.verbatim :].startswith(each.text)
            assert each.span.start <= each.verbatim
            assert each.verbatim + len(each.text) <= each.span.end


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
    text = (
        "base: &b {x: 1, y: 2}\nuse: *b\nmore: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}]}\n"
        "name: &n adam\nagain: *n\ntwice: {<<: {v: 1}, <<: {w: 2}}\nmarked: {!!merge x: *b}\n"
    )
    assert plain(read_document(text, "f")[1]) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: <<", {"a": "<<"}),
        ("[<<, x]", ["<<", "x"]),
        ("a: =", {"a": "="}),
        ("a: !!value =", {"a": "="}),
        ("{'<<': 5}", {"<<": 5}),
        ('a: !!int "5"', {"a": 5}),
        ("a: !!str 5", {"a": "5"}),
        ("a: ! 5", {"a": "5"}),
        ("a: !!seq [1]", {"a": [1]}),
        ("a: !!map {b: 1}", {"a": {"b": 1}}),
        ("a: ! [1]", {"a": [1]}),
        ("a: ! {b: 1}", {"a": {"b": 1}}),
        ("[" + "9" * 63 + ", " + "9" * 64 + "]", [int("9" * 63), int("9" * 64)]),
    ],
)
def test_what_words_and_tags_stand_for(text: str, data: Any) -> None:
    assert plain(read_document(text, "f")[1]) == data


def test_lists_and_mappings_know_their_place_and_their_size() -> None:
    text = "a: [[1], 2, {b: c}] # one\nd: {}\n"
    source, root = read_document(text, "f")
    assert isinstance(root, Mapping)
    listed, empty = root.get("nothing", "a"), root.get("d")
    assert isinstance(listed, Sequence)
    assert isinstance(empty, Mapping)
    assert [source.text[slice(*each.span)] for each in (listed, empty)] == ["[[1], 2, {b: c}]", "{}"]
    assert (listed.size, listed.depth, empty.size, empty.depth) == (7, 2, 1, 1)
    assert (root.size, root.depth) == (1 + 2 + 7 + 1, 3)


def test_a_null_counts_as_absent() -> None:
    _, root = read_document("a: null\nb: 0\n", "f")
    assert isinstance(root, Mapping)
    assert root.get("a", "b") is None
    assert plain(root.get("b") or root) == 0


@pytest.mark.parametrize(
    ("text", "part", "where"),
    [
        ("k: plain text # note", "text", "text"),
        ('k: "in quotes"  # note', "quotes", "quotes"),
        ('k: "a\\tb" # note', "b", '"a\\tb"'),
        ("k: |\n  |\nl: x", "|", "|\n  |\n"),
        ("k: >\n  >\nl: x", ">", ">\n  >\n"),
        ("k: two\n  lines\nl: x", "lines", "two\n  lines"),
    ],
)
def test_a_part_of_a_text_has_its_place_where_it_stands_as_it_is(text: str, part: str, where: str) -> None:
    source, root = read_document(text, "f")
    assert isinstance(root, Mapping)
    value = root.get("k")
    assert isinstance(value, Scalar)
    placed = value.placed(source)
    begin = placed.text.index(part)
    assert text[slice(*placed.locate(Span(begin, begin + len(part))))] == where
    assert text[slice(*placed.whole)] == text[slice(*value.span)]
    assert [text[slice(*each.span)] for each in placed.pieces] == [placed.text for each in placed.pieces]


def test_keys_that_are_not_known_are_refused() -> None:
    text = "sort: name\nlimt: 5\nx: 1\n"
    source, root = read_document(text, "op.yaml")
    assert isinstance(root, Mapping)
    root.refuse_others({"sort": "sort", "limt": "limit", "x": "x"}, "a join", source)

    def told(known: dict[str, str]) -> tuple[str, str, dict[str, str], str]:
        with pytest.raises(PqlError) as caught:
            root.refuse_others(known, "a join", source)
        found = caught.value.diagnostic
        return found.code, text[slice(*found.span)], dict(found.payload), found.hint

    known = {"sort": "sort", "limit": "limit", "x": "x"}
    assert told(known) == ("PQL605", "limt", {"where": "a join", "key": "limt"}, "did you mean `limit`?")
    known = {"sort": "sort", "limt": "limit", "top": "limit"}
    assert told(known) == ("PQL605", "x", {"where": "a join", "key": "x"}, "there are: sort, limit")


def test_as_many_values_are_taken_as_the_bound_says() -> None:
    aliases = ["*s"] * 98
    first = f"&a [&s x, {', '.join(aliases)}]"  # a list of 99 values: 100 with itself
    full = MOST_NODES // 100 - 1
    text = f"[{first}, {', '.join(['*a'] * (full - 1))}, {', '.join(['*s'] * 99)}]"
    root = read_document(text, "f")[1]
    assert isinstance(root, Sequence)
    assert root.size == MOST_NODES
    error = refusal(text[:-1] + ", *s]")
    found = error.diagnostic
    assert dict(found.payload) == {"size": "more than 100,000 values"}
    assert found.hint == "aliases count as what they stand for"
    assert tuple(found.span) == (len(text) + 1, len(text) + 3)
    assert tuple(refusal(text[:-1] + ", text]").diagnostic.span) == (len(text) + 1, len(text) + 5)


def test_as_deep_as_the_bound_says() -> None:
    deep = "[" * DEEPEST + "x" + "]" * DEEPEST
    assert read_document(deep, "f")[0].text == deep
    assert read_document("- &a [&s x]\n- " + "[" * (DEEPEST - 2) + "*a, *s" + "]" * (DEEPEST - 2), "f")
    found = refusal("- &a [x]\n- " + "[" * (DEEPEST - 1) + "*a" + "]" * (DEEPEST - 1)).diagnostic
    assert dict(found.payload) == {"size": "more than 64 levels"}
    assert tuple(found.span) == (len("- &a [x]\n- ") + DEEPEST - 1, len("- &a [x]\n- ") + DEEPEST + 1)


@pytest.mark.parametrize("made", [str, str.encode])
def test_as_long_as_the_bound_says(made: Any) -> None:
    assert read_document(made("a: 1" + " " * (LARGEST - 4)), "f")
    error = refusal(made("ä: 1" + " " * (LARGEST - 4)))
    assert dict(error.diagnostic.payload) == {"size": "more than 1,048,576 bytes"}
    assert error.text[slice(*error.diagnostic.span)] == "ä"


def test_what_is_shown_of_a_file_that_is_too_long_may_end_in_a_character() -> None:
    error = refusal("ä".encode() * LARGEST)
    assert error.text.startswith("ää")
    error = refusal(b"x" + "ä".encode() * LARGEST)
    assert error.text.startswith("xää")


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
    ],
)
def test_what_is_no_file_of_ours(text: str | bytes, code: str, line: int, column: int) -> None:
    assert fault(text) == (code, line, column)


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("a: 1\n--- # more\nb: 2\n", "---", "the file holds more than one document"),
        ("# nothing\n", "", "the file is empty"),
        ("a: *b # x", "*b", "the alias `*b` stands for nothing, or for what it stands in"),
        ("a: &x 1\nb: &x [*x] # x", "*x", "the alias `*x` stands for nothing, or for what it stands in"),
        ("? [1, 2]\n: x", "[1, 2]", "a key must be a plain value"),
        ("{<<: [{}, 5], a: 1}", "5", "`<<` takes mappings"),
        ("a: !secret x # x", "!secret x", "the tag `!secret` is not taken"),
        ("a: !!map [1, 2] # x", "!!map [", "the tag `tag:yaml.org,2002:map` is not taken"),
        ("a: !!seq {b: 1} # x", "!!seq {", "the tag `tag:yaml.org,2002:seq` is not taken"),
        ("a: !!set {b} # x", "!!set {", "the tag `tag:yaml.org,2002:set` is not taken"),
        ("a: 2026-13-45 # x", "2026-13-45", "`2026-13-45` is not valid: month must be in 1..12"),
        ("a: !!bool maybe # x", "!!bool maybe", "`maybe` is no bool"),
        (f"a: !!bool {'x' * 50} # x", f"!!bool {'x' * 50}", f"`{'x' * 40}` is no bool"),
        (f"a: !!int x{'y' * 50} # x", f"!!int x{'y' * 50}", f"`x{'y' * 39}` is not valid: "),
        ("a: b: c # x", ":", "mapping values are not allowed"),
        ("a: @b # x", "@", "found character "),
        ("a: é\x01b", "\x01", "a character can't stand in YAML: "),
        ("a: \udc80b", "\udc80", "a character can't stand in YAML: "),
        (b"a: \xff", "", "byte 4 is not UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "", "byte 7 is not UTF-8"),
    ],
)
def test_a_fault_is_told_with_all_that_it_stands_at(text: str | bytes, part: str, reason: str) -> None:
    error = refusal(text)
    found = error.diagnostic
    assert found.code == "PQL601"
    assert error.text[slice(*found.span)] == part
    assert found.payload["reason"].startswith(reason)
    assert len(found.payload["reason"].splitlines()) == 1


def test_a_key_that_is_given_twice_is_named() -> None:
    found = refusal("a: 1\nb: 2\na : 3\n").diagnostic
    assert (tuple(found.span), dict(found.payload)) == ((10, 11), {"key": "a"})
