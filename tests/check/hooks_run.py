"""The hooks of this repository under the real pre-commit: `make test-hooks`.

pre-commit installs the project from a clone, with what it needs from the package registry, which takes
longer than the suite may.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {
    "wrong.pql": "stauts:running\n",
    "alias.pql": "id:a  # kept\n",
    "op.yaml": "kind: operation\njoins:\n  - query: 'metrics.loss:=<1'\n",
    "other.yaml": "a: [1, 2]\n",
    "vendor/wrong.pql": "stauts:running\n",
    "pql.toml": "[check]\nexclude = ['vendor/']\n",
    "notes.txt": "stauts:running\n",
}
FIXED = {
    **FILES,
    "alias.pql": "uuid:a  # kept\n",
    "op.yaml": "kind: operation\njoins:\n  - query: 'metrics.loss:<=1'\n",
}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command there and tell what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print("$", " ".join(command), done.stdout + done.stderr, sep="\n", flush=True)
    return done


def git(folder: Path, *arguments: str) -> None:
    """Run git, as somebody."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    assert run(folder, "git", *identity, *arguments).returncode == 0


def hooked(folder: Path, clone: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """Run one hook of the clone over all files of a project."""
    pre_commit = str(Path(sys.executable).parent / "pre-commit")
    return run(folder, pre_commit, "try-repo", str(clone), hook, "--all-files", "--verbose")


def main() -> None:
    """Check that the hooks find, fix and pass what they should."""
    with tempfile.TemporaryDirectory(prefix="hooks-") as name:
        top = Path(name)
        clone, project = top / "clone", top / "project"
        git(top, "clone", "--quiet", str(ROOT), str(clone))
        project.mkdir()
        git(project, "init", "--quiet")
        for file, text in FILES.items():
            (project / file).parent.mkdir(exist_ok=True)
            (project / file).write_text(text, "utf-8")
        git(project, "add", ".")

        checked = hooked(project, clone, "pql-check")
        assert checked.returncode == 1
        for code in ("PQL201", "PQL731", "PQL732"):
            assert code in checked.stdout, code
        assert not any(each in checked.stdout for each in ("notes.txt", "vendor/"))
        assert {file: (project / file).read_text("utf-8") for file in FILES} == FILES

        fixing = hooked(project, clone, "pql-check-fix")
        assert fixing.returncode == 1
        assert "PQL201" in fixing.stdout
        assert {file: (project / file).read_text("utf-8") for file in FILES} == FIXED

        (project / "wrong.pql").write_text("status:running\n", "utf-8")
        git(project, "add", ".")
        for hook in ("pql-check", "pql-check-fix"):
            assert hooked(project, clone, hook).returncode == 0, hook
    print("the hooks work")


if __name__ == "__main__":
    main()
