from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from run_folders import entry, lineage, rows, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.coderef import without_secret
from lineage_index.tracking.kinds import ARTIFACT_KINDS

WEIGHTS = b"weights"
MD5 = hashlib.md5(WEIGHTS).hexdigest()[:12]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "net.h5"
    path.parent.mkdir()
    path.write_bytes(WEIGHTS)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def test_paths_are_made_when_asked_for(store: Path) -> None:
    with Run(store=store) as run:
        assert run.get_artifacts_path() == str(store / run.uuid)
        assert run.get_outputs_path() == str(store / run.uuid / "outputs")
        assert run.get_outputs_path("model/net.h5") == str(store / run.uuid / "outputs/model/net.h5")
        assert os.listdir(run.get_outputs_path()) == ["model"]
        assert os.listdir(run.get_outputs_path("model")) == []
        assert os.path.isdir(run.get_outputs_path("checkpoints", is_dir=True))
        assert not os.path.exists(run.get_artifacts_path("code/x", ensure_path=False, is_dir=True))
        assert run.get_outputs_path("model/net.h5", relative=True) == "outputs/model/net.h5"
        assert run.get_artifacts_path("code/file.py", relative=True) == "code/file.py"
        assert run.get_artifacts_path(run.get_outputs_path("x")) == run.get_outputs_path("x")


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "/etc/passwd"])
def test_paths_do_not_lead_out(store: Path, path: str) -> None:
    with Run(store=store) as run:
        for ask in (run.get_artifacts_path, run.get_outputs_path):
            with pytest.raises(ValueError, match="leads out"):
                ask(path)


def test_tensorboard_is_recorded_once(store: Path) -> None:
    with Run(store=store) as run:
        path = run.get_tensorboard_path()
        assert run.get_tensorboard_path(relative=True) == "outputs/tensorboard"
    assert os.path.isdir(path)
    assert lineage(run.folder) == [
        {
            "name": "tensorboard",
            "kind": "tensorboard",
            "path": "outputs/tensorboard",
            "summary": {"path": path},
            "is_input": False,
        }
    ]
    assert run_file(run.folder)["meta_info"] == {"has_tensorboard": True}


def test_a_reference_within_the_run_is_relative(store: Path) -> None:
    with Run(store=store) as run:
        path = Path(run.get_outputs_path("sub dir/größe.h5"))
        path.write_bytes(WEIGHTS)
        run.log_model_ref(path, framework="keras", summary={"layers": 3})
    assert entry(run.folder, "größe") == {
        "name": "größe",
        "kind": "model",
        "path": "outputs/sub dir/größe.h5",
        "summary": {"layers": 3, "framework": "keras", "path": str(path), "hash": MD5},
        "is_input": False,
    }
    assert run_file(run.folder)["meta_info"] == {"has_model": True}


def test_a_reference_through_another_name_of_the_store_is_relative_too(tmp_path: Path, store: Path) -> None:
    with Run(store=store) as run:
        Path(run.get_outputs_path("x.bin")).write_bytes(b"")
        (tmp_path / "alias").symlink_to(store)
        run.log_file_ref(tmp_path / "alias" / run.uuid / "outputs/x.bin")
    assert entry(run.folder, "x")["path"] == "outputs/x.bin"


