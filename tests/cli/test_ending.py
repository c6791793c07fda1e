"""The end of the process `pql`: nothing is lost by ending at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = "import sys; sys.argv = ['pql', *sys.argv[1:]]\nfrom pql.cli.main import run\n"


def ended(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", START + script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--help",), 0), (("explain", "stauts:a"), 2), (("nonsense",), 2)]
)
def test_the_code_and_the_output_are_those_of_the_command(arguments: tuple[str, ...], code: int) -> None:
    plain = ended("from pql.cli.main import main; main()", *arguments)
    done = ended("run()", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, plain.stdout, plain.stderr)


def test_exit_handlers_run_once_and_what_is_buffered_is_written() -> None:
    script = "import atexit\natexit.register(print, 'handler')\nsys.stdout.write('begun ')\nrun()"
    done = ended(script, "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("begun pql-lineage ")
    assert done.stdout.count("handler") == 1


def test_the_interpreter_is_not_taken_apart() -> None:
    script = "class Last:\n    def __del__(self): print('apart')\nlast = Last()\nrun()"
    assert "apart" not in ended(script, "--version").stdout


def test_a_thread_at_work_is_waited_for() -> None:
    script = (
        "import threading\ngo = threading.Event()\n"
        "import atexit\natexit.register(print, 'handler')\n"
        "threading._register_atexit(go.set)\n"
        "threading.Thread(target=lambda: (go.wait(), print('worked'))).start()\nrun()"
    )
    done = ended(script, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert "worked" in done.stdout
