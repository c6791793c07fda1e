"""`refresh(verify=True)` reads what has other content, whatever sizes and times say."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from lineage_index import RefreshReport, refresh
from lineage_index.index import reading, steps
from lineage_index.ingest.batch import read_batch
from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.scan import RunFolder, scan
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify

REAL = Path(__file__).parents[1] / "fixtures" / "polyaxon_offline_store.tar.gz"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with tarfile.open(REAL) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "runs"


def in_secret(path: Path, old: bytes, new: bytes) -> None:
    """Another content of the same size, at the same time."""
    times = path.stat()
    assert len(old) == len(new)
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def told(done: RefreshReport) -> tuple[int, int, int]:
    return done.added, done.changed, done.unchanged


@pytest.mark.parametrize("parallel", [False, True])
def test_only_what_has_other_content_is_read(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: bool
) -> None:
    if parallel:
        monkeypatch.setattr(steps, "_PARALLEL_FROM", 1)
    index = tmp_path / "index"
    count = refresh(store, index, workers=1).added
    assert told(refresh(store, index, verify=True, workers=2)) == (0, 0, count)
    run = next(each for each in sorted(store.iterdir()) if (each / "events/metric").is_dir())
    metric = next((run / "events/metric").iterdir())
    in_secret(metric, b"\n0|", b"\n9|")
    assert told(refresh(store, index)) == (0, 0, count)
    assert told(refresh(store, index, verify=True, workers=2)) == (0, 1, count - 1)
    assert told(refresh(store, index, verify=True, workers=2)) == (0, 0, count)
    assert verify(open_snapshot(index)) == []


def test_large_folders_found_only_are_written_one_by_one_once_their_size_is_known(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = refresh(store, tmp_path / "whole", workers=1, compaction=False)
    assert len(open_snapshot(tmp_path / "whole").files["runs"]) == 1
    monkeypatch.setattr(reading, "BATCH_BYTES", 1)
    parts = refresh(store, tmp_path / "parts", workers=1, compaction=False)
    snapshot = open_snapshot(tmp_path / "parts")
    assert len(snapshot.files["runs"]) == parts.added == whole.added > 1
    assert parts.problems == whole.problems
    assert verify(snapshot) == []
    assert told(refresh(store, tmp_path / "parts")) == (0, 0, parts.added)


def test_the_digest_of_a_record_is_that_of_its_folder(store: Path) -> None:
    folders = [each for each in scan(store) if isinstance(each, RunFolder)]
    records = read_batch(folders)
    assert [each.folder.content for each in records] == [content_fingerprint(each) for each in folders]
    assert len({each.folder.content for each in records}) == len(records)
