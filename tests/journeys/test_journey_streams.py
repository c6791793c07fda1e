"""Readers that leave, streams that are closed or full, locales that know no UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from cli_runner import FAILED, PQL, RESUMED, environment, run_pql
from said import Said

C_LOCALE = {"LC_ALL": "C"}
REALLY_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def in_shell(home: Path, script: str, env: dict[str, str] | None = None) -> Said:
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=home,
        capture_output=True,
        env={**environment(env), "pql": str(PQL)},
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "command", ["search --all", "search --all -f jsonl", "batch", "--help", "search --help", "--version"]
)
def test_a_reader_that_has_gone_is_no_failure(home: Path, command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)  # before the command starts, so that every write of it fails
    try:
        done = subprocess.run(
            [PQL, *command.split()],
            cwd=home,
            stdout=writer,
            stderr=subprocess.PIPE,
            input=b'{"id": 1}\n' * 500,
            env=environment(),
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_head_takes_one_line(home: Path) -> None:
    done = in_shell(home, 'set -o pipefail; "$pql" search --all | head -1')
    assert (done.code, done.err, len(done.lines)) == (0, "", 1)
    assert done.lines[0].split() == ["name", "uuid", "status", "age"]


def test_closed_streams_leave_the_exit_code(home: Path) -> None:
    assert in_shell(home, '"$pql" search status:failed >&-') == Said(0, "", "")
    assert in_shell(home, '"$pql" search status:running >&- 2>&-') == Said(1, "", "")
    assert in_shell(home, '"$pql" search nope:1 2>&-') == Said(2, "", "")
    assert in_shell(home, '"$pql" batch <&-') == Said(0, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_an_error(home: Path) -> None:
    for command in ("search", "search -f jsonl", "--version"):
        done = in_shell(home, f'"$pql" {command} >/dev/full')
        assert (done.code, done.err) == (74, "error: the output can't be written: No space left on device\n")


@pytest.mark.parametrize("env", [C_LOCALE, REALLY_C, {"PYTHONIOENCODING": "ascii"}])
def test_a_table_is_printed_in_every_locale(home: Path, env: dict[str, str]) -> None:
    done = run_pql("search", "--sort", "name", cwd=home, env=env)
    assert (done.code, done.err) == (0, "")
    assert done.lines[-1] == "12 runs matched"
    assert done.lines[1].startswith("naïve-bayes" if env is C_LOCALE else "na\\xefve-bayes")


@pytest.mark.parametrize("env", [C_LOCALE, REALLY_C, {"PYTHONIOENCODING": "latin-1"}])
def test_json_is_utf_8_in_every_locale(home: Path, env: dict[str, str]) -> None:
    lines = run_pql("search", "tags:demo", "-s", "name", "-f", "jsonl", cwd=home, env=env).lines
    assert [json.loads(line)["name"] for line in lines] == ["naïve-bayes", "wav2vec small"]
    request = json.dumps({"id": "größe", "query": "name:naïve%, tags:demo"}, ensure_ascii=False)
    done = run_pql("batch", cwd=home, env=env, stdin=request)
    assert json.loads(done.out) == {"id": "größe", "uuids": [RESUMED], "total": 1}


def test_a_query_in_bytes_that_are_not_utf_8_is_refused(home: Path) -> None:
    done = run_pql("search", b"name:\xff", cwd=home)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[PQL114]")
    assert run_pql("search", "status:failed", "-f", "uuid", cwd=home, env=REALLY_C).lines == [FAILED]
