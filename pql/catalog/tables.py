"""The tables of the index, as plain data.

The store derives its Arrow schemas from this, the lowering its column names. Nothing here imports an engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "ColumnType",
    "Table",
    "table",
]

SCHEMA_VERSION = (1, 1)
"""Major and minor version of the tables. A newer minor is readable and not written to, a newer major is
refused. 1.1 added the table `recorded_edges` and the column `content` of `runs`."""


class ColumnType(Enum):
    """Physical types. Timestamps are microseconds, naive UTC; TEXT is UTF-8."""

    INT64 = "int64"
    INT32 = "int32"
    FLOAT64 = "float64"
    TEXT = "text"
    BOOL = "bool"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `bloom` asks for a bloom filter; `has_nan` forbids min/max statistics in the files,
    because readers prune wrongly by statistics of a column that holds NaN; `distinct` says that hardly any
    value occurs twice, so that a dictionary would only be in the way."""

    name: str
    type: ColumnType
    nullable: bool = True
    bloom: bool = False
    has_nan: bool = False
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns and the order its rows are sorted by (a leading `-` is descending)."""

    name: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]


_I64, _I32, _F64 = ColumnType.INT64, ColumnType.INT32, ColumnType.FLOAT64
_TEXT, _BOOL, _TS = ColumnType.TEXT, ColumnType.BOOL, ColumnType.TIMESTAMP

_RUN_ID = Column("run_id", _I64, nullable=False)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, _TEXT) for name in names)


# A set (tags, kinds) is one text `|a|b|`, with `\` and `|` inside an element escaped by a backslash as
# `\\` and `\p`: a test for one element is a plain substring test. An empty set is NULL.
_RUNS = Table(
    "runs",
    (
        _RUN_ID,
        Column("uuid", _TEXT, nullable=False, bloom=True, distinct=True),
        *_texts("name", "description", "status", "kind", "runtime", "user", "owner", "project"),
        Column("created_at", _TS),
        Column("updated_at", _TS),
        Column("started_at", _TS),
        Column("finished_at", _TS),
        Column("schedule_at", _TS),
        Column("duration", _F64),  # seconds
        Column("wait_time", _F64),  # seconds
        *_texts("agent", "queue", "artifacts_store", "namespace", "component_state", "state"),
        *_texts("cloning_kind", "managed_by", "pending", "framework", "backend"),
        Column("live_state", _I64),
        Column("is_managed", _BOOL),
        *_texts("tags", "contributors", "teams", "commit"),  # sets
        *_texts("in_artifact_kind", "out_artifact_kind"),  # sets
        Column("cost", _F64),
        Column("gpu", _F64),
        Column("custom", _F64),
        Column("cpu", _F64),  # cores
        Column("memory", _F64),  # bytes
        Column("pipeline", _TEXT, bloom=True),
        *_texts("pipeline_name", "pipeline_kind", "pipeline_runtime"),
        *_texts("controller", "original", "original_name", "original_kind"),
        *_texts("store"),
        Column("folder", _TEXT, distinct=True),
        Column("fingerprint", _TEXT, distinct=True),
        Column("content", _TEXT, distinct=True),  # a digest of the files that were read
    ),
    sort=("-created_at", "run_id"),
)

# Sections: inputs, outputs, meta_info. A JSON null has no row. Per value: a number fills `num` (an integer
# that no double holds exactly also `big`, when it fits 64 bits); a text fills `str`, and `num` too when it
# spells a number; a boolean fills `bool`; a list or mapping fills `json`. `history_only` marks the last
# value of a metric that `outputs` does not hold (missing or null there): it answers `metrics.key` but not
# `outputs.key`.
_VALUES = Table(
    "values",
    (
        Column("section", _TEXT, nullable=False),
        Column("key", _TEXT, nullable=False),
        Column("num", _F64, has_nan=True),
        Column("big", _I64),
        Column("str", _TEXT),
        Column("bool", _BOOL),
        Column("json", _TEXT),
        Column("history_only", _BOOL, nullable=False),
        _RUN_ID,
    ),
    sort=("section", "key", "num", "run_id"),
)

# The catalog of keys of the live runs, rewritten by every commit. Counts are of runs. `num_column`,
# `str_column`, `bool_column` name the columns of `runs` that hold the key's plain values when it is
# promoted (NaN is not plain: no promoted column holds it); `long_rows` counts the values that live in
# `values`.
_KEYS = Table(
    "keys",
    (
        Column("section", _TEXT, nullable=False),
        Column("key", _TEXT, nullable=False),
        Column("runs", _I64, nullable=False),
        Column("nums", _I64, nullable=False),
        Column("texts", _I64, nullable=False),
        Column("bools", _I64, nullable=False),
        Column("nested", _I64, nullable=False),
        Column("min", _F64, has_nan=True),
        Column("max", _F64, has_nan=True),
        *_texts("num_column", "str_column", "bool_column"),
        Column("long_rows", _I64, nullable=False),
        Column("history_only", _I64, nullable=False),
    ),
    sort=("section", "key"),
)

_ARTIFACTS = Table(
    "artifacts",
    (
        _RUN_ID,
        *_texts("name", "kind", "path", "state"),
        Column("is_input", _BOOL),
        *_texts("connection", "summary"),  # summary is JSON
    ),
    sort=("kind", "name", "run_id"),
)

_EDGES = Table(
    "edges",
    (
        _RUN_ID,  # of the downstream run
        Column("upstream", _TEXT, nullable=False),
        Column("downstream", _TEXT, nullable=False),
        *_texts("kind", "values", "statuses"),  # values is JSON, statuses a set
    ),
    sort=("downstream", "upstream"),
)

# Edges that no run folder holds, because they came about afterwards (joins that were resolved). A downstream
# run need not be in the index yet. To a search they are rows of `edges` as soon as it is.
_RECORDED_EDGES = Table(
    "recorded_edges",
    tuple(column for column in _EDGES.columns if column is not _RUN_ID),
    sort=("downstream", "upstream"),
)

_CONNECTIONS = Table("connections", (_RUN_ID, *_texts("name", "kind")), sort=("name", "run_id"))

_STATUSES = Table(
    "statuses",
    (
        _RUN_ID,
        Column("seq", _I32, nullable=False),
        Column("type", _TEXT),
        Column("status", _BOOL),
        *_texts("reason", "message"),
        Column("last_update_time", _TS),
        Column("last_transition_time", _TS),
    ),
    sort=("run_id", "seq"),
)

# A summary of every event file. The statistics are of kind `metric` alone: first and last as logged, the
# others over the points that are not NaN; argmin and argmax are steps (of the first such point).
_SERIES = Table(
    "series",
    (
        _RUN_ID,
        Column("section", _TEXT, nullable=False),  # metrics (all of events/) or resources
        Column("kind", _TEXT, nullable=False),
        Column("name", _TEXT, nullable=False),
        Column("count", _I64, nullable=False),
        Column("first_step", _I64),
        Column("last_step", _I64),
        Column("first", _F64, has_nan=True),
        Column("last", _F64, has_nan=True),
        Column("min", _F64, has_nan=True),
        Column("max", _F64, has_nan=True),
        Column("mean", _F64, has_nan=True),
        Column("argmin", _I64),
        Column("argmax", _I64),
        Column("nans", _I64),
    ),
    sort=("section", "kind", "name", "run_id"),
)

_POINTS = Table(
    "points",
    (
        Column("section", _TEXT, nullable=False),  # metrics or resources
        Column("key", _TEXT, nullable=False),
        _RUN_ID,
        Column("seq", _I32, nullable=False),  # order of logging within the run and key
        Column("step", _I64),
        Column("time", _TS),
        Column("value", _F64, has_nan=True),
    ),
    sort=("section", "key", "run_id", "seq"),
)

# JSON, fetched for the rows shown only.
_PAYLOAD = Table(
    "payload",
    (_RUN_ID, *(Column(name, _TEXT, distinct=True) for name in ("inputs", "outputs", "meta_info", "rest"))),
    sort=("run_id",),
)

TABLES: tuple[Table, ...] = (
    _RUNS,
    _VALUES,
    _KEYS,
    _ARTIFACTS,
    _EDGES,
    _RECORDED_EDGES,
    _CONNECTIONS,
    _STATUSES,
    _SERIES,
    _POINTS,
    _PAYLOAD,
)

_BY_NAME = {each.name: each for each in TABLES}


def table(name: str) -> Table:
    """The table of that name; KeyError if there is none."""
    return _BY_NAME[name]
