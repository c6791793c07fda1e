"""What runs beside the training: samples of the system, captured output; and what importing costs."""

from __future__ import annotations

import io
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from run_folders import entry, json_lines, rows, script

from lineage_index.tracking import Run
from lineage_index.tracking.system import Sampler, sample


def test_samples_of_the_system(tmp_path: Path) -> None:
    with Run(store=tmp_path, collect_resources=0.001) as run:
        while run._series.get(("system", "disk")) is None or len(run._buffer.pending) < 50:
            pass
    for name in ("cpu", "memory", "load", "disk"):
        found = rows(run.folder, f"resources/metric/{name}.plx")
        assert len(found) > 5
        assert all(step == "" and float(value) >= 0 for step, _, value in found)
        assert entry(run.folder, name)["kind"] == "system"
        assert entry(run.folder, name)["summary"]["metric"]["count"] == len(found)
    assert not [thread for thread in threading.enumerate() if thread.name == "tracking-system"]


def test_without_psutil_no_run_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(ImportError, match=r"needs psutil.*pql-lineage\[tracking-system\]"):
        Run(store=tmp_path, collect_resources=True)
    assert not list(tmp_path.iterdir())


def test_neither_samples_nor_logs_unless_asked_for(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        print("hello")
    assert sorted(path.name for path in Path(run.folder).iterdir()) == ["run.plx.json"]


def test_graphics_cards_are_sampled_where_there_are_any() -> None:
    cards = SimpleNamespace(
        NVMLError=KeyError,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetMemoryInfo=lambda card: SimpleNamespace(used=10 + card, free=90),
        nvmlDeviceGetUtilizationRates=lambda card: SimpleNamespace(gpu=50 + card),
    )
    found = sample(psutil, cards, "/")
    assert {key: value for key, value in found.items() if key.startswith("gpu_")} == {
        "gpu_0_utilization": 50,
        "gpu_0_memory_used": 10,
        "gpu_0_memory_free": 90,
        "gpu_1_utilization": 51,
        "gpu_1_memory_used": 11,
        "gpu_1_memory_free": 90,
    }
    cards.nvmlDeviceGetUtilizationRates = {0: SimpleNamespace(gpu=1)}.__getitem__  # not of a part of a card
    found = sample(psutil, cards, "/")
    assert (found["gpu_0_utilization"], found["gpu_1_memory_free"]) == (1, 90)
    assert "gpu_1_utilization" not in found


def test_the_sampler_goes_on_after_a_failure_of_the_system(tmp_path: Path) -> None:
    seen = threading.Event()
    calls = []

    def log(found: dict[str, float]) -> None:
        calls.append(found)
        if len(calls) == 1:
            raise OSError("no load average")
        seen.set()

    sampler = Sampler(log, str(tmp_path), 0.001)
    sampler.start()
    assert seen.wait(30)
    sampler.stop()


def test_output_is_captured_and_still_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    with Run(store=tmp_path, track_logs=True) as run:
        print("epoch 1 | loss 0.5 größe")
        print("warning", file=sys.stderr)
        sys.stdout.writelines(["part ", "and part\n", "\n"])
        for percent in (1, 50, 100):
            print(f"\r{percent}%", end="")
        assert sys.stdout.isatty() is False
    print("after")
    assert sys.stdout is shown
    assert shown.getvalue().startswith("epoch 1 | loss 0.5 größe\npart and part\n")
    lines = json_lines(run.folder, "plxlogs/logs.jsonl")
    assert [line["value"] for line in lines] == [
        "epoch 1 | loss 0.5 größe",
        "warning",
        "part and part",
        "100%",
    ]
    assert list(lines[0]) == ["timestamp", "node", "pod", "container", "value"]


def test_two_runs_may_capture_at_once(tmp_path: Path) -> None:
    before = sys.stdout
    first, second = Run(store=tmp_path, track_logs=True), Run(store=tmp_path, track_logs=True)
    print("both")
    first.end()
    print("second")
    second.end()
    values = [
        [line["value"] for line in json_lines(run.folder, "plxlogs/logs.jsonl")] for run in (first, second)
    ]
    assert values == [["both"], ["both", "second"]]
    sys.stdout = before


def test_importing_brings_in_nothing_heavy() -> None:
    program = """
import sys
before = set(sys.modules)
import lineage_index.tracking
print(*sorted(set(sys.modules) - before))
"""
    done = script(program)
    assert done.returncode == 0, done.stderr
    modules = done.stdout.split()
    others = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"lineage_index"}
    assert not others
    slow = {"asyncio", "hashlib", "inspect", "logging", "shutil", "subprocess", "tempfile", "urllib", "uuid"}
    assert not slow & set(modules)
    assert len(modules) < 100
