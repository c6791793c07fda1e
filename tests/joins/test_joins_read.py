"""A section `joins` read: what each join asks for, and what is refused where."""

from __future__ import annotations

from typing import Any

import pytest
from operation_samples import Told, refusal, tree

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins import Join, JoinParam, PathEntry, Paths, parse_reference
from pql.joins.document import Mapping
from pql.joins.read import read_flag, read_joins, read_params, read_whole, shown

NAMES: dict[str, Any] = {
    "most": 3,
    "zero": 0,
    "name": "adam",
    "where": "a/b",
    "which": "inputs.lr",
    "globals": {"uuid": "own"},
}


def read(text: str) -> tuple[Join, ...]:
    node, source = tree(text)
    return read_joins(node, source, NAMES)


def refused(text: str) -> Told:
    return refusal(lambda: read(text))


def params(text: str) -> dict[str, JoinParam]:
    node, source = tree(text)
    return {each.name: each for each in read_params(node, source, NAMES)}


def kind(field: str, takes: str, found: str) -> dict[str, str]:
    return {"field": field, "takes": takes, "found": found}


def test_a_join_with_all_that_it_may_have() -> None:
    text = (
        "- query: 'name:{{ name }}, status:_any_'\n"
        "  sort: '-created_at'\n"
        "  limit: '{{ most }}'\n"
        "  offset: ' 2 '\n"
        "  params: {lrs: {value: inputs.lr}}\n"
        "- query: status:_any_\n"
    )
    (full, bare) = read(text)
    assert full.query.text == "name:adam, status:_any_"
    assert text[slice(*full.query.locate(Span(0, 4)))] == "name"
    assert (full.sort.text, full.limit, full.offset) == ("-created_at", 3, 2)
    assert text[slice(*full.sort.whole)] == "'-created_at'"
    assert full.params == (JoinParam("lrs", parse_reference("inputs.lr")),)
    assert text[full.span.start :].startswith("query: 'name")
    assert text[slice(*bare.span)].strip() == "query: status:_any_"
    assert full.source.text == bare.source.text == text
    assert (bare.sort.text, bare.limit, bare.offset, bare.params) == ("", None, 0, ())
    assert (bare.sort.source.name, bare.sort.whole) == ("op.yaml", Span(0, 0))


def test_every_part_of_a_join_may_hold_templates() -> None:
    (join,) = read(
        "- {query: 'name:{{ name }}', sort: '-metrics.{{ name }}', limit: '{{ most }}', offset: '{{ most }}',"
        " params: {p: {value: '{{ which }}'}}}"
    )
    assert (join.query.text, join.sort.text) == ("name:adam", "-metrics.adam")
    assert (join.limit, join.offset) == (3, 3)
    assert join.params == (JoinParam("p", parse_reference("inputs.lr")),)


@pytest.mark.parametrize("value", ["globals.uuid", "'{{ globals.uuid }}'", "' {{ globals.uuid }} '"])
def test_globals_are_those_of_the_matched_run(value: str) -> None:
    assert params(f"p: {{value: {value}}}")["p"].value == parse_reference("globals.uuid")


def test_no_section_is_no_joins() -> None:
    _, source = tree("a")
    assert read_joins(None, source, NAMES) == ()
    assert read_params(None, source, NAMES) == ()
    assert read_whole("limit", None, source, NAMES) is None
    assert read("[]") == ()


ANY = "`status:_any_` matches every run"
LIMIT, PARAMS = "did you mean `limit`?", "a mapping of names to params"
OTHERS = "there are: query, sort, limit, offset, params"


