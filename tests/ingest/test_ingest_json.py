"""JSON files that may be anything."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_index.ingest.jsonfile import MAX_DEPTH, MISSING, load_json
from lineage_index.ingest.problems import Reporter


def load(data: str | bytes) -> tuple[Any, list[tuple[str, int | None]]]:
    report = Reporter("file")
    value = load_json(data.encode() if isinstance(data, str) else data, report)
    assert all(each.path == "file" for each in report.problems)
    return value, [(each.code, each.line) for each in report.problems]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(VALUES)
def test_json_is_read_as_it_is(value: Any) -> None:
    assert load(json.dumps(value)) == (value, [])


SPACE = st.sampled_from(["", " ", "\n\t"])
STRINGS = st.builds(json.dumps, st.text(':",\\u{[é\U0001f680') | st.text(), ensure_ascii=st.booleans())
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)


def mapping_text(pairs: list[tuple[str, str, str, str]]) -> str:
    return "{" + ",".join([f"{before}{key}{after}:{value}" for before, key, after, value in pairs]) + "}"


TEXTS = st.recursive(
    STRINGS | NUMBERS | st.sampled_from(["null", "true", "false", "NaN", "-Infinity"]),
    lambda inner: (
        st.lists(inner).map(lambda parts: "[" + ",".join(parts) + "]")
        | st.lists(st.tuples(SPACE, st.sampled_from(['"a"', '"b"', '":"']), SPACE, inner)).map(mapping_text)
    ),
)


@settings(deadline=None)
@given(TEXTS)
def test_json_is_read_as_by_python_and_a_key_that_stands_twice_is_told(text: str) -> None:
    twice: set[str] = set()

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice.update(key for key in keys if keys.count(key) > 1)
        return dict(pairs)

    expected = json.loads(text, object_pairs_hook=mapping)
    value, problems = load(text)
    assert repr(value) == repr(expected)  # which tells 1 from 1.0, 0.0 from -0.0, and takes NaN for NaN
    assert [code for code, _ in problems] == ["duplicate-key"] * len(twice)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), VALUES, min_size=1), st.data())
def test_cut_json_is_no_json(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    found, problems = load(text[: data.draw(st.integers(0, len(text) - 1))])
    assert found is MISSING
    assert [code for code, _ in problems] == ["bad-json"]


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    load(data)


def test_faults_name_their_line() -> None:
    assert load('{\n"a": 1,\n"b": oops}') == (MISSING, [("bad-json", 3)])
    assert load(b'{"a": 1,\n"b": "\xff"}') == ({"a": 1, "b": "\ufffd"}, [("bad-encoding", 2)])


def test_nan_and_infinities_are_numbers() -> None:
    value, problems = load('{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}')
    assert math.isnan(value.pop("a"))
    assert (value, problems) == ({"b": math.inf, "c": -math.inf, "d": math.inf}, [])


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    value, problems = load('{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}')
    assert (value, problems) == ({"a": 3, "b": {"c": 2}}, [("duplicate-key", None)] * 2)


@pytest.mark.parametrize(
    "text",
    [
        '{"a" : 1, "b": ":", "a": 2}',
        '{"a": 1, "a": "\\u003a"}',
        '{"a": "x\\":", "a" \n: 2}',
        '[{"a": 1}, {"b": [{"a":1,"a":2}]}]',
    ],
)
def test_a_key_that_stands_twice_is_seen_however_it_is_written(text: str) -> None:
    value, problems = load(text)
    assert value == json.loads(text)
    assert problems == [("duplicate-key", None)]


def test_integers_are_exact_however_large() -> None:
    assert load(f"[{2**63}, {10**3999}]") == ([2**63, 10**3999], [])


def test_an_integer_of_too_many_digits_is_infinite() -> None:
    assert load('{{"n": 1{}, "m": -1{}, "k": 1}}'.format("0" * 5000, "0" * 5000)) == (
        {"n": math.inf, "m": -math.inf, "k": 1},
        [("huge-number", None)] * 2,
    )


def test_halves_of_characters_are_replaced() -> None:
    assert load('{"\\ud83d": ["\\udc00", "\\ud83d\\ude80"]}') == (
        {"\ufffd": ["\ufffd", "\U0001f680"]},
        [("bad-encoding", None)],
    )
    assert load('["\\ud83d\\ude80"]') == (["\U0001f680"], [])


def test_a_byte_order_mark_is_no_fault() -> None:
    assert load(b'\xef\xbb\xbf{"a": 1}') == ({"a": 1}, [])


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_a_deep_value_leaves_alone() -> None:
    deepest, too_deep = nested(MAX_DEPTH), nested(MAX_DEPTH + 1)
    value, problems = load(f'{{"a": 1, "deep": {too_deep}, "ok": {deepest}}}')
    assert (list(value), problems) == (["a", "ok"], [("too-deep", None)])
    value, problems = load(f"[1, {too_deep}, 2]")
    assert (value, problems) == ([1, 2], [("too-deep", None)])


def test_a_value_deeper_than_the_stack_is_told() -> None:
    assert load(nested(100_000)) == (MISSING, [("too-deep", None)])


def test_many_small_values_are_not_deep() -> None:
    assert load(json.dumps([[i] for i in range(1000)])) == ([[i] for i in range(1000)], [])


@pytest.mark.parametrize("data", ["", " ", "\x00", "{}{}", "[1,]", "'a'", "{a: 1}"])
def test_what_is_no_json(data: str) -> None:
    assert load(data) == (MISSING, [("bad-json", 1)])
