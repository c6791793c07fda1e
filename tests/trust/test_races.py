"""Writers, readers, compaction, vacuum at once: a reader sees one committed version, no commit is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from race_history import Committed, Seen, complaints
from soak import LONG

from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify

DRIVER = Path(__file__).with_name("race_driver.py")


@pytest.mark.skipif(sys.platform == "win32", reason="the driver forks")
def test_every_reader_sees_one_commit_and_none_is_lost(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path, "60" if LONG else "0"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    commits = [Committed(**each) for kind, each in events if kind == "Committed"]
    reads = [
        Seen(**{**each, "state": {int(writer): generation for writer, generation in each["state"].items()}})
        for kind, each in events
        if kind == "Seen"
    ]
    print(f"{len(commits)} commits, {len(reads)} reads of {len({each.version for each in reads})} versions")
    assert list(complaints(commits, reads)) == []
    snapshot = open_snapshot(tmp_path / "index")
    assert verify(snapshot) == []
    assert {each.writer for each in commits} == {1, 2, 3}
    assert len(commits) >= 9
    last = {each.writer: each.generation for each in sorted(commits, key=lambda each: each.generation)}
    assert any(each.version == snapshot.version and each.state == last for each in reads)


COMMITS = [Committed(1, 1, 0, 1.0), Committed(2, 1, 1, 2.0), Committed(1, 2, 3, 3.0)]


def seen(version: int, *, begun: float = 9.0, reader: str = "a", **state: int) -> Seen:
    return Seen(reader, begun, version, {int(name[1:]): generation for name, generation in state.items()})


def test_a_right_history_has_no_complaints() -> None:
    reads = [
        seen(0, begun=0.5, w1=1),  # opened before the writer had been told
        seen(1, begun=2.5, w1=1, w2=1),
        seen(2, begun=2.6, w1=1, w2=1),  # a compaction lies between
        seen(3, w1=2, w2=1),
    ]
    assert list(complaints(COMMITS, reads)) == []


@pytest.mark.parametrize(
    ("commits", "reads", "words"),
    [
        (COMMITS, [seen(3, w1=1, w2=1)], "which has {1: 2, 2: 1}"),  # a commit is lost
        (COMMITS, [seen(3, w1=2)], "which has {1: 2, 2: 1}"),
        (COMMITS, [seen(1, begun=0.0, w1=2, w2=1)], "which has {1: 1, 2: 1}"),  # one is seen too early
        (COMMITS, [seen(1, begun=3.5, w1=1, w2=1)], "after version 3 was told"),
        (
            COMMITS,
            [seen(1, begun=1.5, w1=1, w2=1), seen(0, begun=1.6, w1=1)],
            "saw version 0 after version 1",
        ),
        ([*COMMITS, Committed(2, 2, 3, 4.0)], [], "several writers"),
        ([Committed(1, 2, 0, 0.0), Committed(1, 1, 1, 0.0)], [], "in the order [2, 1]"),
    ],
)
def test_a_wrong_history_is_told(commits: list[Committed], reads: list[Seen], words: str) -> None:
    assert any(words in each for each in complaints(commits, reads))
