"""Stands between a process and the disk: counts its writing calls, refuses them, or kills it at one.

The kernel asks before each such call (seccomp's user notification), whoever makes it: Python, Arrow, DuckDB
or delta-rs, on whatever thread. Between two of these calls the disk does not change, so a process killed
before every one of them has been killed in every state of the disk that it can leave behind.

Linux on x86-64 only; `unavailable()` says why there is no gate elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import pickle
import platform
import select
import signal
import socket
import struct
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Call", "Ended", "run_child", "unavailable"]

_SECCOMP, _USER_NOTIF_LISTENER, _NO_NEW_PRIVS = 317, 8, 38
_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_HERE = -100  # AT_FDCWD

_BY_DESCRIPTOR = {
    "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296, "pwritev2": 328, "sendfile": 40,
    "ftruncate": 77, "fallocate": 285, "fsync": 74, "fdatasync": 75, "fchmod": 91,
}  # fmt: skip
_BY_PATH = {
    "creat": 85, "truncate": 76, "unlink": 87, "rmdir": 84, "mkdir": 83, "rename": 82, "link": 86,
    "symlink": 88, "chmod": 90, "utime": 132, "utimes": 235,
}  # fmt: skip
_BY_FOLDER_AND_PATH = {
    "unlinkat": 263, "mkdirat": 258, "renameat": 264, "renameat2": 316, "linkat": 265, "symlinkat": 266,
    "fchmodat": 268, "utimensat": 280,
}  # fmt: skip
_OPEN, _OPENAT, _COPY_RANGE = 2, 257, 326
_NAMES = {
    number: name
    for table in (_BY_DESCRIPTOR, _BY_PATH, _BY_FOLDER_AND_PATH)
    for name, number in table.items()
} | {_OPEN: "open", _OPENAT: "openat", _COPY_RANGE: "copy_file_range"}


@dataclass(frozen=True, slots=True)
class Call:
    """A writing call: its name, and the file or folder it is about (of a rename or link, the new name)."""

    name: str
    path: str


Decision = Callable[[int, Call], int | None]
"""(number from 1, call) → None to let it through, an errno to refuse it with, or -1 to kill the process."""


@dataclass(slots=True)
class Ended:
    """How a child ended: the signal that killed it or None, what its function returned, the traceback of what
    it raised, and the calls that it came to."""

    signal: int | None = None
    value: Any = None
    error: str | None = None
    raised: str | None = None
    calls: list[Call] = field(default_factory=list)


def unavailable() -> str | None:
    """Why there is no gate on this machine; None if there is one."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "the gate needs Linux on x86-64"
    if run_child(_nothing, gate=lambda number, call: None).error is not None:
        return "the kernel grants no seccomp listener"
    return None


def _nothing() -> None:
    return None


