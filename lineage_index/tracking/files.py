"""Files and folders that a run keeps: once under `outputs`, or a version a step under `assets`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lineage_index.tracking.clock import Timestamp
from lineage_index.tracking.core import whole_step
from lineage_index.tracking.jsonfile import compact, plain
from lineage_index.tracking.kinds import checked_kind
from lineage_index.tracking.names import checked_name, file_stem
from lineage_index.tracking.paths import PathLike
from lineage_index.tracking.places import place_within
from lineage_index.tracking.references import ReferenceMethods, base_name
from lineage_index.tracking.replacing import replacing

__all__ = ["FileMethods"]


class FileMethods(ReferenceMethods):
    """The methods of a run that keep files. `summary` and `kind` as for references."""

    def log_artifact(
        self,
        path: PathLike,
        name: str | None = None,
        kind: str | None = None,
        summary: Mapping[str, Any] | None = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        rel_path: PathLike | None = None,
        *,
        is_input: bool = False,
        move: bool = False,
        skip_hash_calculation: bool = False,
    ) -> str | None:
        """Keep a copy of a file or folder, or with `move` itself, and record it.

        Without a step it goes to `outputs/`, or `outputs/<rel_path>/`, under its own file name. With a step
        it is one version of several: it goes to `assets/<kind>/<name>_<step>.<ext>`, and an event is added.
        Returns where it is now, None if the store could not take it.
        Raises FileNotFoundError if there is nothing at `path`.
        """
        kind = checked_kind(kind) if kind is not None else ("dir" if os.path.isdir(path) else "file")
        name = checked_name(name) if name is not None else base_name(os.fspath(path))
        if step is None:
            return self._keep_output(
                path, name, kind, summary, rel_path, is_input, move, skip_hash_calculation
            )
        if kind in ("metric", "system"):
            raise ValueError(f"events of the kind {kind} are numbers, and hold no file")
        asset = self._keep_asset(path, name, kind, step, move)
        if asset is not None:
            self._event(kind, name, compact({"kind": kind, "path": asset}), step, timestamp)
        return None if asset is None else os.path.join(self.folder, asset)

    def log_model(
        self,
        path: PathLike,
        name: str | None = None,
        framework: str | None = None,
        summary: Mapping[str, Any] | None = None,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        rel_path: PathLike | None = None,
        *,
        is_input: bool = False,
        move: bool = False,
        skip_hash_calculation: bool = False,
    ) -> str | None:
        """The same for a model, which without a step goes to `outputs/model/`."""
        name = checked_name(name) if name is not None else base_name(os.fspath(path))
        facts = {**(summary or {}), **({} if framework is None else {"framework": framework})}
        if step is None:
            place = rel_path if rel_path is not None else "model"
            return self._keep_output(path, name, "model", facts, place, is_input, move, skip_hash_calculation)
        asset = self._keep_asset(path, name, "model", step, move)
        if asset is None:
            return None
        event = {"framework": framework, "path": asset, "spec": plain(summary) if summary else None}
        payload = compact({key: value for key, value in event.items() if value is not None})
        self._event("model", name, payload, step, timestamp)
        with self._section:
            self._raise_flags("has_model")
        return os.path.join(self.folder, asset)

    def _keep_output(
        self,
        path: PathLike,
        name: str,
        kind: str,
        summary: Mapping[str, Any] | None,
        rel_path: PathLike | None,
        is_input: bool,
        move: bool,
        skip_hash_calculation: bool,
    ) -> str | None:
        self._check_open()
        source = os.path.abspath(path)
        folder = self.get_outputs_path(rel_path, is_dir=True)
        with self._section:
            target = self._own_target(os.path.join(folder, os.path.basename(source)), (kind, name))
        if not self._store(source, target, move):
            return None
        self.log_artifact_ref(
            target,
            kind,
            name,
            summary=summary,
            is_input=is_input,
            skip_hash_calculation=skip_hash_calculation,
        )
        return target

    def _own_target(self, target: str, owner: tuple[str, str]) -> str:
        # Two artifacts whose files have one name must not overwrite each other.
        stem, extension = os.path.splitext(target)
        number = 1
        while self._kept.setdefault(target, owner) != owner:
            number += 1
            target = f"{stem}-{number}{extension}"
        return target

    def _keep_asset(self, path: PathLike, name: str, kind: str, step: int | None, move: bool) -> str | None:
        self._check_open()
        source = os.path.abspath(path)
        extension = "" if os.path.isdir(source) else os.path.splitext(source)[1]
        asset = self._asset_path(kind, name, step, extension)
        return asset if self._store(source, os.path.join(self.folder, asset), move) else None

    def _asset_path(self, kind: str, name: str, step: int | None, extension: str) -> str:
        """Relative to the run's folder; `extension` with its dot."""
        version = "" if step is None else f"_{whole_step(step)}"
        return f"assets/{kind}/{file_stem(name)}{version}{extension}"

    def _store(self, source: str, target: str, move: bool) -> bool:
        os.stat(source)  # a missing source is the caller's mistake, not the store's
        if os.path.realpath(source) == os.path.realpath(target):
            return True
        if place_within(os.path.realpath(source), os.path.realpath(target)) is not None:
            raise ValueError(f"{source} holds the run's folder, and cannot be copied into it")
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            transfer(source, target, move)
        except OSError as error:  # shutil.Error is one
            self._trouble.met(error, target)
            return False
        return True


def transfer(source: str, target: str, move: bool) -> None:
    """Copy or move a file or folder to `target`, replacing what is there; a file appears whole.
    Raises OSError."""
    import shutil

    if os.path.isdir(source):
        if move and not os.path.exists(target):
            shutil.move(source, target)
            return
        shutil.copytree(source, target, dirs_exist_ok=True)
        if move:
            shutil.rmtree(source)
        return
    if move:
        with suppress(OSError):  # another file system: then copy first
            os.replace(source, target)
            return
    with replacing(target) as temporary:
        shutil.copy2(source, temporary)
    if move:
        os.unlink(source)
