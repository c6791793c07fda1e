"""The lines of event files, one by one."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from run_folders import entry, json_lines, metric, rows, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.buffer import EventBuffer
from lineage_index.tracking.sections import Section, folder_lock
from lineage_index.tracking.series import Series, event_series
from lineage_index.tracking.trouble import Trouble

WHEN = "2026-11-22T10:00:00.000001+00:00"
SPELT = "2026-11-22 10:00:00.000001+00:00"


def test_a_metric_file(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_metric("loss", 0.1, 0, WHEN)
        run.log_metric("loss", 7, None, WHEN)
    text = (Path(run.folder) / "events/metric/loss.plx").read_bytes()
    assert text == f"step|timestamp|metric\n0|{SPELT}|0.1\n|{SPELT}|7.0\n".encode()
    assert run_file(run.folder)["meta_info"] == {"has_events": True, "has_metrics": True}


@pytest.mark.parametrize("kind", ["text", "html"])
def test_files_of_json_lines(tmp_path: Path, kind: str) -> None:
    text = 'one\ntwo | "three" größe 🚀\u2028'
    with Run(store=tmp_path) as run:
        log = run.log_text if kind == "text" else run.log_html
        log("note", text, 1, WHEN)
        log("note", "", None, WHEN)
    assert json_lines(run.folder, f"events/{kind}/note.plx") == [
        {"timestamp": SPELT, "step": 1, kind: text},
        {"timestamp": SPELT, "step": None, kind: ""},
    ]
    assert entry(run.folder, "note")["summary"]["step"] == {"count": 1, "min": 1, "max": 1}


def test_curves_and_matrices(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_curve("c", [0, 1], np.array([0.5, np.nan]), annotation="a | b", step=3, timestamp=WHEN)
        run.log_roc_auc_curve("r", [0, 1], [0, 1], 0.8, timestamp=WHEN)
        run.log_pr_curve("p", (x for x in (1, 0.5)), [0, 1], timestamp=WHEN)
        run.log_confusion_matrix("m", ["cat", "dog|fox"], ["cat", "dog|fox"], np.eye(2, dtype=int), 1, WHEN)
    curve = "events/curve/{}.plx".format
    assert rows(run.folder, curve("c")) == [
        ("3", SPELT, '{"kind":"custom","x":[0.0,1.0],"y":[0.5,NaN],"annotation":"a | b"}')
    ]
    assert rows(run.folder, curve("r")) == [
        ("", SPELT, '{"kind":"roc","x":[0.0,1.0],"y":[0.0,1.0],"annotation":"0.8"}')
    ]
    assert rows(run.folder, curve("p")) == [("", SPELT, '{"kind":"pr","x":[1.0,0.5],"y":[0.0,1.0]}')]
    assert rows(run.folder, "events/confusion/m.plx") == [
        ("1", SPELT, '{"x":["cat","dog|fox"],"y":["cat","dog|fox"],"z":[[1,0],[0,1]]}')
    ]


def test_shapes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        with pytest.raises(ValueError, match="as many x as y"):
            run.log_curve("c", [1, 2], [1])
        with pytest.raises(ValueError, match="2 rows of 2"):
            run.log_confusion_matrix("m", "ab", "ab", [[1, 2]])
    assert not (Path(run.folder) / "events").exists()


def test_a_histogram_is_written_as_the_real_client_does(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_histogram("h", [[0.0, 1.0], [1.0, 2.0]], bins=2, step=1, timestamp=WHEN)
    assert rows(run.folder, "events/histogram/h.plx") == [
        ("1", SPELT, '{"values":[1.0,3.0],"counts":[0.0,1.0,2.0]}')
    ]


def test_threads_lose_nothing(tmp_path: Path) -> None:
    """Eight threads, together far beyond what may wait, on metrics of their own and one in common."""
    points = 3000
    with Run(store=tmp_path) as run:

        def log(number: int) -> None:
            for step in range(points):
                run.log_metric(f"own/{number}", step, step)
                run.log_metric("common", number, step)
                if step % 500 == 0:
                    run.log_outputs({f"at {number}": step})
                    run.log_tags(f"tag {number}")

        threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(8):
        assert metric(run.folder, f"own/{number}") == [(step, float(step)) for step in range(points)]
    common = metric(run.folder, "common")
    assert len(common) == 8 * points
    for number in range(8):
        assert [step for step, value in common if value == number] == list(range(points))
    assert run_file(run.folder)["outputs"]["at 3"] == 2500
    assert sorted(run_file(run.folder)["tags"]) == [f"tag {number}" for number in range(8)]


def test_an_event_waits_no_longer_than_a_thousand_others(tmp_path: Path) -> None:
    run = Run(store=tmp_path)
    for step in range(999):
        run.log_metric("loss", step, step)
    run.log_text("note", "the thousandth")
    assert len(metric(run.folder, "loss")) == 999
    run.end()


def test_what_is_being_written_still_counts_as_waiting(tmp_path: Path) -> None:
    """Else a thread could return from logging while a thousand others' events are in the air."""
    section = Section()
    buffer = EventBuffer(section, Trouble("", strict=True), mend=False)
    counted: list[int] = []

    def render(step: int | None, time: str, payload: float) -> str:
        counted.append(len(buffer.pending) + buffer.in_flight)
        return "row\n"

    series = Series(str(tmp_path), "events/metric/m.plx", "metric", "m", "header\n", render)
    buffer.pending.extend((series, None, 0, 1.0) for _ in range(10))
    buffer.flush()
    assert min(counted) >= 10
    assert buffer.in_flight == len(buffer.pending) == 0
    assert (tmp_path / "events/metric/m.plx").read_text() == "header\n" + "row\n" * 10


