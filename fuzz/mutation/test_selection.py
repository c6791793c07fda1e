"""What mutants are tried on: the tests of the compiler that need no engine and no file, one test a function.

A parametrised test runs all its cases in a loop here: a mutant is tried in a process of its own, and
thousands of small tests would cost it more than the work they do. `make mutants` runs this file alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

# Always the same examples, whatever the time they take; of a failure it is enough that there is one.
settings.register_profile(
    "mutants",
    max_examples=int(os.environ.get("PQL_FUZZ", "20")),
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")

TESTS = Path(__file__).parents[2] / "tests"
FOLDERS = ("", "binder", "corpus", "joins", "laws", "local", "plan", "reference", "syntax")
sys.path += [str(TESTS / each) for each in FOLDERS]

MODULES = (
    "test_binder_errors",
    "test_binder_hints",
    "test_bound",
    "test_regexes",
    "test_literals",
    "test_dates",
    "test_defaults",
    "test_corpus_valid",
    "test_corpus_failing",
    "test_corpus_results",
    "test_observed_results",
    "test_analysis",
    "test_joins_source",
    "test_joins_opfile",
    "test_joins_compose",
    "test_joins_read",
    "test_joins_inputs",
    "test_joins_lock",
    "test_joins_resolver",
    "test_joins_evaluate",
    "test_joins_told",
    "test_joins_references",
    "test_joins_templates",
    "test_joins_document",
    "test_joins_querytext",
    "test_joins_values",
    "test_joins_faults",
    "test_joins_matrix",
    "test_joins_space",
    "test_local_trials",
    "test_reference_text",
    "test_reference_checks",
    "test_reference_elements",
    "test_reference_order",
    "test_reference_scopes",
    "test_reference_values",
)
ENGINES = {"test_duckdb_finds", "test_the_lowering_finds_what_was_observed"}
"""DuckDB's threads do not live on in the process of a mutant."""


def _cases(function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The arguments of every case of a test."""
    marks = [each for each in getattr(function, "pytestmark", ()) if each.name == "parametrize"]
    for chosen in product(*(each.args[1] for each in marks)):
        arguments: dict[str, Any] = {}
        for mark, value in zip(marks, chosen, strict=True):
            names = mark.args[0]
            listed = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
            values = getattr(value, "values", value) if not isinstance(value, dict) else value
            arguments.update(zip(listed, values if len(listed) > 1 else [values], strict=True))
        yield arguments


def _whole(function: Callable[..., Any]) -> Callable[[], None]:
    def run() -> None:
        for arguments in _cases(function):
            function(**arguments)

    return run


def _functions() -> dict[str, Callable[[], None]]:
    found: dict[str, Callable[[], None]] = {}
    for module in MODULES:
        for name, function in vars(import_module(module)).items():
            if not name.startswith("test_") or name in ENGINES:
                continue
            first = next(_cases(function))
            drawn = hasattr(function, "hypothesis")
            if drawn or set(signature(function).parameters) <= set(first):
                found[f"{module}_{name.removeprefix('test_')}"] = _whole(function)
    return found


FUNCTIONS = _functions()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What a function gave before it was changed must not stand in for what it gives now."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("pql.binder", "pql.reference", "pql.joins")):
            for each in list(vars(module).values()):
                if hasattr(each, "cache_clear"):
                    each.cache_clear()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_cases(name: str) -> None:
    FUNCTIONS[name]()
