"""What fuzzing found stays found: each input of `found/TARGET` is replayed, and every seed with small damage.

`make fuzz` looks for more, guided by coverage; this needs neither atheris nor time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fuzz_targets import TARGETS, seeds
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pql.diagnostics.diagnostic import PqlError
from pql.joins.source import placed
from pql.joins.templates import render_text
from pql.syntax.parser import parse_query, parse_sort

FOUND = Path(__file__).with_name("found")
CASES = [
    pytest.param(folder.name, file.read_bytes(), id=f"{folder.name}: {file.name}")
    for folder in sorted(each for each in FOUND.iterdir() if each.is_dir())
    for file in sorted(folder.iterdir())
]


@pytest.mark.parametrize(("target", "data"), CASES)
def test_what_was_found(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_takes_its_seeds_and_nothing_at_all(target: str) -> None:
    assert seeds(target)
    for seed in (b"", b"\0", b"\xff\xfe", *seeds(target)[::25]):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@settings(phases=[Phase.generate], max_examples=max(1, settings.default.max_examples // 5))
@given(st.data())
def test_damaged_seeds(target: str, data: st.DataObject) -> None:
    """Pieces of seeds, cut, doubled and put together, with bytes changed: the grammar-based part."""
    pieces = data.draw(st.lists(st.sampled_from(seeds(target)), min_size=1, max_size=3))
    made = bytearray()
    for piece in pieces:
        start = data.draw(st.integers(0, len(piece)))
        made += piece[start:] if data.draw(st.booleans()) else piece[:start]
    for _ in range(data.draw(st.integers(0, 3))):
        if made:
            made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    TARGETS[target](bytes(made))


def _parsed(text: str) -> None:
    try:
        parse_query(text, max_length=None)
    except PqlError:
        return


def _sorted(text: str) -> None:
    try:
        parse_sort(text, max_length=None)
    except PqlError:
        return


def _rendered(text: str) -> None:
    try:
        render_text(placed(text), {"x": "y"})
    except PqlError:
        return


def _target(name: str) -> Callable[[str], None]:
    return lambda text: TARGETS[name](text.encode())


GROWING: dict[str, tuple[Callable[[str], None], Callable[[int], str]]] = {
    "conditions": (_parsed, lambda n: ", ".join(["metrics.loss:<0.5"] * n)),
    "alternatives": (_parsed, lambda n: " | ".join(["a:1"] * n)),
    "a list": (_parsed, lambda n: "a:" + "|".join(["x"] * n)),
    "parentheses": (_parsed, lambda n: "(" * n + "a:1" + ")" * n),
    "tildes": (_parsed, lambda n: "a:" + "~" * n + "1"),
    "one quoted text": (_parsed, lambda n: 'a:"' + "x\\" * 2 * n + '"'),
    "an open quote": (_parsed, lambda n: 'a:"' + "x" * n),
    "an open pattern": (_parsed, lambda n: "a:/" + "(" * n),
    "blanks": (_parsed, lambda n: "a" + " " * n + ":" + " " * n + "1"),
    "words": (_parsed, lambda n: "a:" + "b c " * n),
    "percents": (_parsed, lambda n: "a:" + "%" * n),
    "dots": (_parsed, lambda n: "a:1" + "." * n),
    "a key": (_parsed, lambda n: "a" + ".b" * n + ":1"),
    "indices": (_parsed, lambda n: "inputs.a" + "[0]" * n + ":1"),
    "terms of a sort": (_sorted, lambda n: ",".join(["-a.b"] * n)),
    "templates": (_rendered, lambda n: "{{ x }}" * n),
    "braces": (_rendered, lambda n: "{" * n),
    "open templates": (_rendered, lambda n: "{{ '" * n),
    "a list in YAML": (_target("operation"), lambda n: "- a\n" * n),
    "keys in YAML": (_target("operation"), lambda n: "".join(f"k{each}: 1\n" for each in range(n))),
    "brackets in YAML": (_target("operation"), lambda n: "[" * n),
    "aliases in YAML": (_target("operation"), lambda n: "a: &a [x]\nb: [" + "*a," * n + "]\n"),
    "keys of a run": (
        _target("run_file"),
        lambda n: "{" + ",".join(f'"{each}":1' for each in range(n)) + "}",
    ),
    "lists of a run": (_target("run_file"), lambda n: '{"tags":' + "[" * n + "]" * n + "}"),
    "events": (_target("events"), lambda n: "step|timestamp|image\n" + "1|2026-01-01T00:00:00Z|{}\n" * n),
    "bad events": (_target("events"), lambda n: "step|timestamp|image\n" + "x\n" * n),
    "tables of settings": (
        _target("settings"),
        lambda n: "".join(f"[queries.a{each}]\n" for each in range(n)),
    ),
}


def _calls(work: Callable[[str], None], text: str) -> int:
    """How many lines and calls the work takes: a measure that no busy machine changes."""
    count = 0

    def line(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return line

    work(text)  # what is made once is made
    before = sys.gettrace()
    sys.settrace(line)
    try:
        work(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_input_is_twice_the_work(name: str) -> None:
    work, make = GROWING[name]
    small, large = _calls(work, make(60)), _calls(work, make(120))
    assert large <= 2.3 * small + 200