def test_a_file_is_begun_by_one_process_alone(tmp_path: Path) -> None:
    """The lock is as good between threads as between processes: it belongs to the opened folder."""
    path = tmp_path / "events/metric/m.plx"
    series = event_series(str(tmp_path), "metric", "m")
    series.add("1|t|2.0\n")
    thread = threading.Thread(target=series.write, kwargs={"mend": False})
    with folder_lock(str(tmp_path)):
        thread.start()
        thread.join(0.2)  # long enough for it to begin the file, if it did not wait
        assert not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("step|timestamp|metric\n0|t|1.0\n")
    thread.join()
    assert path.read_text() == "step|timestamp|metric\n0|t|1.0\n1|t|2.0\n"


def test_more_series_than_open_files(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        for number in range(1500):
            run.log_metric(f"m{number}", number)
    assert len(list(Path(run.folder).glob("events/metric/*.plx"))) == 1500


def test_a_row_that_a_killed_process_left_unfinished_is_cut_off(tmp_path: Path) -> None:
    run = Run(store=tmp_path)
    run.log_metric("loss", 0.125, 0)
    run.detach()
    path = Path(run.folder) / "events/metric/loss.plx"
    path.write_bytes(path.read_bytes() + b"1|2026-11-22 10:00:00.000001+00:00|0.12")
    with Run(store=tmp_path, run_uuid=run.uuid) as again:
        again.log_metric("loss", 0.5, 1)
    assert metric(run.folder, "loss") == [(0, 0.125), (1, 0.5)]


def test_a_run_of_the_real_client_can_be_taken_up(tmp_path: Path) -> None:
    """Its files have no newline at their end; the last row is whole all the same."""
    folder = tmp_path / ("a" * 32)
    (folder / "events/metric").mkdir(parents=True)
    (folder / "run.plx.json").write_text('{"uuid":"' + "a" * 32 + '","status":"succeeded","outputs":{"x":1}}')
    path = folder / "events/metric/loss.plx"
    path.write_text("step|timestamp|metric\n0|2026-11-22 10:00:00.000001+00:00|0.125")
    with Run(store=tmp_path, run_uuid=folder.name) as run:
        run.log_metric("loss", 0.5, 1)
    assert metric(folder, "loss") == [(0, 0.125), (1, 0.5)]
    assert run_file(folder)["outputs"] == {"x": 1, "loss": 0.5}
    assert entry(folder, "loss")["summary"]["metric"]["count"] == 2