@pytest.mark.parametrize(
    ("text", "code", "where", "payload", "hint"),
    [
        ("5", "PQL603", "5", kind("joins", "a list of joins", "`5`"), ""),
        ("{query: a}", "PQL603", "query", kind("joins", "a list of joins", "a mapping"), ""),
        (
            "- {query: 'a:b'}\n- [x]",
            "PQL603",
            "[x]",
            kind("join", "a mapping with `query` and `params`", "a list"),
            "",
        ),
        ("- {zzz: 1}", "PQL605", "zzz", {"where": "a join", "key": "zzz"}, OTHERS),
        ("- {query: a, limits: 1}", "PQL605", "limits", {"where": "a join", "key": "limits"}, LIMIT),
        ("- {sort: name}", "PQL606", "sort", {}, f"write `query: …`; {ANY}"),
        ("- {}", "PQL606", "{}", {}, f"write `query: …`; {ANY}"),
        ("- {sort: name, query: ' '}", "PQL606", "sort", {}, f"write `query: …`; {ANY}"),
        ("- {query: [a]}", "PQL603", "[a]", kind("query", "a text", "a list"), ""),
        ("- {query: {a: b}}", "PQL603", "a", kind("query", "a text", "a mapping"), ""),
        ("- {query: 'a:b', sort: [a]}", "PQL603", "[a]", kind("sort", "a text", "a list"), ""),
        ("- {query: 'a:b', limit: [1]}", "PQL603", "[1]", kind("limit", "a text", "a list"), ""),
        ("- {query: 'a:b', offset: {}}", "PQL603", "{}", kind("offset", "a text", "a mapping"), ""),
        ("- {query: 'a:b', params: 5}", "PQL603", "5", kind("params", PARAMS, "`5`"), ""),
        ("- {query: 'a:b', limit: 0}", "PQL401", "0", {"value": "`0`"}, ""),
        ("- {query: 'a:b', limit: '{{ zero }}'}", "PQL401", "'{{ zero }}'", {"value": "`0`"}, ""),
        ("- {query: 'a:b', limit: 1.0}", "PQL401", "1.0", {"value": "`1.0`"}, ""),
        ("- {query: 'a:b', offset: -1}", "PQL402", "-1", {"value": "`-1`"}, ""),
        ("- {query: 'a:b', offset: x}", "PQL402", "x", {"value": "`x`"}, ""),
        ("- {query: 'a:b', limit: %s}" % ("y" * 50), "PQL401", "y" * 50, {"value": f"`{'y' * 40}`"}, ""),
    ],
)
def test_a_join_that_is_refused(text: str, code: str, where: str, payload: dict[str, str], hint: str) -> None:
    assert refused(text) == (code, where, payload, hint)


@pytest.mark.parametrize(("field", "least"), [("limit", 1), ("offset", 0)])
def test_the_least_limit_and_the_least_offset(field: str, least: int) -> None:
    (one,) = read(f"- {{query: 'a:b', {field}: {least}}}")
    assert getattr(one, field) == least
    assert refused(f"- {{query: 'a:b', {field}: {least - 1}}}")[0] in ("PQL401", "PQL402")


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("- {query: 'name:x, status'}", "PQL103", "status"),
        ("- {query: 'name:{{ name }}, status'}", "PQL103", "status"),
        ("- {query: 'a:b', sort: 'name, ,x'}", "PQL102", ","),
    ],
)
def test_a_wrong_query_or_sort_is_refused_in_the_file(text: str, code: str, where: str) -> None:
    assert refused(text)[:2] == (code, where)


def test_a_param_with_all_that_it_may_have() -> None:
    text = (
        "a: {value: inputs.lr, contextOnly: true, toInit: true, connection: s3}\n"
        "b: {value: '{{ outputs.loss }}', context_only: true, to_init: false}\n"
        "c: {value: '{{ which }}', contextOnly: false, to_init: true}\n"
        "d: {value: {files: x}, connection: null}\n"
    )
    a, b, c, d = params(text).values()
    assert a == JoinParam("a", parse_reference("inputs.lr"), True, True, "s3")
    assert b == JoinParam("b", parse_reference("outputs.loss"), True)
    assert c == JoinParam("c", parse_reference("inputs.lr"), False, True)
    assert d == JoinParam("d", Paths((PathEntry("x"),)))
    # A value stands for a param; a mapping has no place that a caret could show.
    assert [text[slice(*each.span)] for each in (a, b, c, d)] == [
        "inputs.lr",
        "'{{ outputs.loss }}'",
        "'{{ which }}'",
        "d",
    ]


