from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import FEWER, INF, NAN, full, metric, repr_nan, run, values_of

from lineage_index.store.memory import tables_in_memory
from lineage_index.store.relayout import relayout
from lineage_index.store.rows import rows_of
from lineage_index.store.texts import json_text, stored_json
from pql.catalog.layout import KeyLayout
from pql.catalog.numbers import INT64_MAX, INT64_MIN, spelt_number

POLICIES = ["auto", "none", "all", "mixed"]
BIG = 2**53 + 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, {"num": 0.5}),
        (NAN, {"num": NAN}),
        (-INF, {"num": -INF}),
        (3, {"num": 3.0}),
        (2**53, {"num": 2.0**53}),
        (2**60, {"num": 2.0**60}),
        (BIG, {"num": 2.0**53, "big": BIG}),
        (INT64_MAX, {"num": 2.0**63, "big": INT64_MAX}),
        (2**63 + 1, {"num": 2.0**63}),
        (10**400, {"num": INF}),
        (-(10**400), {"num": -INF}),
        ("adam", {"str": "adam"}),
        ("", {"str": ""}),
        ("1e-3", {"num": 0.001, "str": "1e-3"}),
        ("nan", {"num": NAN, "str": "nan"}),
        (str(BIG), {"num": 2.0**53, "big": BIG, "str": str(BIG)}),
        (True, {"bool": True}),
        ([1, None], {"json": "[1,null]"}),
        ({"a": NAN}, {"json": '{"a":NaN}'}),
        ({}, {"json": "{}"}),
    ],
)
def test_a_value_fills_the_columns_of_its_kind(value: object, expected: dict[str, object]) -> None:
    tables, layout = tables_in_memory([run(1, inputs={"k": value})], "none")
    (row,) = tables["values"].to_pylist()
    assert (row.pop("section"), row.pop("key"), row.pop("run_id")) == ("inputs", "k", 0)
    assert row.pop("history_only") is False
    assert repr_nan({key: cell for key, cell in row.items() if cell is not None}) == repr_nan(expected)
    assert layout.of("inputs", "k") == KeyLayout(long=True, nested="json" in expected)


def test_null_is_no_value() -> None:
    tables, layout = tables_in_memory([run(1, inputs={"k": None})], "all")
    assert tables["values"].num_rows == 0
    assert tables["keys"].num_rows == 0
    assert list(layout.keys) == []


def test_promoted_values_stand_in_columns_only() -> None:
    tables, layout = tables_in_memory([run(1, inputs={"k": 0.5}), run(2, inputs={"k": "x"})], "all")
    places = layout.of("inputs", "k")
    assert places == KeyLayout(num="k0", text="k0s")
    assert tables["values"].num_rows == 0
    rows = {row["name"]: row for row in tables["runs"].to_pylist()}
    assert [rows["run 1"][name] for name in ("k0", "k0s")] == [0.5, None]
    assert [rows["run 2"][name] for name in ("k0", "k0s")] == [None, "x"]


def test_a_spelt_number_needs_both_columns() -> None:
    tables, layout = tables_in_memory([run(1, inputs={"k": "0.5"}), run(2, inputs={"k": 1})], "mixed")
    assert layout.of("inputs", "k") == KeyLayout(num="k0", long=True)
    (row,) = tables["values"].to_pylist()
    assert (row["num"], row["str"]) == (0.5, "0.5")


def test_a_fifth_of_the_runs_is_enough() -> None:
    records = [run(n, inputs={"often": 1.0} if n < 2 else {"rare": 1.0} if n == 2 else {}) for n in range(10)]
    _, layout = tables_in_memory(records)
    assert layout.of("inputs", "often").num is not None
    assert layout.of("inputs", "rare") == KeyLayout(long=True)


def test_at_most_two_hundred_columns() -> None:
    records = [run(1, inputs={f"k{n}": n for n in range(300)})]
    tables, layout = tables_in_memory(records)
    assert sum(places.num is not None for places in layout.keys.values()) == 200
    assert tables["values"].num_rows == 100


@pytest.mark.parametrize(
    ("outputs", "kept"),
    [({}, True), ({"acc": None}, True), ({"acc": 0.1}, False), ({"acc": "x"}, False), ({"acc": [1]}, False)],
)
def test_the_last_value_of_a_metric_stands_in_when_outputs_has_none(
    outputs: dict[str, Any], kept: bool
) -> None:
    tables, layout = tables_in_memory([run(1, outputs=outputs, series=(metric("acc", [0.5, NAN]),))], "all")
    rows = [row for row in tables["values"].to_pylist() if row["history_only"]]
    assert [math.isnan(row["num"]) for row in rows] == ([True] if kept else [])
    assert layout.of("outputs", "acc").history_only is kept


def test_resources_and_empty_metrics_are_no_outputs() -> None:
    series = (metric("cpu", [1.0], resource=True), metric("none", []))
    tables, _ = tables_in_memory([run(1, series=series)])
    assert tables["values"].num_rows == 0


def test_column_names_do_not_depend_on_the_case_of_keys() -> None:
    records = [run(1, outputs={"loss": 1.0, "Loss": 2.0})]
    tables, layout = tables_in_memory(records, "all")
    names = [layout.of("outputs", key).num for key in ("loss", "Loss")]
    assert len(set(names)) == 2
    (row,) = tables["runs"].to_pylist()
    assert [row[name] for name in names] == [1.0, 2.0]


