"""How things ended, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import SystemRandom

from lineage_index.local.plan import Step
from lineage_index.local.pool import Ending
from lineage_index.local.record import SEED_KEY, Earlier
from lineage_index.local.signals import Signals
from pql.joins.space import SearchSpace

__all__ = ["goes", "judged", "seed_of", "status_of_all", "status_of_one"]

_SEEDS = 2**32


def goes(step: Step, ends: Mapping[str, str]) -> bool:
    """Whether an operation's trigger lets it go on."""
    wanted = {"succeeded": ("succeeded",), "failed": ("failed", "upstream_failed", "stopped")}
    kind, _, what = step.trigger.partition("_")
    found = [what == "done" or ends[name] in wanted[what] for name in step.upstream]
    return not found or (all(found) if kind == "all" else any(found))


def seed_of(space: SearchSpace, before: Earlier | None) -> int:
    """The file's, else that of the run that is resumed, else any."""
    if space.seed is not None:
        return space.seed
    known = None if before is None else before.meta.get(SEED_KEY)
    return known if isinstance(known, int) else SystemRandom().randrange(_SEEDS)


def judged(ending: Ending, signal: str) -> tuple[str, str, str]:
    """Status, reason and message of a run whose process ended so."""
    if ending.code is None:
        return "failed", "NotStarted", ending.error
    if ending.code == 0:
        return "succeeded", "LocalRun", "the process ended with 0"
    if ending.stopped:
        return "stopped", signal, f"the local run got {signal}"
    if ending.code < 0:
        return "failed", "Signal", f"the process was ended by signal {-ending.code}"
    return "failed", "ExitCode", f"the process ended with {ending.code}"


def status_of_one(ends: Counter[str], signals: Signals) -> str:
    return next((status for status, count in ends.items() if count), "stopped" if signals.name else "failed")


def status_of_all(ends: Counter[str], signals: Signals) -> str:
    """The status of a matrix: it has given something if one of its runs succeeded."""
    if signals.number is not None:
        return "stopped"
    return "succeeded" if ends["succeeded"] or not ends["failed"] else "failed"
