from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from run_folders import metric, run_file

from lineage_index import tracking
from lineage_index.tracking import Run
from lineage_index.tracking.statuses import STATUSES
from pql.catalog import fields as catalog

UUID = "0123456789abcdef0123456789abcdef"


def history(folder: str) -> list[tuple[str, str | None, str | None]]:
    return [(c["type"], c.get("reason"), c.get("message")) for c in run_file(folder)["status_conditions"]]


def test_a_run_can_be_found_while_it_goes_on(tmp_path: Path) -> None:
    run = Run("baseline", "vision", "acme", "a, b", tmp_path, user="ada")
    found = run_file(run.folder)
    assert run.folder == str(tmp_path / run.uuid)
    assert (found["name"], found["project"], found["owner"], found["user"]) == (
        "baseline",
        "vision",
        "acme",
        "ada",
    )
    assert found["tags"] == ["a", "b"]
    assert found["status"] == "running"
    assert found["created_at"] == found["started_at"]
    assert "finished_at" not in found
    run.end()


def test_the_end_is_written(tmp_path: Path) -> None:
    run = Run(store=tmp_path)
    run.end()
    run.end("failed")
    found = run_file(run.folder)
    assert [status for status, _, _ in history(run.folder)] == ["created", "running", "succeeded"]
    assert found["status"] == "succeeded"
    assert found["duration"] >= 0
    assert found["finished_at"] >= found["started_at"]


@pytest.mark.parametrize(
    ("error", "status", "reason", "message"),
    [
        (ValueError("no such file"), "failed", "ValueError", "no such file"),
        (KeyboardInterrupt(), "stopped", "KeyboardInterrupt", "The process was interrupted"),
        (SystemExit(2), "failed", "SystemExit", "2"),
        (SystemExit(0), "succeeded", None, None),
    ],
)
def test_what_leaves_the_block_decides_the_status(
    tmp_path: Path, error: BaseException, status: str, reason: str | None, message: str | None
) -> None:
    with pytest.raises(type(error)), Run(store=tmp_path) as run:  # noqa: PT012
        run.log_metric("loss", 1.0)
        raise error
    assert history(run.folder)[-1] == (status, reason, message)
    assert run_file(run.folder)["status"] == status
    assert metric(run.folder, "loss") == [(None, 1.0)]


