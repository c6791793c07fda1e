"""Paths that a user, a file or a run gives: nothing outside is read or written, nothing internal is shown.

Elsewhere: links and folders of a run store (tests/ingest), paths of artifacts while tracking
(tests/tracking), paths in joins (tests/joins), names of files under which boards are written (tests/local).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from injection_store import steady
from said import called

import lineage_index
from lineage_index import Index, IndexMissing, IndexUnreadable, StoreMissing, refresh
from lineage_index.store.snapshot import open_snapshot

LONG = "n" * 4096
PATHS = {
    "up": "../" * 40 + "nowhere/x",
    "absolute": "/proc/nowhere/x",
    "long": LONG,
    "long in parts": "/".join(["d" * 200] * 30),
    "escape": "\x1b[31m\u202ex",
    "newline": "a\nerror: none",
    "quotes": "'\"; --",
    "device": "/dev/full/x",
    "option": "-x",
    "half of a name": b"caf\xe9".decode("utf-8", "surrogateescape"),
}
OPTIONS = {
    "index of a search": ("search", "--index=PATH"),
    "file of an answer": ("search", "-o=PATH", "--index=INDEX"),
    "file of a picture": ("plot", "--x=inputs.k", "--y=metrics.loss", "--output=PATH.svg", "--index=INDEX"),
    "store": ("index", "refresh", "--index=NEW", "--", "PATH"),
    "index of a refresh": ("index", "refresh", "RUNS", "--index=PATH/x"),
    "export": ("index", "export", "--index=INDEX", "--", "PATH"),
    "operation": ("resolve", "--index=INDEX", "--", "PATH"),
    "checked": ("check", "--", "PATH"),
    "requests": ("batch", "--index=INDEX", "--", "PATH"),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_a_path_is_used_or_refused_in_plain_lines(
    option: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    places = {"INDEX": str(home / ".pql"), "RUNS": str(work / "none"), "NEW": str(work / "new")}
    for path in PATHS.values():
        arguments = [each.replace("PATH", path) for each in OPTIONS[option]]
        for name, place in places.items():
            arguments = [each.replace(name, place) for each in arguments]
        said = called(*arguments)
        assert said.code in (0, 1, 2, 3, 74), (path, said)
        assert steady(said.err.encode(errors="backslashreplace").decode()), (path, said.err)
        assert "Traceback" not in said.err
    assert [each.name for each in tmp_path.iterdir()] == ["work"]


@pytest.mark.parametrize("path", ["a\0b", LONG, "/".join(["d" * 250] * 30), "", "\ud800"])
def test_the_library_refuses_a_path_that_is_none(path: str, tmp_path: Path) -> None:
    with pytest.raises((IndexMissing, IndexUnreadable)):
        Index.open(path)
    with pytest.raises((StoreMissing, lineage_index.StoreError, ValueError, OSError)):
        refresh(path or "nowhere", tmp_path / "index")


@pytest.mark.parametrize(
    "named",
    [
        "../outside.parquet",
        "/etc/passwd",
        "../../outside.parquet",
        "https://example.invalid/x.parquet",
        "runs/../../x",
    ],
)
def test_an_index_that_names_files_outside_itself_reads_none(named: str, home: Path, tmp_path: Path) -> None:
    """An index is a folder that others may have made."""
    store, index = tmp_path / "runs", tmp_path / "index"
    folder = store / ("1" * 32)
    folder.mkdir(parents=True)
    (folder / "run.plx.json").write_text(json.dumps({"uuid": "1" * 32, "name": "one"}))
    assert called("index", "refresh", str(store), "--index", str(index)).code == 0
    snapshot = open_snapshot(index)
    secret = next(iter(open_snapshot(home / ".pql").files["runs"]))
    (tmp_path / "outside.parquet").write_bytes(Path(secret).read_bytes())
    (manifest,) = (index / "manifests").iterdir()
    (own,) = (name for name, _, _ in snapshot.data_files["runs"])
    manifest.write_text(manifest.read_text().replace(own, named))
    for arguments in (("search",), ("keys",), ("index", "verify"), ("index", "compact"), ("index", "stats")):
        said = called(*arguments, "--index", str(index))
        assert said.code == 3, (arguments, said)
        assert "is damaged" in said.err