def test_lone_surrogates_do_not_stop_a_batch() -> None:
    record = run(1, inputs={"a\ud800": "b\udfff", "c": ["\ud800"]}, tags=("\udc00",))
    tables, layout = tables_in_memory([record], "none")
    assert [(row["key"], row["str"], row["json"]) for row in tables["values"].to_pylist()] == [
        ("a\ufffd", "b\ufffd", None),
        ("c", None, '["\ufffd"]'),
    ]
    assert ("inputs", "a\ufffd") in layout.keys
    assert tables["runs"].column("tags").to_pylist() == ["|\ufffd|"]


def test_json_deeper_than_the_stack() -> None:
    value: Any = {"end": 1}
    for _ in range(50_000):
        value = [value, {"x": NAN}]
    text = json_text(value)
    assert text.startswith("[[[")
    assert '{"end":1},{"x":NaN}]' in text
    assert text.count("[") == text.count("]") == 50_000


scalars = st.one_of(
    st.floats(),
    st.integers(),
    st.integers(INT64_MIN, INT64_MAX),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.sampled_from(["1", "0.5", "nan", "1e400", str(BIG), "true"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
mappings = st.dictionaries(st.sampled_from(["a", "A", "b", "loss", "é|"]), scalars, max_size=5)
runs = st.lists(st.tuples(mappings, mappings), min_size=1, max_size=8).map(
    lambda each: [
        run(n, inputs=inputs, outputs=outputs, series=(metric("loss", [1.0, 2.0]),) if n % 3 == 0 else ())
        for n, (inputs, outputs) in enumerate(each)
    ]
)


def _expected(value: Any) -> Any:
    match value:
        case bool():
            return ("flag", value)
        case int():
            exact = INT64_MIN <= value <= INT64_MAX
            return ("value", _double(value), value if exact and int(float(value)) != value else None, None)
        case float():
            return ("value", value, None, None)
        case str():
            spelt = spelt_number(value)
            if spelt is None:
                return ("value", None, None, value)
            _, number, big, _ = _expected(spelt)
            return ("value", number, big, value)
        case _:
            return ("json", json_text(value))


def _double(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(INF, number)


@given(st.recursive(scalars, lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_stored_json_is_the_same_value(value: Any) -> None:
    assert repr(json.loads(stored_json(value))) == repr(value)


def test_stored_json_of_the_unusual() -> None:
    assert stored_json({"a": NAN, "b": [None, INF]}) == '{"a":NaN,"b":[null,Infinity]}'
    assert stored_json({"a": 10**400, "é": "\ud800"}) == '{"a":1' + "0" * 400 + ',"é":"\ud800"}'
    value: Any = 1
    for _ in range(50_000):
        value = [value]
    assert stored_json(value) == "[" * 50_000 + "1" + "]" * 50_000


@FEWER
@given(runs, st.sampled_from(POLICIES))
def test_every_layout_holds_every_value_once(records: list[Any], policy: Any) -> None:
    expected = {}
    for each in records:
        held = {
            (section, key): _expected(value)
            for section in ("inputs", "outputs")
            for key, value in getattr(each, section).items()
            if value is not None
        }
        if each.series and ("outputs", "loss") not in held:
            held["outputs", "loss"] = ("history", 2.0)
        expected[each.uuid] = held
    tables, layout = tables_in_memory(records, policy)
    assert repr_nan(values_of(tables, layout)) == repr_nan(expected)


@FEWER
@given(runs, st.sampled_from(POLICIES), st.sampled_from(POLICIES))
def test_relayout_is_writing_with_the_other_plan(records: list[Any], one: Any, other: Any) -> None:
    ids = list(range(len(records)))
    before = rows_of(records, store="s", run_ids=ids, promotion=one)
    after = rows_of(records, store="s", run_ids=ids, promotion=other)
    moved = relayout(before.tables["runs"], before.tables["values"], before.plan, after.plan)
    assert repr_nan(moved[0].to_pylist()) == repr_nan(after.tables["runs"].to_pylist())
    assert _sorted(moved[1]) == _sorted(after.tables["values"])


def _sorted(table: Any) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


@FEWER
@given(runs, st.sampled_from(POLICIES))
def test_keys_tell_what_there_is(records: list[Any], policy: Any) -> None:
    tables, layout = tables_in_memory(records, policy)
    held = values_of(tables, layout)
    kinds: dict[tuple[str, str], list[Any]] = {}
    for values in held.values():
        for name, value in values.items():
            kinds.setdefault(name, []).append(value)
    rows = {(row["section"], row["key"]): row for row in tables["keys"].to_pylist()}
    assert rows.keys() == kinds.keys() == set(layout.keys)
    for name, values in kinds.items():
        row = rows[name]
        assert row["runs"] == len(values)
        assert row["nums"] == sum(each[0] == "value" and each[3] is None for each in values)
        assert row["texts"] == sum(each[0] == "value" and each[3] is not None for each in values)
        assert row["bools"] == sum(each[0] == "flag" for each in values)
        assert row["nested"] == sum(each[0] == "json" for each in values)
        assert row["history_only"] == sum(each[0] == "history" for each in values)
        numbers = [each[1] for each in values if each[0] in ("value", "history")]
        numbers = [number for number in numbers if number is not None and number == number]
        assert (row["min"], row["max"]) == (min(numbers, default=None), max(numbers, default=None))


def test_a_full_run_has_rows_in_every_table() -> None:
    tables, _ = tables_in_memory([full(1)])
    assert {name for name, table in tables.items() if not table.num_rows} == set()
