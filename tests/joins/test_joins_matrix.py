"""The matrix as the file has it: which params it varies, how many values each takes, and their forms."""

from __future__ import annotations

import pytest

from pql.joins.document import Mapping, Scalar, read_document
from pql.joins.matrix import (
    Matrix,
    MatrixParam,
    has_template,
    missing_probability,
    numbers_of,
    probabilities_of,
    read_matrix,
    size_of,
    wrong_form,
)


def matrix(text: str) -> Matrix | None:
    source, node = read_document(text, "m.yaml")
    return read_matrix(node, source)


def param(kind: str, value: str) -> MatrixParam:
    source, node = read_document(f"{{kind: grid, params: {{a: {{kind: {kind}, value: {value}}}}}}}", "m.yaml")
    read = read_matrix(node, source)
    assert read is not None
    return read.params[0]


@pytest.mark.parametrize("runs", ["numRuns", "num_runs"])
def test_the_parts_of_a_matrix(runs: str) -> None:
    params = "{a: {kind: choice, value: [1]}, b: {kind: odd}, c: 5, d: {kind: []}}"
    source, node = read_document(f"{{{runs}: 5, kind: bayes, params: {params}}}", "m.yaml")
    found = read_matrix(node, source)
    assert found is not None
    assert (found.source, found.kind) == (source, "bayes")
    assert found.num_runs is not None
    assert found.num_runs.value == 5
    assert [(each.name.text, each.kind, each.value is None) for each in found.params] == [
        ("a", "choice", False),
        ("b", "odd", True),
    ]


@pytest.mark.parametrize("text", ["[1]", "grid", "{}", "{kind: job}", "{kind: [grid]}", "{params: {}}"])
def test_what_is_no_matrix(text: str) -> None:
    assert matrix(text) is None
    assert read_matrix(None, read_document("{}", "m.yaml")[0]) is None


@pytest.mark.parametrize("rest", ["", ", params: 5, numRuns: [1]"])
def test_a_matrix_without_what_is_expected(rest: str) -> None:
    found = matrix(f"{{kind: grid{rest}}}")
    assert found is not None
    assert (found.params, found.num_runs) == ((), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'{{ a }}'", True),
        ("'{ a }'", False),
        ("[1, [2, '{{ a }}']]", True),
        ("[1, [2]]", False),
        ("{b: 1, a: {c: '{{ a }}'}}", True),
        ("{'{{ a }}': 1}", False),
    ],
)
def test_templates_stand_in_values(text: str, expected: bool) -> None:
    assert has_template(read_document(text, "m.yaml")[1]) is expected
    assert has_template(None) is False


