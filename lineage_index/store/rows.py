"""Records of runs to the rows of every table: no file is touched here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.store.promotion import Plan, Promotion, choose_plan
from lineage_index.store.records import Document, Related, Run
from lineage_index.store.schema import ARROW_TYPES, arrow_schema, runs_schema
from lineage_index.store.series import METRIC, last_value, series_table
from lineage_index.store.texts import set_text, stored_json, text_array
from lineage_index.store.values import KeyCount, Values
from pql.catalog.tables import Column, ColumnType, table

__all__ = ["Member", "Rows", "member_of", "plan_of", "rows_of"]


@dataclass(frozen=True, slots=True)
class Member:
    """What the index must know of a run to keep one row of it: who it is, where it is from, how new."""

    run_id: int
    uuid: str
    store: str
    folder: str
    fingerprint: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch: every table but `keys` and `points`, the counts of its keys, and its runs."""

    tables: dict[str, pa.Table]
    counts: dict[tuple[str, str], KeyCount]
    plan: Plan
    members: tuple[Member, ...]


def rows_of(
    records: Sequence[Run],
    *,
    store: str,
    run_ids: Sequence[int],
    plan: Plan | None = None,
    promotion: Promotion = "auto",
) -> Rows:
    """The rows of `records`, which get `run_ids` in their order.

    `store` names the run store they were read from. Without a `plan` one is chosen from these records by the
    rule `promotion`.
    """
    values = _values(records)
    for row, record in enumerate(records):
        _add_history(values, row, record)
    if plan is None:
        plan = choose_plan(values.uses(), len(records), promotion)
    tables = {
        "runs": _runs(records, store, run_ids, values, plan),
        "values": values.table(plan, run_ids),
        "artifacts": _artifacts(records, run_ids),
        "edges": _edges(records, run_ids),
        "connections": _connections(records, run_ids),
        "statuses": _statuses(records, run_ids),
        "series": series_table(records, run_ids),
        "payload": _payload(records, run_ids),
    }
    members = tuple(member_of(record, run_id, store) for record, run_id in zip(records, run_ids, strict=True))
    return Rows(tables, values.counts(plan), plan, members)


def plan_of(documents: Sequence[Document], promotion: Promotion = "auto") -> Plan:
    """The plan that `rows_of` chooses for runs with these documents."""
    return choose_plan(_values(documents).uses(), len(documents), promotion)


def _values(documents: Sequence[Document]) -> Values:
    values = Values()
    for row, each in enumerate(documents):
        values.add_section(row, "inputs", each.inputs)
        values.add_section(row, "outputs", each.outputs)
        values.add_section(row, "meta_info", each.meta_info)
    return values


def member_of(record: Run, run_id: int, store: str) -> Member:
    """The identity of a record that was read from `store`."""
    return Member(
        run_id=run_id,
        uuid=record.uuid,
        store=store,
        folder=record.folder.path,
        fingerprint=record.folder.fingerprint,
        updated_at=record.scalars.get("updated_at"),
    )


def _add_history(values: Values, row: int, record: Run) -> None:
    for series in record.series:
        if series.kind == METRIC and not series.resource and record.outputs.get(series.name) is None:
            last = last_value(series)
            if last is not None:
                values.add_history(row, series.name, last)


def _runs(records: Sequence[Run], store: str, run_ids: Sequence[int], values: Values, plan: Plan) -> pa.Table:
    derived: dict[str, list[Any]] = {
        "run_id": list(run_ids),
        "uuid": [record.uuid for record in records],
        "store": [store] * len(records),
        "folder": [record.folder.path for record in records],
        "fingerprint": [record.folder.fingerprint for record in records],
        "content": [record.folder.content for record in records],
        "tags": [set_text(record.tags) for record in records],
        "contributors": [set_text(record.contributors) for record in records],
        "teams": [set_text(record.teams) for record in records],
        "commit": [_artifact_set(record, "name", coderef=True) for record in records],
        "in_artifact_kind": [_artifact_set(record, "kind", is_input=True) for record in records],
        "out_artifact_kind": [_artifact_set(record, "kind", is_input=False) for record in records],
        "pipeline": [_related(record.pipeline, "uuid") for record in records],
        "pipeline_name": [_related(record.pipeline, "name") for record in records],
        "pipeline_kind": [_related(record.pipeline, "kind") for record in records],
        "pipeline_runtime": [_related(record.pipeline, "runtime") for record in records],
        "original": [_related(record.original, "uuid") for record in records],
        "original_name": [_related(record.original, "name") for record in records],
        "original_kind": [_related(record.original, "kind") for record in records],
        "controller": [record.controller for record in records],
    }
    arrays = [
        _array(column, derived.get(column.name) or [record.scalars.get(column.name) for record in records])
        for column in table("runs").columns
    ]
    promoted = values.columns(plan, len(records))
    schema = runs_schema(plan)
    whole = pa.Table.from_arrays([*arrays, *promoted.values()], schema=schema)
    if len(records) < 2:
        return whole
    order = pc.sort_indices(
        whole.select(["created_at", "run_id"]),
        sort_keys=[("created_at", "descending"), ("run_id", "ascending")],
    )
    return whole.take(order)


def _array(column: Column, cells: list[Any]) -> pa.Array:
    if column.type is ColumnType.TEXT:
        return text_array(cells)
    return pa.array(cells, ARROW_TYPES[column.type])


def _related(related: Related | None, name: str) -> str | None:
    return None if related is None else getattr(related, name)


def _artifact_set(
    record: Run, name: str, *, is_input: bool | None = None, coderef: bool = False
) -> str | None:
    return set_text(
        getattr(each, name)
        for each in record.artifacts
        if (is_input is None or each.is_input is is_input) and (not coderef or each.kind == "coderef")
    )


def _build(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(table(name).columns)
    arrays = [_array(column, list(cells)) for column, cells in zip(table(name).columns, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(name))


def _json(value: Any) -> str | None:
    return None if value is None else stored_json(value)


def _artifacts(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    rows = [
        (
            run_ids[row],
            each.name,
            each.kind,
            each.path,
            each.state,
            each.is_input,
            each.connection,
            _json(each.summary),
        )
        for row, record in enumerate(records)
        for each in record.artifacts
    ]
    rows.sort(key=lambda each: (each[2], each[1], each[0]))
    return _build("artifacts", rows)


def _edges(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    rows = [
        (run_ids[row], each.upstream, record.uuid, each.kind, _json(each.values), set_text(each.statuses))
        for row, record in enumerate(records)
        for each in record.edges
    ]
    rows.sort(key=lambda each: (each[2], each[1]))
    return _build("edges", rows)


def _connections(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    rows = [
        (run_ids[row], name, kind) for row, record in enumerate(records) for name, kind in record.connections
    ]
    rows.sort(key=lambda each: (each[1], each[0]))
    return _build("connections", rows)


def _statuses(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    rows = [
        (
            run_ids[row],
            seq,
            each.type,
            each.status,
            each.reason,
            each.message,
            each.last_update_time,
            each.last_transition_time,
        )
        for row, record in enumerate(records)
        for seq, each in enumerate(record.statuses)
    ]
    rows.sort(key=lambda each: each[:2])
    return _build("statuses", rows)


def _payload(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    rows = [
        (
            run_ids[row],
            stored_json(record.inputs),
            stored_json(record.outputs),
            stored_json(record.meta_info),
            stored_json(record.rest),
        )
        for row, record in enumerate(records)
    ]
    rows.sort(key=lambda each: each[0])
    return _build("payload", rows)
