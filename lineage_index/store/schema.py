"""The tables of the catalog as Arrow schemas."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from lineage_index.store.promotion import Plan
from pql.catalog.tables import Column, ColumnType, Table, table

__all__ = ["ARROW_TYPES", "arrow_schema", "runs_schema"]

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.INT64: pa.int64(),
    ColumnType.INT32: pa.int32(),
    ColumnType.FLOAT64: pa.float64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
}


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, ARROW_TYPES[column.type], nullable=column.nullable)


@cache
def _schema_of(each: Table) -> pa.Schema:
    return pa.schema([_field(column) for column in each.columns])


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a table by name, for `runs` without promoted columns."""
    return _schema_of(table(name))


def runs_schema(plan: Plan) -> pa.Schema:
    """The Arrow schema of `runs` with the promoted columns of `plan` behind the fixed ones."""
    fields = list(_schema_of(table("runs")))
    for places in plan.columns.values():
        fields.extend(
            pa.field(name, kind)
            for name, kind in (
                (places.num, pa.float64()),
                (places.text, pa.string()),
                (places.flag, pa.bool_()),
            )
            if name is not None
        )
    return pa.schema(fields)
