"""The paths that a run gives to the script."""

from __future__ import annotations

import os

from lineage_index.tracking.core import RunCore
from lineage_index.tracking.places import place_within

__all__ = ["PathLike", "PathMethods"]

PathLike = str | os.PathLike[str]


class PathMethods(RunCore):
    """The methods of a run that give paths."""

    def get_artifacts_path(
        self,
        rel_path: PathLike | None = None,
        *,
        is_dir: bool = False,
        ensure_path: bool = True,
        relative: bool = False,
    ) -> str:
        """The run's folder, or a path in it: absolute, or with `relative` relative to that folder.

        With `ensure_path` the folders above it are made, and with `is_dir` itself too.
        Raises ValueError for a path that leads out of the folder.
        """
        return self._place(self.folder, rel_path, is_dir, ensure_path, relative)

    def get_outputs_path(
        self,
        rel_path: PathLike | None = None,
        *,
        is_dir: bool = False,
        ensure_path: bool = True,
        relative: bool = False,
    ) -> str:
        """The same for the run's `outputs` folder, where a script puts files of its own."""
        return self._place(os.path.join(self.folder, "outputs"), rel_path, is_dir, ensure_path, relative)

    def _place(
        self, root: str, rel_path: PathLike | None, is_dir: bool, ensure_path: bool, relative: bool
    ) -> str:
        within = "." if rel_path is None else place_within(root, rel_path)
        if within is None:
            raise ValueError(f"{os.fspath(rel_path or '')!r} leads out of {root}")
        path = root if within == "." else os.path.join(root, within)
        if ensure_path:
            try:
                os.makedirs(path if is_dir or within == "." else os.path.dirname(path), exist_ok=True)
            except OSError as error:
                self._trouble.met(error, path)
        return os.path.relpath(path, self.folder) if relative else path
