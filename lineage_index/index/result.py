"""What a search gives back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lineage_index.index.engine import Engine
from pql.binder.bound import Value
from pql.catalog.fields import RUN_FIELDS, Entity
from pql.catalog.layout import Layout
from pql.diagnostics.diagnostic import Diagnostic
from pql.plan.logical import LogicalPlan
from pql.sql.lower import lower_count, lower_values

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from lineage_index.index.keyset import Identity

__all__ = ["ArtifactKey", "PointKey", "SearchResult"]

ArtifactKey = tuple[str, str, str, bool]
"""(run uuid, name, kind, is_input)"""

PointKey = tuple[str, str, int | None, float]
"""(run uuid, key, step, value)"""

_SCALARS = tuple(field.column for field in RUN_FIELDS if field.column and not field.is_set)
_SETS = tuple(field.column for field in RUN_FIELDS if field.is_set)
_RELATED = ("pipeline", "controller", "original")
_FIELDS = frozenset((*_SCALARS, *_SETS, *_RELATED))


class SearchResult:
    """The page of a search, in order, and how many match in all.

    `uuids` are 32 lower-case hex digits (for artifacts and points those of their runs). Everything else is
    read when it is asked for, from the snapshot that the search saw. `warnings` are findings that did not
    stop the search. `snapshot` is the version of the index.
    """

    def __init__(
        self,
        engine: Engine,
        plan: LogicalPlan,
        layout: Layout,
        uuids: list[str],
        *,
        snapshot: int,
        warnings: tuple[Diagnostic, ...] = (),
        artifacts: Sequence[ArtifactKey] | None = None,
        points: Sequence[PointKey] | None = None,
        token: Callable[[Identity], str] | None = None,
        last: Identity = (),
        more: bool | None = None,
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._layout = layout
        self.uuids = uuids
        self.snapshot = snapshot
        self.warnings = warnings
        self.artifacts = artifacts
        self.points = points
        self._token = token
        self._last = last
        self._more = more
        self._fields: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self.uuids)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"SearchResult({len(self)} of {self.total}, snapshot {self.snapshot})"

    @cached_property
    def total(self) -> int:
        """How many match, whatever the page."""
        page, limit, offset = len(self.uuids), self._plan.limit, self._plan.offset
        if self._more is None and (page or not offset) and (limit is None or page < limit):
            return offset + page
        return int(self._engine.rows(lower_count(self._plan, self._layout))[0][0])

    @property
    def next_token(self) -> str | None:
        """What `after` takes to go on where this page ended; None where nothing more can come."""
        if self._token is None or not self.uuids:
            return None
        place = self._plan.offset + len(self)
        if not (place < self.total if self._more is None else self._more):
            return None
        last = self._last
        if self._more is None:  # the first page
            if self._plan.entity is Entity.RUN:
                last = (self.uuids[-1],)
            else:
                from lineage_index.index.keyset import last_identity

                last = last_identity(self._engine, self._plan, self._layout, place - 1)
        return self._token(last)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A mapping a run: its fields, and `inputs`, `outputs`, `meta_info` as they were logged.

        Times are naive UTC datetimes; sets (tags …) are lists of texts. For artifacts: run, name, kind,
        is_input; for points: run, key, step, value.
        """
        if self.points is not None:
            of_points = ("run", "key", "step", "value")
            return [dict(zip(of_points, each, strict=True)) for each in self.points]
        if self.artifacts is not None:
            names = ("run", "name", "kind", "is_input")
            return [dict(zip(names, each, strict=True)) for each in self.artifacts]
        if not self.uuids:
            return []
        columns = list(dict.fromkeys((*_SCALARS, *_SETS, *_RELATED)))
        selected = ", ".join(f'"{name}"' for name in ("run_id", *columns))
        place = 1 + columns.index("uuid")
        # Two statements: `runs` has bloom filters on uuid, `payload` is sorted by run_id.
        found = self._among(f"SELECT {selected} FROM runs WHERE uuid", "VARCHAR", self.uuids)
        by_uuid = {row[place]: row for row in found}
        run_ids = [row[0] for row in found]
        select = "SELECT run_id, inputs, outputs, meta_info FROM payload WHERE run_id"
        texts = {row[0]: row[1:] for row in self._among(select, "BIGINT", run_ids)}
        rows = [by_uuid[uuid] for uuid in self.uuids]
        return [_row(row[1:], texts.get(row[0], _NO_TEXTS), columns) for row in rows]

    def _among(self, select: str, kind: str, wanted: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a SELECT that ends in a column, for the wanted values of that column."""
        if len(wanted) > _MANY:
            return self._engine.select(f"{select} IN (SELECT unnest($1::{kind}[]))", [list(wanted)])
        places = ", ".join(f"${n}" for n in range(1, len(wanted) + 1))
        return self._engine.select(f"{select} IN ({places})", wanted)

    @cached_property
    def _run_ids(self) -> list[int]:
        """The surrogate ids of the runs of the page. A page does without them: one column less to read."""
        found = self._among("SELECT uuid, run_id FROM runs WHERE uuid", "VARCHAR", self.uuids)
        by_uuid: dict[str, int] = dict(found)
        return [by_uuid[uuid] for uuid in self.uuids]

    def fields(self, *columns: str) -> dict[str, list[Any]]:
        """Some fields of every run of the page, by column: `rows` without what was logged, which costs most.

        Sets are lists of texts. A column that runs have not is left out.
        """
        wanted = [each for each in columns if each in _FIELDS]
        missing = [each for each in wanted if each not in self._fields]
        if missing and self.uuids:
            names = ("uuid", "run_id", *missing)
            selected = ", ".join(f'"{name}"' for name in names)
            found = self._among(f"SELECT {selected} FROM runs WHERE uuid", "VARCHAR", self.uuids)
            by_uuid = {row[0]: row for row in found}
            read = list(zip(*(by_uuid[uuid] for uuid in self.uuids), strict=True))
            self._run_ids = list(read[1])
            for name, cells in zip(missing, read[2:], strict=True):
                self._fields[name] = [elements(each) for each in cells] if name in _SETS else list(cells)
        return {each: self._fields.get(each, []) for each in wanted}

    def values(self, value: Value) -> list[Any]:
        """One keyed value or history function of every run of the page: None where it is missing."""
        if not self.uuids:
            return []
        ids = self._run_ids
        statement = lower_values(value, self._layout, ids)
        found: dict[int, Any] = {}
        if statement is not None:
            for run_id, num, big, text, flag, nested in self._engine.rows(statement):
                plain = next((each for each in (big, text, flag, num) if each is not None), None)
                found[run_id] = json.loads(nested) if plain is None and nested is not None else plain
        return [found.get(run_id) for run_id in ids]

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a pyarrow Table: one column a field that some row has, keyed values as columns
        `inputs.k`, `outputs.k`; nested values, and columns of mixed types, as JSON text."""
        from lineage_index.index.frames import arrow_table

        return arrow_table(self.rows)

    def to_polars(self) -> Any:
        """The rows as a polars DataFrame, as `to_arrow` has them. Raises ImportError without polars."""
        return _library("polars", "to_polars").from_arrow(self.to_arrow())

    def history(self, metric: str) -> pyarrow.Table:
        """The logged points of a metric of every run of the page, in its order: uuid, step, time (naive UTC),
        value. Runs without the metric have no rows. Raises ValueError for artifacts and points."""
        if self.artifacts is not None or self.points is not None:
            raise ValueError("histories are of runs")
        from lineage_index.index.frames import history_table

        if not self.uuids:
            return history_table([])
        found: dict[int, list[tuple[Any, ...]]] = {}
        for run_id, *point in self._engine.select(
            "SELECT run_id, step, time, value FROM points WHERE section = 'metrics' AND key = $1 "
            "AND run_id IN (SELECT unnest($2::BIGINT[])) ORDER BY run_id, seq",
            [metric, self._run_ids],
        ):
            found.setdefault(run_id, []).append(tuple(point))
        pairs = zip(self.uuids, self._run_ids, strict=True)
        return history_table([(uuid, *point) for uuid, run_id in pairs for point in found.get(run_id, [])])

    def _repr_html_(self) -> str:
        """What a notebook shows: the first rows, with every text of a run escaped."""
        from lineage_index.index.frames import html_table

        return html_table(self.rows, self.total)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame, as `to_arrow` has them. Raises ImportError without pandas."""
        _library("pandas", "to_pandas")
        return self.to_arrow().to_pandas()


def _library(name: str, method: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"{method}() needs {name}: pip install 'pql-lineage[{name}]'", name=name) from error


_MANY = 500
_NO_TEXTS = (None, None, None)


def _row(values: tuple[Any, ...], texts: tuple[Any, ...], columns: Sequence[str]) -> dict[str, Any]:
    inputs, outputs, meta_info = texts
    row: dict[str, Any] = dict(zip(columns, values, strict=True))
    for name in _SETS:
        row[name] = elements(row[name])
    row["inputs"] = _mapping(inputs)
    row["outputs"] = _mapping(outputs)
    row["meta_info"] = _mapping(meta_info)
    return row


def _mapping(text: str | None) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text) if text else {}
    return loaded


def elements(text: str | None) -> list[str]:
    """The elements of a set as the tables hold it (`|a|b|`)."""
    if not text:
        return []
    return [
        part.replace("\\\\", "\0").replace("\\p", "|").replace("\0", "\\") for part in text[1:-1].split("|")
    ]
