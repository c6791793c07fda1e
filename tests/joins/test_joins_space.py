"""The matrix as what it means: the parts of it, and what is told of a wrong one, where."""

from __future__ import annotations

from typing import Any

import pytest

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.joins.document import read_document
from pql.joins.matrix import PARAM_KINDS
from pql.joins.space import Axis, SearchSpace, read_space


def space(text: str, **names: Any) -> SearchSpace:
    source, root = read_document(text, "m.yaml")
    return read_space(root, source, names)


def axis(kind: str, value: str, matrix: str = "kind: grid", **names: Any) -> Axis:
    (found,) = space(f"{{{matrix}, params: {{a: {{kind: {kind}, value: {value}}}}}}}", **names).axes
    return found


def refused(text: str, **names: Any) -> Diagnostic:
    """What is told of a matrix: at the part of it between `«` and `»`, and with the file's name and text."""
    plain, start = text.replace("«", "").replace("»", ""), text.index("«")
    with pytest.raises(PqlError) as caught:
        space(plain, **names)
    found = caught.value.diagnostic
    assert (found.code, found.source, caught.value.text) == ("PQL631", "m.yaml", plain)
    assert tuple(found.span) == (start, text.index("»") - 1)
    return found


WAITS = "kinds that need the results of earlier runs are not run locally"
STEP = "takes a list or a mapping of `start, stop, step`"
CASES = (
    ("`matrix` takes a mapping with `kind`", "", ["«[1]»", "«grid»"]),
    ("`matrix` is random, grid or mapping here", WAITS, ["«{}»", "{«a»: 1}", "{a: 1, kind: «[1]»}"]),
    ("`matrix` is random, grid or mapping here, not `bayes`", WAITS, ["{numRuns: 3, kind: «bayes»}"]),
    (f"`matrix` is random, grid or mapping here, not `{'x' * 40}`", WAITS, [f"{{kind: «{'x' * 41}»}}"]),
    ("`matrix` of kind grid has no `parms`", "did you mean `params`?", ["{kind: grid, «parms»: {}}"]),
    ("`matrix` of kind grid has no `seed`", "", ["{kind: grid, «seed»: 1}"]),
    ("`matrix` of kind mapping has no `params`", "", ["{kind: mapping, «params»: {}}"]),
    ("`earlyStopping` is not known to a local run", "", ["{kind: grid, «earlyStopping»: []}"]),
    ("`early_stopping` is not known to a local run", "", ["{kind: random, «early_stopping»: []}"]),
    ("`random` takes `numRuns`: how many runs it makes", "", ["{kind: «random», params: {}}"]),
    (
        "`numRuns` takes a whole number of at least 1",
        "",
        [
            *("{kind: random, numRuns: «0»}", "{kind: grid, num_runs: «2.5»}", "{kind: grid, numRuns: «x»}"),
            *(
                "{kind: grid, numRuns: «[»1]}",
                "{kind: grid, numRuns: {«a»: 1}}",
                "{kind: grid, numRuns: «{»}}",
            ),
        ],
    ),
    ("`concurrency` takes a whole number of at least 1", "", ["{kind: mapping, concurrency: «-1»}"]),
    (
        "`seed` takes a whole number",
        "",
        ["{kind: random, numRuns: 2, params: {a: {kind: choice, value: [1]}}, seed: «x»}"],
    ),
    (
        "`numRuns` is at most 10,000 here",
        "",
        ["{kind: random, num_runs: «10001»}", "{kind: grid, numRuns: «10001»}"],
    ),
    (
        "`params` takes a mapping of params to what they vary over",
        "",
        [
            *("{kind: «grid»}", "{kind: grid, params: «[»1]}", "{kind: grid, params: «{»}}"),
            "{kind: grid, params: «5»}",
        ],
    ),
    (
        "`mapping` takes `values`: a list of mappings",
        "",
        [
            "{«concurrency»: 2, kind: mapping}",
            "{kind: mapping, values: «5»}",
            "{kind: mapping, values: «[»]}",
        ],
    ),
    (
        "`values` takes mappings of params to their values",
        "",
        [
            *("{kind: mapping, values: [{a: 1}, «5»]}", "{kind: mapping, values: [{a: 1}, «{»}]}"),
            "{kind: mapping, values: [«[»1]]}",
        ],
    ),
    (
        "`matrix` takes names that are texts, not `1`",
        "",
        [
            *("{kind: mapping, values: [{a: 1, «1»: 1}]}", "{kind: grid, params: {«1»: {}}}"),
            "{kind: grid, params: {a: {kind: choice, value: [1]}, «1»: {}}}",
        ],
    ),
    ("`matrix` takes names that are texts, not ``", "", ["{kind: mapping, values: [{«''»: 1}]}"]),
    (
        "`abc` takes a mapping with `kind` and `value`",
        "",
        [
            *("{kind: grid, params: {«abc»: 5}}", "{kind: grid, params: {«abc»: {value: [1]}}}"),
            "{kind: grid, params: {«abc»: {kind: [1], value: [1]}}}",
        ],
    ),
    (
        "`a` has `kind` and `value`, not `values`",
        "",
        ["{kind: grid, params: {a: {kind: choice, value: [1], «values»: [1]}}}"],
    ),
    (
        "`a` has the unknown kind `chioce`",
        "did you mean `choice` or `pchoice`?",
        ["{kind: grid, params: {a: {kind: «chioce», value: [1]}}}"],
    ),
    (
        f"`a` has the unknown kind `{'x' * 40}`",
        "there are: " + ", ".join(PARAM_KINDS),
        [f"{{kind: grid, params: {{a: {{kind: «{'x' * 41}»}}}}}}"],
    ),
    (
        "`grid` takes no `uniform`",
        "a random search draws from it",
        ["{kind: grid, params: {a: {kind: «uniform», value: '0:1'}}}"],
    ),
    (
        "`grid` takes no `pchoice`",
        "a random search draws from it",
        ["{kind: grid, params: {a: {kind: «pchoice», value: [[a, 1]]}}}"],
    ),
    (
        "`grid` has 10,002 points, more than 10,000",
        "`numRuns` takes the first of them",
        ["{kind: «grid», params: {a: {kind: range, value: '0:5001:1'}, b: {kind: choice, value: [1, 2]}}}"],
    ),
    ("`choice` takes a list of values", "", ["{kind: grid, params: {«abc»: {kind: choice}}}"]),
    (
        "`range` is empty: its step leads away from its end",
        "",
        [
            "{kind: grid, params: {a: {kind: range, value: «'5:1:1'»}}}",
            "{kind: grid, params: {a: {kind: range, value: «[»5, 1, 1]}}}",
        ],
    ),
    (
        f"`daterange` {STEP}",
        "",
        [
            "{kind: grid, params: {«abc»: {kind: daterange}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «5»}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, 2026-01-02]}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, 2026-01-02, [1]]}}}",
            "{kind: grid, params: {a: {kind: daterange, value: {«start»: 2026-01-01, stop: 2026-01-02}}}}",
        ],
    ),
    (
        "`daterange` takes a step in days",
        "",
        [
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, 2026-01-02, x]}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, 2026-01-02, nan]}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, 2026-01-02, 1e300]}}}",
        ],
    ),
    (
        "`datetimerange` takes a step in seconds",
        "",
        ["{kind: grid, params: {a: {kind: datetimerange, value: «[»2026-01-01, 2026-01-02, 0]}}}"],
    ),
    (
        "`daterange` takes dates such as 2026-01-31",
        "",
        [
            "{kind: grid, params: {a: {kind: daterange, value: «[»soon, 2026-01-02, 1]}}}",
            "{kind: grid, params: {a: {kind: daterange, value: «[»2026-01-01, later, 1]}}}",
        ],
    ),
    (
        "`daterange` is empty: its step leads away from its end",
        "",
        [
            "{kind: grid, params: {«abc»: {kind: daterange, value: [2026-01-02, 2026-01-01, 1]}}}",
            "{kind: grid, params: {«abc»: {kind: daterange, value: [2026-01-01, 2026-01-01, 1]}}}",
            "{kind: grid, params: {«abc»: {kind: daterange, value: [2026-01-01, 2026-01-01, -1]}}}",
        ],
    ),
    (
        "`datetimerange` has more than 100,000 values",
        "",
        ["{kind: grid, params: {«a»: {kind: datetimerange, value: [2026-01-01, 2026-01-02T03:46:41, 1]}}}"],
    ),
)