def test_a_reference_elsewhere_is_absolute(
    store: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Run(store=store) as run:
        run.log_file_ref("elsewhere/net.h5", is_input=True)
        run.log_dir_ref(model.parent, summary={"files": 1})
    assert entry(run.folder, "net")["path"] == str(model)
    assert entry(run.folder, "net")["is_input"] is True
    assert entry(run.folder, "elsewhere")["kind"] == "dir"
    assert set(entry(run.folder, "elsewhere")["summary"]) == {"files", "path", "hash"}


@pytest.mark.parametrize(
    "uri",
    [
        "s3://bucket/data/train set.csv",
        "gs://bucket/größe",
        "wasbs://c@a.blob.core.windows.net/f.bin",
        "https://example.org/a/b.parquet?x=1&y=2",
    ],
)
def test_uris_are_kept_as_they_are(store: Path, uri: str) -> None:
    with Run(store=store) as run:
        run.log_data_ref("train", path=uri, hash="abc", summary={"rows": 10})
    assert entry(run.folder, "train") == {
        "name": "train",
        "kind": "data",
        "path": uri,
        "summary": {"rows": 10, "path": uri, "hash": "abc"},
        "is_input": True,
    }


def test_data_may_be_known_by_its_content_alone(store: Path) -> None:
    with Run(store=store) as run:
        run.log_data_ref("memory", content=[1, 2, 3])
    assert entry(run.folder, "memory") == {
        "name": "memory",
        "kind": "data",
        "summary": {"hash": hashlib.md5(b"[1, 2, 3]").hexdigest()[:12]},
        "is_input": True,
    }


def test_the_same_name_is_replaced_but_not_an_input_by_an_output(store: Path) -> None:
    with Run(store=store) as run:
        run.log_data_ref("d", path="s3://a")
        run.log_data_ref("d", path="s3://b")
        run.log_data_ref("d", path="s3://c", is_input=False)
        run.flush()
        run.log_artifact_ref("s3://d", "file", "d", connection="bucket", state="f" * 32)
    assert [(e["kind"], e["path"], e["is_input"]) for e in lineage(run.folder)] == [
        ("data", "s3://b", True),
        ("data", "s3://c", False),
        ("file", "s3://d", False),
    ]
    assert lineage(run.folder)[-1]["connection"] == "bucket"
    assert lineage(run.folder)[-1]["state"] == "f" * 32


def test_the_hash_of_a_folder_is_that_of_names_and_contents(tmp_path: Path, store: Path) -> None:
    hashes = []
    for number, files in enumerate([{"a": "1", "b/c": "2"}, {"b/c": "2", "a": "1"}, {"a": "1", "b/d": "2"}]):
        for name, text in files.items():
            path = tmp_path / str(number) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with Run(store=store) as run:
            run.log_dir_ref(tmp_path / str(number), name="d")
        hashes.append(entry(run.folder, "d")["summary"]["hash"])
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_folder_with_what_is_no_file_has_a_hash(tmp_path: Path, store: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a").write_text("1")
    hashes = []
    for name in ("", "lock"):
        if name:
            (folder / name).symlink_to("nobody@nowhere")
        with Run(store=store) as run:
            run.log_dir_ref(folder, name="d")
        hashes.append(entry(run.folder, "d")["summary"]["hash"])
    assert hashes[0] != hashes[1]


def test_hashing_may_be_skipped(store: Path, model: Path) -> None:
    with Run(store=store) as run:
        run.log_model_ref(model, skip_hash_calculation=True)
    assert entry(run.folder, "net")["summary"] == {"path": str(model)}


def test_an_artifact_is_copied_under_outputs(store: Path, model: Path) -> None:
    with Run(store=store) as run:
        kept = run.log_artifact(model, "file", "csv")
        nested = run.log_artifact(str(model), "again", rel_path="csv_files/new/")
    assert kept == str(Path(run.folder) / "outputs/net.h5")
    assert nested == str(Path(run.folder) / "outputs/csv_files/new/net.h5")
    assert Path(kept).read_bytes() == model.read_bytes() == WEIGHTS
    found = entry(run.folder, "file")
    assert (found["kind"], found["path"], found["summary"]["hash"]) == ("csv", "outputs/net.h5", MD5)
    assert entry(run.folder, "again")["kind"] == "file"


def test_a_model_goes_under_outputs_model(store: Path, model: Path) -> None:
    with Run(store=store) as run:
        run.log_model(model, framework="scikit", summary={"depth": 3})
        run.log_model(model, "other", rel_path="different_folder")
        run.log_model(model.parent, "whole")
    assert entry(run.folder, "net")["path"] == "outputs/model/net.h5"
    assert entry(run.folder, "net")["summary"] == {
        "depth": 3,
        "framework": "scikit",
        "path": run.get_outputs_path("model/net.h5"),
        "hash": MD5,
    }
    assert entry(run.folder, "other")["path"] == "outputs/different_folder/net.h5"
    assert (Path(run.folder) / "outputs/model/elsewhere/net.h5").read_bytes() == WEIGHTS


def test_an_artifact_may_be_moved(store: Path, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "x").write_text("x")
    with Run(store=store) as run:
        kept = run.log_artifact(model, move=True)
        run.log_artifact(folder, move=True)
    assert not model.exists()
    assert not folder.exists()
    assert kept is not None
    assert Path(kept).read_bytes() == WEIGHTS
    assert (Path(run.folder) / "outputs/folder/sub/x").read_text() == "x"
    assert entry(run.folder, "folder")["kind"] == "dir"


def test_two_artifacts_with_one_file_name_keep_apart(store: Path, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(name)
    with Run(store=store) as run:
        for name in "aba":
            run.log_artifact(tmp_path / name / "report.json", name)
    assert {e["name"]: e["path"] for e in lineage(run.folder)} == {
        "a": "outputs/report.json",
        "b": "outputs/report-2.json",
    }
    assert (Path(run.folder) / "outputs/report-2.json").read_text() == "b"


def test_an_artifact_that_lies_there_already_stays(store: Path) -> None:
    with Run(store=store) as run:
        path = Path(run.get_outputs_path("x.txt"))
        path.write_text("x")
        assert run.log_artifact(path, move=True) == str(path)
    assert path.read_text() == "x"


def test_versions_go_to_assets_with_an_event_each(store: Path, model: Path) -> None:
    with Run(store=store) as run:
        run.log_model(model, "model", "tf", {"layers": 3}, step=3)
        run.log_model(model, "model", "tf", step=140)
        run.log_artifact(model, "df/pickle", "dataframe", step=3)
        run.log_artifact(model.parent, "d", step=1)
    assert [(step, json.loads(value)) for step, _, value in rows(run.folder, "events/model/model.plx")] == [
        ("3", {"framework": "tf", "path": "assets/model/model_3.h5", "spec": {"layers": 3}}),
        ("140", {"framework": "tf", "path": "assets/model/model_140.h5"}),
    ]
    for place in ("model/model_3.h5", "model/model_140.h5", "dataframe/df%2Fpickle_3.h5", "dir/d_1/net.h5"):
        assert (Path(run.folder) / "assets" / place).read_bytes() == WEIGHTS
    assert entry(run.folder, "model")["path"] == "events/model/model.plx"
    assert entry(run.folder, "model")["summary"]["step"] == {"count": 2, "min": 3, "max": 140}
    assert run_file(run.folder)["meta_info"] == {"has_events": True, "has_model": True}


def test_a_missing_file_is_the_callers_mistake(store: Path, tmp_path: Path) -> None:
    with Run(store=store) as run:
        for call in (
            lambda: run.log_artifact(tmp_path / "none"),
            lambda: run.log_model(tmp_path / "none", step=1),
            lambda: run.log_image(tmp_path / "none.png"),
        ):
            with pytest.raises(FileNotFoundError):
                call()
    assert lineage(run.folder) == []


def test_a_folder_that_holds_the_run_cannot_be_copied_into_it(store: Path) -> None:
    with Run(store=store) as run, pytest.raises(ValueError, match="holds the run's folder"):
        run.log_artifact(store)


def test_unknown_kinds_are_refused(store: Path, model: Path) -> None:
    with Run(store=store) as run:
        for call in (
            lambda: run.log_artifact(model, kind="../up", step=1),
            lambda: run.log_artifact_ref(model, "modell"),
        ):
            with pytest.raises(ValueError, match="unknown kind"):
                call()
        with pytest.raises(ValueError, match="are numbers"):
            run.log_artifact(model, kind="metric", step=1)
    assert "model" in ARTIFACT_KINDS


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", "-C", folder, *who, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    folder = tmp_path / "code"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "train.py").write_text("pass\n")
    git(folder, "add", "train.py")
    git(folder, "commit", "-qm", "begin")
    return folder


def test_the_code_reference_of_a_repository(
    repository: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    monkeypatch.chdir(repository)
    with Run(store=store, track_code=True) as run:
        pass
    assert lineage(run.folder) == [
        {
            "name": commit,
            "kind": "coderef",
            "summary": {"commit": commit, "branch": "main", "is_dirty": False},
            "is_input": True,
        }
    ]
    (repository / "train.py").write_text("print()\n")
    git(repository, "remote", "add", "origin", "https://user:token@example.org/r.git")
    git(repository, "checkout", "-q", "--detach")
    with Run(store=store) as run:
        assert run.log_code_ref() == {"commit": commit, "url": "https://example.org/r.git", "is_dirty": True}


def test_where_there_is_no_commit_it_is_said(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with Run(store=store) as run:
        assert run.log_code_ref(path=tmp_path) is None
        run.log_code_ref({"commit": "9b1c2d3e", "branch": "main"})
    assert "no code reference" in capsys.readouterr().err
    assert [e["name"] for e in lineage(run.folder)] == ["9b1c2d3e"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:token@example.org/r.git", "https://example.org/r.git"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("git@example.org:r.git", "git@example.org:r.git"),
        ("ssh://git@example.org/r.git", "ssh://git@example.org/r.git"),
    ],
)
def test_no_token_of_a_remote_is_recorded(url: str, kept: str) -> None:
    assert without_secret(url) == kept


def test_the_environment(store: Path) -> None:
    with Run(store=store, track_env=True) as run:
        run.log_env("mine.json", {"a": float("nan")})
    found: dict[str, Any] = json.loads((Path(run.folder) / "outputs/env.json").read_text())
    assert any(package.startswith("pytest==") for package in found["packages"])
    assert found["python_version"].startswith("3.")
    assert (Path(run.folder) / "outputs/mine.json").read_text() == '{"a":NaN}'
    assert entry(run.folder, "env")["kind"] == "env"
    assert entry(run.folder, "env")["path"] == "outputs/mine.json"


def test_two_threads_log_one_artifact_at_once(
    store: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, copied = threading.Barrier(2), shutil.copy2

    def copy(*at: Any) -> None:
        copied(*at)
        both.wait(10)

    monkeypatch.setattr(shutil, "copy2", copy)
    with Run(store=store, strict=True) as run:
        threads = [threading.Thread(target=run.log_model, args=(model, "net")) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        kept = [each for each in Path(run.folder).rglob("*net*") if each.is_file()]
        assert [each.read_bytes() for each in kept] == [WEIGHTS]
