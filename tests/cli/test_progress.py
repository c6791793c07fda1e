"""The line that long commands show: on a terminal only, with a rate and an end."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage_index.index.export import export
from lineage_index.index.refresh import refresh
from lineage_index.store.compaction import compact
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from pql.cli.progress import doing, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that a test winds on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def shown_on(
    screen: Terminal, monkeypatch: pytest.MonkeyPatch, clock: Clock, patience: float = 0.0
) -> Callable[[int, int], None]:
    monkeypatch.setattr(sys, "stderr", screen)  # in the test itself: pytest puts its own there before
    found = progress("runs", patience=patience, clock=clock)
    assert found is not None
    return found


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert progress("runs") is None


def test_rate_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, clock = Terminal(), Clock()
    show = shown_on(screen, monkeypatch, clock)
    for now, done in ((0.0, 0), (10.0, 100), (10.01, 101), (50.0, 1_000), (900.0, 9_000), (1_000.0, 90_000)):
        clock.now = now
        show(done, 90_000)
    assert screen.getvalue().split("\r\x1b[K")[1:] == [
        "0 of 90,000 runs",
        "100 of 90,000 runs, 10 a second, 2 h 30 min left",
        "1,000 of 90,000 runs, 20 a second, 74 min left",
        "9,000 of 90,000 runs, 10 a second, 2 h 15 min left",
        "90,000 of 90,000 runs, 90 a second\n",
    ]


def test_what_is_quick_says_nothing_and_what_is_not_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, clock = Terminal(), Clock()
    show = shown_on(screen, monkeypatch, clock, patience=0.5)
    show(1, 2)
    show(2, 2)
    assert screen.getvalue() == ""
    clock.now = 1.0
    show(1, 2)
    show(2, 2)
    assert screen.getvalue() == "\r\x1b[K1 of 2 runs, 1 a second, 1 s left\r\x1b[K"


def test_what_has_no_known_end_is_named_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, pipe = Terminal(), io.StringIO()
    for stream in (screen, pipe):
        monkeypatch.setattr(sys, "stderr", stream)
        with pytest.raises(ZeroDivisionError), doing("drawing a.png"):
            raise ZeroDivisionError
    assert screen.getvalue() == "\r\x1b[Kdrawing a.png ...\r\x1b[K"
    assert pipe.getvalue() == ""


@pytest.mark.parametrize("what", ["export", "verify", "compact"])
def test_the_end_is_reached_and_the_total_stays(what: str, tmp_path: Path) -> None:
    run = tmp_path / "runs" / ("a" * 32)
    run.mkdir(parents=True)
    (run / "run.plx.json").write_text(f'{{"uuid": "{"a" * 32}", "inputs": {{"lr": 1}}}}')
    refresh(tmp_path / "runs", tmp_path / ".pql")
    snapshot = open_snapshot(tmp_path / ".pql")
    told: list[tuple[int, int]] = []

    def note(done: int, wanted: int) -> None:
        told.append((done, wanted))

    match what:
        case "export":
            export(snapshot, tmp_path / "out", progress=note)
        case "verify":
            assert verify(snapshot, note) == []
        case _:
            compact(tmp_path / ".pql", progress=note)
    assert len(told) > 1
    assert told == sorted(told)
    assert len({wanted for _, wanted in told}) == 1
    assert told[-1][0] == told[-1][1] > 0
