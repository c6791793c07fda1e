"""What a search gives back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lineage_index.index.engine import Engine
from pql.binder.bound import Value
from pql.catalog.fields import RUN_FIELDS
from pql.catalog.layout import Layout
from pql.diagnostics.diagnostic import Diagnostic
from pql.plan.logical import LogicalPlan
from pql.sql.lower import lower_count, lower_values

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["ArtifactKey", "SearchResult"]

ArtifactKey = tuple[str, str, str, bool]
"""(run uuid, name, kind, is_input)"""

_SCALARS = tuple(field.column for field in RUN_FIELDS if field.column and not field.is_set)
_SETS = tuple(field.column for field in RUN_FIELDS if field.is_set)
_RELATED = ("pipeline", "controller", "original")


class SearchResult:
    """The page of a search, in order, and how many match in all.

    `uuids` are 32 lower-case hex digits (for artifacts those of their runs). Everything but the ids is read
    when it is asked for, from the snapshot that the search saw. `warnings` are findings that did not stop
    the search. `snapshot` is the version of the index.
    """

    def __init__(
        self,
        engine: Engine,
        plan: LogicalPlan,
        layout: Layout,
        ids: Sequence[tuple[Any, ...]],
        *,
        snapshot: int,
        warnings: tuple[Diagnostic, ...] = (),
        artifacts: Sequence[ArtifactKey] | None = None,
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._layout = layout
        self._ids = ids
        self.snapshot = snapshot
        self.warnings = warnings
        self.artifacts = artifacts

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"SearchResult({len(self)} of {self.total}, snapshot {self.snapshot})"

    @cached_property
    def uuids(self) -> list[str]:
        """The uuids of the page, in order."""
        return [each[1] for each in self._ids]

    @cached_property
    def total(self) -> int:
        """How many match, whatever the page."""
        page, limit, offset = len(self._ids), self._plan.limit, self._plan.offset
        if (page or not offset) and (limit is None or page < limit):
            return offset + page
        return int(self._engine.rows(lower_count(self._plan, self._layout))[0][0])

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A mapping a run: its fields, and `inputs`, `outputs`, `meta_info` as they were logged.

        Times are naive UTC datetimes; sets (tags …) are lists of texts. For artifacts: run, name, kind,
        is_input.
        """
        if self.artifacts is not None:
            names = ("run", "name", "kind", "is_input")
            return [dict(zip(names, each, strict=True)) for each in self.artifacts]
        if not self._ids:
            return []
        columns = list(dict.fromkeys((*_SCALARS, *_SETS, *_RELATED)))
        wanted = [each[0] for each in self._ids]
        selected = ", ".join(f'r."{name}"' for name in columns)
        found = self._engine.select(
            f"SELECT r.run_id, p.inputs, p.outputs, p.meta_info, {selected} FROM runs AS r "
            "LEFT JOIN payload AS p ON p.run_id = r.run_id WHERE list_contains($1::BIGINT[], r.run_id)"
            if len(wanted) > _MANY
            else f"SELECT r.run_id, p.inputs, p.outputs, p.meta_info, {selected} FROM runs AS r "
            "LEFT JOIN payload AS p ON p.run_id = r.run_id "
            f"WHERE r.run_id IN ({', '.join(f'${n}' for n in range(1, len(wanted) + 1))})",
            [wanted] if len(wanted) > _MANY else wanted,
        )
        by_id = {each[0]: each for each in found}
        return [_row(by_id[each], columns) for each in wanted]

    def values(self, value: Value) -> list[Any]:
        """One keyed value or history function of every run of the page: None where it is missing."""
        if not self._ids:
            return []
        ids = [each[0] for each in self._ids]
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

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame, as `to_arrow` has them; needs pandas."""
        return self.to_arrow().to_pandas()


_MANY = 500


def _row(found: tuple[Any, ...], columns: Sequence[str]) -> dict[str, Any]:
    _, inputs, outputs, meta_info, *values = found
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
