"""What the real client logged, logged again here, and the two folders compared field by field."""

from __future__ import annotations

import json
import math
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from run_folders import FIXTURES, json_lines, lineage, rows, run_file

from lineage_index.tracking import Run

ONLY_OURS = {"tracking", "updated_at"}
"""Keys of run.plx.json that the real client does not write: who wrote it, and when last."""

CUT = "b465325278f845f5bb3120df2f4d4c86", "learning-rate"
"""The metric whose event file in the store lost half of its last line."""

NOT_LOGGED_AGAIN = {"dataframe", "histogram", "span"}
"""Kinds that cannot be logged from what is in the folder: the data frames and samples are gone, and spans
have no method here."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    with tarfile.open(FIXTURES / "polyaxon_offline_store.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "runs"


def real_runs(store: Path) -> Iterator[Path]:
    found = [path.parent for path in sorted(store.glob("*/run.plx.json"))]
    assert len(found) == 11
    yield from found


def real_rows(path: Path) -> Iterator[tuple[int | None, str, str]]:
    """The complete rows: in one file of the store the last is cut off."""
    for line in path.read_text(encoding="utf-8").split("\n")[1:]:
        parts = line.split("|", 2)
        if len(parts) == 3 and len(parts[1]) == len("2026-11-21 23:22:05.298314+00:00"):
            yield (int(parts[0]) if parts[0] else None), parts[1], parts[2]


def again(theirs: Path, store: Path) -> Run:
    """Log what is in the folder of a real run to a run of our own with the same uuid."""
    said = run_file(theirs)
    run = Run(
        said.get("name"),
        said["project"],
        said["owner"],
        said.get("tags"),
        store,
        said["uuid"],
        description=said.get("description"),
    )
    if "inputs" in said:
        run.log_inputs(said["inputs"])
    if "outputs" in said:
        run.log_outputs(said["outputs"])
    for path in sorted(theirs.glob("events/*/*.plx")):
        log_again(run, path)
    for entry in lineage(theirs):
        if not (entry.get("path") or "").startswith(("events/", "resources/")):
            facts = dict(entry["summary"])
            path = entry.get("path")
            if path is not None and path.startswith("outputs/"):
                path = run.get_artifacts_path(path)
            run.log_artifact_ref(
                path,
                entry["kind"],
                entry["name"],
                facts.pop("hash", None),
                summary=facts,
                is_input=entry["is_input"],
            )
    final = said["status_conditions"][-1]
    run.end(final["type"], final["reason"], final["message"])
    return run


def log_again(run: Run, path: Path) -> None:
    kind, name, folder = path.parent.name, path.stem, path.parent.parent.parent
    if kind in ("text", "html", "chart"):
        for line in path.read_text(encoding="utf-8").split("\n")[1:]:
            event = json.loads(line)
            if kind == "chart":
                chart = json.loads(event["chart"])
                run.log_chart(name, chart["figure"], event["step"], event["timestamp"], chart["kind"])
            else:
                log = run.log_text if kind == "text" else run.log_html
                log(name, event[kind], event["step"], event["timestamp"])
        return
    for step, moment, value in real_rows(path):
        if kind == "metric":
            run.log_metric(name, float(value), step, moment)
            continue
        event = json.loads(value)
        match kind:
            case "confusion":
                run.log_confusion_matrix(name, **event, step=step, timestamp=moment)
            case "curve":
                log_curve = {"custom": run.log_curve, "roc": run.log_roc_auc_curve, "pr": run.log_pr_curve}
                points = event["x"], event["y"], event.get("annotation")
                log_curve[event["kind"]](name, *points, step, moment)
            case "image":
                run.log_image(folder / event["path"], name, step, moment)
            case "audio":
                run.log_audio(folder / event["path"], name, step=step, timestamp=moment)
            case "video":
                run.log_video(folder / event["path"], name, step=step, timestamp=moment)
            case "model":
                run.log_model(folder / event["path"], name, event["framework"], None, step, moment)
            case "csv":
                run.log_artifact(folder / event["path"], name, kind, None, step, moment)
            case _:
                assert kind in NOT_LOGGED_AGAIN


@pytest.fixture(scope="module")
def pairs(real: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """(folder of the real client, folder of ours) for every run of the store."""
    store = tmp_path_factory.mktemp("ours")
    return [(theirs, Path(again(theirs, store).folder)) for theirs in real_runs(real)]


def test_event_files_hold_the_same_lines(pairs: list[tuple[Path, Path]]) -> None:
    compared = 0
    for theirs, ours in pairs:
        for path in sorted(ours.glob("events/*/*.plx")):
            place = path.relative_to(ours).as_posix()
            kind = path.parent.name
            if kind in ("text", "html", "chart"):
                # The same JSON, though the real client escapes what is not ASCII and blanks the rest.
                text = (theirs / place).read_text(encoding="utf-8")
                assert text.startswith("\n")
                assert json_lines(ours, place) == [json.loads(line) for line in text.split("\n")[1:]]
            else:
                text = (theirs / place).read_text(encoding="utf-8")
                expected = list(real_rows(theirs / place))
                got = [(int(step) if step else None, when, value) for step, when, value in rows(ours, place)]
                assert got == expected
                assert path.read_text(encoding="utf-8").split("\n")[0] == text.split("\n")[0]
            compared += 1
        assert {path.parent.name for path in theirs.glob("events/*/*")} - {
            path.parent.name for path in ours.glob("events/*/*")
        } <= NOT_LOGGED_AGAIN
        for path in ours.glob("assets/*/*"):
            assert path.read_bytes() == (theirs / path.relative_to(ours)).read_bytes()
    assert compared == 49


def same(ours: Any, theirs: Any) -> bool:
    """Equal, where the real client writes null for what is NaN or infinite, and rounds the last digit."""
    if isinstance(ours, float) and not math.isfinite(ours):
        return theirs is None
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-15)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return bool(ours == theirs and type(ours) is type(theirs))


def test_run_files_have_the_same_fields(pairs: list[tuple[Path, Path]]) -> None:
    for theirs_folder, ours_folder in pairs:
        theirs, ours = run_file(theirs_folder), run_file(ours_folder)
        assert set(ours) - set(theirs) == ONLY_OURS
        assert set(theirs) <= set(ours)
        kinds = {key: type(value) for key, value in theirs.items()}
        assert {key: type(ours[key]) for key in theirs} == kinds
        alike = set(theirs) - {
            *("created_at", "started_at", "finished_at", "duration", "wait_time"),
            *("status_conditions", "meta_info", "outputs"),
        }
        for key in sorted(alike):
            assert ours[key] == theirs[key], key
        if ours["uuid"] == CUT[0]:
            assert ours["outputs"].pop(CUT[1]) != theirs["outputs"].pop(CUT[1])
        assert same(ours.get("outputs"), theirs.get("outputs"))


def test_statuses_have_the_same_fields(pairs: list[tuple[Path, Path]]) -> None:
    for theirs_folder, ours_folder in pairs:
        theirs = run_file(theirs_folder)["status_conditions"]
        ours = run_file(ours_folder)["status_conditions"]
        assert [list(entry) for entry in ours] == [list(entry) for entry in theirs]
        assert [entry["type"] for entry in ours] == [entry["type"] for entry in theirs]
        assert [entry["status"] for entry in ours] == [entry["status"] for entry in theirs]
        last = ("reason", "message")
        assert [ours[-1][key] for key in last] == [theirs[-1][key] for key in last]


def test_lineage_has_the_same_entries(pairs: list[tuple[Path, Path]]) -> None:
    compared = expected = 0
    for theirs_folder, ours_folder in pairs:
        theirs = {(entry["kind"], entry["name"]): entry for entry in lineage(theirs_folder)}
        expected += sum(
            key[0] == "metric" or "is_event" not in entry["summary"] for key, entry in theirs.items()
        )
        for entry in lineage(ours_folder):
            known = theirs.get((entry["kind"], entry["name"]))
            if known is None:  # of the run whose lineage file was taken away, or whose event file was cut
                assert not theirs or entry["path"].startswith("events/")
                continue
            assert list(entry) == list(known), entry["name"]
            for key in ("path", "is_input"):
                assert entry.get(key) == known.get(key)
            if "is_event" not in known["summary"]:
                assert entry["summary"] == known["summary"]
                compared += 1
            elif entry["kind"] == "metric" and (ours_folder.name, entry["name"]) != CUT:
                assert_same_summary(entry, known)
                compared += 1
    assert compared == expected - 1 > 40  # all but the metric whose file was cut


def assert_same_summary(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    if ours["name"] == "odd":  # of a metric with infinities the real client knows the median alone
        assert ours["summary"]["metric"]["50%"] == theirs["summary"]["metric"]["50%"]
        return
    assert same(ours["summary"]["metric"], theirs["summary"]["metric"]), ours["name"]
    assert ours["summary"]["timestamp"] == theirs["summary"]["timestamp"]
    if "step" in theirs["summary"] and ours["name"] != "unordered":  # there, min is the first, max the last
        assert ours["summary"]["step"] == theirs["summary"]["step"]
