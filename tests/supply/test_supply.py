"""What is installed is what is declared, locked and justified. `make dist-check` installs the packages.

tests/test_house.py builds wheel and sdist, and holds the dependencies of the map against those declared.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from importlib.metadata import metadata, version
from pathlib import Path

import liveness
import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))

LICENCES = {
    "Apache-2.0": "apache",
    "BSD-3-Clause": "bsd",
    "MIT": "mit",
    "MPL-2.0": "mozilla",
}
"""What licences may be, and the word that a package's own description of itself then has."""


def locked(file: Path) -> dict[str, tuple[str, list[str]]]:
    """The version and the hashes of each package of a lock."""
    entries: dict[str, tuple[str, list[str]]] = {}
    for entry in re.split(r"\n(?=\S)", file.read_text(encoding="utf-8").strip()):
        found = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", entry)
        assert found, entry
        entries[found[1].lower().replace("_", "-")] = (
            found[2],
            re.findall(r"--hash=sha256:(\w{64})\b", entry),
        )
    return entries


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", each)[0].lower() for each in requirements}


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a heading of the map, without its head."""
    section = MAP.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: str(file.name))
def test_every_package_of_a_lock_has_hashes(lock: Path) -> None:
    entries = locked(lock)
    assert len(entries) > 20
    assert [name for name, (_, hashes) in entries.items() if not hashes] == []
    assert "index-url" not in lock.read_text(encoding="utf-8")


def test_the_locks_hold_what_is_declared_and_agree() -> None:
    run, dev, fuzz = (locked(ROOT / f"requirements{each}.lock") for each in ("", "-dev", "-fuzz"))
    groups = PROJECT["dependency-groups"]
    assert names(PROJECT["project"]["dependencies"] + groups["build"]) <= set(run)
    assert names(groups["dev"]) <= set(dev)
    assert names(groups["fuzz"]) <= set(fuzz)
    for smaller, larger in ((run, dev), (dev, fuzz)):
        assert {name: entry for name, entry in larger.items() if name in smaller} == smaller


def test_what_is_tested_is_what_is_locked() -> None:
    entries = locked(ROOT / "requirements.lock")
    for name in names(PROJECT["project"]["dependencies"]):
        assert version(name) == entries[name][0]


def licence(package: str) -> str:
    """What a package says of its licence."""
    found = metadata(package)
    parts = [found.get("License-Expression"), (found.get("License") or "")[:40]]
    parts += [each for each in found.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join(filter(None, parts)).lower()


def test_licences_on_the_map_are_those_of_the_packages() -> None:
    shown = [(row[0], row[-1]) for row in (*rows("Dependencies"), *rows("Extras"))]
    assert len(shown) > 15
    for package, name in shown:
        assert LICENCES[name] in licence(package), (package, licence(package))


def test_every_package_is_alive() -> None:
    """As of the newest release that the map knows: what it says was looked up at one time."""
    found = {row[0]: date.fromisoformat(row[-2]) for row in (*rows("Dependencies"), *rows("Extras"))}
    assert len(found) > 15
    oldest = max(found.values()) - timedelta(days=2 * 365)
    assert {name: day for name, day in found.items() if day < oldest} == {}


def test_the_column_of_releases_is_filled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "last_release", lambda package: f"of {package}")
    table = "| package | last release | licence |\n|---|---|---|\n| vl-a2 | ? | MIT |"
    text = f"| package | licence |\n|---|---|\n| other | MIT |\n\n{table}\n\n| b | c | d |\n"
    assert liveness.with_dates(text) == text.replace("?", "of vl-a2")


def test_every_package_of_an_extra_is_justified() -> None:
    declared = {
        (re.split(r"[<>=]", package)[0], extra)
        for extra, packages in PROJECT["project"]["optional-dependencies"].items()
        for package in packages
    }
    shown = {(row[0], extra) for row in rows("Extras") for extra in row[1].split(", ")}
    assert shown == declared
    assert all(row[2] for row in rows("Extras"))


def test_no_dependency_is_unused_or_undeclared() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deptry", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
