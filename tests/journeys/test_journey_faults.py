"""Bad input: one clear error each, its exit code, no traceback (`run_pql` sees to that everywhere)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import FAILED, assert_one_error, run_pql


@pytest.fixture
def copied(home: Path, tmp_path: Path) -> Path:
    """A copy of the index that a test may damage."""
    return Path(shutil.copytree(home / ".pql", tmp_path / "copy"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("",), ("PQL101", "the query is empty", "hint: ")),
        ((" \n ",), ("PQL101",)),
        (("name:" + "x" * 100_000,), ("PQL112", "100,005 characters", "at most 65,536")),
        (("(" * 40_000,), ("PQL102", "end of the text")),
        (("stauts:running",), ("PQL201", "1 | stauts:running\n  | ^^^^^^\n", "did you mean `status`")),
        (("name:a, status",), ("PQL103", "|         ^^^^^^\n")),
        (("status:running,",), ("PQL102",)),
        (("(status:running",), ("PQL105", "| ^\n")),
        (('name:"x',), ("PQL107",)),
        (("metrics.loss:abc",), ("PQL301", "`abc`", "|              ^^^\n")),
        (("name:/(?=a)/",), ("PQL307", "look-around")),
        (("name:a", "--sort", "nope"), ("PQL204", "--> sort:1:1", "| ^^^^\n")),
        (("name:a", "--sort", "tags"), ("PQL204",)),
        (("name:\x1b[31mx y:1",), ("PQL109", "␛[31m")),
        (("--limit", "0"), ("--limit", "at least 1", "'0'")),
        (("--limit", "x"), ("--limit", "'x'")),
        (("--limit", "1.5"), ("--limit", "'1.5'")),
        (("--offset", "-1"), ("--offset", "at least 0", "'-1'")),
        (("--all", "--limit", "3"), ("--all", "--limit")),
        (("--entity", "metrics"), ("--entity", "runs, artifacts")),
        (("--format", "xml"), ("--format", "jsonl")),
    ],
)
def test_a_wrong_search_is_one_error(home: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = run_pql("search", *arguments, cwd=home)
    assert_one_error(done, 2, *words)
    assert len(done.err) < 1_000
    assert "\x1b" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [("search", "--nope"), ("search", "a:1", "b:2"), ("nope",), ("index", "refresh"), ("index", "no")],
)
def test_wrong_usage_names_the_help(home: Path, arguments: tuple[str, ...]) -> None:
    done = run_pql(*arguments, cwd=home)
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.err
    assert "Error: " in done.err


def test_the_help_documents_the_exit_codes(home: Path) -> None:
    for arguments in (("--help",), ("search", "--help"), ("batch", "--help"), ("index", "refresh", "--help")):
        done = run_pql(*arguments, cwd=home)
        assert done.code == 0
        told = " ".join(done.out.split())
        for words in (
            "0 found",
            "1 nothing found",
            "2 wrong usage or query",
            "3 index missing or unreadable",
        ):
            assert words in told


COMMANDS = [("search",), ("batch",), ("index", "refresh", "runs")]


@pytest.mark.parametrize("command", COMMANDS[:2])
def test_no_index_anywhere(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run_pql(*command, cwd=tmp_path)
    assert_one_error(done, 3, "no index", "--index", "PQL_INDEX", ".pql", "pql index refresh STORE")


@pytest.mark.parametrize("command", COMMANDS[:2])
def test_an_index_that_is_not_there(home: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    missing = str(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert_one_error(run_pql(*command, cwd=home, env={"PQL_INDEX": missing}), 3, missing)
    assert_one_error(run_pql(*command, "--index", missing, cwd=home), 3, missing)
    assert_one_error(run_pql(*command, "--index", str(tmp_path / "empty"), cwd=home), 3, "there is no index")
    assert_one_error(run_pql(*command, "--index", "", cwd=home), 3, "empty name")
    assert_one_error(run_pql(*command, "--index", b"\xff", cwd=home), 3)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_place_of_the_index(home: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.write_text("no index")
    for place in (file, file / "below"):
        done = run_pql(*command, "--index", str(place), cwd=home)
        assert (done.code, done.out) == (3, "")
        assert_one_error(done, 3, str(file))
    assert file.read_text() == "no index"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_place_of_the_log(home: Path, copied: Path, command: tuple[str, ...]) -> None:
    shutil.rmtree(copied / "runs" / "_delta_log")
    (copied / "runs" / "_delta_log").write_text("no log")
    assert_one_error(run_pql(*command, "--index", str(copied), cwd=home), 3, str(copied))


@pytest.mark.parametrize("command", COMMANDS)
def test_an_index_of_a_newer_version(home: Path, copied: Path, command: tuple[str, ...]) -> None:
    log = copied / "runs" / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if "commitInfo" in line:
            line["commitInfo"]["pql"]["schema"] = [99, 0]
    log.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    done = run_pql(*command, "--index", str(copied), cwd=home)
    assert_one_error(done, 3, str(copied), "99.0", "install a newer pql-lineage")


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def scramble(file: Path) -> None:
    """Overwrite all but the first bytes and, of a Parquet file, the footer."""
    content = file.read_bytes()
    footer = int.from_bytes(content[-8:-4], "little") + 8 if content.endswith(b"PAR1") else 0
    file.write_bytes(content[:4] + b"\xff" * (len(content) - footer - 4) + content[len(content) - footer :])


def empty(file: Path) -> None:
    os.truncate(file, 0)


DAMAGES = [cut, scramble, empty, Path.unlink]
TOUCHES_ALL = "metrics.loss:<1, inputs.nested.a.b:~nil | artifacts.name:%model%"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("table", ["runs", "values", "payload", "artifacts"])
def test_a_damaged_table_is_named(
    home: Path, copied: Path, table: str, damage: Callable[[Path], None]
) -> None:
    file = only(copied, f"{table}/*.parquet")
    damage(file)
    done = run_pql("search", TOUCHES_ALL, "--format", "jsonl", "--index", str(copied), cwd=home)
    assert_one_error(done, 3, str(file), "remove the folder of the index")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_batch_ends_at_a_damaged_table(home: Path, copied: Path, damage: Callable[[Path], None]) -> None:
    file = only(copied, "artifacts/*.parquet")
    damage(file)
    requests = ["status:failed", "artifacts.name:%model%", "status:failed"]
    lines = "\n".join(json.dumps({"id": 1, "query": query}) for query in requests)
    done = run_pql("batch", "--index", str(copied), cwd=home, stdin=lines)
    assert done.code == 3
    assert [json.loads(line)["uuids"] for line in done.lines] == [[FAILED]]
    assert str(file) in done.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("damage", [cut, scramble, empty, Path.unlink])
def test_a_damaged_manifest_is_named(
    home: Path, copied: Path, command: tuple[str, ...], damage: Callable[[Path], None]
) -> None:
    damage(only(copied, "manifests/*"))
    done = run_pql(*command, "--index", str(copied), cwd=home, stdin='{"id": 1}')
    assert_one_error(done, 3, str(copied), "manifests")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("damage", [scramble, empty])
def test_a_damaged_log_is_named(
    home: Path, copied: Path, command: tuple[str, ...], damage: Callable[[Path], None]
) -> None:
    damage(copied / "runs" / "_delta_log" / f"{0:020}.json")
    done = run_pql(*command, "--index", str(copied), cwd=home, stdin='{"id": 1}')
    assert_one_error(done, 3, str(copied / "runs"), "log")


def test_a_refresh_of_a_damaged_index_changes_nothing(own_home: Path) -> None:
    index = own_home / ".pql"
    scramble(only(index, "runs/*.parquet"))
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    (own_home / "runs" / FAILED / "run.plx.json").unlink()
    done = run_pql("index", "refresh", "runs", cwd=own_home)
    assert_one_error(done, 3, str(index))
    assert before == {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}


@pytest.mark.parametrize("store", ["nowhere", "file", "file/below", ""])
def test_a_store_that_cannot_be_read(tmp_path: Path, store: str) -> None:
    (tmp_path / "file").write_text("no store")
    done = run_pql("index", "refresh", store, cwd=tmp_path)
    assert_one_error(done, 2, "store", store)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_an_index_that_cannot_be_written(home: Path) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("there is no folder here that even root can't write to")
    assert_one_error(
        run_pql("index", "refresh", "runs", "--index", "/proc/index", cwd=home), 3, "/proc/index"
    )


def test_a_report_of_an_unknown_format(home: Path) -> None:
    assert_one_error(run_pql("index", "refresh", "runs", "--report", "xml", cwd=home), 2, "--report", "'xml'")


def test_the_traceback_is_there_for_those_who_ask(home: Path, copied: Path) -> None:
    """An error that is no fault of the user's ends with 70 and shows its traceback only on demand."""
    import subprocess

    from cli_runner import PQL, environment

    script = (
        "import sys, pql.cli.main as m, pql.cli.search as s\n"
        "def broken(*a): raise RuntimeError('broken')\n"
        "s.run_search = broken\nsys.argv = ['pql', 'search']\nm.main()"
    )
    for more, shown in (({}, False), ({"PQL_TRACEBACK": "1"}, True)):
        done = subprocess.run(
            [PQL.with_name("python"), "-c", script],
            cwd=home,
            env=environment(more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("Traceback" in done.stderr) is shown
        assert (done.returncode == 70) is not shown
