"""What a resolved operation asks to be started: words, environment, folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pql.diagnostics.diagnostic import PqlError
from pql.joins.opfile import Operation
from pql.joins.templates import text_of

__all__ = ["RUN_VARIABLE", "STORE_VARIABLE", "Command", "command_of", "exported"]

RUN_VARIABLE = "PQL_RUN_UUID"
"""The uuid of the run that a process is."""

STORE_VARIABLE = "PQL_STORE"
"""The folder of all runs, as tracking reads it."""

_KEPT = frozenset(("PATH", "HOME", "SHELL", "USER", "LANG", "TMPDIR"))
_KEPT_BEGINNINGS = ("PQL_", "PYTHON", "LD_", "DYLD_", "LC_")


@dataclass(frozen=True, slots=True)
class Command:
    """One process to start."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


def exported(operation: Operation, composed: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, str]:
    """The variables that the params become: each under its name, those with `toEnv` under that one.

    `params` are those that aren't `contextOnly`. Raises PqlError (PQL632) for a name that a process needs for
    itself, or a value that can't stand in an environment.
    """
    named = _to_env(composed)
    found: dict[str, str] = {}
    for name, value in params.items():
        variable = named.get(name, name)
        reason = ""
        if variable in _KEPT or variable.startswith(_KEPT_BEGINNINGS):
            reason = f"a param named `{variable}` would replace a variable of the environment"
        elif not _can_name(variable):
            reason = f"a param named `{variable}` can't be a variable of the environment"
        elif "\0" in text_of(value):
            reason = f"the value of `{name}` holds a NUL character"
        if reason:
            raise _refused(operation, name, reason)
        found[variable] = text_of(value)
    return found


def _can_name(variable: str) -> bool:
    return bool(variable) and "=" not in variable and "\0" not in variable


def _refused(operation: Operation, name: str, reason: str) -> PqlError:
    params = operation.params()
    place = params[name].key.span if name in params else operation.node.entries[0][0].span
    hint = "`toEnv: NAME` on the input gives it another name there" if name else ""
    return operation.source.error("PQL632", place, hint, reason=reason)


def _to_env(composed: Mapping[str, Any]) -> dict[str, str]:
    component = composed.get("component")
    inputs = component.get("inputs") if isinstance(component, dict) else None
    named: dict[str, str] = {}
    for each in inputs or ():
        variable = each.get("toEnv") or each.get("to_env")
        if isinstance(variable, str):
            named[str(each.get("name"))] = variable
    return named


def command_of(
    operation: Operation,
    composed: Mapping[str, Any],
    params: Mapping[str, Any],
    own: Mapping[str, str],
    folder: Path,
) -> Command:
    """The process of a resolved operation. `own` are variables of the run itself, `folder` is that of the
    file: it runs there, or in the container's `workingDir` below it. Raises PqlError (PQL632)."""
    container = composed["component"]["run"]["container"]
    words = tuple(text_of(each) for key in ("command", "args") for each in container.get(key) or ())
    place = container.get("workingDir") or container.get("working_dir")
    environment = {
        **os.environ,
        **exported(operation, composed, params),
        **_given(operation, container.get("env")),
        **own,
    }
    # `python` is then the one that runs this, with the packages that it has.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    if any("\0" in each for each in (*words, *environment.values())):
        raise _refused(operation, "", "a word of its command holds a NUL character")
    return Command(words, environment, folder / place if isinstance(place, str) else folder)


def _given(operation: Operation, entries: Any) -> dict[str, str]:
    """The container's own `env`: a list of names and values."""
    found: dict[str, str] = {}
    for each in entries if isinstance(entries, list) else [] if entries is None else [entries]:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str) or "value" not in each:
            raise _refused(operation, "", "an `env` that is no list of `{name: …, value: …}`")
        name = each["name"]
        if not _can_name(name):
            raise _refused(operation, "", f"`{name}` under `env` can't be a variable of the environment")
        found[name] = text_of(each["value"])
    return found
