"""The command line as a user has it: a process, its streams, its exit code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import forked
from said import Said

PQL = forked.REAL

# The runs of the fixture store, named after what is special in them.
PLAIN = "5bc8fbbcbde540998164d8399f767c45"
NAMELESS = "3f1f65a8de524100b814e8a25f2dd97f"
ODD_METRICS = "ea959c212e9c42b1878c281d687c966c"
FAILED = "f8eb18b900744130a1da8978206f5c66"
STOPPED = "8a0a8c9632ea4928b6236bf2504b74ba"
KILLED = "2a7c18806a3743919c76f18a0585a01c"
NO_LINEAGE = "568068b9b52a43abad8d194a98921396"
CUT = "b465325278f845f5bb3120df2f4d4c86"
MEDIA = "5dbe44096b38430989a937a68c8f95ef"
ARTIFACTS = "edfde4163eff4b3f8177f1131e782196"
LOGS = "96fabb7b1ba94a54b67d5274c68deb5d"
RESUMED = "5cd5061c9c5f419e834c1b69573ac59a"
EVERY = frozenset(
    {PLAIN, NAMELESS, ODD_METRICS, FAILED, STOPPED, KILLED}
    | {NO_LINEAGE, CUT, MEDIA, ARTIFACTS, LOGS, RESUMED}
)


def run_pql(
    *arguments: str | bytes,
    cwd: Path,
    stdin: str | bytes = "",
    env: dict[str, str] | None = None,
) -> Said:
    """Run `pql`, in a fork, in a folder, in an environment without settings of its own but those given."""
    done = subprocess.run(
        [forked.program(), *arguments],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=environment(env),
        check=False,
    )
    said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in said.err
    assert "internal error" not in said.err
    return said


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of the tests without what would change the answers."""
    ours = ("PQL_", "PYTHON", "LC_", "LANG", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **(more or {})}


def assert_one_error(said: Said, code: int, *words: str) -> None:
    """The process ended with `code`, printed nothing, and said one error that has the words."""
    assert (said.code, said.out) == (code, ""), said
    begins = [line.startswith(("error:", "error[", "warning")) for line in said.err.splitlines()]
    assert begins[0], said.err
    assert sum(begins) == 1, said.err
    for each in words:
        assert each in said.err