SPACE = "takes `start:stop:num`, a list or a mapping of these"
RANGE = "takes `start:stop:step`, a list or a mapping of these"
TOO_LARGE = "takes natural logarithms of the values, and these are too large"
PAIRS = "takes pairs of a value and its probability"
SHARES = "takes probabilities that are numbers between 0 and 1"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("odd", "5", ""),
        ("daterange", "5", ""),
        ("choice", "[1]", ""),
        ("choice", "5", "takes a list of values"),
        ("choice", "[]", "takes a list of values"),
        ("choice", "null", "takes a list of values"),
        ("choice", "[[1, 2, 3]]", ""),
        ("pchoice", "{a: 1}", "takes a list of pairs"),
        ("pchoice", "[]", "takes a list of pairs"),
        ("pchoice", "[[a, 1], b]", PAIRS),
        ("pchoice", "[[a, 1, 2]]", PAIRS),
        ("pchoice", "[[a, x]]", SHARES),
        ("pchoice", "[[a, [1]]]", SHARES),
        ("pchoice", "[[a, 1], [b, -0.1]]", SHARES),
        ("pchoice", "[[a, 1.01]]", SHARES),
        ("pchoice", "[[a, 0], [b, 1]]", ""),
        ("pchoice", "[[a, 0.5], [b, 0.5000009]]", ""),
        ("pchoice", "[[a, 0.5], [b, 0.500002]]", "takes probabilities that sum to 1, not to 1.000002"),
        ("pchoice", "[[a, 0.7], [b, 0.7]]", "takes probabilities that sum to 1, not to 1.4"),
        ("range", "5", RANGE),
        ("range", "'1:2:3:4'", RANGE),
        ("range", "[1, 2, [3]]", RANGE),
        ("range", "[1, 2, 1, [3]]", RANGE),
        ("range", "null", RANGE),
        ("range", "{start: 1, stop: 2}", RANGE),
        ("range", "{start: 1, stop: 2, step: 1, more: 1}", RANGE),
        ("range", "{start: 1, stop: 2, step: 1, base: 1}", RANGE),
        ("range", "' 1 : 2 : 1 '", ""),
        ("range", "'0:1:x'", "takes numbers, and `x` is none"),
        ("range", "'0:inf:1'", "takes numbers, and `inf` is none"),
        ("range", f"'0:1:{'x' * 41}'", f"takes numbers, and `{'x' * 40}` is none"),
        ("range", "'0:1:0'", "has the step 0"),
        ("range", "'1:0:1'", "is empty: its step leads away from its end"),
        ("range", "'1:1:1'", "is empty: its step leads away from its end"),
        ("range", "'0:2:1'", ""),
        ("range", "'1:0:-0.5'", ""),
        ("range", "'0:100000:1'", ""),
        ("range", "'0:100001:1'", "has 100,001 values, more than 100,000"),
        ("range", "'-60000:60000:1'", "has 120,000 values, more than 100,000"),
        ("range", "'0:60000:0.5'", "has 120,000 values, more than 100,000"),
        ("linspace", "'0:1'", SPACE),
        ("linspace", "'0:1:2:3'", SPACE),
        ("linspace", "'0:1:2.5'", "takes a whole number of values of at least 1, not 2.5"),
        ("linspace", "'0:1:0'", "takes a whole number of values of at least 1, not 0"),
        ("linspace", "'0:0:1'", ""),
        ("linspace", "'0:1:100000'", ""),
        ("linspace", "'0:1:1e9'", "has 1,000,000,000 values, more than 100,000"),
        ("linspace", "'-1e308:1e308:3'", "takes ends that are closer to each other"),
        ("linspace", "'1e308:1e308:3'", ""),
        ("geomspace", "'1:8:4'", ""),
        ("geomspace", "'-1:-8:4'", ""),
        ("geomspace", "'0.5:0.25:4'", ""),
        *(
            ("geomspace", f"'{ends}:3'", "takes ends of the same sign and not 0")
            for ends in ("0:1", "1:0", "-1:1", "1:-1", "0:-1", "-1:0", "0:0")
        ),
        ("logspace", "'0:1:5:10'", ""),
        ("logspace", "{base: 10, num: 5, start: 0, stop: 1}", ""),
        ("logspace", "'0:1:5:0.5'", ""),
        ("logspace", "'0:1:5:0'", "takes a base above 0"),
        ("logspace", "'0:1:5:-2'", "takes a base above 0"),
        ("logspace", "'0:304:2'", ""),
        ("logspace", "'0:305:2'", "takes exponents of its base, and these are too large"),
        ("logspace", "'305:0:2'", "takes exponents of its base, and these are too large"),
        ("logspace", "'0:305:2:2'", ""),
        ("logspace", "'-400:-300:3:0.1'", "takes exponents of its base, and these are too large"),
        ("geomspace", "'800:900:2'", ""),
        ("uniform", "'0'", "takes `low:high`, a list or a mapping of these"),
        ("uniform", "'0:1:2'", "takes `low:high`, a list or a mapping of these"),
        ("uniform", "{low: 0, high: 1}", ""),
        ("uniform", "'1:1'", ""),
        ("uniform", "'0:1e308'", ""),
        ("uniform", "'1:0'", "takes a `low` that is not above its `high`"),
        ("uniform", "'-1e308:1e308'", "takes numbers that are closer to each other"),
        ("uniform", "'800:900'", ""),
        ("loguniform", "'0:700'", ""),
        ("loguniform", "'0:701'", TOO_LARGE),
        ("normal", "'0:0'", ""),
        ("normal", "'5:1'", ""),
        ("normal", "'0:-1'", "takes a `scale` of at least 0"),
        ("normal", "'1e308:1e308'", "takes numbers that are closer to each other"),
        ("normal", "'0:1e307'", "takes numbers that are closer to each other"),
        ("normal", "'0:9e306'", ""),
        ("lognormal", "'610:10'", ""),
        ("lognormal", "'611:10'", TOO_LARGE),
        ("quniform", "'0:1'", "takes `low:high:q`, a list or a mapping of these"),
        ("quniform", "'0:1:0.1'", ""),
        ("quniform", "'0:1:0'", "takes a `q` above 0"),
        ("quniform", "'0:1:-1'", "takes a `q` above 0"),
        ("quniform", "'0:1e9:1e-300'", "takes a larger `q`"),
        ("quniform", "'-1e9:0:1e-300'", "takes a larger `q`"),
        ("qnormal", "'0:1e9:1e-299'", "takes a larger `q`"),
        ("qloguniform", "'0:690:1e-9'", "takes a larger `q`"),
        ("qloguniform", "'0:690:1'", ""),
        ("qloguniform", "'0:1:1e-300'", ""),
    ],
)
def test_forms(kind: str, value: str, reason: str) -> None:
    found = param(kind, value)
    assert wrong_form(found) == reason
    if kind not in ("odd", "choice", "pchoice", "daterange"):
        numbers = numbers_of(found)
        assert numbers == reason if reason else isinstance(numbers, tuple)


