"""What a local run is asked for, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["BusyError", "Options", "Outcome", "UnknownRunError"]


class BusyError(Exception):
    """The run that should be resumed is going on; the text says so."""


class UnknownRunError(Exception):
    """The run of the DAG that is meant is not in the index; the text says so."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is run. `file` is where it lies; `store` and `index` need not be there yet. `concurrency`
    goes before the file's own; None and none there: one process a core. `dag_run` is the uuid of the run that
    an operation of a DAG, run alone, belongs to."""

    file: Path
    store: Path
    index: Path
    params: Mapping[str, Any] = field(default_factory=dict)
    globals: Mapping[str, Any] = field(default_factory=dict)
    concurrency: int | None = None
    project: str | None = None
    resume: bool = False
    dag_run: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: the uuid of the whole, how many runs ended how (`kept`: they were there before), and
    the name of the signal that stopped it."""

    uuid: str
    succeeded: int
    failed: int
    stopped: int
    kept: int
    signal: str = ""

    @property
    def complete(self) -> bool:
        """Whether every run is there and succeeded."""
        return not (self.failed or self.stopped or self.signal)