@pytest.mark.parametrize(("message", "hint", "texts"), CASES, ids=[each[0] for each in CASES])
def test_a_wrong_form_is_told_at_its_place(message: str, hint: str, texts: list[str]) -> None:
    for text in texts:
        found = refused(text)
        assert (found.message, found.hint) == (message, hint)


def test_what_is_wrong_in_a_templates_data_is_told_at_the_template() -> None:
    found = refused("{kind: grid, params: {a: {kind: range, value: «'5:{{ x }}:1'»}}}", x=1)
    assert found.message == "`range` is empty: its step leads away from its end"
    for rows, place in (([5], "«'{{ x }}'»"), ([{}], "«'»{{ x }}'")):
        found = refused(f"{{kind: mapping, values: {place}}}", x=rows)
        assert found.message == "`values` takes mappings of params to their values"


def test_a_mapping_has_a_bounded_number_of_entries() -> None:
    text = "{kind: mapping, values: '{{ rows }}'}"
    assert len(space(text, rows=[{"a": 1}] * 10_000).rows) == 10_000
    with pytest.raises(PqlError) as caught:
        space(text, rows=[{"a": 1}] * 10_001)
    assert caught.value.diagnostic.message == "`values` has at most 10,000 entries"
    assert tuple(caught.value.diagnostic.span) == (24, 25)


