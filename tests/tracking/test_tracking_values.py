from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import metric, rows, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.clock import event_time, microseconds
from lineage_index.tracking.jsonfile import compact, plain, read_json, write_json


class Optimizer(Enum):
    ADAM = "adam"


@dataclass
class Settings:
    lr: float
    layers: tuple[int, ...]


class Device:
    def __str__(self) -> str:
        return "cuda:0"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (9007199254740993, 9007199254740993),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        ((1, "a"), [1, "a"]),
        ({3, 1, 2}, [1, 2, 3]),
        ({"a": {1: Optimizer.ADAM}}, {"a": {"1": "adam"}}),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Path("data/x"), "data/x"),
        (Device(), "cuda:0"),
        (Device, "<class 'test_tracking_values.Device'>"),
        (Settings(0.1, (1, 2)), {"lr": 0.1, "layers": [1, 2]}),
        (range(3), [0, 1, 2]),
        ("größe", "größe"),
        ("half \ud800", "half \ud800"),
    ],
)
def test_values_become_json(tmp_path: Path, value: Any, kept: Any) -> None:
    with Run(store=tmp_path) as run:
        run.log_inputs(value=value)
    assert run_file(run.folder)["inputs"] == {"value": kept}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_json_comes_back_exactly(value: Any) -> None:
    assert json.loads(compact(plain(value)).encode()) == value


def test_a_file_is_replaced_or_stays(tmp_path: Path) -> None:
    path = str(tmp_path / "value.json")
    write_json(path, [1])
    with pytest.raises(TypeError):
        write_json(path, object())
    assert read_json(path) == [1]
    write_json(path, [2])
    assert read_json(path) == [2]
    assert [found.name for found in tmp_path.iterdir()] == ["value.json"]


def test_what_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="holds itself"):
        plain(loop)


def test_nan_and_infinities_are_kept(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_inputs(low=-math.inf, nested=[math.nan])
        for step, value in enumerate([1.0, math.nan, math.inf, -math.inf]):
            run.log_metric("odd", value, step)
    assert [value for _, _, value in rows(run.folder, "events/metric/odd.plx")] == [
        "1.0",
        "nan",
        "inf",
        "-inf",
    ]
    text = (Path(run.folder) / "run.plx.json").read_text()
    assert '"low":-Infinity' in text
    assert '"nested":[NaN]' in text
    assert '"odd":-Infinity' in text


def test_a_value_is_copied_when_it_is_logged(tmp_path: Path) -> None:
    layers = [64]
    with Run(store=tmp_path) as run:
        run.log_inputs(layers=layers)
        layers.append(32)
    assert run_file(run.folder)["inputs"] == {"layers": [64]}


@pytest.mark.parametrize("value", [7, True, np.float32(7), np.array(7.0), Decimal(7), Fraction(7)])
def test_a_metric_is_any_number(tmp_path: Path, value: Any) -> None:
    with Run(store=tmp_path) as run:
        run.log_metric("m", value, np.int64(3))
    assert metric(run.folder, "m") == [(3, float(value))]


@pytest.mark.parametrize("value", ["x", None, [1.0], 1j])
def test_what_is_no_number_is_no_metric(tmp_path: Path, value: Any) -> None:
    with Run(store=tmp_path) as run, pytest.raises((TypeError, ValueError)):
        run.log_metric("m", value)


def test_a_step_is_whole(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_metric("m", 1.0, 2.0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="whole"):
            run.log_metric("m", 1.0, 2.5)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="whole"):
            run.log_metric("m", 1.0, math.inf)  # type: ignore[arg-type]
    assert metric(run.folder, "m") == [(2, 1.0)]


MOMENT = datetime(2026, 11, 22, 10, 0, 0, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    "given_time",
    [
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=2))),
        MOMENT.timestamp(),
        "2026-11-22T12:00:00.250+02:00",
    ],
)
def test_times_may_be_given(tmp_path: Path, given_time: Any) -> None:
    with Run(store=tmp_path) as run:
        run.log_metric("m", 1.0, timestamp=given_time)
        run.log_metrics(n=1.0, timestamp=given_time)
    for name in "mn":
        ((_, moment, _),) = rows(run.folder, f"events/metric/{name}.plx")
        assert moment == "2026-11-22 10:00:00.250000+00:00"


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001
def test_every_time_is_spelt_so_that_it_can_be_read(moment: datetime) -> None:
    spelt = event_time(microseconds(moment))
    assert datetime.fromisoformat(spelt) == moment.replace(tzinfo=UTC)
    assert len(spelt) == len("2026-11-22 10:00:00.250000+00:00")


BEYOND = [
    MOMENT.timestamp() * 1e6,
    -1e12,
    10**400,
    math.inf,
    math.nan,
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=12))),
]


@pytest.mark.parametrize("given_time", [True, b"2026", object(), "yesterday", *BEYOND])
def test_what_is_no_time_is_refused(given_time: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        microseconds(given_time)


def test_a_time_beyond_all_years_loses_nothing_else(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_metric("m", 1.0, 1)
        with pytest.raises(ValueError, match="no year"):
            run.log_metric("m", 2.0, 2, timestamp=MOMENT.timestamp() * 1e6)
        run.log_metric("m", 3.0, 3)
    assert metric(run.folder, "m") == [(1, 1.0), (3, 3.0)]


def test_a_number_that_no_file_takes_loses_nothing_else(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_inputs(x=10**2000)
        with pytest.raises(ValueError, match="too long"):
            run.log_inputs(y=10**5000)
        run.log_outputs(z=1)
    found = run_file(run.folder)
    assert (found["inputs"], found["outputs"]) == ({"x": 10**2000}, {"z": 1})


def test_outputs_hold_the_last_value_of_each_metric(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_outputs({"best": 1, "loss": 9})
        run.log_metric("loss", 2.0, 10)
        run.log_metric("loss", 1.0, 5)
    assert run_file(run.folder)["outputs"] == {"best": 1, "loss": 1.0}


def test_reset_drops_what_was_there(tmp_path: Path) -> None:
    with Run(store=tmp_path, tags="a") as run:
        run.log_inputs(a=1)
        run.log_inputs({"b": 2}, reset=True)
        run.log_tags("b, a")
        assert run._documents.run["tags"] == ["a", "b"]
        run.log_tags(["c", "d"], reset=True)
    assert run_file(run.folder)["inputs"] == {"b": 2}
    assert run_file(run.folder)["tags"] == ["c", "d"]


def test_meta_and_progress(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_meta(concurrency=5, flag=True)
        run.log_progress(0.5)
        with pytest.raises(ValueError, match="between 0 and 1"):
            run.log_progress(2)
    assert run_file(run.folder)["meta_info"] == {"concurrency": 5, "flag": True, "progress": 0.5}