def paths(value: str) -> Paths:
    found = params(f"p: {{value: {value}}}")["p"].value
    assert isinstance(found, Paths)
    return found


@pytest.mark.parametrize(
    ("value", "files", "dirs"),
    [
        ("{files: x}", ["x"], None),
        ("{dirs: x/y}", None, ["x/y"]),
        ("{files: [x, 5], dirs: []}", ["x", "5"], []),
        ("{dirs: ['{{ where }}/c', ' {{ artifacts.m }} ']}", None, ["a/b/c", parse_reference("artifacts.m")]),
        ("{files: '{{ where }}'}", ["a/b"], None),
    ],
)
def test_the_entries_of_an_artifacts_value(value: str, files: Any, dirs: Any) -> None:
    def values(entries: tuple[PathEntry, ...] | None) -> Any:
        return None if entries is None else [each.value for each in entries]

    found = paths(value)
    assert (values(found.files), values(found.dirs)) == (files, dirs)


def test_an_entry_knows_its_place() -> None:
    text = "p: {value: {files: [ab, '{{ where }}'], dirs: '{{ artifacts.m }}'}}"
    found = params(text)["p"].value
    assert isinstance(found, Paths)
    entries = (*(found.files or ()), *(found.dirs or ()))
    assert [text[slice(*each.span)] for each in entries] == ["ab", "'{{ where }}'", "'{{ artifacts.m }}'"]


VALUE = "a reference, or a mapping with `files` or `dirs`"
MISSPELT = "outptus.loss"
FLAG = "true or false"
CLOSE = "did you mean `outputs.loss`?"
DEFINED = "defined: globals, most, name, where, which, zero"
STANDS = "a sub-path of each run stands as it is: `{dirs: sub/path}`"
EXAMPLES = "e.g. `inputs.lr`, `outputs.loss`, `artifacts.model`, `globals.uuid`"
GIVEN = "; a path in each run is given as `{files: …}` or `{dirs: …}`"


