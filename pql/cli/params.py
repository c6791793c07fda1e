"""Operation files and `-P` options, as the commands that take them read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pql.cli.exits import Exit, fail, guarded
from pql.cli.text import printable
from pql.joins.document import LARGEST
from pql.joins.values import Context

__all__ = ["context_of", "read_file"]

_GLOBALS = "globals."


def read_file(path: Path) -> bytes:
    """The bytes of a file, at most a few more than are taken anyway."""
    try:
        with path.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        fail(f"error: {printable(str(path))}: {error.strerror}", Exit.USAGE)


def context_of(params: Sequence[str], run: str | None, dag_run: str | None) -> Context:
    """`name=value`, the value read as YAML reads one; `globals.name=value` sets a global. `run` and `dag_run`
    are what these options were given."""
    from pql.joins.document import plain, read_document

    values: dict[str, Any] = {}
    names: dict[str, Any] = {}
    for each in params:
        name, equals, text = each.partition("=")
        if not equals or not name.strip():
            fail(f"error: -P takes NAME=VALUE, not {each!r}", Exit.USAGE)
        with guarded():
            value = plain(read_document(text, f"-P {name}")[1]) if text.strip() else ""
        if name.startswith(_GLOBALS):
            names[name.removeprefix(_GLOBALS)] = value
        else:
            values[name.strip()] = value
    return Context(values, names, _uuid(run, "--run"), _uuid(dag_run, "--dag-run"))


def _uuid(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    plain = text.replace("-", "").lower()
    if len(plain) != 32 or not all(each in "0123456789abcdef" for each in plain):
        fail(f"error: {option} takes a uuid, not {text!r}", Exit.USAGE)
    return plain
