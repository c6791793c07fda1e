"""`pql run` in processes of its own: the example, a terminal, a pipe, exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

from cli_runner import PQL, assert_one_error, environment, run_pql

EXAMPLE = Path(__file__).parents[2] / "examples" / "map_reduce.yaml"
SMALL = """\
kind: operation
name: small
matrix: {kind: mapping, values: [{x: 1}, {x: 2}, {x: 3}]}
component:
  inputs: [{name: x, type: int}]
  run: {kind: job, container: {command: [/bin/sh, -c], args: ["echo trial $x; test $x != 2"]}}
"""


def test_the_example_trains_twenty_trials_and_prints_the_reduced_lists(tmp_path: Path) -> None:
    done = run_pql("run", str(EXAMPLE), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    uuids, rates, accuracies, losses = (json.loads(line) for line in done.lines)
    assert len(uuids) == len(rates) == len(accuracies) == len(losses) > 0
    assert accuracies == sorted(accuracies, reverse=True)
    assert min(accuracies) > 0.9
    found = run_pql(
        "search",
        "name:fan_out-%, status:succeeded, metrics.loss:~nil",
        "--all",
        "--format",
        "uuid",
        cwd=tmp_path,
    )
    assert len(found.lines) == 20
    assert set(uuids) < set(found.lines)
    joined = run_pql("search", f"upstream.uuid:{uuids[0]}", "--format", "jsonl", cwd=tmp_path)
    assert [json.loads(line)["name"] for line in joined.lines] == ["fan_in"]
    again = run_pql("run", str(EXAMPLE), "--resume", cwd=tmp_path)
    assert (again.code, again.out, again.err) == (0, "", "")


def test_a_pipe_hears_of_failures_only(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    done = run_pql("run", "small.yaml", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    first, *rest = done.err.splitlines()
    assert first.startswith("error: small-2 ")
    assert first.endswith("failed: the process ended with 1")
    assert rest == ["    trial 2", "1 failed; `--resume` runs them again"]


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("test $x != 2", "true"))
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        [PQL, "run", "small.yaml", "-j", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # so Linux says that the other side is closed
    assert started.wait() == 0
    os.close(ours)
    for line in ("small: 0 of 3 done, 1 running", "small: 2 of 3 done, 1 running", "small: 3 succeeded"):
        assert line.encode() in shown


def test_faults_end_with_two_and_their_place(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SMALL.replace("mapping", "maping"))
    assert_one_error(run_pql("run", "bad.yaml", cwd=tmp_path), 2, "PQL631", "bad.yaml:3:16")
    assert_one_error(run_pql("run", "none.yaml", cwd=tmp_path), 2, "none.yaml: No such file")
    (tmp_path / "small.yaml").write_text(SMALL)
    elsewhere = run_pql("run", "small.yaml", "--store", "s3://bucket/runs", cwd=tmp_path)
    assert_one_error(elsewhere, 2, "a folder of this machine")
    (tmp_path / "empty.yaml").write_bytes(b"")
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe")
    assert_one_error(run_pql("run", "empty.yaml", cwd=tmp_path), 2, "PQL601", "empty.yaml:1:1")
    assert_one_error(run_pql("run", "odd.yaml", cwd=tmp_path), 2, "PQL601", "odd.yaml:1:1")
    (tmp_path / "join.yaml").write_text("joins: [{query: 'stauts:failed'}]\n" + SMALL)
    assert_one_error(run_pql("run", "join.yaml", cwd=tmp_path), 2, "PQL201", "join.yaml:1:18")
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())
