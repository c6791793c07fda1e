"""References: what of a run a join may take, where each may stand, and what type it gives.

`REFERENCES` lists every pair of a reference and a place, `FLAGS` every pair of a type and a way of passing
it on. Nothing is allowed because it is not mentioned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from pql.diagnostics.suggest import nearest

__all__ = [
    "FLAGS",
    "GLOBALS",
    "NAMES",
    "REFERENCES",
    "Passing",
    "Place",
    "Reference",
    "Root",
    "UnknownReferenceError",
    "Yield",
    "parse_reference",
]


class Root(Enum):
    """The first word of a reference."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"
    ARTIFACTS = "artifacts"
    GLOBALS = "globals"


class Place(Enum):
    """Where a reference stands: as the value of a param, or among the paths of an artifacts value."""

    VALUE = "as a value"
    FILES = "under `files`"
    DIRS = "under `dirs`"


class Passing(Enum):
    """How a param is passed on: to an input, to the context alone, to an init container."""

    PLAIN = "as a plain param"
    CONTEXT_ONLY = "with `contextOnly`"
    TO_INIT = "with `toInit`"


class Yield(Enum):
    """The type of one entry, an entry a run; ARTIFACTS is the type of a whole value with files and dirs."""

    ANY = "any value"
    TEXT = "a text"
    UUID = "a uuid"
    NUMBER = "a number"
    TIME = "a time"
    PATH = "a path"
    MAPPING = "a mapping"
    ARTIFACTS = "artifacts"


@dataclass(frozen=True, slots=True)
class Reference:
    """`root`, or `root.key`. The key of inputs and outputs may be a path into a nested value."""

    root: Root
    key: str | None = None

    def __str__(self) -> str:
        return self.root.value if self.key is None else f"{self.root.value}.{self.key}"

    @property
    def name(self) -> str:
        """The row of `REFERENCES` that speaks of it."""
        if self.key is None:
            return self.root.value
        fixed = f"{self.root.value}.{self.key}"
        return fixed if fixed in NAMES else f"{self.root.value}.*"

    def at(self, place: Place) -> Yield | None:
        """The type that it gives there; None if it can't stand there."""
        return REFERENCES[self.name, place]


_GLOBAL_TYPES: dict[str, Yield] = {
    "uuid": Yield.UUID,
    "name": Yield.TEXT,
    "status": Yield.TEXT,
    "condition": Yield.MAPPING,
    "owner_name": Yield.TEXT,
    "project_name": Yield.TEXT,
    "project_unique_name": Yield.TEXT,
    "run_info": Yield.TEXT,
    "context_path": Yield.TEXT,
    "artifacts_path": Yield.TEXT,
    "run_artifacts_path": Yield.TEXT,
    "run_outputs_path": Yield.TEXT,
    "created_at": Yield.TIME,
    "schedule_at": Yield.TIME,
    "started_at": Yield.TIME,
    "finished_at": Yield.TIME,
    "duration": Yield.NUMBER,
    "cloning_kind": Yield.TEXT,
}

GLOBALS: tuple[str, ...] = tuple(_GLOBAL_TYPES)
"""The keys of `globals`."""

# reference → its type as a value, under `files`, under `dirs`; None where it can't stand. The paths of
# globals are those inside a container, and not below the run's folder in the store.
_TABLE: dict[str, tuple[Yield | None, Yield | None, Yield | None]] = {
    "inputs": (Yield.MAPPING, None, None),
    "inputs.*": (Yield.ANY, Yield.PATH, Yield.PATH),
    "outputs": (Yield.MAPPING, None, None),
    "outputs.*": (Yield.ANY, Yield.PATH, Yield.PATH),
    "artifacts": (Yield.MAPPING, None, None),
    "artifacts.*": (Yield.PATH, Yield.PATH, Yield.PATH),
    "artifacts.base": (Yield.PATH, None, Yield.PATH),
    "artifacts.outputs": (Yield.PATH, None, Yield.PATH),
    "globals": (Yield.MAPPING, None, None),
    **{f"globals.{name}": (kind, None, None) for name, kind in _GLOBAL_TYPES.items()},
}

