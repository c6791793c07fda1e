from __future__ import annotations

import math
from array import array
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import entry

from lineage_index.tracking import Run
from lineage_index.tracking.summary import distribution, summary_of_file

numbers = st.floats(-1e100, 1e100) | st.just(math.nan)


@given(st.lists(numbers, min_size=1, max_size=60))
def test_the_distribution_is_that_of_pandas(values: list[float]) -> None:
    found = distribution(array("d", values))
    expected = pd.Series(values).describe().to_dict()
    scale = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    for key, value in expected.items():
        if math.isnan(value):
            assert found[key] is None
        else:
            got = found[key]
            assert got is not None
            assert math.isclose(got, value, rel_tol=1e-9, abs_tol=scale * 1e-7), key
    assert found["last"] == values[-1] or math.isnan(values[-1])


def test_infinities_and_huge_numbers() -> None:
    huge = 1.7976931348623157e308
    assert distribution(array("d", [huge, huge]))["mean"] == huge
    both = distribution(array("d", [math.inf, 1.0, -math.inf]))
    assert (both["min"], both["50%"], both["max"], both["last"]) == (-math.inf, 1.0, math.inf, -math.inf)
    assert both["mean"] is not None
    assert math.isnan(both["mean"])
    assert distribution(array("d", [-huge, huge]))["50%"] == 0.0
    assert distribution(array("d", [math.inf] * 4))["25%"] == math.inf


def test_steps_out_of_order(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        for step in (10, 5, 7):
            run.log_metric("m", 1.0, step, f"2026-01-{step:02}T00:00:00+00:00")
        run.log_metric("m", 2.0, None, "2026-01-06T00:00:00+00:00")
    summary = entry(run.folder, "m")["summary"]
    assert summary["step"] == {"count": 3, "min": 5, "max": 10}
    assert summary["timestamp"] == {
        "min": "2026-01-05T00:00:00.000000+00:00",
        "max": "2026-01-10T00:00:00.000000+00:00",
    }


def test_rows_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "m.plx"
    path.write_text(
        "step|timestamp|metric\n0|2026-01-01 00:00:00.000000+00:00|1.0\nx|y|z\n1|2026\n2|2026-01-01|one\n"
    )
    found = summary_of_file(str(path), numeric=True, json_lines=False)
    assert found["metric"]["count"] == 1.0
    assert found["step"] == {"count": 1, "min": 0, "max": 0}


def test_json_rows_of_another_shape_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.plx"
    good = '{"timestamp": "2026-01-02", "step": 2, "text": "x"}'
    bad = ['{"timestamp": null, "step": 3}', '{"timestamp": "2026-01-03", "step": "4"}', "[" * 100_000, "[]"]
    path.write_text("\n".join(["", good, *bad]))
    assert summary_of_file(str(path), numeric=False, json_lines=True) == {
        "is_event": True,
        "step": {"count": 1, "min": 2, "max": 2},
        "timestamp": {"min": "2026-01-02", "max": "2026-01-02"},
    }


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        summary_of_file(str(tmp_path / "none.plx"), numeric=True, json_lines=False)
