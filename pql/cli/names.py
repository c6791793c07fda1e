"""What is said of a name that can't be had, in the words of the option that it was given to."""

from __future__ import annotations

from dataclasses import replace

from lineage_index.index.index import Index
from pql.diagnostics.diagnostic import PqlError

__all__ = ["option_error", "sort_error"]


def option_error(index: Index, error: PqlError, option: str) -> PqlError | None:
    """The fault of a name that an option takes as a sort does, without a word of sorting.

    None if the name is that of a field: then it is one that has no single value a run.
    """
    found = error.diagnostic
    if found.code == "PQL204":
        try:
            index.bind(f"{error.text}:nil")
        except PqlError as unknown:
            found = replace(unknown.diagnostic, hint=found.hint or unknown.diagnostic.hint)
        else:
            return None
    return PqlError(replace(found, source=option), error.text)


def sort_error(index: Index, error: PqlError, entity: str) -> PqlError:
    """The fault of a sort of artifacts or points: a field of the run is reached over it."""
    found = error.diagnostic
    if found.code != "PQL204" or found.source != "sort" or entity == "runs":
        return error
    name = error.text[found.span.start : found.span.end]
    try:
        index.bind(f"{name}:nil", entity=entity)
    except PqlError as unknown:
        if unknown.diagnostic.code != "PQL201":
            return error
    else:
        return error
    try:
        index.bind(None, sort=f"run.{name}", entity=entity)
        hint = f"{entity} are sorted by their own fields and those of their run: `run.{name}`"
    except PqlError:
        hint = found.hint
    return PqlError(replace(found, code="PQL201", payload={"field": name}, hint=hint), error.text)