def test_numbers_are_in_the_order_of_their_names() -> None:
    assert numbers_of(param("logspace", "{base: 4, num: 3, stop: 2, start: 1}")) == (1.0, 2.0, 3.0, 4.0)
    assert numbers_of(param("qnormal", "{q: 3, loc: 1, scale: 2}")) == (1.0, 2.0, 3.0)
    assert numbers_of(param("uniform", "[1, 2]")) == (1.0, 2.0)


def test_a_list_has_a_bounded_number_of_values() -> None:
    items = (Scalar(1, "1", param("choice", "[1]").name.span, None),) * 100_000
    held = param("choice", "[1]")
    assert not isinstance(held.value, (Mapping, Scalar, type(None)))
    most = type(held.value)(items, held.value.span)
    assert wrong_form(MatrixParam(held.name, "choice", most)) == ""
    more = type(held.value)((*items, items[0]), held.value.span)
    assert wrong_form(MatrixParam(held.name, "choice", more)) == "takes at most 100,000 values"


def test_probabilities_and_what_they_leave_over() -> None:
    assert probabilities_of(param("pchoice", "[[a, 0.25], [b, 0]]")) == (0.25, 0.0)
    assert missing_probability(param("pchoice", "[[a, 0.25], [b, 0]]")) == 0.75
    assert missing_probability(param("pchoice", "[[a, 0.5], [b, 0.4999995]]")) == 0.0
    for wrong in ("[[a, 0.1], b]", "[[a, 0.1], [b]]", "[[a, 2]]", "[[a, [1]]]", "[[a, x]]"):
        assert probabilities_of(param("pchoice", wrong)) is None
        assert missing_probability(param("pchoice", wrong)) == 0.0
    for nothing in ("5", "null", "[]"):
        assert probabilities_of(param("pchoice", nothing)) == ()
        assert missing_probability(param("pchoice", nothing)) == 0.0


@pytest.mark.parametrize(
    ("kind", "value", "size"),
    [
        ("choice", "[1, 2, 3]", 3),
        ("choice", "[1, '{{ a }}']", None),
        ("choice", "5", None),
        ("choice", "null", None),
        ("pchoice", "[[a, 1]]", 1),
        ("range", "'0:1:0.1'", 10),
        ("range", "'0:1.05:0.1'", 11),
        ("range", "'2:5:1'", 3),
        ("range", "'0:1e-10:1'", 1),
        ("range", "'5:0:1'", None),
        ("range", "'{{ a }}'", None),
        ("linspace", "'0:1:7'", 7),
        ("logspace", "'0:1:5:2'", 5),
        ("uniform", "'0:1'", None),
        ("daterange", "[2026-01-01, 2026-01-03, 1]", None),
    ],
)
def test_sizes(kind: str, value: str, size: int | None) -> None:
    assert size_of(param(kind, value)) == size