def test_a_final_status_of_ones_own_is_kept(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_status("processing")
        run.log_status("failed", "OOM", "out of memory | größe")
    assert [status for status, _, _ in history(run.folder)] == ["created", "running", "processing", "failed"]
    assert history(run.folder)[-1] == ("failed", "OOM", "out of memory | größe")


def test_an_unknown_status_is_refused(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        with pytest.raises(ValueError, match="runing"):
            run.log_status("runing")
        with pytest.raises(ValueError, match="over"):
            run.end("over")
        run.log_metric("loss", 1.0)


def test_the_statuses_are_those_of_the_language() -> None:
    assert set(catalog.STATUSES) == STATUSES


def test_nothing_can_be_logged_after_the_end(tmp_path: Path) -> None:
    run = Run(store=tmp_path)
    run.log_metric("loss", 1.0)
    run.end()
    calls: list[Any] = [
        lambda: run.log_metric("loss", 2.0),
        lambda: run.log_metric("other", 2.0),
        lambda: run.log_inputs(lr=1),
        lambda: run.log_text("note", "x"),
        lambda: run.log_status("running"),
        lambda: run.log_tags("x"),
        lambda: run.log_artifact(__file__),
    ]
    for call in calls:
        with pytest.raises(RuntimeError, match="has ended"):
            call()
    assert metric(run.folder, "loss") == [(None, 1.0)]


def test_a_run_taken_up_again_goes_on_where_it_was(tmp_path: Path) -> None:
    with Run("first", store=tmp_path, run_uuid=UUID, tags=["a"]) as run:
        run.log_inputs(lr=0.1, layers=[1, 2])
        run.log_metric("loss", 1.0, 0)
        run.log_text("note", "one", 0)
    started = run_file(run.folder)["started_at"]
    with Run(store=tmp_path, run_uuid="01234567-89AB-cdef-0123-456789abcdef", tags=["b", "a"]) as again:
        assert run_file(run.folder)["status"] == "running"
        assert "finished_at" not in run_file(run.folder)
        again.log_inputs(lr=0.2)
        again.log_metric("loss", 0.5, 1)
    found = run_file(run.folder)
    assert again.folder == run.folder
    assert found["name"] == "first"
    assert found["tags"] == ["a", "b"]
    assert found["inputs"] == {"lr": 0.2, "layers": [1, 2]}
    assert found["started_at"] == started
    assert metric(run.folder, "loss") == [(0, 1.0), (1, 0.5)]
    assert [status for status, _, _ in history(run.folder)] == [
        *("created", "running", "succeeded"),
        *("resuming", "running", "succeeded"),
    ]
    names = {entry["name"] for entry in json.loads((Path(run.folder) / "lineages.plx.json").read_text())}
    assert names == {"loss", "note"}


def test_who_attaches_leaves_the_status_to_the_owner(tmp_path: Path) -> None:
    owner = Run(store=tmp_path)
    with Run(store=tmp_path, run_uuid=owner.uuid, attach=True) as helper:
        helper.log_outputs(accuracy=0.9)
        helper.log_metric("loss", 0.5)
    owner.log_inputs(lr=1)
    assert run_file(owner.folder)["status"] == "running"
    owner.end()
    found = run_file(owner.folder)
    assert found["outputs"] == {"accuracy": 0.9, "loss": 0.5}
    assert found["inputs"] == {"lr": 1}
    assert [status for status, _, _ in history(owner.folder)] == ["created", "running", "succeeded"]


def test_attaching_needs_a_run() -> None:
    with pytest.raises(ValueError, match="run_uuid"):
        Run(attach=True)


def test_detaching_leaves_the_run_going_on(tmp_path: Path) -> None:
    run = Run(store=tmp_path)
    run.log_metric("loss", 1.0)
    run.detach()
    assert run.ended
    assert run_file(run.folder)["status"] == "running"
    assert metric(run.folder, "loss") == [(None, 1.0)]


def test_several_runs_at_once_keep_apart(tmp_path: Path) -> None:
    runs = [Run(store=tmp_path) for _ in range(5)]
    for step in range(20):
        for number, run in enumerate(runs):
            run.log_metric("loss", number, step)
    for run in runs:
        run.end()
    for number, run in enumerate(runs):
        assert metric(run.folder, "loss") == [(step, float(number)) for step in range(20)]


@pytest.mark.parametrize("uuid", ["x", "", "../../etc", "0" * 31, "0" * 33])
def test_a_malformed_uuid_is_refused(tmp_path: Path, uuid: str) -> None:
    with pytest.raises(ValueError, match="uuid"):
        Run(store=tmp_path, run_uuid=uuid)
    assert not list(tmp_path.iterdir())


def test_a_broken_run_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / UUID).mkdir()
    broken = tmp_path / UUID / "run.plx.json"
    broken.write_text('{"uuid": "0123')
    with pytest.raises(ValueError, match="is no JSON"):
        Run(store=tmp_path, run_uuid=UUID)
    assert broken.read_text() == '{"uuid": "0123'


def test_a_run_file_that_breaks_meanwhile_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Run(store=tmp_path) as run:
        broken = Path(run.folder) / "run.plx.json"
        broken.write_text("{")
        run.log_inputs(lr=0.1)
        run.log_metric("loss", 1.0)
        run.flush()
        assert broken.read_text() == "{"
        broken.write_text(f'{{"uuid": "{run.uuid}", "name": "mended"}}')
    assert "is no JSON" in capsys.readouterr().err
    assert run_file(run.folder)["name"] == "mended"
    assert run_file(run.folder)["inputs"] == {"lr": 0.1}
    assert metric(run.folder, "loss") == [(None, 1.0)]


def test_related_runs_and_other_fields(tmp_path: Path) -> None:
    other = "f" * 32
    with Run(
        store=tmp_path,
        pipeline=other,
        original=other,
        cloning_kind="restart",
        controller=other,
        framework="torch",
        teams=["vision"],
        connections=[{"name": "db", "kind": "postgres"}],
    ) as run:
        run.log_upstream(other, "join", {"lr": [1, 2]}, ["succeeded"])
        run.log_upstream(other, "join", {"lr": [1, 2]}, ["succeeded"])
        run.log_upstream("e" * 32)
        run.log_fields(
            description="plain", resources={"cpu": 2, "memory": 1024}, state="d" * 32, framework=None
        )
    found = run_file(run.folder)
    assert found["pipeline"] == {"uuid": other}
    assert found["original"] == {"uuid": other, "kind": "restart"}
    assert found["controller"] == other
    assert found["teams"] == ["vision"]
    assert found["connections"] == [{"name": "db", "kind": "postgres"}]
    assert found["resources"] == {"cpu": 2, "memory": 1024}
    assert found["state"] == "d" * 32
    assert "framework" not in found
    assert found["upstream"] == [
        {"run": other, "kind": "join", "values": {"lr": [1, 2]}, "statuses": ["succeeded"]},
        {"run": "e" * 32, "kind": "manual"},
    ]


def test_fields_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frame_work"):
        Run(store=tmp_path, frame_work="torch")
    with Run(store=tmp_path) as run:
        with pytest.raises(ValueError, match="outputs"):
            run.log_fields(outputs={})
        with pytest.raises(ValueError, match="joined"):
            run.log_upstream("f" * 32, "joined")
        with pytest.raises(ValueError, match="fine"):
            run.log_upstream("f" * 32, statuses=["fine"])


def test_the_module_acts_on_the_run_begun_last(tmp_path: Path) -> None:
    first = tracking.init(name="one", store=tmp_path)
    tracking.log_metric("loss", 1.0, step=1)
    second = tracking.init(name="two", store=tmp_path)
    assert first.ended
    assert tracking.current_run() is second
    tracking.log_metrics({"train/loss": 2.0}, step=3, acc=0.5)
    tracking.log_inputs(lr=0.1)
    tracking.end()
    assert metric(first.folder, "loss") == [(1, 1.0)]
    assert metric(second.folder, "train/loss") == [(3, 2.0)]
    assert metric(second.folder, "acc") == [(3, 0.5)]
    assert run_file(second.folder)["inputs"] == {"lr": 0.1}
    assert run_file(first.folder)["status"] == run_file(second.folder)["status"] == "succeeded"


def test_every_method_is_a_function_of_the_module() -> None:
    methods = {name for name in dir(Run) if name.startswith(("log_", "get_"))}
    assert methods <= set(tracking.__all__)


def test_the_store_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PQL_STORE", str(tmp_path / "elsewhere"))
    with Run() as run:
        pass
    assert run_file(tmp_path / "elsewhere" / run.uuid)["status"] == "succeeded"
