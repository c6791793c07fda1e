"""Files that are large, odd, or none: one word about each, and no end of the others."""

from __future__ import annotations

import os
import re
from pathlib import Path
from unittest import mock

import pytest
from check_runner import Ran, pql, write

import pql.check.many as many
from pql.check.files import LARGEST

WRONG = "stauts:running\n"
OPERATION = "kind: operation\njoins:\n  - query: 'stauts:running'\n"
BOMB = (
    "kind: operation\nx0: &x0 [a,a,a,a,a,a,a,a,a]\n"
    + "".join(f"x{n}: &x{n} [{','.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12))
    + "joins:\n  - query: 'stauts:a'\n"
)


def check(folder: Path, *arguments: str) -> Ran:
    ran = pql("check", "-f", "concise", *arguments, cwd=folder)
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    return ran


def found(ran: Ran) -> list[str]:
    return [" ".join(line.split()[:2]) for line in ran.out.splitlines()]


ODD = {
    "bomb.yaml": (BOMB, "7:10: PQL602"),
    "large.yaml": (OPERATION + "#\n" * (5 << 20), "1:1: PQL602"),
    "deep.yaml": ("kind: operation\njoins: " + "[" * 5000, "2:71: PQL602"),
    "deep.pql": ("(" * 5000 + "stauts:a" + ")" * 5000, "1:5001: PQL201"),
    "long.pql": ("metrics.loss:<0.1,\n" * 100_000 + "status:running\n", "3450:6: PQL112"),
    "mark.pql": ("\ufeff" + WRONG, "1:1: PQL201"),
    "mark.yaml": ("\ufeff" + OPERATION, "3:13: PQL201"),
    "returns.pql": ("[a]\r\nkind:job,\r\nstauts:a\r\n", "3:1: PQL201"),
    "tabs.yaml": (OPERATION.replace("  -", "\t-"), "3:1: PQL601"),
    "nul.yaml": (OPERATION.replace("running", "\0"), "3:20: PQL601"),
    "nul.pql": ("name:a\0b\n", "1:7: PQL733"),
}


@pytest.mark.parametrize("name", ODD)
def test_one_finding_a_file(tmp_path: Path, name: str) -> None:
    text, where = ODD[name]
    write(tmp_path, {name: text})
    assert found(check(tmp_path)) == [f"{name}:{where}"]


def test_a_hundred_thousand_lines(tmp_path: Path) -> None:
    blocks = "".join(f"[q{n}]\nkind:job\n\n# c\n" for n in range(25_000))
    write(tmp_path, {"q.pql": blocks + "[last]\n" + WRONG})
    assert found(check(tmp_path)) == ["q.pql:100002:1: PQL201"]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"right.pql": WRONG, "inner/x.txt": ""})
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "circle.pql").symlink_to("circle.pql")
    (tmp_path / "nowhere.yaml").symlink_to("gone")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "inner" / "up").symlink_to("..")
    # In a folder they are nothing to check; named, they are told.
    assert found(check(tmp_path)) == ["right.pql:1:1: PQL201"]
    for name, reason in (
        ("pipe.yaml", "no regular file"),
        ("zero.yaml", "no regular file"),
        ("circle.pql", "symbolic links"),
        ("nowhere.yaml", "no such file"),
        ("a\0b.pql", "null"),
    ):
        ran = check(tmp_path, name)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert reason in ran.err
    ran = check(tmp_path, "pipe.yaml", "right.pql")
    assert (ran.code, found(ran), ran.err.count("\n")) == (2, ["right.pql:1:1: PQL201"], 1)


def test_a_pipe_of_the_shell_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, WRONG.encode())
    os.close(writing)
    try:
        assert found(check(tmp_path, f"/dev/fd/{reading}")) == [f"/dev/fd/{reading}:1:1: PQL201"]
    finally:
        os.close(reading)


def test_the_others_are_checked_beside_one_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, {"a.pql": WRONG, "b.pql": WRONG, "c.pql": WRONG})
    (tmp_path / "d.pql").write_bytes(b"name:\xe9")
    read = many.read_text

    def vanishing(path: Path) -> tuple[str, str]:
        if path.name == "b.pql":
            path.unlink()
        return read(path)

    with mock.patch.object(many, "read_text", vanishing):
        ran = check(tmp_path)
    assert (ran.code, found(ran)) == (2, ["a.pql:1:1: PQL201", "c.pql:1:1: PQL201"])
    assert ran.err == "error: b.pql: No such file or directory\nerror: d.pql: not UTF-8 at byte 6\n"


def test_a_closed_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.pql": WRONG, "shut/b.pql": WRONG})
    listed = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder).name == "shut":  # root may look into every folder, so one that is closed is played
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr("pql.check.files.os.scandir", scandir)
    ran = check(tmp_path)
    assert (ran.code, found(ran)) == (2, ["a.pql:1:1: PQL201"])
    assert ran.err == "error: shut: Permission denied\n"


def test_more_than_is_read(tmp_path: Path) -> None:
    with (tmp_path / "vast.pql").open("wb") as opened:
        opened.truncate(LARGEST + 1)
    ran = check(tmp_path)
    assert (ran.code, ran.out, "vast.pql: more than" in ran.err) == (2, "", True)


def test_fixing_goes_on_behind_what_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"b.pql": "id:a\n"})
    (tmp_path / "a.pql").write_bytes(b"\xff")
    diff = check(tmp_path, "--diff")
    assert (diff.code, "-id:a\n+uuid:a" in diff.out, "a.pql" in diff.err) == (2, True, True)
    ran = check(tmp_path, "--fix")
    assert (ran.code, (tmp_path / "b.pql").read_text()) == (2, "uuid:a\n")


def test_progress_is_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"{number:03}.pql": "status:running\n" for number in range(45)})
    assert check(tmp_path).err == ""
    monkeypatch.setattr("pql.cli.check._PATIENCE", -1.0)
    assert check(tmp_path).err == ""
    ran = pql("check", cwd=tmp_path, terminal=True)
    assert re.search(r"\d+ of 45 files checked, [\d,]+ a second, \d+ s left", ran.err)
    assert ran.err.endswith("\r\033[K")
