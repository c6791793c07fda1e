"""The house as a whole: its public names, what importing costs, and the map of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import lineage_index
import pql
from pql.catalog.tables import TABLES

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

HEAVY = {"lark", "duckdb", "pyarrow", "deltalake", "pandas", "numpy", "typer", "yaml", "jinja2"}


def imported_by(script: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after a script."""
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.splitlines()[-1].split())


def test_importing_the_packages_imports_nothing_heavy() -> None:
    assert imported_by("import pql, lineage_index") == set()


def test_compiling_needs_no_engine() -> None:
    script = "import pql; pql.compile('metrics.loss:<0.01, artifacts.kind:model', sort='-metrics.loss')"
    assert imported_by(script) <= {"lark"}


def test_opening_a_snapshot_needs_neither_arrow_nor_the_table_format() -> None:
    script = (
        "from lineage_index import Index, IndexMissing\ntry: Index.open('nowhere')\nexcept IndexMissing: 0"
    )
    assert imported_by(script) <= {"lark", "duckdb"}


@pytest.mark.parametrize("package", [pql, lineage_index])
def test_every_public_name_is_there_and_listed(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert dir(package) == sorted(names)
    for name in names:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_the_stages_one_by_one_are_what_compile_does() -> None:
    query, sort = "metrics.loss:<0.01 | status:failed", "-metrics.loss,name"
    now = datetime(2026, 11, 22, tzinfo=UTC)
    layout = pql.Layout({("outputs", "loss"): pql.KeyLayout(num="k1")})
    bound = pql.bind(
        pql.parse(query), pql.parse_sort(sort), clock=pql.Clock(now), text=query, sort_text=sort, limit=5
    )
    by_hand = pql.lower(pql.plan_query(bound), layout)
    assert pql.compile(query, sort=sort, limit=5, now=now, layout=layout) == by_hand
    assert '"k1"' in by_hand.sql
    assert '"k1"' not in pql.compile(query, sort=sort, limit=5, now=now).sql


def test_literals_are_parameters() -> None:
    statement = pql.compile("name:'; DROP TABLE runs --', metrics.loss:<0.25, status:failed|stopped")
    assert set(statement.parameters) >= {"; DROP TABLE runs --", 0.25, "failed", "stopped"}
    for literal in ("DROP", "0.25", "failed"):
        assert literal not in statement.sql


def test_the_clock_decides_what_date_words_mean() -> None:
    def compiled(now: datetime, tz: timezone) -> pql.Statement:
        return pql.compile("created_at:today", now=now, tz=tz)

    day, next_day = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    assert compiled(day, UTC) == compiled(day + timedelta(hours=1), UTC)
    assert compiled(day, UTC) != compiled(next_day, UTC)
    assert compiled(day, UTC) != compiled(day, east)


def test_faults_raise_with_a_diagnostic() -> None:
    with pytest.raises(pql.PqlError) as raised:
        pql.compile("stauts:running")
    diagnostic = raised.value.diagnostic
    assert (diagnostic.code, diagnostic.span, diagnostic.severity) == (
        "PQL201",
        pql.Span(0, 6),
        pql.Severity.ERROR,
    )
    assert pql.render(diagnostic, raised.value.text).splitlines()[3:] == [
        "1 | stauts:running",
        "  | ^^^^^^",
        f"hint: {diagnostic.hint}",
    ]
    with pytest.raises(ValueError, match="run"):
        pql.compile("status:running", entity="run")


def section(title: str) -> str:
    """The text under a heading of the map."""
    return MAP.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def packages() -> set[str]:
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for top in ("pql", "lineage_index")
        for path in (ROOT / top).glob("*/__init__.py")
    }
    assert len(found) > 10
    return found


def test_every_package_is_on_the_map_and_nothing_else() -> None:
    named = [name for row in rows("Stages") for name in re.findall(r"`((?:pql|lineage_index)\.\w+)`", row[3])]
    assert sorted(named) == sorted(packages())


def test_the_layers_of_the_map_are_those_that_imports_are_held_against() -> None:
    shown = section("Layers").partition("```\n")[2].partition("\n```")[0]
    house, compiler, index, _ = PROJECT["tool"]["importlinter"]["contracts"]
    assert shown.splitlines() == house["layers"]
    for contract, root in ((compiler, "pql"), (index, "lineage_index")):
        assert (contract["containers"], contract["exhaustive"]) == ([root], True)
    listed = re.findall(r"\w+\.\w+", shown)
    assert sorted(listed) == sorted(packages())


def test_the_tables_of_the_map_are_those_of_the_catalog() -> None:
    shown = {row[0].strip("`"): row[2] for row in rows("Tables")}
    assert shown == {table.name: ", ".join(table.sort) for table in TABLES}


def test_every_dependency_is_justified() -> None:
    needed = {re.split(r"[<>=]", each)[0] for each in PROJECT["project"]["dependencies"]}
    shown = {row[0]: row[1] for row in rows("Dependencies")}
    assert set(shown) == needed
    assert all(shown.values())


def test_files_named_on_the_map_exist() -> None:
    for name in re.findall(r"`((?:tests|grammar|pql|lineage_index|docs)/[\w./-]*)`", MAP):
        assert (ROOT / name).exists(), name


def build(kind: str, source: Path, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = set(archive.namelist())
    assert {"pql/_grammar/pql.lark", "pql/py.typed", "lineage_index/py.typed"} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "pql",
        "lineage_index",
        "pql_lineage",
    }
    script = "import pql; print(pql.__file__); print(pql.compile('metrics.loss:<0.25').parameters[-1])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [str(tmp_path / "site" / "pql" / "__init__.py"), "0.25"]


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    for name in (
        "Makefile",
        "requirements.lock",
        "tests/test_house.py",
        "grammar/pql.lark",
        "examples/demo.py",
    ):
        assert (source / name).is_file()
    ours = zipfile.ZipFile(wheel)
    theirs = zipfile.ZipFile(build("wheel", source, tmp_path / "theirs"))
    assert sorted(ours.namelist()) == sorted(theirs.namelist())
