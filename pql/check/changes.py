"""What a branch changed, as git tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["ChangesError", "changed_files"]


class ChangesError(Exception):
    """Git can't tell; the text says why."""


def changed_files(revision: str, folder: Path) -> frozenset[Path]:
    """The files that differ from where this branch left the revision, with what is not committed or not known
    to git yet; as real paths. Raises ChangesError."""
    if revision.startswith("-") or not revision:
        raise ChangesError(f"{revision!r} is no revision")
    root = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    try:
        base = _git(folder, "merge-base", revision, "HEAD").strip()
    except ChangesError as error:
        raise ChangesError(f"where this branch left {revision!r} can't be told; git says: {error}") from None
    changed = _git(root, "diff", "--name-only", "--diff-filter=d", "--no-ext-diff", "-z", base, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset((root / name).resolve() for name in (changed + new).split("\0") if name)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise ChangesError(f"git can't be run: {error.strerror}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ChangesError(said[0] if said else f"git {arguments[0]} ended with {done.returncode}")
    return done.stdout.decode("utf-8", "surrogateescape")
