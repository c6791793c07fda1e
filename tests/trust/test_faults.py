"""Disks that are full, refuse, or lose files; clocks that go back; stores that must not be written to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deltalake.exceptions import DeltaError
from gate import unavailable
from kill_cases import begin, digest_of, fresh_digest
from soak import LONG, SEED
from store_samples import content, full
from trust_store import folder_of, write_run

from lineage_index.index import refresh as refresh_module
from lineage_index.index.refresh import refresh
from lineage_index.store import publish
from lineage_index.store.commit import commit
from lineage_index.store.errors import IndexMissing, IndexUnreadable
from lineage_index.store.maintain import history, vacuum
from lineage_index.store.prepare import Listed, prepare
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_batch, write_index

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
GATED = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))


SHORT = ["create=2 refresh=3 compact=3 migrate=1 record=1 vacuum=2"]
SOAK = [
    "create=80 refresh=80 compact=80",
    "migrate=80 record=80 vacuum=80",
    "checkpoint=60 shorten=40",
]
"""case=how many faults; each line is a driver of its own"""


@GATED
@pytest.mark.parametrize("faults", SOAK if LONG else SHORT)
def test_a_disk_that_refuses_loses_nothing_and_says_so(tmp_path: Path, faults: str) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "fault_driver.py", tmp_path, str(SEED), *faults.split()],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    said = Counter("refused" if each["said"] else "done all the same" for each in found)
    print(f"seed {SEED}: {len(found)} faults, {dict(said)}")
    assert done.returncode == 0, done.stderr
    assert Counter(each["case"] for each in found) == {
        case: int(count) for case, count in (each.split("=") for each in faults.split())
    }
    assert said["refused"] > len(found) // 2


def _hostile(name: str, *arguments: object) -> None:
    """One of the cases of `hostile_disks.py`, in a process of its own."""
    done = subprocess.run(
        [sys.executable, HERE / "hostile_disks.py", name, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


@pytest.mark.parametrize("case", ["full", "limited", "unreadable"])
def test_real_disks(tmp_path: Path, case: str) -> None:
    _hostile(case, tmp_path)


@pytest.mark.parametrize("case", ["read-only", pytest.param("watched", marks=GATED)])
def test_the_store_is_never_written_to(tmp_path: Path, case: str) -> None:
    _hostile(case, tmp_path)


VANISHING: dict[str, Callable[[Path], object]] = {
    "the run's file": lambda folder: (folder / "run.plx.json").unlink(),
    "its lineage": lambda folder: (folder / "lineages.plx.json").unlink(),
    "its metric": lambda folder: (folder / "events/metric/loss.plx").unlink(),
    "its events": lambda folder: shutil.rmtree(folder / "events"),
    "the folder": shutil.rmtree,
}


@pytest.mark.parametrize("what", VANISHING)
def test_what_vanishes_between_listing_and_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    store, index = tmp_path / "store", tmp_path / "index"
    for number in range(3):
        write_run(store, number, 1)
    real = refresh_module.plan_changes

    def late(*arguments: object, **named: object) -> object:
        found = real(*arguments, **named)  # type: ignore[arg-type]
        VANISHING[what](folder_of(store, 1))
        return found

    monkeypatch.setattr(refresh_module, "plan_changes", late)
    refresh(store, index)
    monkeypatch.undo()
    assert verify(open_snapshot(index)) == []
    refresh(store, index)
    assert digest_of(index) == fresh_digest(tmp_path / "fresh", store)


def _clock(monkeypatch: pytest.MonkeyPatch, *minutes: int) -> None:
    """The next commits are made at these minutes of a day."""
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=each) for each in minutes]
    monkeypatch.setattr(publish, "_now", lambda: moments.pop(0))


def test_a_clock_that_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version is found by its time, and a vacuum keeps whole what it keeps at all."""
    _clock(monkeypatch, 10, 100, 20, 30, 110)
    for version in range(5):
        write_batch(tmp_path, [full(n, tags=(f"v{version}",)) for n in range(3)], store="store")
    told = {version: content(open_snapshot(tmp_path, version)) for version in range(5)}
    times = [each.created_at for each in reversed(history(tmp_path))]
    assert times == sorted(times)
    for version, moment in enumerate(times):
        at = open_snapshot(tmp_path, moment)
        assert at.version == max(each for each in range(5) if times[each] == moment) >= version
    day = datetime(2026, 1, 1, tzinfo=UTC)
    vacuum(tmp_path, older_than=timedelta(0), now=day + timedelta(minutes=50))
    vacuum(tmp_path, older_than=timedelta(0), now=day + timedelta(minutes=105))
    kept = [each.version for each in history(tmp_path) if each.kept]
    assert kept == [4, 3]
    for version in range(5):
        if version in kept:
            assert content(open_snapshot(tmp_path, version)) == told[version]
            assert verify(open_snapshot(tmp_path, version)) == []
        else:
            with pytest.raises(IndexMissing, match="no longer kept"):
                open_snapshot(tmp_path, version)