def run_child(
    function: Callable[..., Any],
    *arguments: Any,
    gate: Decision | None = None,
    below: str | os.PathLike[str] = "/",
    seconds: float | None = None,
) -> Ended:
    """Runs a function in a fork of this process.

    Of the writing calls to what lies in the folder `below`, `gate` decides; with `seconds` the process is
    killed after that time, wherever it is.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    reading, writing = os.pipe()
    sys.stdout.flush()
    with warnings.catch_warnings():
        # Threads of the test runner are of no use to the child, and it waits for none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _behave(function, arguments, theirs if gate is not None else None, writing)
    theirs.close()
    os.close(writing)
    ended = Ended()
    with ours, open(reading, "rb") as results:
        listener = _listener(ours) if gate is not None else None
        try:
            said = _watch(child, listener, results.fileno(), gate, os.path.realpath(below), seconds, ended)
        finally:
            if listener is not None:
                os.close(listener)
            _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        ended.signal = os.WTERMSIG(status)
    elif said:
        ended.value, ended.raised, ended.error = pickle.loads(said)
    else:
        ended.error = f"the process ended by itself, with code {os.WEXITSTATUS(status)}"
    return ended


def _behave(
    function: Callable[..., Any], arguments: tuple[Any, ...], gate: socket.socket | None, writing: int
) -> None:
    """What the child does; it never returns."""
    outcome: tuple[Any, str | None, str | None]
    try:
        if gate is not None:
            _install(gate)
        outcome = (function(*arguments), None, None)
    except BaseException as error:  # noqa: BLE001 - the parent is told of it
        outcome = (None, type(error).__name__, traceback.format_exc())
    said = pickle.dumps(outcome)
    while said:
        said = said[os.write(writing, said) :]
    os._exit(0)


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("operand", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def _install(gate: socket.socket) -> None:
    """From here on every thread of this process asks."""
    libc = ctypes.CDLL(None, use_errno=True)
    program = _filter()
    code = (_Instruction * len(program))(*program)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    argument = ctypes.byref(_Program(len(program), code))
    listener = libc.syscall(_SECCOMP, 1, _USER_NOTIF_LISTENER, argument)
    if listener < 0:
        reason = os.strerror(ctypes.get_errno())
        gate.send(b"-")
        raise OSError(ctypes.get_errno(), f"no seccomp listener: {reason}")
    socket.send_fds(gate, [b"+"], [listener])
    os.close(listener)
    gate.close()


def _filter() -> list[_Instruction]:
    # seccomp_data: the number at 0, the low half of argument n at 16 + 8 n.
    program = [_Instruction(_LOAD, 0, 0, 0)]
    for number, flags in ((_OPEN, 24), (_OPENAT, 32)):
        program += [
            _Instruction(_EQUAL, 0, 4, number),
            _Instruction(_LOAD, 0, 0, flags),
            _Instruction(_ANY_BIT, 0, 1, _WRITING),
            _Instruction(_RETURN, 0, 0, _ASK),
            _Instruction(_RETURN, 0, 0, _ALLOW),
        ]
    for number in _NAMES:
        if number not in (_OPEN, _OPENAT):
            program += [_Instruction(_EQUAL, 0, 1, number), _Instruction(_RETURN, 0, 0, _ASK)]
    return [*program, _Instruction(_RETURN, 0, 0, _ALLOW)]


def _listener(ours: socket.socket) -> int | None:
    _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    return descriptors[0] if descriptors else None


def _watch(
    child: int,
    listener: int | None,
    results: int,
    gate: Decision | None,
    below: str,
    seconds: float | None,
    ended: Ended,
) -> bytes:
    """Answers until the child has said its last word or is dead; gives that word."""
    said = b""
    poll = select.poll()
    poll.register(results, select.POLLIN)
    if listener is not None:
        poll.register(listener, select.POLLIN)
    while True:
        ready = poll.poll(None if seconds is None else seconds * 1000)
        if not ready:
            os.kill(child, signal.SIGKILL)
            # One that had come to its end just then has said so.
            return said + _at_hand(results)
        for descriptor, events in ready:
            if descriptor == results:
                part = os.read(results, 1 << 16)
                if not part:
                    return said
                said += part
            elif events & select.POLLIN and gate is not None and listener is not None:
                _answer(child, listener, gate, below, ended)
            else:
                poll.unregister(descriptor)


def _at_hand(descriptor: int) -> bytes:
    """What can be read without waiting."""
    said = b""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while poll.poll(0):
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        said += part
    return said


def _answer(child: int, listener: int, gate: Decision, below: str, ended: Ended) -> None:
    asked = bytearray(80)
    try:
        fcntl.ioctl(listener, _RECEIVE, asked)
    except OSError as error:
        if error.errno == errno.ENOENT:  # the one who asked is dead
            return
        raise
    call_id, thread, _, number, _, _, *arguments = struct.unpack("QIIiIQ6Q", asked)
    call = _call(thread, number, arguments)
    refusal = None
    if call.path == below or call.path.startswith(below.rstrip("/") + "/"):
        ended.calls.append(call)
        refusal = gate(len(ended.calls), call)
    if refusal == -1:
        os.kill(child, signal.SIGKILL)
        return
    answer = bytearray(struct.pack("QqiI", call_id, 0, -(refusal or 0), 0 if refusal else _CONTINUE))
    try:
        fcntl.ioctl(listener, _SEND, answer)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def _call(thread: int, number: int, arguments: list[int]) -> Call:
    name = _NAMES[number]
    if name in _BY_DESCRIPTOR:
        return Call(name, _opened(thread, arguments[0]))
    if name == "copy_file_range":
        return Call(name, _opened(thread, arguments[2]))
    match name:
        case "open":
            return Call(name, _path(thread, _HERE, arguments[0]))
        case "rename" | "link" | "symlink":
            return Call(name, _path(thread, _HERE, arguments[1]))
        case "renameat" | "renameat2" | "linkat":
            return Call(name, _path(thread, arguments[2], arguments[3]))
        case "symlinkat":
            return Call(name, _path(thread, arguments[1], arguments[2]))
        case _ if name in _BY_PATH:
            return Call(name, _path(thread, _HERE, arguments[0]))
        case "utimensat" if not arguments[1]:
            return Call(name, _opened(thread, arguments[0]))
        case _:
            return Call(name, _path(thread, arguments[0], arguments[1]))


def _opened(thread: int, descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/{thread}/fd/{descriptor & 0xFFFFFFFF}")
    except OSError:
        return ""


def _path(thread: int, folder: int, address: int) -> str:
    try:
        with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            text = b""
            while b"\0" not in text:  # page by page: the next one may not be there
                text += memory.read(4096 - (address + len(text)) % 4096)
    except OSError:
        return ""
    folder &= 0xFFFFFFFF
    start = os.readlink(f"/proc/{thread}/cwd") if folder == _HERE & 0xFFFFFFFF else _opened(thread, folder)
    return os.path.normpath(os.path.join(start, os.fsdecode(text.partition(b"\0")[0])))
