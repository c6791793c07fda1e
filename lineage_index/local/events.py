"""What a local run tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pql.diagnostics.diagnostic import Diagnostic

__all__ = ["Begun", "Event", "Noted", "Output", "Report", "RunBegun", "RunEnded", "StepBegun", "StepEnded"]


@dataclass(frozen=True, slots=True)
class Begun:
    """The whole has begun (or goes on: `resumed`); `uuid` is its run."""

    name: str
    uuid: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class StepBegun:
    """An operation begins: so many runs, of which so many were there already."""

    name: str
    total: int
    kept: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class RunBegun:
    """A process is about to start."""

    name: str
    uuid: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run ended; `message` says why where it did not succeed, with the last lines that it printed."""

    name: str
    uuid: str
    status: str
    seconds: float
    message: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepEnded:
    """An operation ended: the status, and how many of its runs there are of each."""

    name: str
    status: str
    succeeded: int
    failed: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Output:
    """What the only process of an operation printed (stdout or stderr). Told from threads."""

    stream: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Noted:
    """Warnings about the file, or a plain sentence."""

    warnings: tuple[Diagnostic, ...] = ()
    text: str = ""


Event = Begun | StepBegun | RunBegun | RunEnded | StepEnded | Output | Noted
Report = Callable[[Event], None]
