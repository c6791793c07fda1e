"""Rows written by one plan of promoted keys, rewritten for another."""

from __future__ import annotations

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.store.promotion import KeyColumns, Plan, moved_keys
from lineage_index.store.schema import arrow_schema, runs_schema

__all__ = ["relayout"]


def relayout(runs: pa.Table, values: pa.Table, old: Plan, new: Plan) -> tuple[pa.Table, pa.Table]:
    """`runs` and `values` as `new` has them. `values` may lack rows of keys that neither plan promotes."""
    moved = moved_keys(old, new)
    pieces = [values]
    for name in moved:
        if name in old.columns:
            pieces += _demoted(runs, name, old.columns[name])
    values = pa.concat_tables(pieces)
    promoted: dict[str, pa.ChunkedArray | pa.Array] = {}
    for name in moved:
        if name in new.columns:
            columns, values = _promoted(runs.column("run_id"), values, name, new.columns[name])
            promoted.update(columns)
    schema = runs_schema(new)
    rows = pa.Table.from_arrays(
        [promoted[field.name] if field.name in promoted else runs.column(field.name) for field in schema],
        schema=schema,
    )
    return rows, values.sort_by([(key, "ascending") for key in ("section", "key", "num", "run_id")])


def _demoted(runs: pa.Table, name: tuple[str, str], places: KeyColumns) -> list[pa.Table]:
    """The rows of `values` that the promoted columns of a key hold."""
    pieces = []
    held = [runs.column(column).is_valid() for column in (places.num, places.text) if column is not None]
    if held:
        pieces.append((reduce(pc.or_, held), {"num": places.num, "str": places.text}))
    if places.flag is not None:
        pieces.append((runs.column(places.flag).is_valid(), {"bool": places.flag}))
    return [_long(runs.filter(mask), name, columns) for mask, columns in pieces]


def _long(runs: pa.Table, name: tuple[str, str], columns: dict[str, str | None]) -> pa.Table:
    fixed = {"section": name[0], "key": name[1], "history_only": False}
    arrays = []
    for field in arrow_schema("values"):
        source = "run_id" if field.name == "run_id" else columns.get(field.name)
        if source is not None:
            arrays.append(runs.column(source))
        elif field.name in fixed:
            arrays.append(pa.repeat(pa.scalar(fixed[field.name], field.type), runs.num_rows))
        else:
            arrays.append(pa.nulls(runs.num_rows, field.type))
    return pa.Table.from_arrays(arrays, schema=arrow_schema("values"))


def _promoted(
    run_ids: pa.ChunkedArray, values: pa.Table, name: tuple[str, str], places: KeyColumns
) -> tuple[dict[str, pa.Array], pa.Table]:
    """The columns of a key, and the rows of `values` that are left."""
    of_key = pc.and_(pc.equal(values.column("section"), name[0]), pc.equal(values.column("key"), name[1]))
    plain = pc.and_(
        pc.and_(of_key, pc.invert(values.column("history_only"))),
        pc.and_(values.column("big").is_null(), values.column("json").is_null()),
    )
    not_nan = pc.invert(pc.fill_null(pc.is_nan(values.column("num")), False))
    plain = pc.and_(plain, not_nan)
    is_num, is_text, is_flag = (values.column(column).is_valid() for column in ("num", "str", "bool"))
    fits = pc.or_(
        pc.and_(pc.or_(is_num, is_text), _has_columns(is_num, is_text, places)),
        is_flag if places.flag is not None else pc.and_(is_flag, False),
    )
    taken = pc.and_(plain, fits)
    rows = values.filter(taken)
    at = pc.index_in(run_ids, value_set=rows.column("run_id"))
    sources = {"num": places.num, "str": places.text, "bool": places.flag}
    columns = {
        column: rows.column(source).take(at) for source, column in sources.items() if column is not None
    }
    return columns, values.filter(pc.invert(taken))


def _has_columns(is_num: pa.ChunkedArray, is_text: pa.ChunkedArray, places: KeyColumns) -> pa.ChunkedArray:
    """Has every part of the value a column?"""
    num_ok = pc.invert(is_num) if places.num is None else pc.or_(is_num, pc.invert(is_num))
    text_ok = pc.invert(is_text) if places.text is None else pc.or_(is_text, pc.invert(is_text))
    return pc.and_(num_ok, text_ok)
