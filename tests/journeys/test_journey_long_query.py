"""A query of any length comes from a file or a pipe."""

from __future__ import annotations

from pathlib import Path

from cli_runner import FAILED, run_pql

LONG = "uuid:" + "|".join(f"{number:032x}" for number in range(2_500))


def test_a_query_in_a_file_or_a_pipe(home: Path, tmp_path: Path) -> None:
    query = f"{LONG}|{FAILED}"
    file = tmp_path / "query"
    file.write_text(f"{query}\n", encoding="utf-8")
    asked = ("search", "--format", "uuid")
    assert run_pql(*asked, "--query-file", str(file), cwd=home).out == f"{FAILED}\n"
    assert run_pql(*asked, "--query-file", "-", cwd=home, stdin=query).out == f"{FAILED}\n"
    assert "PQL112" in run_pql(*asked, query, cwd=home).err


def test_it_is_the_query_alone(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "query"
    assert "No such file" in run_pql("search", "--query-file", str(file), cwd=home).err
    file.write_bytes(b"name:\xff")
    assert "not UTF-8" in run_pql("search", "--query-file", str(file), cwd=home).err
    both = run_pql("search", "name:a", "--query-file", str(file), cwd=home)
    assert (both.code, "exclude each other" in both.err) == (2, True)
