"""TensorBoard over runs: a real one over HTTP, and the names of its folders."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_index import Index, refresh, tracking
from lineage_index.local.boards import find_boards, link_boards, safe_name
from pql.diagnostics.diagnostic import PqlError

PQL = Path(sys.executable).with_name("pql")
NAMES = ["plain", "../../evil", "a/b\\c", "new\nline\x1b[31m", "..", "日本", "last", "unlogged"]


def write_board(folder: str) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(folder)
    value = Summary.Value(tag="loss", simple_value=0.5)
    writer.add_event(Event(step=1, wall_time=1.0, summary=Summary(value=[value])))
    writer.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of runs with TensorBoard folders, and its index."""
    folder = tmp_path_factory.mktemp("boards")
    for number, name in enumerate(NAMES, start=1):
        with tracking.Run(name, store=folder / "runs") as run:
            run.log_metrics(step=0, loss=number / 1000)
            if name != "unlogged":
                board = run.get_tensorboard_path()
                write_board(board)
                run.log_tensorboard_ref(board)
    refresh(folder / "runs", folder / ".pql")
    return folder


@pytest.fixture
def index(home: Path) -> Iterator[Index]:
    with Index.open(home / ".pql") as opened:
        yield opened


def test_the_folders_are_those_of_the_search_under_readable_names(index: Index, tmp_path: Path) -> None:
    found = find_boards(
        index, "metrics.loss:<0.0075", sort="metrics.loss", limit=5, artifact="tensorboard", dirs=None
    )
    assert (len(found.boards), found.total, found.notes) == (5, 7, ())
    names = [board.name for board in found.boards]
    shown = [re.sub(r" [0-9a-f]{8} ", " UUID ", name) for name in names]
    assert shown[:3] == ["plain UUID loss=0.001", ".._.._evil UUID loss=0.002", "a_b_c UUID loss=0.003"]
    link_boards(found.boards, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names)
    assert all(list(each.glob("events.*")) for each in tmp_path.iterdir())


def test_a_run_without_a_folder_is_left_out_and_told(index: Index) -> None:
    found = find_boards(
        index, "metrics.loss:>=0.007", sort=None, limit=None, artifact="tensorboard", dirs=None
    )
    assert len(found.boards) == 1
    assert [each.code for each in found.warnings] == ["PQL651"]
    by_path = find_boards(
        index, "name:unlogged|last", sort=None, limit=9, artifact="", dirs="outputs/tensorboard"
    )
    assert (len(by_path.boards), len(by_path.notes)) == (1, 1)
    with pytest.raises(PqlError) as raised:
        find_boards(index, "name:unlogged", sort=None, limit=9, artifact="tensorboard", dirs=None)
    assert raised.value.diagnostic.code == "PQL618"
    assert raised.value.diagnostic.hint == "`--dirs sub/path` takes a folder of each run instead"
    with pytest.raises(PqlError) as raised:
        find_boards(index, "name:last", sort=None, limit=9, artifact="tensorbord", dirs=None)
    assert raised.value.diagnostic.hint == "did you mean `tensorboard`?"
    with pytest.raises(PqlError) as raised:
        find_boards(index, "name:last", sort=None, limit=9, artifact="", dirs="../other")
    assert raised.value.diagnostic.code == "PQL613"


def test_a_name_of_any_length_is_one_that_a_file_system_takes(tmp_path: Path) -> None:
    store, name = tmp_path / "runs", "模型" * 60
    for loss in (1.0, 2.0):
        run = tracking.Run(name=name, store=store)
        run.log_outputs({"损失" * 40: loss})
        Path(run.get_tensorboard_path(), "events").touch()
        run.end()
    refresh(store, tmp_path / "index")
    with Index.open(tmp_path / "index") as opened:
        sort = "outputs." + "损失" * 40
        found = find_boards(opened, "status:_any_", sort=sort, limit=None, artifact="tensorboard", dirs=None)
    link_boards(found.boards, tmp_path)
    assert len({board.name for board in found.boards}) == 2
    assert all((tmp_path / board.name / "events").exists() for board in found.boards)


def test_a_link_that_leaves_the_store_is_not_shown(home: Path, tmp_path: Path) -> None:
    with tracking.Run("link", store=tmp_path / "runs") as run:
        (Path(run.get_outputs_path()) / "boards").symlink_to(home)
    refresh(tmp_path / "runs", tmp_path / ".pql")
    with Index.open(tmp_path / ".pql") as opened:
        found = find_boards(opened, "name:link", sort=None, limit=1, artifact="", dirs="outputs/boards")
    assert not found.boards
    assert "leaves the store" in found.notes[0]


@given(st.text())
def test_every_name_is_one_folder(text: str) -> None:
    name = safe_name(text)
    assert name.strip(".")
    assert "/" not in name
    assert not any(unicodedata.category(each)[0] == "C" for each in name)
    assert safe_name(name) == name


def runs_at(address: str, count: int) -> list[str]:
    """What TensorBoard says it shows, as soon as it has read so much."""
    deadline = time.monotonic() + 60
    found: list[str] = []
    while len(found) < count and time.monotonic() < deadline:
        with urlopen(f"{address}data/runs", timeout=20) as answer:
            found = json.load(answer)
    return found


def test_a_real_one_shows_the_five_best_and_ends_at_an_interrupt(home: Path) -> None:
    command = [PQL, "tensorboard", "metrics.loss:<0.01", "--sort", "metrics.loss", "--limit", "5"]
    started = subprocess.Popen(
        [*command, "--port", "0", "--host", "127.0.0.1"], cwd=home, stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        address = re.fullmatch(r"5 runs of 8 that match: (http://127\.0\.0\.1:(\d+)/)\n", line)
        assert address is not None, line
        found = runs_at(address[1], 5)
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 0
    finally:
        started.kill()
        started.communicate()
    assert len(found) == 5
    assert [name.rpartition("=")[2] for name in sorted(found, key=lambda each: each[-5:])] == [
        f"0.00{number}" for number in range(1, 6)
    ]
    with socket.socket() as free:
        assert free.connect_ex(("127.0.0.1", int(address[2]))) != 0


def test_without_the_extra_it_says_what_to_install(home: Path) -> None:
    script = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "from pql.cli.main import main; sys.argv = ['pql', 'tensorboard']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=home, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'pql-lineage[tensorboard]'" in done.stderr
    assert "Traceback" not in done.stderr


EXAMPLE = Path(__file__).parents[2] / "examples" / "compare_top_experiments.yaml"


def fetched(home: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [PQL, "resolve", EXAMPLE, "-P", "globals.ports=[0]", "--fetch", folder, "-f", "json", *options]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)


def test_what_the_example_fetches_lies_where_its_command_looks(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "boards"
    done = fetched(home, folder)
    assert (done.returncode, done.stderr) == (0, "")
    container = json.loads(done.stdout)["component"]["run"]["container"]
    assert container["args"][0] == f"--logdir={folder}"
    with Index.open(home / ".pql") as opened:
        best = opened.search("metrics.loss:<0.01", sort="metrics.loss", limit=5)
    assert sorted(each.name for each in folder.iterdir()) == sorted(best.uuids)
    for uuid in best.uuids:
        events = [each for board in (folder / uuid).glob("*/*") for each in board.iterdir()]
        assert len(events) == 1


def test_only_a_new_folder_is_filled(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    done = fetched(home, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not empty" in done.stderr
    assert fetched(home, tmp_path / "mine").returncode == 2
    assert fetched(home, tmp_path / "other", "--dry-run").returncode == 2
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
