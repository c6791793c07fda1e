"""An index that format 1.0 wrote: two commits, six runs of `store_samples.full`, one changed, one gone."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from store_samples import content, full

from lineage_index import Index, record_edges
from lineage_index.store.commit import commit
from lineage_index.store.compaction import compact
from lineage_index.store.errors import IndexMissing, IndexOutdated, IndexTooNew
from lineage_index.store.migrate import migrate
from lineage_index.store.places import StorePlace
from lineage_index.store.prepare import Listed, prepare
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_batch, write_index
from pql.catalog.tables import SCHEMA_VERSION
from pql.cli.maintain import run_migrate

FIXTURE = Path(__file__).parents[1] / "fixtures" / "index_1_0.tar.xz"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "index_1_0"


def expected(path: Path) -> dict[str, object]:
    """What the same runs give today."""
    write_batch(path, [full(n) for n in range(6)], store="store")
    write_batch(path, [full(2, tags=("changed",))], store="store", gone=[f"{5:032x}"])
    return content(open_snapshot(path))


def test_it_is_read_as_it_is(old: Path) -> None:
    snapshot = open_snapshot(old)
    assert (snapshot.schema, snapshot.version, snapshot.stores) == ((1, 0), 1, ())
    assert verify(snapshot) == []
    with Index.open(old) as index:
        assert [run["name"] for run in index.search("outputs.loss:>0.2", sort="name")] == [
            f"run {n}" for n in range(4)
        ]
        assert index.count(f"upstream:{3:032x}") == 1
        assert index.count("min(metrics.acc):0.5, tags:changed") == 1
    with Index.open(old, as_of=0) as index:
        assert index.count() == 6


def test_it_is_written_to_once_it_was_migrated(old: Path, tmp_path: Path) -> None:
    refused = pytest.raises(IndexOutdated, match=r"format 1\.0.*`pql index migrate`")
    with refused:
        write_batch(old, [full(9)], store="store")
    with refused:
        record_edges(old, "a", {"b": {}})
    with refused:
        compact(old)
    assert migrate(old) == 2
    snapshot = open_snapshot(old)
    assert snapshot.schema == SCHEMA_VERSION
    assert verify(snapshot) == []
    assert content(snapshot) == expected(tmp_path / "today")
    assert migrate(old) == 2
    write_batch(old, [full(5), full(6)], store="store", gone=[f"{0:032x}"])
    record_edges(old, f"{6:032x}", {f"{1:032x}": {}})
    compact(old)
    assert verify(open_snapshot(old)) == []
    with Index.open(old) as index:
        assert index.count() == 6
        assert index.count(f"upstream:{1:032x}, name:'run 6'") == 1
    with Index.open(old, as_of=1) as index:
        assert (index.snapshot.schema, index.count()) == ((1, 0), 5)


def test_migrating_fails_where_nothing_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexMissing):
        migrate(tmp_path / "nothing")
    major, minor = SCHEMA_VERSION
    for schema in ((major, minor + 1), (major - 1, 7)):
        monkeypatch.setattr("lineage_index.store.publish.SCHEMA_VERSION", schema)
        path = tmp_path / str(schema)
        write_index(path, [full(1)])
        with pytest.raises(IndexTooNew if schema > SCHEMA_VERSION else IndexOutdated, match="format"):
            migrate(path)
        assert open_snapshot(path).version == 0


def test_stores_are_known_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineage_index.store.publish.SCHEMA_VERSION", (1, 0))
    path, place = tmp_path / ".pql", str(tmp_path / "runs")
    batches = [prepare(path, Listed([full(n)]), store=name) for n, name in enumerate((place, "no path"))]
    commit(path, batches)
    monkeypatch.undo()
    migrate(path)
    assert open_snapshot(path).stores == (StorePlace(place, place, "../runs"),)


def test_the_command(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_migrate(str(old))
    run_migrate(str(old))
    now = ".".join(map(str, SCHEMA_VERSION))
    assert capsys.readouterr().out.splitlines() == [
        f"format 1.0 became {now}; snapshot 2",
        f"nothing to migrate: format {now}; snapshot 2",
    ]