def test_the_largest_matrices_that_are_taken() -> None:
    assert space("{kind: grid, num_runs: 10000, params: {a: {kind: choice, value: [1]}}}").num_runs == 10_000
    assert len(axis("range", "'0:10000:1'").values) == 10_000
    assert len(axis("range", "'0:10001:1'", "kind: grid, numRuns: 5").values) == 10_001
    assert len(axis("range", "'0:10001:1'", "kind: random, numRuns: 5").values) == 10_001
    dates = axis("datetimerange", "[2026-01-01, 2026-01-02T03:46:40, 1]", "kind: grid, numRuns: 1").values
    assert (len(dates), dates[-1]) == (100_000, "2026-01-02T03:46:39+00:00")


def test_the_parts_of_a_search() -> None:
    text = """
kind: random
numRuns: " 3 "
seed: -7
concurrency: 2
params:
  a: {kind: choice, value: [1, null]}
  b: {kind: qnormal, value: "0:1:0.5"}
  c: {kind: pchoice, value: [[x, 0.25], [y, 0.25], [[1], 0.25]]}
"""
    found = space(text)
    assert found == SearchSpace(
        "random",
        (
            Axis("a", "choice", (1, None)),
            Axis("b", "qnormal", numbers=(0.0, 1.0, 0.5)),
            Axis("c", "pchoice", ("x", "y", [1]), (0.25, 0.25, 0.5)),
        ),
        num_runs=3,
        seed=-7,
        concurrency=2,
    )
    assert {name: text[slice(*span)] for name, span in found.places.items()} == {"a": "a", "b": "b", "c": "c"}
    assert [each.span for each in found.axes] == list(found.places.values())


def test_the_parts_of_a_mapping() -> None:
    text = "{kind: mapping, concurrency: 1, values: [{a: 1, b: [x]}, {b: null, a: {c: 2}}]}"
    found = space(text)
    rows = ({"a": 1, "b": ["x"]}, {"b": None, "a": {"c": 2}})
    assert found == SearchSpace("mapping", rows=rows, concurrency=1)
    assert {name: tuple(span) for name, span in found.places.items()} == {"a": (42, 43), "b": (48, 49)}


