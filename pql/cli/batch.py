"""`pql batch`: many queries, one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

from lineage_index.index.index import ENTITY_NAMES, Index
from lineage_index.index.result import SearchResult
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output_index import open_index
from pql.cli.streams import speak_utf8
from pql.cli.text import printable
from pql.diagnostics.diagnostic import PqlError

__all__ = ["answer_lines", "run_batch"]

_TYPES: dict[str, tuple[type, ...]] = {
    "query": (str, type(None)),
    "sort": (str, type(None)),
    "limit": (int, type(None)),
    "offset": (int, type(None)),
    "entity": (str, type(None)),
}


def run_batch(file: str | None, as_of: str | None, index: str | None) -> None:
    """Answer the queries of the file (or standard input) on standard output."""
    speak_utf8()
    with guarded(), open_index(index, as_of) as opened, _source(file) as source:
        answer_lines(opened, source, sys.stdout)


def _source(file: str | None) -> AbstractContextManager[IO[bytes]]:
    if file in (None, "-"):
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(str(file)).open("rb")
    except OSError as error:
        fail(f"error: {printable(file)}: {error.strerror}", Exit.USAGE)


def answer_lines(index: Index, lines: Iterable[bytes], output: IO[str]) -> None:
    """One answer a request, in order; blank lines are passed over."""
    for line in lines:
        if line.strip():
            output.write(_dumped(answer(index, line)) + "\n")
            output.flush()


def _dumped(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair came in as an escape, and goes out as one
        return json.dumps(answer)
    return text


def answer(index: Index, line: bytes) -> dict[str, Any]:
    """The answer to one request; every fault in it is part of the answer."""
    try:
        request = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _error(None, "PQL901", f"the line is not UTF-8: {error.reason} at byte {error.start}")
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
        return {"id": identity, **_ids(found), "total": found.total}
    except PqlError as error:
        diagnostic = error.diagnostic
        return _error(identity, diagnostic.code, diagnostic.message, list(diagnostic.span))


def _ids(found: SearchResult) -> dict[str, Any]:
    if found.artifacts is not None:
        return {"artifacts": [list(each) for each in found.artifacts]}
    if found.points is not None:
        return {"points": [list(each) for each in found.points]}
    return {"uuids": found.uuids}


def _fault(request: dict[str, Any]) -> str | None:
    for name, value in request.items():
        if name not in _TYPES and name != "id":
            return f"unknown key `{name[:40]}`; there are: id, {', '.join(_TYPES)}"
        if name in _TYPES and (not isinstance(value, _TYPES[name]) or isinstance(value, bool)):
            return f"`{name}` can't be {json.dumps(value)[:40]}"
    entity = request.get("entity")
    if entity is not None and entity not in ENTITY_NAMES:
        return f"unknown entity `{entity[:40]}`; there are: {', '.join(ENTITY_NAMES)}"
    return None


def _error(identity: Any, code: str, message: str, span: list[int] | None = None) -> dict[str, Any]:
    return {"id": identity, "error": {"code": code, "message": message, "span": span or [0, 0]}}
