"""What stands for `pql` in the tests is no other program than `pql`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import forked
import pytest


def shell(program: Path, line: str, folder: Path, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ | env | {"PATH": path},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "env"),
    [
        ("pql fmt 'status :  running'; exec pql explain 'stauts:a'", 2, {}),
        ("echo 'metrics.loss : <1' | pql fmt - 2>&1 | cat; exit ${PIPESTATUS[1]}", 0, {}),
        ("pql search status:failed", 3, {}),  # there is no index in the folder
        ("pql search status:failed", 3, {"PQL_INDEX": "elsewhere"}),
        ("pql search --help", 0, {"COLUMNS": "60", "FORCE_COLOR": "1"}),
        ("pql explain 'name:größe' >&-", 0, {}),
        ("pql fmt - <&-", 2, {}),
        ("pql explain 'name:größe' && pql explain 'name:größe'", 0, {"PYTHONIOENCODING": "ascii"}),
        ("pql --version >/dev/full", 74, {}),
        ("cd sub && pql check", 1, {}),
    ],
)
def test_it_does_as_the_program_does(tmp_path: Path, line: str, code: int, env: dict[str, str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "pql.toml").write_text('[queries]\nlate = "status:failed"\n')
    real = shell(forked.REAL, line, tmp_path, env)
    assert real[0] == code
    assert shell(forked.program(), line, tmp_path, env) == real