NAMES: tuple[str, ...] = tuple(_TABLE)
"""Every reference; `*` stands for any key."""

REFERENCES: dict[tuple[str, Place], Yield | None] = {
    (name, place): kind for name, kinds in _TABLE.items() for place, kind in zip(Place, kinds, strict=True)
}

# Only paths can be fetched before a container starts.
FLAGS: dict[tuple[Yield, Passing], bool] = {
    (Yield.ANY, Passing.PLAIN): True,
    (Yield.ANY, Passing.CONTEXT_ONLY): True,
    (Yield.ANY, Passing.TO_INIT): False,
    (Yield.TEXT, Passing.PLAIN): True,
    (Yield.TEXT, Passing.CONTEXT_ONLY): True,
    (Yield.TEXT, Passing.TO_INIT): False,
    (Yield.UUID, Passing.PLAIN): True,
    (Yield.UUID, Passing.CONTEXT_ONLY): True,
    (Yield.UUID, Passing.TO_INIT): False,
    (Yield.NUMBER, Passing.PLAIN): True,
    (Yield.NUMBER, Passing.CONTEXT_ONLY): True,
    (Yield.NUMBER, Passing.TO_INIT): False,
    (Yield.TIME, Passing.PLAIN): True,
    (Yield.TIME, Passing.CONTEXT_ONLY): True,
    (Yield.TIME, Passing.TO_INIT): False,
    (Yield.PATH, Passing.PLAIN): True,
    (Yield.PATH, Passing.CONTEXT_ONLY): True,
    (Yield.PATH, Passing.TO_INIT): True,
    (Yield.MAPPING, Passing.PLAIN): True,
    (Yield.MAPPING, Passing.CONTEXT_ONLY): True,
    (Yield.MAPPING, Passing.TO_INIT): False,
    (Yield.ARTIFACTS, Passing.PLAIN): True,
    (Yield.ARTIFACTS, Passing.CONTEXT_ONLY): True,
    (Yield.ARTIFACTS, Passing.TO_INIT): True,
}


class UnknownReferenceError(Exception):
    """The text is no reference; `close` are the known ones that look like it."""

    def __init__(self, text: str, close: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text = text
        self.close = close


_BRACES = re.compile(r"\{\{\s*(.*?)\s*\}\}\Z", re.DOTALL)
_ALIASES = {"metrics": "outputs", "params": "inputs", "in": "inputs", "out": "outputs"}


def parse_reference(text: str) -> Reference:
    """The reference that a text spells, with or without `{{ }}`. Raises UnknownReferenceError."""
    bare = text.strip()
    if match := _BRACES.match(bare):
        bare = match[1]
    head, dot, key = bare.partition(".")
    root = next((each for each in Root if each.value == head), None)
    if root is None or (dot and not key.strip()) or key != key.strip():
        raise UnknownReferenceError(bare, _close(bare))
    if not dot:
        return Reference(root)
    if root is Root.GLOBALS and key not in _GLOBAL_TYPES:
        raise UnknownReferenceError(bare, _close(bare))
    return Reference(root, key)


def _close(text: str) -> tuple[str, ...]:
    head, dot, key = text.partition(".")
    roots = [each.value for each in Root]
    if head == Root.GLOBALS.value:
        return tuple(f"globals.{each}" for each in nearest(key, _GLOBAL_TYPES))
    if head in _ALIASES and key:
        return (f"{_ALIASES[head]}.{key}",)
    if key:
        return tuple(f"{each}{dot}{key}" for each in nearest(head, roots))
    return tuple(nearest(head, roots) or (f"globals.{each}" for each in nearest(head, _GLOBAL_TYPES)))
