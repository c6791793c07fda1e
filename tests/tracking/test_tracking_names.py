from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import entry, event_names, metric, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.names import LONGEST_FILE_STEM, file_stem, name_of_stem

NAMES = [
    "train/loss",
    "a:b",
    "größe",
    "日本",
    "x" * 300,
    "é" * 300,
    ".",
    "..",
    "~",
    "%41",
    "a b|c\n",
    "CON.",
    "🚀",
]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_a_file_name_gives_the_name_back_or_is_shortened(name: str) -> None:
    stem = file_stem(name)
    assert re.fullmatch(r"[A-Za-z0-9._%~-]+", stem)
    assert not stem.startswith(".")
    assert len(stem) <= LONGEST_FILE_STEM
    if "~" in stem:
        assert name_of_stem(stem) is None
        assert name.startswith(unquote(stem.rpartition("~")[0]))
    else:
        assert name_of_stem(stem) == unquote(stem) == name


def test_names_that_need_no_escape_stay_as_they_are() -> None:
    assert file_stem("val_loss-2.best") == "val_loss-2.best"


def test_long_names_that_begin_alike_get_different_files() -> None:
    assert file_stem("x" * 300) != file_stem("x" * 301)


@pytest.mark.parametrize(("name", "error"), [("", ValueError), ("\ud800", ValueError), (3, TypeError)])
def test_what_cannot_be_a_name(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        file_stem(name)


def test_every_name_comes_back_from_the_folder(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        for step, name in enumerate(NAMES):
            run.log_metric(name, step, step)
            run.log_text(name, name, step)
    assert sorted(event_names(run.folder).values()) == sorted(NAMES * 2)
    for step, name in enumerate(NAMES):
        assert metric(run.folder, name) == [(step, float(step))]
    assert run_file(run.folder)["outputs"] == {name: float(step) for step, name in enumerate(NAMES)}


def test_a_long_name_is_entered_before_its_events(tmp_path: Path) -> None:
    name = "x" * 300
    run = Run(store=tmp_path)
    run.log_metric(name, 1.0)
    run.flush()
    assert entry(run.folder, name)["path"] == f"events/metric/{file_stem(name)}.plx"
    run.end()