@pytest.mark.parametrize(
    ("text", "code", "where", "payload", "hint"),
    [
        ("5: {value: inputs}", "PQL603", "5", kind("params", "names that are texts", "`5`"), ""),
        ("p: inputs.lr", "PQL603", "inputs.lr", kind("p", "a mapping with `value`", "`inputs.lr`"), ""),
        ("p: {}", "PQL603", "p", kind("p", "a `value`", "nothing"), ""),
        ("p: {value: null}", "PQL603", "p", kind("p", "a `value`", "nothing"), ""),
        ("p: {value: [inputs]}", "PQL603", "[inputs]", kind("value", VALUE, "a list"), ""),
        ("p: {value: {}}", "PQL603", "{}", kind("value", VALUE, "a mapping"), ""),
        ("p: {value: {files: null}}", "PQL603", "files", kind("value", VALUE, "a mapping"), ""),
        ("p: {value: {files: [x, [y]]}}", "PQL603", "[y]", kind("files", "a text", "a list"), ""),
        ("p: {value: {dirs: [null]}}", "PQL603", "null", kind("dirs", "a text", "null"), ""),
        ("p: {value: {dirs: {a: b}}}", "PQL603", "a", kind("dirs", "a text", "a mapping"), ""),
        ("p: {value: x, toInit: 1}", "PQL611", "x", {"reference": "x"}, EXAMPLES + GIVEN),
        ("p: {value: inputs, toInit: 1}", "PQL603", "1", kind("toInit", FLAG, "`1`"), ""),
        ("p: {value: inputs, context_only: x}", "PQL603", "x", kind("contextOnly", FLAG, "`x`"), ""),
        ("p: {value: inputs, connection: [b]}", "PQL603", "[b]", kind("connection", "a text", "a list"), ""),
        (
            "p: {value: inputs, ref: x}",
            "PQL605",
            "ref",
            {"where": "a param of a join", "key": "ref"},
            "there are: value, contextOnly, toInit, connection",
        ),
        (
            "p: {value: inputs, to_inti: true}",
            "PQL605",
            "to_inti",
            {"where": "a param of a join", "key": "to_inti"},
            "did you mean `to_init` or `toInit`?",
        ),
        (
            "p: {value: {zzz: x}}",
            "PQL605",
            "zzz",
            {"where": "an artifacts value", "key": "zzz"},
            "there are: files, dirs",
        ),
        (
            "p: {value: {file: x}}",
            "PQL605",
            "file",
            {"where": "an artifacts value", "key": "file"},
            "did you mean `files`?",
        ),
        (
            "p: {value: {dirs: 'x/{{ artifacts.m }}'}}",
            "PQL612",
            "{{ artifacts.m }}",
            {"reference": "artifacts.m", "place": "beside other text"},
            STANDS,
        ),
        (
            "p: {value: '{{ where }}{{ inputs.x }}'}",
            "PQL612",
            "{{ inputs.x }}",
            {"reference": "inputs.x", "place": "beside other text"},
            STANDS,
        ),
        ("p: {value: outptus.loss}", "PQL611", MISSPELT, {"reference": MISSPELT}, CLOSE),
        (
            "p: {value: '{{ outptus.loss }}'}",
            "PQL611",
            "'{{ outptus.loss }}'",
            {"reference": MISSPELT},
            CLOSE,
        ),
        ("p: {value: zzz.loss}", "PQL611", "zzz.loss", {"reference": "zzz.loss"}, EXAMPLES),
        ("p: {value: input}", "PQL611", "input", {"reference": "input"}, "did you mean `inputs`?" + GIVEN),
        ("p: {value: %s}" % ("z" * 70), "PQL611", "z" * 70, {"reference": "z" * 60}, EXAMPLES + GIVEN),
        ("p: {value: '{{ nobody }}.x'}", "PQL608", "{{ nobody }}", {"name": "nobody"}, DEFINED),
    ],
)
def test_a_param_that_is_refused(
    text: str, code: str, where: str, payload: dict[str, str], hint: str
) -> None:
    assert refusal(lambda: params(text)) == (code, where, payload, hint)


def test_several_references_that_are_close_are_all_named() -> None:
    hint = refusal(lambda: params("p: {value: globals.started}"))[3]
    assert hint == "did you mean `globals.started_at` or `globals.status`?"


def test_a_param_is_held_against_the_tables() -> None:
    found = refused("- {query: 'a:b', params: {p: {value: inputs.lr, toInit: true}}}")
    assert found[:2] == ("PQL612", "inputs.lr")


@pytest.mark.parametrize(
    ("text", "flag"),
    [("{}", False), ("{a: true}", True), ("{b: true}", True), ("{a: false, b: true}", False)],
)
def test_a_flag(text: str, flag: bool) -> None:
    node, source = tree(text)
    assert isinstance(node, Mapping)
    assert read_flag(node, source, "a", "b") is flag


@pytest.mark.parametrize("value", ["1", "'true'", "[true]", "{a: b}"])
def test_a_flag_that_is_none(value: str) -> None:
    node, source = tree(f"{{b: {value}}}")
    assert isinstance(node, Mapping)
    with pytest.raises(PqlError, match="`a` takes true or false, not "):
        read_flag(node, source, "a", "b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("null", "null"),
        ("''", "``"),
        ("x", "`x`"),
        ("y" * 50, f"`{'y' * 40}`"),
        ("[1]", "a list"),
        ("{a: 1}", "a mapping"),
    ],
)
def test_what_a_value_is_called(text: str, words: str) -> None:
    assert shown(tree(text)[0]) == words
