"""Lock files: what a resolution gave, so that it can be had again or be found to have moved.

The bytes depend on the operation, its params and the snapshot of the index, and on nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pql.joins.model import Join, MatchedRun
from pql.joins.resolver import resolve

__all__ = ["FORMAT", "LockUnusableError", "lock_bytes", "lock_data", "moved", "read_lock"]

FORMAT = 1
"""The version of the file's shape."""

_MOST_NAMED = 5


class LockUnusableError(Exception):
    """The file is no lock file of a known version; the text says why."""


def lock_data(
    name: str | None,
    values: Mapping[str, Any],
    joins: Sequence[Join],
    matches: Sequence[Sequence[MatchedRun]],
    snapshot: int,
) -> dict[str, Any]:
    """What a lock file holds: the params that were used, and for each join its search, a hash of it, the
    matched uuids in order and the values."""
    locked = [_join(join, runs) for join, runs in zip(joins, matches, strict=True)]
    return {
        "format": FORMAT,
        "joins": locked,
        "operation": name,
        "params": dict(values),
        "snapshot": snapshot,
    }


def _join(join: Join, runs: Sequence[MatchedRun]) -> dict[str, Any]:
    search = {
        "limit": join.limit,
        "offset": join.offset,
        "query": join.query.text,
        "sort": join.sort.text,
    }
    digest = hashlib.sha256(_text(search).encode()).hexdigest()
    values = {name: param.value for name, param in resolve((join,), (runs,)).params.items()}
    return {**search, "sha256": digest, "uuids": [run.uuid for run in runs], "values": values}


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)


def lock_bytes(data: Mapping[str, Any]) -> bytes:
    """The lock file."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2, default=str)
    return (text + "\n").encode("utf-8", "backslashreplace")


def read_lock(data: bytes) -> dict[str, Any]:
    """The content of a lock file. Raises LockUnusableError."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise LockUnusableError(f"it is not JSON ({error})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise LockUnusableError(f"it is no lock file of version {FORMAT}")
    joins = content.get("joins")
    if not isinstance(joins, list) or not all(_is_join(each) for each in joins):
        raise LockUnusableError("its `joins` are damaged")
    if not isinstance(content.get("params"), dict):
        raise LockUnusableError("its `params` are damaged")
    return content


def _is_join(each: Any) -> bool:
    kinds = {"query": str, "sort": str, "uuids": list, "values": dict, "sha256": str}
    return (
        isinstance(each, dict)
        and all(isinstance(each.get(name), kind) for name, kind in kinds.items())
        and all(isinstance(uuid, str) for uuid in each["uuids"])
    )


def moved(locked: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[str]:
    """What is not as it was, a sentence each; empty if all is the same. The snapshot alone may differ."""
    found: list[str] = []
    name = locked.get("operation")
    if name != fresh["operation"]:
        found.append("the operation had no name" if name is None else f"the operation was `{name}`")
    if _text(locked["params"]) != _text(fresh["params"]):
        found.append("the params have changed: " + _changed(locked["params"], fresh["params"]))
    if len(locked["joins"]) != len(fresh["joins"]):
        found.append(f"there were {len(locked['joins'])} joins, and are {len(fresh['joins'])}")
        return found
    for number, (before, now) in enumerate(zip(locked["joins"], fresh["joins"], strict=True), start=1):
        found += [f"join {number}: {each}" for each in _moved_join(before, now)]
    return found


def _moved_join(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if before["sha256"] != now["sha256"]:
        parts = [name for name in ("query", "sort", "limit", "offset") if before.get(name) != now[name]]
        return [f"its {' and '.join(parts) or 'search'} changed"]
    found: list[str] = []
    old_uuids, new_uuids = set(before["uuids"]), set(now["uuids"])
    gone = [each for each in before["uuids"] if each not in new_uuids]
    new = [each for each in now["uuids"] if each not in old_uuids]
    if gone:
        found.append(f"{_named(gone)} no longer match")
    if new:
        found.append(f"{_named(new)} match now")
    if not gone and not new and before["uuids"] != now["uuids"]:
        found.append("the runs have another order")
    if not found and _text(before["values"]) != _text(now["values"]):
        found.append("the values have changed: " + _changed(before["values"], now["values"]))
    return found


def _named(uuids: Sequence[str]) -> str:
    named = ", ".join(str(each)[:8] for each in uuids[:_MOST_NAMED])
    more = f" and {len(uuids) - _MOST_NAMED:,} more" if len(uuids) > _MOST_NAMED else ""
    return f"{'run' if len(uuids) == 1 else 'runs'} {named}{more}"


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    names = sorted(
        name for name in {*before, *now} if _text(before.get(name, ...)) != _text(now.get(name, ...))
    )
    return ", ".join(f"`{name}`" for name in names)
