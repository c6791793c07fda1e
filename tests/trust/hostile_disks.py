"""Real disks that are full or read-only: `hostile_disks.py CASE FOLDER`, a process for each case.

Prints `done`; or ends with 77 and the reason where the system doesn't let it make such a disk.
"""

from __future__ import annotations

import ctypes
import encodings.utf_8_sig  # noqa: F401 - what is imported late, an unprivileged user may be unable to read
import errno
import hashlib
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas  # noqa: F401
import pyarrow.dataset  # noqa: F401
from gate import run_child
from kill_cases import digest_of, fresh_digest
from trust_store import folder_of, write_run

from lineage_index.index.refresh import compare_with_store, refresh
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify

_NEW_MOUNTS = 0x00020000
_READ_ONLY, _REMOUNT, _BIND, _PRIVATE, _ALL_BELOW = 1, 32, 4096, 1 << 18, 16384
_NOBODY = 65534


class Unable(Exception):  # noqa: N818
    """The system doesn't allow it."""


def _mount(source: str, target: Path | str, kind: str | None, flags: int, options: str | None = None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    texts = [text.encode() if text is not None else None for text in (source, str(target), kind, options)]
    if libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]) != 0:
        raise Unable(f"nothing can be mounted here: {os.strerror(ctypes.get_errno())}")


def _own_mounts() -> None:
    """What this process mounts from now on is seen by nobody else, and goes with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNTS) != 0:
        raise Unable(f"no mounts of one's own: {os.strerror(ctypes.get_errno())}")
    _mount("none", "/", None, _PRIVATE | _ALL_BELOW)


def _tree(folder: Path) -> str:
    """A digest of names, contents, sizes and times of all that lies in a folder."""
    digest = hashlib.sha256()
    for path in sorted([folder, *folder.rglob("*")]):
        found = path.lstat()
        text = path.read_bytes() if path.is_file() else b""
        digest.update(
            repr((str(path), found.st_mode, found.st_mtime_ns, found.st_ctime_ns, found.st_size)).encode()
        )
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()


def _store(folder: Path) -> Path:
    store = folder / "store"
    for number in range(4):
        write_run(store, number, 1)
    return store


def _refusal(store: Path, index: Path) -> str:
    """Why the refresh failed; empty if it did not."""
    try:
        refresh(store, index)
    except IndexUnreadable as error:
        return error.message
    return ""


def _refused(store: Path, index: Path, reason: int) -> None:
    """The refresh fails with the reason, in one line."""
    said = _refusal(store, index)
    assert os.strerror(reason) in said, said or "the refresh went through"
    assert said.isprintable(), said


def full(folder: Path) -> None:
    """A disk that is too small for the index, at ever later points, until it is large enough."""
    store, index = _store(folder), folder / "disk" / "index"
    index.parent.mkdir()
    _own_mounts()
    _mount("trust", index.parent, "tmpfs", 0, "size=16k")
    refusals = 0
    for size in range(16, 4096, 24):
        _mount("trust", index.parent, "tmpfs", _REMOUNT, f"size={size}k")
        said = _refusal(store, index)
        if not said:
            break
        assert os.strerror(errno.ENOSPC) in said, said
        assert said.isprintable(), said
        refusals += 1
        shutil.rmtree(index)
    assert refusals > 1
    assert verify(open_snapshot(index)) == []
    before = digest_of(index)
    assert before == fresh_digest(folder / "fresh", store)
    # Full again: what is there stays.
    write_run(store, 1, 2)
    used = shutil.disk_usage(index.parent).used // 1024
    for room in (0, 8, 24, 40):
        _mount("trust", index.parent, "tmpfs", _REMOUNT, f"size={used + room}k")
        _refused(store, index, errno.ENOSPC)
        assert digest_of(index) == before
    _mount("trust", index.parent, "tmpfs", _REMOUNT, "size=64m")
    refresh(store, index)
    assert digest_of(index) == fresh_digest(folder / "fresh", store)


def limited(folder: Path) -> None:
    """Files may not grow beyond some bytes, as with a quota."""
    store, index = _store(folder), folder / "index"
    refresh(store, index)
    before = digest_of(index)
    write_run(store, 1, 2)
    for size in (0, 100, 1_000, 4_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        _refused(store, index, errno.EFBIG)
        assert digest_of(index) == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    refresh(store, index)
    assert digest_of(index) == fresh_digest(folder / "fresh", store)


def unreadable(folder: Path) -> None:
    """What may not be read is reported, what may not be written fails; for a user who is not root."""
    place = Path(tempfile.mkdtemp())
    try:
        place.chmod(0o755)
        _unreadable(place)
    finally:
        shutil.rmtree(place)


def _unreadable(folder: Path) -> None:
    store = _store(folder)
    index = folder / "open" / "index"
    index.parent.mkdir()
    if os.geteuid() == 0:
        os.chown(index.parent, _NOBODY, _NOBODY)
    (folder_of(store, 0) / "run.plx.json").chmod(0)
    folder_of(store, 1).chmod(0)
    locked = folder / "locked"
    locked.mkdir(mode=0o555)

    def unprivileged() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        report = refresh(store, index)
        lost = {(each.code, each.path.partition("/")[0]) for each in report.problems}
        assert ("unreadable", f"{0:032x}") in lost, lost
        assert ("unreadable", f"{1:032x}") in lost, lost
        assert open_snapshot(index).runs == 4
        assert verify(open_snapshot(index)) == []
        _refused(store, locked / "index", errno.EACCES)
        assert not any(locked.iterdir())

    ended = run_child(unprivileged)
    folder_of(store, 1).chmod(0o755)
    (folder_of(store, 0) / "run.plx.json").chmod(0o644)
    assert ended.error is None, ended.error
    refresh(store, index)
    assert digest_of(index) == fresh_digest(folder / "fresh", store)


def read_only(folder: Path) -> None:
    """A store on a disk that can't be written to is indexed like any other."""
    store, index = _store(folder), folder / "index"
    _own_mounts()
    _mount(str(store), store, None, _BIND)
    _mount(str(store), store, None, _BIND | _REMOUNT | _READ_ONLY)
    assert not os.access(store, os.W_OK)
    _everything(store, index)
    assert open_snapshot(index).runs == 4
    # An index that lies in the store, as when one is made in the store's own folder.
    _refused(store, store / ".pql", errno.EROFS)


def watched(folder: Path) -> None:
    """No call that would write to the store is even made, and nothing of it changes."""
    store, index = _store(folder), folder / "index"
    before = _tree(store)
    ended = run_child(_everything, store, index, gate=lambda number, call: errno.EROFS, below=store)
    assert ended.error is None, ended.error
    assert ended.calls == [], ended.calls
    assert _tree(store) == before


def _everything(store: Path, index: Path) -> None:
    """Whatever reads a store."""
    refresh(store, index)
    refresh(store, index)
    refresh(store, index, verify=True, history=False)
    assert compare_with_store(open_snapshot(index), store) == []


CASES: dict[str, Callable[[Path], None]] = {
    "full": full,
    "limited": limited,
    "unreadable": unreadable,
    "read-only": read_only,
    "watched": watched,
}

if __name__ == "__main__":
    try:
        CASES[sys.argv[1]](Path(sys.argv[2]).resolve())
    except Unable as reason:
        print(reason)
        sys.exit(77)
    print("done")