def test_what_is_null_is_not_there() -> None:
    whole = "{kind: grid, params: {a: {kind: choice, value: [1]}}%s}"
    assert space(whole % ", seed: null, earlyStopping: null, numRuns: null") == space(whole % "")


def test_a_template_gives_data_that_is_taken_as_it_is() -> None:
    text = "{kind: mapping, values: '{{ rows }}'}"
    rows = [{"a": "{{ b }}", "c": (1, None)}, {"a": {"d": [True]}}]
    assert space(text, rows=rows).rows == ({"a": "{{ b }}", "c": [1, None]}, {"a": {"d": [True]}})
    assert {tuple(each) for each in space(text, rows=rows).places.values()} == {(24, 36)}
    assert space("{kind: mapping, values: [{a: '{{ x }}', b: 'at {{ x }}'}]}", x="{{ y }}").rows == (
        {"a": "{{ y }}", "b": "at {{ y }}"},
    )
    drawn = axis(
        "pchoice", "[['{{ x }}', '0.{{ n }}'], [z, 0.5]]", "kind: random, numRuns: 1", x="{{ y }}", n=5
    )
    assert (drawn.values, drawn.shares) == (("{{ y }}", "z"), (0.5, 0.5))
    with pytest.raises(PqlError, match="takes numbers, and `null` is none"):
        axis("range", "[0, '{{ x }}', 1]", x=None)
    assert axis("choice", "['{{ x }}', 1]", x={"k": "{{ y }}"}).values == ({"k": "{{ y }}"}, 1)
    assert axis("choice", "['{{ x }}', '{{ x }}1']", x=5).values == (5, "51")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("range", "'0:1e-10:1'", [0]),
        ("range", "'5:4.5:-1'", [5]),
        ("range", "'1:3:0.5'", [1.0, 1.5, 2.0, 2.5]),
        ("range", "'0.5:3:1'", [0.5, 1.5, 2.5]),
        ("linspace", "'0:1:2'", [0.0, 1.0]),
        ("linspace", "'1:1:1'", [1.0]),
        ("geomspace", "'2:8:1'", [2.0]),
        ("geomspace", "'3.00000000000001:5.00000000000001:2'", [3.00000000000001, 5.00000000000001]),
        ("geomspace", "'3.00000000000001:9:1'", [3.00000000000001]),
        ("geomspace", "'1:10:3'", [1.0, 3.162277660168, 10.0]),
        ("logspace", "'0:1:1:3'", [1.0]),
        ("logspace", "'0:0.5:2'", [1.0, 3.16227766016838]),
        ("daterange", "{step: 1, start: ' 2026-01-01 ', stop: 2026-01-03}", ["2026-01-01", "2026-01-02"]),
        ("daterange", "[2026-01-03, 2026-01-01, -1]", ["2026-01-03", "2026-01-02"]),
        ("daterange", "[2026-01-01, 2026-01-02, 0.5]", ["2026-01-01", "2026-01-01"]),
        ("datetimerange", "[2026-01-01, '2026-01-01T00:00:01+00:00', 0.5]", None),
        ("datetimerange", "['2026-01-01T00:00+02:00', '2026-01-01', 7200]", ["2026-01-01T00:00:00+02:00"]),
    ],
)
def test_the_edges_of_spaces(kind: str, value: str, expected: list[Any] | None) -> None:
    halves = ["2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.500000+00:00"]
    found = axis(kind, value).values
    assert list(found) == (halves if expected is None else expected)
    assert [type(each) for each in found] == [type(each) for each in expected or halves]


@pytest.mark.parametrize("text", ["{% if x %}a", "{# said #}"])
def test_what_is_no_value_is_refused_as_anywhere_else(text: str) -> None:
    with pytest.raises(PqlError) as caught:
        axis("choice", f'["{text}"]')
    assert caught.value.diagnostic.code == "PQL609"
