"""The manifest of a snapshot: everything a reader needs, in one small file.

It is written before the commit of `runs` that names it and never changed afterwards, so it can be neither
torn nor stale. It holds three lines of JSON, so that a reader parses only what it asks for: the files, the
layout of the keys, and what only writers need. All of it can be had from the Delta tables too, only slower.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lineage_index.store.layouts import LayoutCode, plan_from_json, plan_to_json
from lineage_index.store.origin import is_copy
from lineage_index.store.places import StorePlace
from lineage_index.store.promotion import Plan

__all__ = [
    "FOLDER",
    "DataFile",
    "Files",
    "Manifest",
    "ManifestText",
    "Shadow",
    "read_manifest",
    "write_manifest",
]

FOLDER = "manifests"

_PLAIN = re.compile(r"\w[\w.-]*", re.ASCII)
"""The name of a file that lies where it is looked for."""


class DataFile(NamedTuple):
    """A file of a table: its name within the table's folder, its rows and its size in bytes."""

    name: str
    rows: int
    size: int


Files = Mapping[str, tuple[DataFile, ...]]
"""table → its files"""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A run folder whose uuid another folder stands for. It is remembered so that a refresh need not read it
    again as long as its fingerprint stays the same."""

    store: str
    folder: str
    fingerprint: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`dead_runs` counts the runs whose rows are still in the other tables but that have left `runs`."""

    schema: tuple[int, int]
    versions: Mapping[str, int]
    files: Files
    dead_runs: int = 0
    layout: LayoutCode = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    shadows: tuple[Shadow, ...] = ()
    stores: tuple[StorePlace, ...] = ()


def write_manifest(index: Path, name: str, manifest: Manifest) -> None:
    """Writes `manifest` as `name`. OSError as usual."""
    head = {
        "schema": manifest.schema,
        "versions": dict(manifest.versions),
        "files": {table: [list(each) for each in files] for table, files in manifest.files.items()},
        "dead_runs": manifest.dead_runs,
    }
    shadows = [[each.store, each.folder, each.fingerprint, each.uuid] for each in manifest.shadows]
    stores = [[each.name, each.path, each.relative] for each in manifest.stores]
    writers = {"plan": plan_to_json(manifest.plan), "shadows": shadows, "stores": stores}
    parts = (head, manifest.layout, writers)
    text = "".join(json.dumps(part, separators=(",", ":")) + "\n" for part in parts)
    target = index / FOLDER / name
    target.parent.mkdir(exist_ok=True)
    part = target.with_suffix(".tmp")
    part.write_text(text, encoding="utf-8")
    os.replace(part, target)
    if is_copy(index):
        from lineage_index.store.remote import push

        push(index, f"{FOLDER}/{name}")


@dataclass(frozen=True, slots=True)
class ManifestText:
    """A manifest with its two heavier lines unparsed. Every method raises ValueError or a relative of it when
    the text is not what it should be."""

    head: dict[str, Any]
    _layout: str
    _writers: str

    def files(self) -> Files:
        """The files of each table; an index that someone else made may name none outside itself."""
        files = {
            table: tuple(DataFile(name, rows, size) for name, rows, size in files)
            for table, files in self.head["files"].items()
        }
        for each in (each for known in files.values() for each in known):
            if not _PLAIN.fullmatch(each.name):
                raise ValueError(f"the manifest names `{each.name}`, which is no file of a table")
        return files

    def layout(self) -> LayoutCode:
        """The layout of the keys."""
        codes: LayoutCode = json.loads(self._layout)
        if not all(isinstance(keys, dict) for keys in codes.values()):
            raise ValueError("the layout is no mapping of mappings")
        return codes

    def plan(self) -> Plan:
        """The promoted columns of `runs`."""
        plan = json.loads(self._writers)["plan"]
        return plan_from_json(plan["columns"], plan["next_id"])

    def shadows(self) -> tuple[Shadow, ...]:
        """The folders that lost their uuid to another one."""
        return tuple(Shadow(*each) for each in json.loads(self._writers)["shadows"])

    def stores(self) -> tuple[StorePlace, ...]:
        """The run stores that were read; none in manifests of version 1.0."""
        return tuple(StorePlace(*each) for each in json.loads(self._writers).get("stores", ()))


def read_manifest(index: Path, name: str) -> ManifestText:
    """Reads the manifest `name`. OSError if it cannot be read, ValueError if it is damaged."""
    if is_copy(index) and not (index / FOLDER / name).exists():
        from lineage_index.store.remote import pull

        pull(index, f"{FOLDER}/{name}")
    try:
        head, layout, writers, _ = (index / FOLDER / name).read_text(encoding="utf-8").split("\n")
        text = ManifestText(json.loads(head), layout, writers)
        text.files()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{index / FOLDER / name} is damaged") from error
    return text
