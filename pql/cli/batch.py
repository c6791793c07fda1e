"""`pql batch`: many queries, one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

from lineage_index.index.index import ENTITY_NAMES, Index
from lineage_index.index.locate import locate_index
from pql.cli.exits import Exit, fail, guarded
from pql.diagnostics.diagnostic import PqlError

__all__ = ["answer_lines", "run_batch"]

_TYPES: dict[str, tuple[type, ...]] = {
    "query": (str, type(None)),
    "sort": (str, type(None)),
    "limit": (int, type(None)),
    "offset": (int, type(None)),
    "entity": (str, type(None)),
}


def run_batch(file: str | None, index: str | None) -> None:
    """Answer the queries of the file (or standard input) on standard output."""
    with guarded(), Index.open(locate_index(index)) as opened, _source(file) as source:
        answer_lines(opened, source, sys.stdout)


def _source(file: str | None) -> AbstractContextManager[IO[str]]:
    if file in (None, "-"):
        return nullcontext(sys.stdin)
    try:
        return Path(str(file)).open(encoding="utf-8")
    except OSError as error:
        fail(f"error: {file}: {error.strerror}", Exit.USAGE)


def answer_lines(index: Index, lines: Iterable[str], output: IO[str]) -> None:
    """One answer a request, in order; blank lines are passed over."""
    for line in lines:
        if not line.isspace() and line:
            output.write(json.dumps(answer(index, line), ensure_ascii=False) + "\n")
            output.flush()


def answer(index: Index, line: str) -> dict[str, Any]:
    """The answer to one request; every fault in it is part of the answer."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _error(None, "PQL901", f"the line is not JSON: {error}")
    if not isinstance(request, dict):
        return _error(None, "PQL901", "a request is a JSON object")
    identity = request.get("id")
    wrong = _fault(request)
    if wrong is not None:
        return _error(identity, "PQL902", wrong)
    try:
        found = index.search(
            request.get("query"),
            sort=request.get("sort"),
            limit=request.get("limit"),
            offset=request.get("offset") or 0,
            entity=request.get("entity") or "runs",
            max_length=None,
        )
        ids: dict[str, Any] = (
            {"uuids": found.uuids}
            if found.artifacts is None
            else {"artifacts": [list(each) for each in found.artifacts]}
        )
        return {"id": identity, **ids, "total": found.total}
    except PqlError as error:
        diagnostic = error.diagnostic
        return _error(identity, diagnostic.code, diagnostic.message, list(diagnostic.span))


def _fault(request: dict[str, Any]) -> str | None:
    for name, value in request.items():
        if name in _TYPES and (not isinstance(value, _TYPES[name]) or isinstance(value, bool)):
            return f"`{name}` can't be {json.dumps(value)[:40]}"
    entity = request.get("entity")
    if entity is not None and entity not in ENTITY_NAMES:
        return f"unknown entity `{entity[:40]}`; there are: {', '.join(ENTITY_NAMES)}"
    return None


def _error(identity: Any, code: str, message: str, span: list[int] | None = None) -> dict[str, Any]:
    return {"id": identity, "error": {"code": code, "message": message, "span": span or [0, 0]}}