def test_an_index_whose_times_went_back_is_vacuumed_whole(tmp_path: Path) -> None:
    """As it was before commits looked at the time of the last one."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    for version, minute in enumerate((0, 5, 100, 10)):
        write_batch(tmp_path, [full(n, tags=(f"v{version}",)) for n in range(3)], store="store")
        log = tmp_path / "runs" / "_delta_log" / f"{version:020}.json"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if "commitInfo" in line:
                line["commitInfo"]["timestamp"] = int((day + timedelta(minutes=minute)).timestamp() * 1000)
                del line["commitInfo"]["pql"]["at"]
        log.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    told = {version: content(open_snapshot(tmp_path, version)) for version in range(4)}
    vacuum(tmp_path, older_than=timedelta(0), now=day + timedelta(minutes=50))
    kept = {each.version for each in history(tmp_path) if each.kept}
    assert {3, 2} <= kept
    for version in kept:
        assert verify(open_snapshot(tmp_path, version)) == []
        assert content(open_snapshot(tmp_path, version)) == told[version]


def test_a_vacuum_of_a_machine_that_woke_up(tmp_path: Path) -> None:
    """The files of a writer that slept for days are taken for those of a dead one: it must not name them."""
    before = write_index(tmp_path, [full(0)])
    waiting = prepare(tmp_path, Listed([full(1)]), store="store", plan=before.plan)
    vacuum(tmp_path, now=datetime.now(UTC) + timedelta(days=3))
    with pytest.raises(IndexUnreadable, match="a vacuum took away"):
        commit(tmp_path, [waiting])
    assert content(open_snapshot(tmp_path)) == content(before)
    write_batch(tmp_path, [full(1)], store="store")
    assert open_snapshot(tmp_path).runs == 2
    assert verify(open_snapshot(tmp_path)) == []


def test_a_commit_that_fails_after_it_was_made_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every hundredth commit makes a checkpoint; when that alone fails, the commit is there all the same."""
    write_index(tmp_path, [full(0)])
    real = publish.commit_runs

    def failing(*arguments: object) -> int:
        real(*arguments)  # type: ignore[arg-type]
        raise DeltaError("no space left for the checkpoint")

    monkeypatch.setattr(publish, "commit_runs", failing)
    assert write_batch(tmp_path, [full(1)], store="store") == 1
    monkeypatch.undo()
    assert open_snapshot(tmp_path).runs == 2


def test_a_fresh_index_equals_itself(tmp_path: Path) -> None:
    """What the tests here compare with: it tells different stores apart, and only those."""
    begin(tmp_path / "index", tmp_path / "store")
    one = fresh_digest(tmp_path / "fresh", tmp_path / "store")
    assert one == fresh_digest(tmp_path / "fresh", tmp_path / "store") != digest_of(tmp_path / "index")
