"""A chunk of runs as rows of the index's tables."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.data.chunk import GROUP, MODELS, STATUSES, TAGS, USERS, Chunk, Keyed
from bench.data.shape import Shape
from lineage_index.store.promotion import KeyUse, Plan, choose_plan
from lineage_index.store.schema import arrow_schema, runs_schema

__all__ = ["ARTIFACTS", "METRICS", "plan_of", "table_rows"]

ARTIFACTS = (("best", "model"), ("train-data", "data"), ("report", "html"))
"""name and kind of the three artifacts a run may have; the data are an input"""

METRICS = ("loss", "acc", "val_loss", "f1")
"""outputs that also have a history"""

Ints = npt.NDArray[np.int64]


def plan_of(shape: Shape, runs: int) -> Plan:
    """The promoted keys, by the rule of the store."""
    uses = [
        KeyUse(
            section=key.section,
            key=key.name,
            runs=round(runs * key.share),
            nums=round(runs * key.share) if key.kind in ("num", "int") else 0,
            texts=round(runs * key.share) if key.kind == "text" else 0,
            bools=round(runs * key.share) if key.kind == "flag" else 0,
        )
        for key in shape.common
        if key.kind != "json"
    ]
    return choose_plan(uses, runs)


def table_rows(chunk: Chunk, shape: Shape, plan: Plan) -> Iterator[tuple[str, pa.Table]]:
    """The tables of a chunk by name, each in its order."""
    run_ids = chunk.run_ids
    yield "runs", _runs(chunk, plan, run_ids)
    yield "values", _values(chunk, plan, run_ids)
    yield "artifacts", _artifacts(chunk, run_ids)
    yield "edges", _edges(chunk, run_ids)
    yield "statuses", _statuses(chunk, run_ids)
    yield "series", _series(chunk, run_ids)
    yield "payload", _payload(chunk, shape, run_ids)


def _decoded(codes: npt.NDArray[np.integer], texts: tuple[str, ...]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(codes))


def _times(microseconds: Ints) -> pa.Array:
    return pa.array(microseconds, pa.int64()).cast(pa.timestamp("us"))


def _filled(schema: pa.Schema, columns: dict[str, pa.Array], rows: int) -> pa.Table:
    return pa.Table.from_arrays(
        [columns[each.name] if each.name in columns else pa.nulls(rows, each.type) for each in schema],
        schema=schema,
    )


def _spread(each: Keyed, size: int) -> pa.Array:
    """The values as a column of a chunk."""
    places = np.full(size, -1, np.int64)
    places[each.rows] = np.arange(len(each.rows))
    at = pa.array(places, mask=places < 0)
    match each.key.kind:
        case "num" | "int":
            return pa.array(each.values.astype(np.float64)).take(at)
        case "flag":
            return pa.array(each.values, pa.bool_()).take(at)
        case _:
            return _decoded(each.values, each.texts).take(at)


def _joined_tags(chunk: Chunk) -> pa.Array:
    codes = chunk.tags @ (1 << np.arange(len(TAGS)))
    texts: list[str | None] = []
    for code in range(1 << len(TAGS)):
        chosen = [tag for bit, tag in enumerate(TAGS) if code >> bit & 1]
        texts.append(f"|{'|'.join(chosen)}|" if chosen else None)
    return pa.array(texts, pa.string()).take(pa.array(codes))


def _runs(chunk: Chunk, plan: Plan, run_ids: Ints) -> pa.Table:
    size = chunk.size
    names = tuple(f"train-{model}-{n}" for model in MODELS for n in range(1000))
    uuids = pa.array(chunk.uuids, pa.string())
    is_pipeline = (chunk.start + np.arange(size)) % GROUP == 0
    of_pipeline = pa.array(chunk.group_start(), mask=is_pipeline)
    started = chunk.created + (chunk.wait * 1_000_000).astype(np.int64)
    kinds = _decoded(is_pipeline.astype(np.int8), ("job", "dag"))
    columns = {
        "run_id": pa.array(run_ids),
        "uuid": uuids,
        "name": _decoded(chunk.model * 1000 + chunk.variant, names),
        "status": _decoded(chunk.status, STATUSES),
        "kind": kinds,
        "runtime": kinds,
        "user": _decoded(chunk.user, USERS),
        "owner": pa.repeat(pa.scalar("default"), size),
        "project": _decoded(chunk.project, tuple(f"project-{n:02}" for n in range(100))),
        "created_at": _times(chunk.created),
        "updated_at": _times(chunk.updated),
        "started_at": _times(started),
        "finished_at": _times(chunk.updated),
        "duration": pa.array(chunk.duration),
        "wait_time": pa.array(chunk.wait),
        "managed_by": pa.repeat(pa.scalar("agent"), size),
        "live_state": pa.repeat(pa.scalar(1, pa.int64()), size),
        "is_managed": pa.repeat(pa.scalar(True), size),
        "tags": _joined_tags(chunk),
        "in_artifact_kind": _decoded_or_null(chunk.artifacts[:, 1].astype(np.int8), (None, "|data|")),
        "out_artifact_kind": _decoded_or_null(
            chunk.artifacts[:, 0] + 2 * chunk.artifacts[:, 2], (None, "|model|", "|html|", "|model|html|")
        ),
        "pipeline": uuids.take(of_pipeline),
        "pipeline_kind": pa.repeat(pa.scalar("dag"), size).take(of_pipeline),
        "store": pa.repeat(pa.scalar("store"), size),
        "folder": uuids,
        "fingerprint": pa.array([uuid[:16] for uuid in chunk.uuids], pa.string()),
    }
    for each in chunk.keyed:
        places = plan.columns.get((each.key.section, each.key.name))
        if places is not None:
            column = places.num or places.text or places.flag
            assert column is not None
            columns[column] = _spread(each, size)
    table = _filled(runs_schema(plan), columns, size)
    return table.take(pa.array(np.lexsort((run_ids, -chunk.created))))


def _decoded_or_null(codes: npt.NDArray[np.integer], texts: tuple[str | None, ...]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(codes))


def _values(chunk: Chunk, plan: Plan, run_ids: Ints) -> pa.Table:
    schema = arrow_schema("values")
    pieces = []
    long = [each for each in chunk.keyed if (each.key.section, each.key.name) not in plan.columns]
    for each in sorted(long, key=lambda each: (each.key.section, each.key.name)):
        count = len(each.rows)
        columns = {
            "section": pa.repeat(pa.scalar(each.key.section), count),
            "key": pa.repeat(pa.scalar(each.key.name), count),
            "history_only": pa.repeat(pa.scalar(False), count),
        }
        match each.key.kind:
            case "num" | "int":
                numbers = each.values.astype(np.float64)
                order = np.lexsort((run_ids[each.rows], numbers))
                columns["num"] = pa.array(numbers[order])
            case "flag":
                order = np.argsort(run_ids[each.rows])
                columns["bool"] = pa.array(each.values[order])
            case "text" | "json":
                order = np.argsort(run_ids[each.rows])
                place = "str" if each.key.kind == "text" else "json"
                columns[place] = _decoded(each.values[order], each.texts)
        columns["run_id"] = pa.array(run_ids[each.rows][order])
        pieces.append(_filled(schema, columns, count))
    return pa.concat_tables([schema.empty_table(), *pieces]).combine_chunks()


def _artifacts(chunk: Chunk, run_ids: Ints) -> pa.Table:
    schema = arrow_schema("artifacts")
    uuids = pa.array(chunk.uuids, pa.string())
    pieces = []
    for place, (name, kind) in sorted(enumerate(ARTIFACTS), key=lambda each: each[1][::-1]):
        rows = np.flatnonzero(chunk.artifacts[:, place])
        rows = rows[np.argsort(run_ids[rows])]
        count = len(rows)
        columns = {
            "run_id": pa.array(run_ids[rows]),
            "name": pa.repeat(pa.scalar(name), count),
            "kind": pa.repeat(pa.scalar(kind), count),
            "path": pa.repeat(pa.scalar(f"outputs/{name}"), count),
            "state": uuids.take(pa.array(rows)),
            "is_input": pa.repeat(pa.scalar(kind == "data"), count),
        }
        pieces.append(_filled(schema, columns, count))
    return pa.concat_tables(pieces).combine_chunks()


def _edges(chunk: Chunk, run_ids: Ints) -> pa.Table:
    """Each group is a binary tree: the n-th run follows the one at half of n."""
    rows = np.arange(chunk.size)
    start = chunk.group_start()
    place = rows - start
    rows = rows[place > 1]
    parents = start[rows] + place[rows] // 2
    uuids = np.array(chunk.uuids, dtype=object)
    table = _filled(
        arrow_schema("edges"),
        {
            "run_id": pa.array(run_ids[rows]),
            "upstream": pa.array(uuids[parents], pa.string()),
            "downstream": pa.array(uuids[rows], pa.string()),
            "kind": pa.repeat(pa.scalar("dag"), len(rows)),
        },
        len(rows),
    )
    return table.sort_by([("downstream", "ascending"), ("upstream", "ascending")])


def _statuses(chunk: Chunk, run_ids: Ints) -> pa.Table:
    size = chunk.size
    seq = np.tile(np.arange(3), size)
    owner = np.repeat(np.argsort(run_ids), 3)
    started = chunk.created + (chunk.wait * 1_000_000).astype(np.int64)
    times = np.stack([chunk.created, started, chunk.updated], axis=1)[owner[::3]].reshape(-1)
    last = _decoded(chunk.status, STATUSES).take(pa.array(owner)).to_numpy(zero_copy_only=False)
    types = np.where(seq == 2, last, np.where(seq == 1, "starting", "created"))
    return _filled(
        arrow_schema("statuses"),
        {
            "run_id": pa.array(run_ids[owner]),
            "seq": pa.array(seq, pa.int32()),
            "type": pa.array(types, pa.string()),
            "status": pa.repeat(pa.scalar(True), 3 * size),
            "last_update_time": _times(times),
            "last_transition_time": _times(times),
        },
        3 * size,
    )


def _series(chunk: Chunk, run_ids: Ints) -> pa.Table:
    """Histories that fall towards the last value, or rise towards it."""
    pieces = []
    by_name = {each.key.name: each for each in chunk.keyed if each.key.section == "outputs"}
    for name in sorted(METRICS):
        each = by_name[name]
        count = len(each.rows)
        last = each.values.astype(np.float64)
        spread = np.random.default_rng([chunk.start, count]).random(count)
        low, high = last * (1 - 0.1 * spread), last * (1.5 + spread)
        order = pa.array(np.argsort(run_ids[each.rows]))
        columns = {
            "run_id": pa.array(run_ids[each.rows]),
            "section": pa.repeat(pa.scalar("metrics"), count),
            "kind": pa.repeat(pa.scalar("metric"), count),
            "name": pa.repeat(pa.scalar(name), count),
            "count": pa.repeat(pa.scalar(100, pa.int64()), count),
            "first_step": pa.repeat(pa.scalar(0, pa.int64()), count),
            "last_step": pa.repeat(pa.scalar(99, pa.int64()), count),
            "first": pa.array(high),
            "last": pa.array(last),
            "min": pa.array(low),
            "max": pa.array(high),
            "mean": pa.array((low + high) / 2),
            "argmin": pa.array((90 + 9 * spread).astype(np.int64)),
            "argmax": pa.repeat(pa.scalar(0, pa.int64()), count),
            "nans": pa.repeat(pa.scalar(0, pa.int64()), count),
        }
        pieces.append(_filled(arrow_schema("series"), columns, count).take(order))
    return pa.concat_tables(pieces).combine_chunks()


def _payload(chunk: Chunk, shape: Shape, run_ids: Ints) -> pa.Table:
    """The JSON of inputs and outputs, written project by project: each has other keys."""
    pieces = []
    common, own = chunk.keyed[: len(shape.common)], chunk.keyed[len(shape.common) :]
    spread = [_json_column(each, chunk.size) for each in common]
    per_project = len(shape.own(0))
    with duckdb.connect(config={"threads": 2}) as connection:
        for project in range(shape.projects):
            rows = pa.array(np.flatnonzero(chunk.project == project))
            keyed = [*common, *own[project * per_project : (project + 1) * per_project]]
            columns = [column.take(rows) for column in spread]
            columns += [_json_column(each, chunk.size).take(rows) for each in keyed[len(common) :]]
            names = [f"c{n}" for n in range(len(columns))]
            connection.register(
                "source", pa.table([pa.array(run_ids).take(rows), *columns], ["run_id", *names])
            )
            objects = {section: _object(keyed, section) for section in ("inputs", "outputs")}
            pieces.append(
                connection.sql(
                    f"SELECT run_id, {objects['inputs']} AS inputs, {objects['outputs']} AS outputs, "
                    "'{}' AS meta_info, '{}' AS rest FROM source"
                ).to_arrow_table()
            )
    return pa.concat_tables(pieces).sort_by("run_id").cast(arrow_schema("payload"))


def _json_column(each: Keyed, size: int) -> pa.Array:
    if each.key.kind == "int":
        return _spread(each, size).cast(pa.int64())
    return _spread(each, size)


def _object(keyed: list[Keyed], section: str) -> str:
    parts = [
        f"""'"{each.key.name}":{'"' if each.key.kind == "text" else ""}' || c{place}"""
        + (""" || '"'""" if each.key.kind == "text" else "")
        for place, each in enumerate(keyed)
        if each.key.section == section
    ]
    return f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'"
