"""Which files are checked: those named, and in folders those of a known ending that git doesn't ignore."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from pql.check.contents import Kind
from pql.check.report import Unread
from pql.check.saved import SETTINGS_FILES

__all__ = ["LARGEST", "Found", "Target", "UnreadableError", "decoded", "find_targets", "kind_of", "read_text"]

LARGEST = 64 << 20
"""Bytes of a file that are read."""

_KINDS = {".pql": "pql", ".yaml": "yaml", ".yml": "yaml"}
_NEVER = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".pql"))
_PIPES = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class UnreadableError(Exception):
    """A path that can't be read, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """One file to check; `name` is how it is called in findings."""

    path: Path
    name: str
    kind: Kind


def kind_of(name: str) -> Kind:
    """What a file of that name holds; files of other endings that are named outright are looked into."""
    if Path(name).name in SETTINGS_FILES:
        return "toml"
    suffix = Path(name).suffix.lower()
    return "yaml" if suffix == ".json" else _KINDS.get(suffix, "guess")


@dataclass(frozen=True, slots=True)
class Found:
    """The files to check, and the folders below those named that can't be looked into."""

    targets: tuple[Target, ...]
    closed: tuple[Unread, ...]


def find_targets(paths: Sequence[str], exclude: Sequence[str] = (), *, named_too: bool = False) -> Found:
    """The files of these paths, each once, in the order of their names. What `exclude` matches is left out of
    folders, and with `named_too` also where it is named.

    Raises UnreadableError for a path that is not there.
    """
    found: dict[str, Target] = {}
    closed: list[Unread] = []
    excluded = GitIgnoreSpec.from_lines(exclude)
    for each in paths:
        path = Path(each)
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except FileNotFoundError:
            raise UnreadableError(each, "there is no such file or folder") from None
        except (OSError, ValueError) as error:
            raise UnreadableError(each, _reason(error)) from None
        if is_folder:
            for inner in _walk(path, _ignores_above(path), excluded, closed):
                name = inner.as_posix()
                found.setdefault(os.path.realpath(inner), Target(inner, name, kind_of(name)))
        elif not (named_too and excluded.match_file(path.as_posix())):
            found.setdefault(os.path.realpath(path), Target(path, path.as_posix(), kind_of(each)))
    return Found(tuple(sorted(found.values(), key=lambda target: target.name)), tuple(closed))


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


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


def _walk(
    folder: Path, ignores: tuple[_Ignores, ...], excluded: GitIgnoreSpec, closed: list[Unread]
) -> Iterator[Path]:
    """The files below a folder. Links to folders, and links that lead nowhere, are not followed."""
    ignores = (*ignores, *_read_ignores(folder))
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        closed.append(Unread(folder.as_posix(), _reason(error)))
        return
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        known = entry.name in SETTINGS_FILES or os.path.splitext(entry.name)[1].lower() in _KINDS
        if not is_folder and not known:
            continue
        if (is_folder and entry.name in _NEVER) or not (is_folder or _is_file(entry)):
            continue
        path = Path(entry.path)
        if _ignored(os.path.abspath(entry.path), is_folder, ignores):
            continue
        if excluded.match_file(path.as_posix() + "/" if is_folder else path.as_posix()):
            continue
        if is_folder:
            yield from _walk(path, ignores, excluded, closed)
        else:
            yield path


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # links in a circle
        return False


def _ignored(path: str, is_folder: bool, ignores: tuple[_Ignores, ...]) -> bool:
    """What the nearest `.gitignore` with an opinion says."""
    for each in reversed(ignores):
        said = each.says(path, is_folder)
        if said is not None:
            return said
    return False


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, line ends as they are, and the mark that stands in front of it (mostly none).

    What is no regular file is not waited for, but for a pipe that a shell gives by number. Raises
    UnreadableError.
    """
    name = path.as_posix()
    try:
        handle = os.open(path, os.O_RDONLY | (0 if name.startswith(_PIPES) else _AT_ONCE))
        with open(handle, "rb") as opened:
            kind = os.fstat(handle).st_mode
            if not stat.S_ISREG(kind) and not name.startswith(_PIPES):
                raise UnreadableError(name, "no regular file")
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableError(name, _reason(error)) from None
    return decoded(data, name)


_AT_ONCE = getattr(os, "O_NONBLOCK", 0)


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of some bytes, and the mark in front of it. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError(name, f"more than {LARGEST:,} bytes, which is the most that is read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(name, f"not UTF-8 at byte {error.start + 1}") from None
    return (text[1:], _MARK) if text.startswith(_MARK) else (text, "")
