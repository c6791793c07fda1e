"""The commands and the script of `docs/object_stores.md`, against the local server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bucket_place import Place

sys.path.append(str(Path(__file__).parents[1] / "docs"))

from doc_blocks import blocks, commands, matches

PAGE = Path(__file__).parents[2] / "docs" / "object_stores.md"


def test_the_page(place: Place, run_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place.upload(run_folders, "s3://lab/team/runs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in blocks(PAGE):
        if block.language == "console":
            for command in commands(block):
                shell = ["bash", "-c", command.text]
                done = subprocess.run(
                    shell, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
                )
                assert matches(command.shown, done.stdout), done
        elif block.language == "python":
            capsys.readouterr()
            exec(block.text, {})
            assert capsys.readouterr().out == "1\n"
