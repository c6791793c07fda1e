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
from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output_index import open_index
from pql.cli.saved import with_more
from pql.cli.streams import speak_utf8
from pql.cli.text import printable
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.suggest import suggestion

__all__ = ["answer_lines", "run_batch"]

_TYPES: dict[str, tuple[type, ...]] = {
    "query": (str, type(None)),
    "sort": (str, type(None)),
    "limit": (int, type(None)),
    "offset": (int, type(None)),
    "entity": (str, type(None)),
}


def run_batch(file: str | None, as_of: str | None, index: str | None, defaults: str | None = None) -> None:
    """Answer the queries of the file (or standard input) on standard output."""
    speak_utf8()
    asked_query(None, defaults)  # which refuses a name that it does not know
    with guarded(), open_index(index, as_of) as opened, _source(file) as source:
        answer_lines(opened, source, sys.stdout, defaults)


def _source(file: str | None) -> AbstractContextManager[IO[bytes]]:
    if file in (None, "-"):
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(str(file)).open("rb")
    except OSError as error:
        fail(f"error: {printable(file)}: {error.strerror}", Exit.USAGE)


def answer_lines(index: Index, lines: Iterable[bytes], output: IO[str], defaults: str | None = None) -> None:
    """One answer a request, in order; blank lines are passed over."""
    for line in lines:
        if line.strip():
            output.write(_dumped(answer(index, line, defaults)) + "\n")
            output.flush()


def _dumped(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair came in as an escape, and goes out as one
        return json.dumps(answer)
    return text


def answer(index: Index, line: bytes, defaults: str | None = None) -> dict[str, Any]:
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
        if str(request.get("query", "")).startswith("@"):
            request = _expanded(request)
        found = index.search(
            request.get("query"),
            sort=request.get("sort"),
            limit=request.get("limit"),
            offset=request.get("offset") or 0,
            entity=request.get("entity") or "runs",
            max_length=None,
            defaults=defaults,
        )
        return {"id": identity, **_ids(found), "total": found.total}
    except _NotSavedError as error:
        return _error(identity, "PQL902", str(error))
    except PqlError as error:
        diagnostic = error.diagnostic
        return _error(identity, diagnostic.code, diagnostic.message, list(diagnostic.span))


class _NotSavedError(Exception):
    """A name that no saved query has."""


def _expanded(request: dict[str, Any]) -> dict[str, Any]:
    """The request with the saved query that it names; what it says itself goes before. Raises PqlError."""
    from pql.check.config import ConfigError
    from pql.check.saved import find_saved

    name = request["query"][1:]
    try:
        _, found = find_saved(Path.cwd())
    except ConfigError as error:
        raise _NotSavedError(str(error)) from None
    wanted = next((each for each in found if each.block.name == name), None)
    if wanted is None:
        if (more := with_more(name)) is not None:
            raise _NotSavedError(more)
        hint = suggestion(name, (each.block.name for each in found))
        raise _NotSavedError(f"no saved query is called `{name[:40]}`" + (f"; {hint}" if hint else ""))
    block = wanted.block
    told = {
        "sort": None if block.sort is None else block.sort.text,
        "limit": None if block.limit is None else int(block.limit.text),
        "entity": wanted.entity,
    }
    own = {key: value for key, value in request.items() if value is not None}
    return {**told, **own, "query": block.query.text}


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
