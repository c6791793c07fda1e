"""Libraries that only some methods need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["needed"]


def needed(module: str, what: str, package: str | None = None) -> Any:
    """The module. Raises ImportError that says what needs it and how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ImportError(f"{what} needs {library}: pip install '{package or library}'") from error
