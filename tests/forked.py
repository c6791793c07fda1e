"""The program `pql` without the price of a start: a fork of a process that has loaded it stands for it.

It is a program like any other, for `subprocess` and for shells: with arguments, streams, a folder, an
environment and an exit code. What a test says of the start itself, of signals or of a terminal needs `REAL`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["REAL", "program"]

REAL = Path(sys.executable).with_name("pql")
SERVER = Path(__file__).with_name("fork_server.py")
# Libraries whose threads would stand in the way of a fork are told to do without.
NO_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "_RJEM_MALLOC_CONF": "background_thread:false",
}
# What Python and the C library read as they start: with other settings than those of the tests, the real
# program runs.
AT_START = (b"PYTHON", b"LC_", b"LANG")
PROGRAM = """\
#!{python} -IS
import _socket, marshal, os, sys

environment = dict(os.environb)
settings = {{name: value for name, value in environment.items() if name.startswith({at_start})}}
if settings != {settings}:
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
streams = []
for number in range(3):
    try:
        os.fstat(number)
        streams.append(number)
    except OSError:
        pass  # closed by the caller
asked = marshal.dumps({{
    "arguments": [os.fsencode(each) for each in [{real!r}, *sys.argv[1:]]],
    "folder": os.getcwdb(),
    "environment": environment,
    "streams": streams,
}})
server = _socket.socket(_socket.AF_UNIX)
server.connect({address!r})
passed = b"".join(number.to_bytes(4, sys.byteorder) for number in streams)
sent = server.sendmsg([asked], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, passed)])
server.sendall(asked[sent:])
server.shutdown(_socket.SHUT_WR)
os._exit(server.recv(1)[0])
"""


@cache
def program() -> Path:
    """The program `pql`, alone in its folder, so that this can be put on the PATH."""
    folder = Path(tempfile.mkdtemp(prefix="pql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = str(folder / "socket")
    server = subprocess.Popen(
        [sys.executable, SERVER, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | NO_THREADS,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    with server.stdout as said:
        assert said.readline() == b"ready\n"
    made = folder / "bin" / "pql"
    made.parent.mkdir()
    made.write_text(
        PROGRAM.format(
            python=sys.executable,
            real=str(REAL),
            at_start=AT_START,
            settings={name: value for name, value in os.environb.items() if name.startswith(AT_START)},
            address=address,
        )
    )
    made.chmod(0o700)
    return made
