"""The row that a condition is about: which SQL expressions hold its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pql.catalog.fields import Entity, Family, Field
from pql.sql.emitter import FALSE, quote
from pql.sql.tests import Typed

__all__ = ["Row", "typed_column"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an entity in the statement.

    `run_id` is the expression of the run's surrogate id (None where no run stands behind the row).
    `identity` is what an element is identified by. `known`, if given, lists the only columns that have a
    value, as expressions; otherwise every column of the table is there under `alias`.
    """

    entity: Entity
    alias: str
    run_id: str | None
    identity: str
    known: Mapping[str, str] | None = None
    replaced: Mapping[str, str] | None = None
    run_alias: str | None = None

    def column(self, name: str) -> str | None:
        """The expression of a column, or None if it has no value here."""
        if self.known is not None:
            return self.known.get(name)
        if self.replaced is not None and name in self.replaced:
            return self.replaced[name]
        return f"{self.alias}.{quote(name)}"


def typed_column(row: Row, field: Field) -> Typed:
    """A field's column by the type that the field's family gives it."""
    column = row.column(field.column)
    if column is None:
        return Typed(FALSE)
    present = f"{column} IS NOT NULL"
    if field.is_set:
        return Typed(present, elements=column)
    match field.family:
        case Family.SCALAR | Family.DURATION | Family.CPU | Family.MEMORY | Family.INTEGER:
            # Only what was logged as a point can be NaN in a column.
            return Typed(present, num=column, has_nan=row.entity is Entity.POINT)
        case Family.BOOL | Family.FLAG:
            return Typed(present, flag=column)
        case Family.DATETIME:
            return Typed(present, time=column)
        case Family.JSON:
            return Typed(f"{column} <> '{{}}'")
        case _:
            return Typed(present, text=column)
