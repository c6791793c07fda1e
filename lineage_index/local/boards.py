"""The TensorBoard folders of the runs that a search finds, each under a name that people can read."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lineage_index.index.index import Index
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.joins.evaluate import evaluate
from pql.joins.model import Join, JoinParam, MatchedRun, PathEntry, Paths
from pql.joins.paths import is_uri
from pql.joins.references import Reference, Root
from pql.joins.source import Source, placed
from pql.syntax.ast import FieldPath
from pql.syntax.parser import parse_sort

__all__ = ["ARTIFACT", "Board", "Boards", "find_boards", "homes_of", "link_boards", "safe_name"]

ARTIFACT = "tensorboard"
"""The name that the folder has in a run's lineage, unless another is asked for."""

_LONGEST_NAME = 80
"""Bytes of a part of a folder's name; with two of them and a uuid it stays within what file systems take."""
_SECTIONS = {"metrics": Root.OUTPUTS, "outputs": Root.OUTPUTS, "inputs": Root.INPUTS}


@dataclass(frozen=True, slots=True)
class Board:
    """One run's folder, and what it is called."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Boards:
    """What a search gives: the folders in its order, how many runs matched in all, and what is missing, a
    sentence each."""

    boards: tuple[Board, ...]
    taken: int
    total: int
    notes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


def find_boards(
    index: Index, query: str, *, sort: str | None, limit: int | None, artifact: str, dirs: str | None
) -> Boards:
    """The folders logged under the name `artifact`, or at the sub-path `dirs` of each run.

    Raises PqlError for a wrong query, sort, limit or sub-path, and if no run has the artifact.
    """
    now = datetime.now(UTC)
    found = index.search(query, sort=sort, limit=limit, now=now)
    join = _join(query, sort, limit, artifact, dirs)
    try:
        resolution = index.resolve(join, now=now)
    except PqlError as error:
        told = error.diagnostic
        if told.code != "PQL618" or told.hint.startswith("did you mean"):
            raise
        hint = "`--dirs sub/path` takes a folder of each run instead"
        raise PqlError(replace(told, hint=hint), error.text) from None
    given = resolution.params["boards"].value
    paths: Sequence[str | None] = given["dirs"] if isinstance(given, dict) else given
    homes = homes_of(index, found.uuids)
    boards: list[Board] = []
    notes: list[str] = []
    taken: set[str] = set()
    for row, path in zip(found.rows, paths, strict=True):
        where = None if path is None else _folder(homes.get(row["uuid"]), row["uuid"], path)
        if isinstance(where, Path):
            name = _name(row, sort)
            name = name if name not in taken else f"{name} {row['uuid']}"
            taken.add(name)
            boards.append(Board(name, where))
        elif where is not None:
            notes.append(f"run {row['uuid'][:8]}: {where}")
    return Boards(tuple(boards), len(found), found.total, tuple(notes), resolution.warnings)


def _join(query: str, sort: str | None, limit: int | None, artifact: str, dirs: str | None) -> Join:
    """What the folders are, as a join; its faults are told of the option that they come from."""
    option, text = ("--artifact", artifact) if dirs is None else ("--dirs", dirs)
    span = Span(0, len(text))
    value = Reference(Root.ARTIFACTS, artifact) if dirs is None else Paths(dirs=(PathEntry(dirs, span),))
    param = JoinParam("boards", value, span=span)
    source = Source(option, text)
    return Join(placed(query), placed(sort or "", "sort"), limit, 0, (param,), span, source)


def homes_of(index: Index, uuids: Sequence[str]) -> dict[str, str]:
    """Where each run's folder is: a path or a URL."""
    sql = "SELECT uuid, store, folder FROM runs WHERE uuid IN (SELECT unnest($1::VARCHAR[]))"
    return {
        uuid: os.path.join(index.snapshot.store_folder(store), folder)
        for uuid, store, folder in index._engine.select(sql, (list(uuids),))
    }


def _folder(home: str | None, uuid: str, path: str) -> Path | str:
    """The folder that a path below a run's uuid means, or why there is none."""
    if home is None or is_uri(home) or is_uri(path):
        return f"{path} is not on this machine"
    inside = path.removeprefix(uuid).lstrip("/")
    place = Path(home, inside)
    real, store = os.path.realpath(place), os.path.realpath(Path(home).parent)
    if os.path.commonpath((real, store)) != store:
        return f"{inside} is a link that leaves the store"
    return Path(real) if os.path.exists(real) else f"there is no {inside}"


def _name(row: Mapping[str, Any], sort: str | None) -> str:
    parts = [row["name"] or "run", row["uuid"][:8]]
    value = _sort_value(row, sort)
    return safe_name(" ".join([_cut(safe_name(parts[0])), parts[1], *([value] if value else [])]))


def _cut(text: str) -> str:
    """The beginning of a text, as long as a part of a folder's name may be."""
    return text.encode(errors="replace")[:_LONGEST_NAME].decode(errors="ignore")


def _sort_value(row: Mapping[str, Any], sort: str | None) -> str:
    """`loss=0.0012` for the first sort key, where it is a plain field or key."""
    terms = parse_sort(sort) if sort else ()
    subject = terms[0].subject if terms else None
    if not isinstance(subject, FieldPath):
        return ""
    section, key = subject.name, ".".join(subject.segments)
    if section in _SECTIONS and key:
        run = MatchedRun(row["uuid"], row["inputs"] or {}, row["outputs"] or {})
        value = evaluate(Reference(_SECTIONS[section], key), run)
    else:
        key, value = section, row.get(section)
    if isinstance(value, float):
        value = f"{value:.6g}"
    return "" if value is None or isinstance(value, dict | list) else _cut(f"{key}={value}")


def safe_name(text: str) -> str:
    """The text as the name of one folder: no separators, no control characters, not `.` or `..`."""
    plain = "".join("_" if each in "/\\" or unicodedata.category(each)[0] == "C" else each for each in text)
    plain = " ".join(plain.split())
    return plain if plain.strip(".") else "_" * max(1, len(plain))


def link_boards(boards: Sequence[Board], folder: Path) -> None:
    """A link for each folder, under its name; a single file gets a folder around it."""
    for board in boards:
        place = folder / board.name
        if board.path.is_dir():
            place.symlink_to(board.path)
        else:
            place.mkdir()
            (place / board.path.name).symlink_to(board.path)
