"""Runs to fill indexes with, and what an index says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import settings

from lineage_index.ingest.record import (
    ArtifactRecord,
    EdgeRecord,
    FolderRecord,
    MetricSeries,
    RunRecord,
    SeriesRecord,
    StatusRecord,
)
from lineage_index.store.snapshot import Snapshot
from pql.catalog.layout import Layout

DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - all times of the tables are naive UTC
FEWER = settings(max_examples=max(10, (settings.default or settings()).max_examples // 6))
"""For properties whose every example costs milliseconds."""

FEWEST = settings(max_examples=max(8, FEWER.max_examples // 5))
"""For properties that write indexes."""

NAN, INF = float("nan"), float("inf")


def run(
    number: int, *, age: int = 0, fingerprint: str = "f", folder: str | None = None, **parts: Any
) -> RunRecord:
    """Run `number`, last updated `age` days after the first of January."""
    uuid = f"{number:032x}"
    return RunRecord(
        uuid=uuid,
        folder=FolderRecord(folder or uuid, fingerprint),
        scalars={
            "name": f"run {number}",
            "created_at": DAY + timedelta(minutes=number),
            "updated_at": DAY + timedelta(days=age),
        },
        **parts,
    )


def full(number: int, **parts: Any) -> RunRecord:
    """A run with rows in every table."""
    record = run(
        number,
        inputs={"lr": number / 10, "optimizer": "adam", "layers": [1, number], "flag": number % 2 == 0},
        outputs={"loss": 1 / (number + 1)},
        meta_info={"has_model": True},
        tags=("a", "b"),
        connections=(("s3", "bucket"),),
        statuses=(StatusRecord("created", True, None, None, DAY, None),),
        artifacts=(ArtifactRecord("model", "model", "outputs/model", "abc", False, {"size": 3}),),
        edges=(EdgeRecord(f"{number + 1:032x}", "join", {"lrs": [1]}, ("done",)),),
        series=(metric("acc", [0.5, NAN, 0.7]),),
    )
    return replace(record, **parts)


def metric(name: str, values: Sequence[float], *, resource: bool = False) -> SeriesRecord:
    """A metric logged at the steps 0, 1, …"""
    steps = list(range(len(values)))
    return SeriesRecord(
        "metric",
        name,
        len(values),
        0,
        len(values) - 1,
        MetricSeries(steps, [1_000_000 * step for step in steps], list(values)),
        resource,
    )


def tables_of(snapshot: Snapshot) -> dict[str, pa.Table]:
    """Everything a snapshot names, rows of runs that have left the index left out."""
    tables = {
        name: pa.concat_tables([pq.read_table(file, partitioning=None) for file in files])
        for name, files in snapshot.files.items()
        if files
    }
    live = tables["runs"].column("run_id").combine_chunks()
    return {
        name: table
        if name in ("runs", "keys", "recorded_edges")
        else table.filter(pa.compute.is_in(table.column("run_id"), live))
        for name, table in tables.items()
    }


def values_of(tables: Mapping[str, pa.Table], layout: Layout) -> dict[str, dict[tuple[str, str], Any]]:
    """uuid → (section, key) → what the tables say the value is; a value in two places is an error."""
    runs = tables["runs"].to_pylist()
    uuids = {row["run_id"]: row["uuid"] for row in runs}
    found: dict[str, dict[tuple[str, str], Any]] = {uuid: {} for uuid in uuids.values()}

    def put(uuid: str, name: tuple[str, str], value: Any) -> None:
        assert name not in found[uuid], f"{name} stands in two places"
        found[uuid][name] = value

    for row in runs:
        for name, places in layout.keys.items():
            number = row[places.num] if places.num else None
            text = row[places.text] if places.text else None
            flag = row[places.flag] if places.flag else None
            if number is not None or text is not None:
                put(row["uuid"], name, ("value", number, None, text))
            if flag is not None:
                put(row["uuid"], name, ("flag", flag))
    for row in tables["values"].to_pylist():
        name = (row["section"], row["key"])
        if row["history_only"]:
            value: Any = ("history", row["num"])
        elif row["json"] is not None:
            value = ("json", row["json"])
        elif row["bool"] is not None:
            value = ("flag", row["bool"])
        else:
            value = ("value", row["num"], row["big"], row["str"])
        assert layout.of(*name).long
        put(uuids[row["run_id"]], name, value)
    return found


def content(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot says, without what differs between two indexes of the same runs: the numbers of
    runs and columns, the order of rows, the cut into files."""
    tables = tables_of(snapshot)
    uuids = {row["run_id"]: row["uuid"] for row in tables["runs"].select(["run_id", "uuid"]).to_pylist()}
    told: dict[str, Any] = {"of keys": values_of(tables, snapshot.layout)}
    fixed = {name for name in tables["runs"].column_names if not (name[0] == "k" and name[1].isdigit())}
    for name, table in tables.items():
        if name in ("values", "keys"):
            continue
        columns = [each for each in table.column_names if name != "runs" or each in fixed]
        rows = [
            tuple(uuids[cell] if column == "run_id" else repr(cell) for column, cell in row.items())
            for row in table.select(columns).to_pylist()
        ]
        told[name] = sorted(rows)
    told["keys"] = sorted(
        (row.section, row.key, row.runs, row.nums, row.texts, row.bools, row.nested, row.history_only)
        for row in snapshot.keys
    )
    return repr_nan(told)


def repr_nan(value: Any) -> Any:
    """The same value with every NaN as the text `nan`, so that equal is equal."""
    match value:
        case float() if value != value:
            return "nan"
        case dict():
            return {key: repr_nan(each) for key, each in value.items()}
        case list() | tuple():
            return type(value)(map(repr_nan, value))
        case _:
            return value


def data_files_below(path: Path) -> set[Path]:
    """Every file of rows in an index."""
    return {
        each for each in files_below(path) if each.suffix == ".parquet" and each.parent.name != "_delta_log"
    }


def files_below(path: Path) -> set[Path]:
    """Every file of a folder."""
    return {each for each in path.rglob("*") if each.is_file()}
