from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import store_worker
from bucket_place import Place
from store_samples import content, full, tables_of

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_batch, write_index

WORKER = Path(store_worker.__file__)
COMMIT = r"PUT /lab/.*/runs/_delta_log/0+{}\.json"


def _start(place: Place, cache: Path, *arguments: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """A writer in a process, and on a machine, of its own."""
    environment = {**os.environ, **place.environment, "PQL_CACHE": str(cache)}
    command = [sys.executable, str(WORKER), *arguments]
    return subprocess.Popen(command, env=environment, stdout=stdout)


def test_two_writers_at_once_lose_nothing(place: Place, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    workers = []
    for number in (1, 2):
        arguments = ["many", place.index, str(number), str(fifo)]
        workers.append(_start(place, tmp_path / f"machine {number}", *arguments, stdout=subprocess.PIPE))
    said = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    snapshot = open_snapshot(place.index)
    assert verify(snapshot) == []
    rows = tables_of(snapshot)["runs"].select(["uuid", "store"]).to_pylist()
    own = {1000 * worker + 10 * step + n for worker in (1, 2) for step in range(3) for n in range(2)}
    assert {int(row["uuid"], 16) for row in rows} == own | set(store_worker.SHARED)
    assert len(rows) == len(own) + len(store_worker.SHARED)
    assert {row["store"] for row in rows if int(row["uuid"], 16) in store_worker.SHARED} == {"store 1"}
    # They did meet: more commits were tried than there are.
    assert b"".join(said).count(b"commit") > snapshot.version + 1 == 7


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an index on this machine says after the change that writers are killed at."""
    path = tmp_path_factory.mktemp("local")
    write_index(path, [full(n) for n in range(4)])
    store_worker.change(path, "refresh")
    return content(open_snapshot(path))


@pytest.mark.parametrize(("stage", "count"), [("table", 5), ("committed", 1)])
def test_a_killed_writer(
    place: Place, tmp_path: Path, refreshed: dict[str, Any], stage: str, count: int
) -> None:
    write_index(place.index, [full(n) for n in range(4)])
    killed = _start(place, tmp_path / "other machine", "kill", place.index, "refresh", stage, str(count))
    assert killed.wait() == -signal.SIGKILL
    landed = stage == "committed"
    snapshot = open_snapshot(place.index)
    assert snapshot.version == (1 if landed else 0)
    assert (content(snapshot) == refreshed) is landed
    assert verify(snapshot) == []
    store_worker.change(place.index, "refresh")  # type: ignore[arg-type]
    snapshot = open_snapshot(place.index)
    assert content(snapshot) == refreshed
    assert verify(snapshot) == []


def test_a_commit_whose_answer_was_lost(place: Place) -> None:
    """The server did it, and nobody heard: what is told to have failed must not be done twice."""
    write_index(place.index, [full(n) for n in range(3)])
    for match in (COMMIT.format(1), r"PUT /lab/.*/values/_delta_log/0+2\.json"):
        place.rules({"match": match, "count": 1, "do": "lost"})
        write_batch(place.index, [full(1, tags=(match,)), full(7)], store="store")
    snapshot = open_snapshot(place.index)
    assert (snapshot.version, snapshot.runs) == (2, 4)
    assert verify(snapshot) == []


FAULTS = [
    (r"PUT /lab/.*/values/part-", "reset"),
    (r"PUT /lab/.*/manifests/", "forbid"),
    (r"PUT /lab/.*/points/_delta_log/", "reset"),
    (r"GET /lab/.*/edges/_delta_log/", "forbid"),
]


def test_a_connection_or_right_that_goes_midway(place: Place) -> None:
    before = content(write_index(place.index, [full(n) for n in range(3)]))
    for match, fault in FAULTS:
        place.rules({"match": match, "do": fault})
        said = {"reset": "the server could not be reached, or broke off", "forbid": "may not do this"}[fault]
        words = rf"the index at s3://\S+ cannot be written: .*{said}"
        with pytest.raises(IndexUnreadable, match=words) as caught:
            write_batch(place.index, [full(1, tags=("x",)), full(7)], store="store")
        assert "\n" not in caught.value.message
        place.rules()
        snapshot = open_snapshot(place.index)
        assert snapshot.version == 0
        assert content(snapshot) == before
    write_batch(place.index, [full(1, tags=("x",)), full(7)], store="store")
    assert open_snapshot(place.index).runs == 4
    assert verify(open_snapshot(place.index)) == []


def test_a_connection_that_goes_at_the_commit(place: Place) -> None:
    write_index(place.index, [full(n) for n in range(3)])
    place.rules({"match": COMMIT.format(1), "do": "gone"})
    with pytest.raises(IndexUnreadable, match="whether it is in the index, the next refresh will find out"):
        write_batch(place.index, [full(1, tags=("x",)), full(7)], store="store")
    place.rules()
    write_batch(place.index, [full(1, tags=("x",)), full(7)], store="store")
    snapshot = open_snapshot(place.index)
    assert snapshot.runs == 4
    assert verify(snapshot) == []


def test_a_server_that_ignores_conditions_is_refused(place: Place) -> None:
    place.rules({"match": "PUT", "do": "careless"})
    with pytest.raises(IndexUnreadable, match="the server ignores conditional writes"):
        write_index(place.index, [full(1)])
    assert not any("_delta_log" in name for name in place.names(place.index))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://nowhere-to-be-found/index", "there is no such bucket"),
        ("s3://lab/with blank", "letters, digits and"),
        ("ftp://lab/x", "ftp:// is not known here"),
    ],
)
def test_an_index_that_cannot_be(place: Place, url: str, words: str) -> None:
    with pytest.raises(IndexUnreadable, match=words):
        open_snapshot(url)
    with pytest.raises(IndexUnreadable, match=words):
        write_index(url, [full(1)])


def test_nobody_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(IndexUnreadable, match="the server could not be reached") as caught:
        open_snapshot(place.index)
    assert caught.value.path == place.index


def test_without_the_extra(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    words = r"s3:// needs obstore: pip install 'pql-lineage\[s3\]'"
    with pytest.raises(IndexUnreadable, match=words):
        open_snapshot(place.index)
    with pytest.raises(IndexUnreadable, match=words):
        write_index(place.index, [full(1)])


def test_no_room_for_copies(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PQL_CACHE", str(tmp_path / "file"))
    with pytest.raises(IndexUnreadable, match=r"no copy can be kept in .*; set PQL_CACHE"):
        open_snapshot(place.index)


def test_schemes_share_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What of Google's and Azure's stores can be seen without them."""
    from lineage_index.objects.bucket import Bucket
    from lineage_index.objects.url import parse_url

    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")
    monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
    made: dict[str, Any] = {}
    for text in ("s3://b/x/y", "gs://b/x/y", "az://b/x/y"):
        url = parse_url(text)
        assert url is not None
        made[url.scheme] = Bucket(url)._store
    assert {scheme: type(store).__name__ for scheme, store in made.items()} == {
        "s3": "S3Store",
        "gs": "GCSStore",
        "az": "AzureStore",
    }
    assert {store.prefix for store in made.values()} == {"x/y"}
