"""`pql resolve --run UUID` leaves its lineage in the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_samples import DAG_RUN, FAN_IN, small_index, uuid_of

from lineage_index import Index
from pql.cli.resolve import run_resolve

EXAMPLE = Path(__file__).parents[2] / "examples" / "fan_in.yaml"


def resolve(index: Path, run: str | None, *, dry_run: bool = False) -> None:
    run_resolve(
        file=str(EXAMPLE),
        wanted=None,
        params=[],
        run=run,
        dag_run=DAG_RUN,
        dry_run=dry_run,
        lock=None,
        locked=False,
        update=False,
        fetch=None,
        output="json",
        as_of=None,
        index=str(index),
    )


def found(index: Path, query: str) -> set[str]:
    with Index.open(index) as opened:
        return {run["uuid"] for run in opened.search(query)}


def test_the_run_that_joined_is_found_by_what_it_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = small_index(tmp_path)
    resolve(index, FAN_IN, dry_run=True)
    resolve(index, None)
    assert found(index, f"upstream:{uuid_of(15)}") == set()
    resolve(index, FAN_IN)
    capsys.readouterr()
    assert found(index, f"upstream:{uuid_of(15)}") == {FAN_IN}
    assert found(index, f"upstream:{uuid_of(1)}") == set()
    assert found(index, f"downstream:{FAN_IN}") == {uuid_of(n) for n in range(11, 16)}
    assert found(index, f"downstream*:{FAN_IN}, metrics.accuracy:>0.945") == {uuid_of(15)}
    assert found(index, "upstream.name:trial-14, upstream.metrics.accuracy:>0.9") == {FAN_IN}
    assert found(index, "upstream:nil, name:fan_in") == set()
    with Index.open(index) as opened:
        version = opened.version
    resolve(index, FAN_IN)
    with Index.open(index) as opened:
        assert opened.version == version
