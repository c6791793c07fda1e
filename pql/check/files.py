"""Which files are checked: those named, and in folders those of a known ending that git doesn't ignore."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from pql.check.contents import Kind

__all__ = ["Target", "UnreadableError", "find_targets", "kind_of", "read_text"]

_KINDS = {".pql": "pql", ".yaml": "yaml", ".yml": "yaml"}
_NEVER = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".pql"))
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class UnreadableError(Exception):
    """A path that can't be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """One file to check; `name` is how it is called in findings."""

    path: Path
    name: str
    kind: Kind


def kind_of(name: str) -> Kind:
    """What a file of that name holds; files of other endings that are named outright are looked into."""
    suffix = Path(name).suffix.lower()
    return "yaml" if suffix == ".json" else _KINDS.get(suffix, "guess")


def find_targets(paths: Sequence[str], exclude: Sequence[str] = ()) -> tuple[Target, ...]:
    """The files of these paths, each once, in the order of their names. Raises UnreadableError."""
    found: dict[str, Target] = {}
    excluded = GitIgnoreSpec.from_lines(exclude)
    for each in paths:
        path = Path(each)
        if path.is_dir():
            for inner in _walk(path, _ignores_above(path), excluded):
                name = inner.as_posix()
                found.setdefault(os.path.realpath(inner), Target(inner, name, kind_of(name)))
        elif path.exists():
            found.setdefault(os.path.realpath(path), Target(path, path.as_posix(), kind_of(each)))
        else:
            raise UnreadableError(f"{each}: there is no such file or folder")
    return tuple(sorted(found.values(), key=lambda target: target.name))


@dataclass(frozen=True, slots=True)
class _Ignores:
    """One `.gitignore` and the folder it speaks of."""

    folder: str
    spec: GitIgnoreSpec

    def says(self, path: str, is_folder: bool) -> bool | None:
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if is_folder else relative).include


def _ignores_above(path: Path) -> tuple[_Ignores, ...]:
    """What the folders above say, up to the root of the repository; nothing outside of one."""
    above: list[Path] = []
    current = Path(os.path.abspath(path))
    while not (current / ".git").exists():
        if current.parent == current:
            return ()
        current = current.parent
        above.append(current)
    return tuple(each for folder in reversed(above) for each in _read_ignores(folder))


def _read_ignores(folder: Path) -> tuple[_Ignores, ...]:
    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return (_Ignores(os.path.abspath(folder), GitIgnoreSpec.from_lines(lines)),)


def _walk(folder: Path, ignores: tuple[_Ignores, ...], excluded: GitIgnoreSpec) -> Iterator[Path]:
    """The files below a folder. Links to folders are not followed."""
    ignores = (*ignores, *_read_ignores(folder))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise UnreadableError(f"{folder}: {error.strerror}") from None
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder and os.path.splitext(entry.name)[1].lower() not in _KINDS:
            continue
        if (is_folder and entry.name in _NEVER) or not (is_folder or entry.is_file()):
            continue
        path = Path(entry.path)
        if _ignored(os.path.abspath(entry.path), is_folder, ignores):
            continue
        if excluded.match_file(path.as_posix() + "/" if is_folder else path.as_posix()):
            continue
        if is_folder:
            yield from _walk(path, ignores, excluded)
        else:
            yield path


def _ignored(path: str, is_folder: bool, ignores: tuple[_Ignores, ...]) -> bool:
    """What the nearest `.gitignore` with an opinion says."""
    for each in reversed(ignores):
        said = each.says(path, is_folder)
        if said is not None:
            return said
    return False


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, line ends as they are, and the mark that stands in front of it (mostly none).

    Raises UnreadableError.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: not UTF-8 at byte {error.start + 1}") from None
    return (text[1:], _MARK) if text.startswith(_MARK) else (text, "")
