"""`pql check` as a user runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from check_runner import git, pql, write

WRONG = "stauts:running\n"
RIGHT = "status:running\n"
OPERATION = "kind: operation\njoins:\n  - query: 'stauts:running'\n"


def concise(folder: Path, *arguments: str, stdin: str = "") -> list[str]:
    """The findings as `file:line:column: CODE`."""
    ran = pql("check", "-f", "concise", *arguments, cwd=folder, stdin=stdin)
    assert ran.code == (1 if ran.out else 0), ran.err
    return [" ".join(line.split()[:2]) for line in ran.out.splitlines()]


def test_folders_are_searched_in_order_and_gitignore_is_respected(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b.pql": WRONG,
            "a/x.yaml": OPERATION,
            "a/y.yml": OPERATION,
            "a/readme.md": WRONG,
            "a/ignored.pql": WRONG,
            "a/kept/ignored.pql": WRONG,
            "a/.gitignore": "ignored.pql\n",
            "a/kept/.gitignore": "!ignored.pql\n",
            "out/z.pql": WRONG,
            "deep/build/z.pql": WRONG,
            ".gitignore": "/out/\nbuild/\n",
            "other.yaml": "on: push\njobs: [joins, matrix]\n",
        },
    )
    found = ["a/kept/ignored.pql:1:1:", "a/x.yaml:3:13:", "a/y.yml:3:13:", "b.pql:1:1:"]
    assert concise(tmp_path, ".") == [f"{name} PQL201" for name in found]
    assert concise(tmp_path) == concise(tmp_path, ".")
    # What is named is checked, ignored or not, and once.
    assert concise(tmp_path, "out/z.pql", "out/z.pql") == ["out/z.pql:1:1: PQL201"]
    assert concise(tmp_path, "a/readme.md") == ["a/readme.md:1:1: PQL201"]


def test_ignores_of_folders_above_count_inside_a_repository(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.yml\n", "a/x.yml": OPERATION, "a/x.pql": WRONG})
    assert concise(tmp_path, "a") == ["a/x.pql:1:1: PQL201", "a/x.yml:3:13: PQL201"]
    git(tmp_path, "init")
    assert concise(tmp_path, "a") == ["a/x.pql:1:1: PQL201"]


def test_queries_and_standard_input(tmp_path: Path) -> None:
    assert concise(tmp_path, "-q", "status:running") == []
    two = pql("check", "-f", "concise", "-q", "stauts:a", "-q", "kid:b", cwd=tmp_path)
    assert [line[:20] for line in two.out.splitlines()] == ["query 1:1:1: PQL201 ", "query 2:1:1: PQL201 "]
    assert concise(tmp_path, "-", stdin=WRONG) == ["stdin:1:1: PQL201"]
    assert concise(tmp_path, "-", stdin=OPERATION) == ["stdin:3:13: PQL201"]
    assert concise(tmp_path, "-", "--stdin-filename", "op.yaml", stdin=OPERATION) == ["op.yaml:3:13: PQL201"]


def test_exit_codes(tmp_path: Path) -> None:
    write(tmp_path, {"right.pql": RIGHT, "wrong.pql": WRONG})
    (tmp_path / "binary.pql").write_bytes(b"status:\xff")
    assert pql("check", "right.pql", cwd=tmp_path).code == 0
    assert pql("check", "wrong.pql", cwd=tmp_path).code == 1
    for arguments, word in (
        (["nowhere.pql"], "nowhere.pql"),
        (["binary.pql"], "UTF-8"),
        (["--select", "PQL999"], "PQL999"),
        (["--format", "xml"], "xml"),
        (["--fix", "--diff"], "--diff"),
        (["--fix", "-q", "a:1"], "--fix"),
        (["--changed-since", "--output=x"], "revision"),
        (["--changed-since", "HEAD", "right.pql"], "git"),
        (["--index", "nowhere", "right.pql"], "nowhere"),
    ):
        ran = pql("check", *arguments, cwd=tmp_path)
        assert ran.code == (3 if "--index" in arguments else 2), (arguments, ran)
        assert word in ran.err
        assert "Traceback" not in ran.err


def test_settings_of_the_project(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a/q.pql": "id:a, stauts:b\n", "b/q.pql": "id:a\n", "pyproject.toml": "[project]\nname = 'x'\n"},
    )
    assert concise(tmp_path) == ["a/q.pql:1:1: PQL732", "a/q.pql:1:7: PQL201", "b/q.pql:1:1: PQL732"]
    write(tmp_path, {"pyproject.toml": "[tool.pql.check]\nignore = ['alias']\n"})
    assert concise(tmp_path) == ["a/q.pql:1:7: PQL201"]
    assert concise(tmp_path / "a") == ["q.pql:1:7: PQL201"]
    write(tmp_path, {"pql.toml": "\ufeff[check]\nselect = ['PQL7']\nexclude = ['b/']\n"})
    assert concise(tmp_path) == ["a/q.pql:1:1: PQL732"]
    assert concise(tmp_path, "--select", "PQL2,alias") == ["a/q.pql:1:1: PQL732", "a/q.pql:1:7: PQL201"]
    # A hook names the files; what is excluded stays so.
    assert concise(tmp_path, "b/q.pql") == ["b/q.pql:1:1: PQL732"]
    assert concise(tmp_path, "--force-exclude", "a/q.pql", "b/q.pql") == ["a/q.pql:1:1: PQL732"]
    assert concise(tmp_path, "--force-exclude", "b/q.pql") == []
    write(tmp_path, {"pql.toml": "[check]\nselct = ['PQL7']\n"})
    ran = pql("check", cwd=tmp_path)
    assert (ran.code, "`select`" in ran.err) == (2, True)


FIXABLE = (
    "\ufeff# top: é\r\nkind:   operation   # odd blanks\r\njoins:\r\n"
    '  - query:  "metrics.loss:=<0.1,  status:failed , status:failed" # why\r\n'
    "    sort: 'params.lr'\r\n    params: {a: {value: inputs.lr,contextOnly: true}}\r\n# no line end"
)
FIXED = FIXABLE.replace("=<", "<=").replace(" , status:failed", "").replace("params.lr", "inputs.lr")


def test_fix_changes_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {"op.yaml": FIXABLE, "right.pql": RIGHT})
    path = tmp_path / "op.yaml"
    path.chmod(0o640)
    before = (tmp_path / "right.pql").stat().st_mtime_ns
    diff = pql("check", "--diff", cwd=tmp_path)
    assert diff.code == 1
    assert path.read_bytes() == FIXABLE.encode()
    changed = [
        line[0] for line in diff.out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert changed == ["-", "-", "+", "+"]
    ran = pql("check", "--fix", "--ignore", "PQL723", cwd=tmp_path)
    assert path.read_bytes() == FIXED.encode()
    assert (ran.code, path.stat().st_mode & 0o777) == (0, 0o640)
    assert "fixed 3 in 1 file" in ran.err
    assert (tmp_path / "right.pql").stat().st_mtime_ns == before
    assert sorted(os.listdir(tmp_path)) == ["op.yaml", "right.pql"]
    assert pql("check", "--diff", cwd=tmp_path).out == ""


def test_only_what_a_branch_changed(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(tmp_path, {"old.pql": WRONG, "edited.pql": RIGHT, "sub/gone.pql": WRONG})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "a")
    git(tmp_path, "checkout", "-b", "work")
    write(tmp_path, {"committed.pql": WRONG})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "b")
    git(tmp_path, "checkout", "main")
    write(tmp_path, {"elsewhere.pql": WRONG})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "c")
    git(tmp_path, "checkout", "work")
    write(tmp_path, {"edited.pql": WRONG, "sub/new.pql": WRONG})
    (tmp_path / "sub" / "gone.pql").unlink()
    names = ["committed.pql", "edited.pql", "sub/new.pql"]
    assert concise(tmp_path, "--changed-since", "main") == [f"{name}:1:1: PQL201" for name in names]
    assert concise(tmp_path / "sub", "--changed-since", "main") == ["new.pql:1:1: PQL201"]
    lost = pql("check", "--changed-since", "nowhere", cwd=tmp_path)
    assert lost.code == 2
    assert "where this branch left 'nowhere' can't be told; git says: fatal:" in lost.err


def test_many_files_are_told_in_the_same_order_by_several_processes(tmp_path: Path) -> None:
    write(tmp_path, {f"{number:03}.pql": WRONG if number % 3 else RIGHT for number in range(150)})
    expected = [f"{number:03}.pql:1:1: PQL201" for number in range(150) if number % 3]
    assert concise(tmp_path) == expected


def test_rules_are_listed(tmp_path: Path) -> None:
    ran = pql("check", "--list-rules", cwd=tmp_path)
    assert ran.code == 0
    assert any(line.startswith("PQL701 ") and "never-matches" in line for line in ran.out.splitlines())


def test_explain_knows_the_codes_of_rules(tmp_path: Path) -> None:
    ran = pql("explain", "pql701", cwd=tmp_path)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "# never-matches")
    assert "PQL792" in pql("explain", "PQL793", cwd=tmp_path).err


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github", "junit"])
def test_output_goes_to_a_file(tmp_path: Path, form: str) -> None:
    write(tmp_path, {"q.pql": WRONG})
    shown = pql("check", "-f", form, cwd=tmp_path)
    written = pql("check", "-f", form, "-o", "out.txt", cwd=tmp_path)
    assert (written.code, written.out) == (1, "")
    assert (tmp_path / "out.txt").read_text("utf-8") == shown.out
    assert "PQL201" in shown.out


def test_an_index_knows_more(tmp_path: Path) -> None:
    run = {"uuid": "a" * 32, "status": "succeeded", "created_at": "2026-01-01T00:00:00Z"}
    for number in range(30):
        uuid = f"{number:032x}"
        day = f"2026-01-{number + 1:02}T00:00:00Z"
        outputs = {"loss": 0.5, **({"old": 1.0} if number < 5 else {})}
        data = {**run, "uuid": uuid, "created_at": day, "outputs": outputs, "inputs": {"opt": "adam"}}
        write(tmp_path, {f"store/{uuid}/run.plx.json": json.dumps(data)})
    assert pql("index", "refresh", "store", "--index", "ix", cwd=tmp_path).code == 0
    query = "metrics.loss:<1, metrics.lss:<1, metrics.old:<2, inputs.opt:adma, inputs.opt:>3, inputs.opt:adam"
    join = f"kind: operation\njoins:\n  - query: '{query}'\n"
    write(tmp_path, {"op.yaml": join})
    at = {each: 13 + query.index(each) for each in ("metrics.lss", "metrics.old", "adma", "inputs.opt:>3")}
    found = concise(tmp_path, "op.yaml", "--index", "ix", "--select", "PQL7", "--ignore", "PQL701")
    assert {
        f"op.yaml:3:{at['metrics.lss']}: PQL761",
        f"op.yaml:3:{at['metrics.old']}: PQL762",
        f"op.yaml:3:{at['adma']}: PQL763",
        f"op.yaml:3:{at['inputs.opt:>3']}: PQL764",
    } <= set(found)
    assert concise(tmp_path, "op.yaml", "--select", "PQL76") == []
    write(tmp_path, {"op.yaml": "kind: operation\njoins:\n  - query: 'metrics.loss:>1, inputs.opt:adam'\n"})
    assert concise(tmp_path, "op.yaml", "--index", "ix") == ["op.yaml:3:13: PQL765"]
    # Each value by itself, whatever holds it.
    query = "inputs.opt:adam|sgd, artifacts(kind:model), name:~%x%, metrics.loss:0.5|0.7"
    found = concise(tmp_path, "-q", query, "--index", "ix", "--select", "PQL763")
    wrong = ("sgd", "model", "~%x%", "0.7")
    assert found == [f"query:1:{query.index(each) + 1}: PQL763" for each in wrong]
