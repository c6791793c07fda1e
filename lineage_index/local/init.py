"""What `toInit` fetches, laid out as a container would have it: a folder of links into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pql.joins.document import Mapping as MappingNode
from pql.joins.document import Scalar, Sequence
from pql.joins.opfile import Operation
from pql.joins.paths import is_uri, sub_path

__all__ = ["fetches", "lay_out", "paths_of"]

_FETCHED = ("artifacts", "paths")


def fetches(operation: Operation) -> bool:
    """Whether any param or input of the operation asks to be fetched."""
    params, inputs = operation.params().values(), operation.inputs().values()
    if any(each.to_init for each in params) or any(each.to_init for each in inputs):
        return True
    joins = operation.node.get("joins")
    for join in joins.items if isinstance(joins, Sequence) else ():
        own = join.get("params") if isinstance(join, MappingNode) else None
        for _, param in own.entries if isinstance(own, MappingNode) else ():
            asked = param.get("toInit", "to_init") if isinstance(param, MappingNode) else None
            if isinstance(asked, Scalar) and asked.value is True:
                return True
    return False


def lay_out(composed: Mapping[str, Any], place: Callable[[str], Path], folder: Path) -> tuple[str, ...]:
    """Link every path that the operation's `init` fetches, from where `place` says that it lies. Gives a
    sentence for each that can't be had."""
    said: list[str] = []
    linked: set[str] = set()
    init = _init(composed)
    for entry in init:
        other = (
            [key for key in entry if key not in (*_FETCHED, "connection")]
            if isinstance(entry, dict)
            else [""]
        )
        if other:
            said.append(f"`init` of {other[0] or 'an odd form'} is not fetched: only artifacts and paths are")
    # The shorter first: what lies below a link is there already, and must not be made in the store.
    for path in sorted(paths_of(composed), key=lambda each: (each.count("/"), each)):
        inside = None if is_uri(path) else sub_path(path)
        if inside is None:
            said.append(f"{path} is no path of the store, and is not fetched")
            continue
        parts = inside.split("/")
        if any("/".join(parts[:count]) in linked for count in range(1, len(parts) + 1)):
            continue
        source = place(inside)
        if not source.exists():
            said.append(f"{path} is not in the store, and is not fetched")
            continue
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.resolve())
        linked.add(inside)
    return tuple(said)


def paths_of(composed: Mapping[str, Any]) -> set[str]:
    """The paths that the operation's `init` names."""
    return {path for entry in _init(composed) if isinstance(entry, dict) for path in _paths(entry)}


def _init(composed: Mapping[str, Any]) -> Iterable[Any]:
    """The entries of `init`: of the component, or of the patch of one that isn't in the file."""
    component = composed.get("component")
    run = component.get("run") if isinstance(component, dict) else composed.get("runPatch")
    return (run.get("init") or ()) if isinstance(run, dict) else ()


def _paths(entry: Mapping[str, Any]) -> Iterator[str]:
    for key in _FETCHED:
        value = entry.get(key)
        if isinstance(value, dict):
            for part in ("files", "dirs"):
                yield from (str(each) for each in value.get(part) or ())
        elif isinstance(value, list):
            yield from (str(each) for each in value)
