"""Builds wheel and sdist, installs each in an empty environment of each Python, and uses it there.

`make dist-check`. A Python that is not there is named and passed over; dependencies come from the lock, with
their hashes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

SMOKE = """
import subprocess, sys
from pathlib import Path
import pql
from lineage_index import Index, refresh, tracking
assert "site-packages" in pql.__file__, pql.__file__
statement = pql.compile("metrics.loss:<0.25, name:'x'", sort="-metrics.loss")
assert 0.25 in statement.parameters
for number in range(3):
    with tracking.init(name=f"trial {number}", store="runs") as run:
        run.log_inputs(lr=10.0 ** -number)
        for step in range(5):
            run.log_metric("loss", 1 / (step + number + 1), step=step)
refresh("runs", ".pql")
with Index.open(".pql") as index:
    assert index.search("metrics.loss:<0.19").total == 2
command = Path(sys.executable).with_name("pql")
found = [command, "search", "inputs.lr:>0.01", "--format", "csv"]
done = subprocess.run(found, capture_output=True, text=True)
assert done.returncode == 0 and len(done.stdout.splitlines()) == 3, done
"""


def run(*command: object, cwd: Path | None = None) -> None:
    """Run a command; what it said is shown if it fails."""
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def main(pythons: list[str]) -> None:
    """Check what is there, and say so."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        for target in ("wheel", "sdist"):
            run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", place / "dist", cwd=ROOT)
        for python in pythons:
            found = shutil.which(python)
            # A shim of pyenv is there for every Python that it knows.
            if (
                found is None
                or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode
            ):
                print(f"{python}: not here")
                continue
            for file in sorted((place / "dist").iterdir()):
                home = place / f"{Path(found).parent.parent.name}-{file.suffix[1:]}"
                run(found, "-m", "venv", home / "env")
                own = home / "env" / "bin" / "python"
                pip = (own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
                run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock")
                run(*pip, "--no-deps", "--no-build-isolation", file)
                run(own, "-c", SMOKE, cwd=home)
                print(f"{python}: {file.name} works")


if __name__ == "__main__":
    main(sys.argv[1:] or ["python3"])
