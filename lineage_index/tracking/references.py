"""Artifacts that the lineage only points at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from lineage_index.tracking.coderef import code_reference
from lineage_index.tracking.environment import environment
from lineage_index.tracking.hashing import hash_of_path, hash_of_value
from lineage_index.tracking.jsonfile import plain, write_json
from lineage_index.tracking.kinds import checked_kind
from lineage_index.tracking.names import checked_name
from lineage_index.tracking.paths import PathLike, PathMethods
from lineage_index.tracking.places import is_uri, place_within

__all__ = ["ReferenceMethods", "base_name"]


class ReferenceMethods(PathMethods):
    """The methods of a run that record an artifact without touching it.

    `kind` is one of `kinds.ARTIFACT_KINDS`; `summary` is any mapping, kept in the lineage entry. An entry
    with the kind, name and direction (`is_input`) of an earlier one replaces it.
    """

    def log_artifact_ref(
        self,
        path: PathLike | None,
        kind: str,
        name: str | None = None,
        hash: str | None = None,  # noqa: A002 - named as in the real client
        content: Any = None,
        summary: Mapping[str, Any] | None = None,
        is_input: bool = False,
        *,
        skip_hash_calculation: bool = False,
        connection: str | None = None,
        state: str | None = None,
    ) -> None:
        """Record an artifact in the lineage, without touching it.

        `path`: a URI is kept as it is; a local path is relative to the run's folder if it lies in it, else
        absolute. `name`: without it, the file's name without its extension. `hash` is the content's; without
        it, it is that of `content`, or of the local file or folder at `path`. `state` is a uuid for the
        content, `connection` the name of the store it lies on.
        """
        place, local = self._resolve(path)
        if name is None:
            if path is None:
                raise ValueError("an artifact needs a name or a path")
            name = base_name(os.fspath(path))
        facts = {str(key): plain(value) for key, value in (summary or {}).items()}
        if place is not None:
            facts.setdefault("path", local or place)
        if hash is not None:
            facts["hash"] = hash
        elif content is not None and not skip_hash_calculation:
            facts["hash"] = hash_of_value(content)
        elif local is not None and not skip_hash_calculation and os.path.exists(local):
            facts["hash"] = hash_of_path(local)
        entry = {
            "name": checked_name(name),
            "kind": checked_kind(kind),
            "path": place,
            "summary": facts,
            "is_input": bool(is_input),
            "connection": connection,
            "state": state,
        }
        with self._section:
            self._check_open()
            self._documents.add_lineage({key: value for key, value in entry.items() if value is not None})
            if kind == "model":
                self._raise_flags("has_model")

    def log_model_ref(
        self,
        path: PathLike,
        name: str | None = None,
        framework: str | None = None,
        summary: Mapping[str, Any] | None = None,
        is_input: bool = False,
        *,
        skip_hash_calculation: bool = False,
    ) -> None:
        """Record a model that lies somewhere."""
        facts = {**(summary or {}), **({} if framework is None else {"framework": framework})}
        self.log_artifact_ref(
            path,
            "model",
            name,
            summary=facts,
            is_input=is_input,
            skip_hash_calculation=skip_hash_calculation,
        )

    def log_data_ref(
        self,
        name: str,
        hash: str | None = None,  # noqa: A002 - named as in the real client
        path: PathLike | None = None,
        content: Any = None,
        summary: Mapping[str, Any] | None = None,
        is_input: bool = True,
        *,
        skip_hash_calculation: bool = False,
    ) -> None:
        """Record a data set, by its place, its hash or its content."""
        self.log_artifact_ref(
            path,
            "data",
            name,
            hash,
            content,
            summary,
            is_input,
            skip_hash_calculation=skip_hash_calculation,
        )

    def log_file_ref(
        self,
        path: PathLike,
        name: str | None = None,
        hash: str | None = None,  # noqa: A002 - named as in the real client
        content: Any = None,
        summary: Mapping[str, Any] | None = None,
        is_input: bool = False,
        *,
        skip_hash_calculation: bool = False,
    ) -> None:
        """Record a file."""
        self.log_artifact_ref(
            path,
            "file",
            name,
            hash,
            content,
            summary,
            is_input,
            skip_hash_calculation=skip_hash_calculation,
        )

    def log_dir_ref(
        self,
        path: PathLike,
        name: str | None = None,
        is_input: bool = False,
        summary: Mapping[str, Any] | None = None,
        *,
        skip_hash_calculation: bool = False,
    ) -> None:
        """Record a folder."""
        self.log_artifact_ref(
            path, "dir", name, None, None, summary, is_input, skip_hash_calculation=skip_hash_calculation
        )

    def log_tensorboard_ref(self, path: PathLike, name: str = "tensorboard", is_input: bool = False) -> None:
        """Record a folder of TensorBoard's; it grows, so it gets no hash."""
        self.log_artifact_ref(path, "tensorboard", name, is_input=is_input, skip_hash_calculation=True)
        with self._section:
            self._raise_flags("has_tensorboard")

    def get_tensorboard_path(self, rel_path: PathLike = "tensorboard", *, relative: bool = False) -> str:
        """A folder under `outputs` for TensorBoard's files; the first call records it in the lineage."""
        path = self.get_outputs_path(rel_path, is_dir=True)
        if not (self._documents.run.get("meta_info") or {}).get("has_tensorboard"):
            self.log_tensorboard_ref(path)
        return self.get_outputs_path(rel_path, ensure_path=False, relative=relative)

    def log_code_ref(
        self,
        code_ref: Mapping[str, Any] | None = None,
        is_input: bool = True,
        *,
        path: PathLike = ".",
    ) -> dict[str, Any] | None:
        """Record the commit, branch, remote and dirty state of the git repository at `path`, or what
        `code_ref` says (it must hold `commit`). Returns what was recorded, None where there is no commit."""
        found = dict(code_ref) if code_ref is not None else code_reference(os.fspath(path))
        if found is None or not found.get("commit"):
            self._trouble.say("no code reference: no git, no repository or no commit")
            return None
        self.log_artifact_ref(None, "coderef", str(found["commit"]), summary=found, is_input=is_input)
        return found

    def log_env(self, rel_path: PathLike | None = None, content: Mapping[str, Any] | None = None) -> None:
        """Write what the run runs on to `outputs/env.json`, or `content` in its place, and record it."""
        facts = plain(content) if content is not None else environment()
        path = self.get_outputs_path(rel_path or "env.json")
        try:
            write_json(path, facts)
        except OSError as error:
            self._trouble.met(error, path)
            return
        self.log_artifact_ref(path, "env", "env", hash_of_value(facts))

    def _resolve(self, path: PathLike | None) -> tuple[str | None, str | None]:
        """(as the lineage holds it, as the local file system has it or None)."""
        if path is None:
            return None, None
        text = os.fspath(path)
        if is_uri(text):
            return text, None
        local = os.path.abspath(text)
        if not os.path.isabs(text) and not os.path.exists(local):
            inside = os.path.join(self.folder, text)
            local = inside if os.path.exists(inside) else local
        within = place_within(self.folder, local)
        if within is None:
            within = place_within(os.path.realpath(self.folder), os.path.realpath(local))
        return (local if within is None else within), local


def base_name(path: str) -> str:
    """The last part of a path or URI, without its extension."""
    last = os.path.basename(path.rstrip("/")) or path
    return os.path.splitext(last)[0] or last
