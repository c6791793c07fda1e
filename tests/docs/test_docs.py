"""Every command, script and query of the documentation, run over the demo's store and index.

The pages of the guide are followed from top to bottom, as a reader would; elsewhere each block stands alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from doc_blocks import Block, Command, blocks, commands, matches

from lineage_index import Index

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDE = [
    DOCS / "index.md",
    DOCS / "tutorial.md",
    *sorted((DOCS / "howto").glob("*.md")),
    DOCS / "explanation" / "how-it-works.md",
    DOCS / "reference" / "README.md",
]
ALONE = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    *(file for file in sorted(DOCS.glob("*.md")) if file not in GUIDE),
]
BLOCKS = [block for file in ALONE for block in blocks(file)]
# A reader of the tutorial begins with nothing.
FROM_NOTHING = {"tutorial.md"}
# Programs that need a store of their own, and the tests that run them.
ELSEWHERE = {
    "joins.md": ROOT / "tests" / "joins" / "test_joins_docs.py",
    "object_stores.md": ROOT / "tests" / "remote" / "test_remote_docs.py",
}
LANGUAGES = {"console", "python", "pql", "sh", "yaml", "json", "toml"}

# The demo runs in the folder of the test, not in the checkout.
INSTEAD = {"make demo": f'"{sys.executable}" "{ROOT}/examples/demo.py" .'}
# Not run: installing. A test of the wheel does that.
INSTALLING = re.compile(r"pip install '?\.(\[\w+\])?'?(\s+#.*)?")
# What a script of the documentation finds around it.
PRELUDES = {"tracking.md": "loss, acc = 0.5, 0.9\nopen('net.h5', 'w').close()\n"}
REQUESTS = """\
{"id": 1, "query": "metrics.loss:<0.01", "sort": "metrics.loss", "limit": 2}
{"id": 2, "query": "metrics.loss:<O.01"}
{"id": 3, "query": "kind:metric, run.metrics.loss:<0.0002", "entity": "artifacts", "limit": 1}
"""


def named(language: str) -> list[object]:
    ours = [block for block in BLOCKS if block.language == language and block.file not in ELSEWHERE]
    return [pytest.param(block, id=str(block)) for block in ours]


def run(command: str, folder: Path) -> str:
    """What a command prints, on either stream."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PQL_", "COLUMNS"))}
    path = os.pathsep.join([str(forked.program().parent), str(forked.REAL.parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**kept, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    printed = done.stdout.decode()
    assert "Traceback" not in printed
    assert "command not found" not in printed
    return printed


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `make demo` was called."""
    folder = tmp_path_factory.mktemp("demo")
    run(INSTEAD["make demo"], folder)
    (folder / "requests.jsonl").write_text(REQUESTS)
    return folder


def settle(demo: Path, place: Path, text: str) -> None:
    """Lay out the demo for the commands of a text; its index is copied, unless a refresh would notice."""
    shutil.copytree(demo / "demo_store", place / "demo_store")
    shutil.copy(demo / "requests.jsonl", place)
    if re.search("index refresh|demo_store", text):
        run("pql index refresh demo_store", place)
    else:
        shutil.copytree(demo / ".pql", place / ".pql")


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {block.language for block in BLOCKS} <= LANGUAGES
    assert {"console", "python", "pql"} <= {block.language for block in BLOCKS}


def test_what_is_run_elsewhere_is_run() -> None:
    for name, test in ELSEWHERE.items():
        text = test.read_text(encoding="utf-8")
        assert f'"{name}"' in text
        assert "exec(" in text


def test_the_first_command_is_the_demo_and_the_second_the_suite() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, *_ = commands(blocks(ROOT / "README.md")[0])
    assert first.text == "make demo"
    assert re.findall(r"`(make \w+)`", text)[:2] == ["make demo", "make test"]


def try_commands(block: Block, listed: list[Command], folder: Path) -> None:
    for command in listed:
        printed = run(command.text, folder)
        assert matches(command.shown, printed), f"{block}: {command.text}\n{printed}"


def try_script(block: Block, folder: Path) -> None:
    (folder / "script.py").write_text(PRELUDES.get(block.file, "") + block.text, encoding="utf-8")
    printed = run(f'"{sys.executable}" -W error script.py; echo "exit $?"', folder)
    output, _, code = printed.rpartition("exit ")
    assert code.strip() == "0", printed
    assert matches(block.printed or "", output), printed


def try_queries(block: Block, folder: Path) -> None:
    queries = block.text.splitlines()
    assert queries
    with Index.open(folder / ".pql") as index:
        for query in queries:
            assert index.search(query).total >= 0


def try_installing(block: Block) -> None:
    for line in block.text.splitlines():
        assert INSTALLING.fullmatch(line), line


@pytest.mark.parametrize("block", named("console"))
def test_commands_print_what_is_shown(block: Block, demo: Path, tmp_path: Path) -> None:
    listed = list(commands(block))
    if listed[0].text == "make demo":  # from nothing, and it calls the commands below it by itself
        below = "".join(f"$ {each.text}\n{each.shown}" for each in listed[1:])
        listed = [Command(INSTEAD["make demo"], listed[0].shown + below)]
    else:
        settle(demo, tmp_path, block.text)
    try_commands(block, listed, tmp_path)


@pytest.mark.parametrize("block", named("python"))
def test_scripts_run_and_print_what_is_shown(block: Block, demo: Path, tmp_path: Path) -> None:
    settle(demo, tmp_path, block.text)
    try_script(block, tmp_path)


@pytest.mark.parametrize("block", named("pql"))
def test_queries_are_understood(block: Block, demo: Path) -> None:
    try_queries(block, demo)


@pytest.mark.parametrize("block", named("sh"))
def test_other_commands_only_install(block: Block) -> None:
    try_installing(block)


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_of_the_guide_can_be_followed(page: Path, demo: Path, tmp_path: Path) -> None:
    if page.name not in FROM_NOTHING:
        settle(demo, tmp_path, page.read_text(encoding="utf-8"))
    for block in blocks(page):
        if block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
            continue
        match block.language:
            case "console":
                try_commands(block, list(commands(block)), tmp_path)
            case "python":
                try_script(block, tmp_path)
            case "pql":
                try_queries(block, tmp_path)
            case "sh":
                try_installing(block)
            case other:
                pytest.fail(f"{block}: a block of {other} that nothing runs and no title names")


def equivalents() -> list[tuple[str, int]]:
    """What stands in the tables of equivalents, and how many runs it finds."""
    text = (DOCS / "howto" / "coming-from.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*\| `(.*)` \| (\d+) \|$", text, re.MULTILINE)
    assert len(rows) == sum(line.startswith("| ") and "| here |" not in line for line in text.splitlines())
    return [(query.replace("\\|", "|"), int(count)) for query, count in rows]


def test_equivalents_find_what_the_table_says(demo: Path) -> None:
    with Index.open(demo / ".pql") as index:
        for query, count in equivalents():
            if query.startswith("pql search "):
                assert len(run(f"{query} --format uuid", demo).split()) == count
            else:
                assert (query, index.count(query)) == (query, count)


def test_links_lead_to_files() -> None:
    for file in [*ALONE, *GUIDE]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"
