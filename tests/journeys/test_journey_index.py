"""Which index is meant, and how it follows a store."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_runner import CUT, EVERY, FAILED, KILLED, NO_LINEAGE, PLAIN, STOPPED, run_pql
from said import Said


def version(done: Said) -> int:
    return int(done.lines[-1].rpartition("snapshot ")[2])


@pytest.fixture(scope="module")
def three(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with indexes of one run each: `near/.pql` FAILED, `variable` STOPPED, `option` PLAIN."""
    tmp_path = tmp_path_factory.mktemp("three")
    for name, uuid in (("near/.pql", FAILED), ("variable", STOPPED), ("option", PLAIN)):
        store = tmp_path / "stores" / uuid
        shutil.copytree(home / "runs" / uuid, store / uuid)
        done = run_pql("index", "refresh", str(store), "--index", name, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
    (tmp_path / "near" / "a" / "b").mkdir(parents=True)
    return tmp_path


def test_the_option_wins_then_the_variable_then_the_nearest_folder(three: Path) -> None:
    variable = {"PQL_INDEX": str(three / "variable")}
    option = ("--index", str(three / "option"))
    below = three / "near" / "a" / "b"

    def found(*arguments: str, env: dict[str, str] | None = None) -> list[str]:
        return run_pql("search", "--format", "uuid", *arguments, cwd=below, env=env).lines

    assert found(*option, env=variable) == [PLAIN]
    assert found(env=variable) == [STOPPED]
    assert found() == [FAILED]
    assert found(env={"PQL_INDEX": ""}) == [FAILED]
    assert found(env={"PQL_INDEX": "../../../variable"}) == [STOPPED]


def test_a_batch_finds_its_index_the_same_way(three: Path) -> None:
    below = three / "near" / "a"
    for arguments, env, uuid in (
        (("--index", str(three / "option")), {"PQL_INDEX": str(three / "variable")}, PLAIN),
        ((), {"PQL_INDEX": str(three / "variable")}, STOPPED),
        ((), {}, FAILED),
    ):
        done = run_pql("batch", *arguments, cwd=below, env=env, stdin='{"id": 1}')
        assert [json.loads(line)["uuids"] for line in done.lines] == [[uuid]]


def test_a_refresh_writes_to_the_index_that_a_search_reads(own_home: Path) -> None:
    below = own_home / "a" / "b"
    below.mkdir(parents=True)
    shutil.rmtree(own_home / "runs" / FAILED)
    assert run_pql("index", "refresh", "../../runs", cwd=below).code == 0
    found = run_pql("search", "--all", "--format", "uuid", cwd=own_home).lines
    assert sorted(found) == sorted(EVERY - {FAILED})
    assert not (below / ".pql").exists()


def test_the_report_names_what_was_damaged_and_lost(own_home: Path) -> None:
    done = run_pql("index", "refresh", "runs", "--index", "new", cwd=own_home)
    assert done.code == 0
    assert done.lines == [
        "12 runs read (12 new, 0 changed), 0 unchanged, 0 gone, 3 damaged, 2 entries skipped; snapshot 0"
    ]
    warnings = done.err.splitlines()
    assert all(line.startswith("warning[") and "(lost: " in line for line in warnings)
    named = {line.partition(": ")[2].partition(": ")[0] for line in warnings}
    assert named == {
        f"{KILLED}/run.plx.json",
        f"{KILLED}/lineages.plx.json",
        f"{NO_LINEAGE}/lineages.plx.json",
        f"{CUT}/events/metric/learning-rate.plx:151",
    }


def test_the_report_can_be_json(own_home: Path) -> None:
    done = run_pql("index", "refresh", "runs", "--index", "new", "--report", "json", cwd=own_home)
    report = json.loads(done.out)
    assert (report["added"], report["damaged"], report["version"]) == (12, 3, 0)
    lost = {(each["path"], each["line"]) for each in report["problems"] if each["severity"] == "warning"}
    assert (f"{CUT}/events/metric/learning-rate.plx", 151) in lost


def test_a_second_refresh_reads_nothing_and_commits_nothing(own_home: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in (own_home / ".pql").rglob("*.parquet"))
    done = run_pql("index", "refresh", "runs", cwd=own_home)
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "0 runs read (0 new, 0 changed), 12 unchanged, 0 gone, 0 damaged, 2 entries skipped; snapshot 0"
    ]
    assert before == sorted(
        (path, path.stat().st_mtime_ns) for path in (own_home / ".pql").rglob("*.parquet")
    )


def test_a_refresh_reads_what_changed_and_forgets_what_is_gone(own_home: Path) -> None:
    file = own_home / "runs" / FAILED / "run.plx.json"
    file.write_text(file.read_text().replace('"status":"failed"', '"status":"succeeded"'))
    shutil.rmtree(own_home / "runs" / STOPPED)
    done = run_pql("index", "refresh", "runs", cwd=own_home)
    assert done.lines[-1].startswith("1 runs read (0 new, 1 changed), 10 unchanged, 1 gone, 0 damaged")
    assert version(done) > 0
    found = run_pql("search", "--all", "--format", "uuid", cwd=own_home)
    assert sorted(found.lines) == sorted(EVERY - {STOPPED})
    assert run_pql("search", "status:failed", cwd=own_home).code == 1


def test_the_store_is_only_read(own_home: Path) -> None:
    def seen() -> list[tuple[str, int, int]]:
        paths = sorted((own_home / "runs").rglob("*"))
        return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths]

    before = seen()
    assert run_pql("index", "refresh", "runs", "--index", "new", "--verify", cwd=own_home).code == 0
    assert seen() == before


def test_an_empty_store_makes_an_empty_index(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    assert run_pql("index", "refresh", "runs", cwd=tmp_path).code == 0
    done = run_pql("search", "metrics.loss:<1 | artifacts.kind:model", "--sort", "metrics.loss", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("0 runs matched\nthe index has no runs\n")


def test_without_history_the_summaries_still_answer(own_home: Path) -> None:
    made = run_pql("index", "refresh", "runs", "--index", "new", "--no-history", cwd=own_home)
    assert made.code == 0
    done = run_pql("search", "max(metrics.epsilon):>2.9", "--index", "new", "--format", "uuid", cwd=own_home)
    assert done.lines == [FAILED]
