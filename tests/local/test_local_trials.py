"""Matrices: what each form means, that a seed decides, and where a wrong form is told."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_index.local.trials import canonical, make_trials
from pql.joins.document import read_document
from pql.joins.space import SearchSpace, read_space


def space(text: str, **names: object) -> SearchSpace:
    source, root = read_document(text, "m.yaml")
    return read_space(root, source, names)


def values_of(kind: str, value: str) -> list[object]:
    made = make_trials(space(f"{{kind: grid, params: {{a: {{kind: {kind}, value: {value}}}}}}}"), 0)
    return [each["a"] for each in made.params]


def drawn(kind: str, value: str, count: int = 2_000) -> list[float]:
    text = f"{{kind: random, numRuns: {count}, params: {{a: {{kind: {kind}, value: {value}}}}}}}"
    return [each["a"] for each in make_trials(space(text), 1).params]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("choice", "[1, relu, null, [1, 2]]", [1, "relu", None, [1, 2]]),
        ("range", "'0:10:3'", [0, 3, 6, 9]),
        ("range", "[0, 9, 3]", [0, 3, 6]),
        ("range", "{start: 1, stop: 0, step: -0.5}", [1.0, 0.5]),
        ("range", "'0:1:0.1'", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        ("linspace", "'0.001:0.1:5'", [0.001, 0.02575, 0.0505, 0.07525, 0.1]),
        ("linspace", "'3:9:1'", [3.0]),
        ("logspace", "'0:3:4'", [1.0, 10.0, 100.0, 1000.0]),
        ("logspace", "[0, 3, 4, 2]", [1.0, 2.0, 4.0, 8.0]),
        ("geomspace", "{start: 1, stop: 1000, num: 4}", [1.0, 10.0, 100.0, 1000.0]),
        ("geomspace", "'-8:-1:4'", [-8.0, -4.0, -2.0, -1.0]),
        ("daterange", "[2026-01-30, 2026-02-02, 1]", ["2026-01-30", "2026-01-31", "2026-02-01"]),
        (
            "datetimerange",
            "['2026-01-01T22:00', '2026-01-02T02:00', 7200]",
            ["2026-01-01T22:00:00+00:00", "2026-01-02T00:00:00+00:00"],
        ),
        ("daterange", "[9999-12-30, 9999-12-31, 5]", ["9999-12-30"]),
        ("geomspace", "'1.0e-200:1.0e-202:3'", [1e-200, 1e-201, 1e-202]),
    ],
)
def test_the_values_of_each_space(kind: str, value: str, expected: list[object]) -> None:
    assert values_of(kind, value) == expected


def test_a_grid_varies_its_last_param_fastest_and_may_be_cut() -> None:
    text = "{kind: grid, %sparams: {a: {kind: choice, value: [1, 2]}, b: {kind: choice, value: [x, y]}}}"
    whole = make_trials(space(text % ""), 0).params
    assert [tuple(each.values()) for each in whole] == [(1, "x"), (1, "y"), (2, "x"), (2, "y")]
    assert make_trials(space(text % "numRuns: 3, "), 0).params == whole[:3]
    assert make_trials(space(text % "numRuns: 9, "), 0).missing == 5


def test_a_mapping_is_its_rows() -> None:
    found = make_trials(space("{kind: mapping, values: [{a: 1}, {a: 1, b: x}]}"), 0)
    assert found.params == ({"a": 1}, {"a": 1, "b": "x"})


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "mean"),
    [
        ("uniform", "'2:4'", 2, 4, 3),
        ("loguniform", "[-2, 0]", math.exp(-2), 1, (1 - math.exp(-2)) / 2),
        ("normal", "{loc: 5, scale: 0.5}", 1, 9, 5),
        ("lognormal", "'0:0.25'", 0.1, 10, math.exp(0.25**2 / 2)),
    ],
)
def test_the_distributions(kind: str, value: str, low: float, high: float, mean: float) -> None:
    numbers = drawn(kind, value)
    assert len(set(numbers)) == 2_000
    assert all(low <= each <= high for each in numbers)
    assert fmean(numbers) == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("kind", ["quniform", "qloguniform", "qnormal", "qlognormal"])
def test_quantised_draws_are_multiples(kind: str) -> None:
    numbers = drawn(kind, "'0:3:0.1'", 10)
    assert all(each == float(f"{round(each / 0.1) * 0.1:.15g}") for each in numbers)
    assert all(isinstance(each, int) for each in drawn(kind, "'0:3:2'", 2))


def test_probabilities_weigh_and_their_rest_goes_to_the_last() -> None:
    text = """
kind: random
numRuns: 3000
params:
  act: {kind: pchoice, value: [[relu, 0.1], [never, 0], [sigmoid, 0.8]]}
  x: {kind: uniform, value: "0:1"}
"""
    counts = Counter(each["act"] for each in make_trials(space(text), 1).params)
    assert set(counts) == {"relu", "sigmoid"}
    assert counts["relu"] == pytest.approx(300, rel=0.2)


def test_a_search_ends_where_there_are_no_more_points() -> None:
    params = "{a: {kind: pchoice, value: [[1, 0.999999], [2, 1.0e-6], [3, 0]]}}"
    text = f"{{kind: random, numRuns: 9, params: {params}}}"
    found = make_trials(space(text), 5)
    assert sorted(each["a"] for each in found.params) == [1, 2]
    assert found.missing == 7
    assert (
        make_trials(
            space("{kind: random, numRuns: 9, params: {a: {kind: quniform, value: '0:1:1'}}}"), 1
        ).missing
        == 7
    )


@settings(max_examples=60)
@given(seed=st.integers(), count=st.integers(1, 40))
def test_a_seed_gives_the_same_distinct_trials_whatever_their_number(seed: int, count: int) -> None:
    text = """
kind: random
numRuns: %d
params:
  a: {kind: choice, value: [1, 2, 3]}
  b: {kind: linspace, value: "0:1:3"}
  c: {kind: pchoice, value: [[x, 0.9], [y, 0.1]]}
"""
    found = make_trials(space(text % count), seed)
    assert found == make_trials(space(text % count), seed)
    assert len({canonical(each) for each in found.params}) == len(found.params) == min(count, 18)
    assert found.missing == max(0, count - 18)


def test_a_known_seed_gives_known_trials() -> None:
    params = "{a: {kind: normal, value: '0:1'}, b: {kind: range, value: '0:9:1'}}"
    text = f"{{kind: random, numRuns: 3, params: {params}}}"
    found = make_trials(space(text), 7).params
    assert [each["b"] for each in found] == [1, 0, 3]
    assert [each["a"] for each in found] == pytest.approx([-0.457008, 0.387845, 0.090064], abs=1e-6)


def test_templates_name_params() -> None:
    text = """
kind: random
numRuns: "{{ count }}"
params: {a: {kind: choice, value: "{{ rates }}"}, b: {kind: uniform, value: "0:{{ most }}"}}
"""
    found = make_trials(space(text, count=4, rates=[0.1, 0.2], most=2), 1).params
    assert len(found) == 4
    assert {each["a"] for each in found} <= {0.1, 0.2}
