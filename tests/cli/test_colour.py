"""Colours: where they belong, that they take no room, and that one place has them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pql.cli.lazy import Listed
from pql.cli.main import COMMANDS, app
from pql.cli.plot_tone import FAINT, MEDIAN, PALETTE, SCALE
from pql.cli.streams import ask_colour, in_colour
from pql.cli.table import fit_table
from pql.cli.tones import coloured_help
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.render import render
from pql.diagnostics.span import Span
from pql.diagnostics.style import Style, painted

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    ask_colour("auto")


@pytest.mark.parametrize(
    ("asked", "environment", "terminal", "pipe"),
    [
        ("auto", {}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"CLICOLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, True, True),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("never", {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_who_decides(
    asked: str, environment: dict[str, str], terminal: bool, pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ask_colour(asked)
    assert (in_colour(Terminal()), in_colour(io.StringIO())) == (terminal, pipe)


@pytest.mark.parametrize("columns", [None, 20, 60, 160])
def test_escapes_take_no_room_and_cut_nothing(columns: int | None) -> None:
    table = [
        ("name", ["a" * 30, "größe 模型", "-"], False),
        ("status", ["succeeded", "failed", "odd"], False),
        ("loss", ["0.125", "NaN", "-"], True),
    ]
    plain, hidden = fit_table(table, columns)
    coloured, also = fit_table(table, columns, coloured=True)
    assert ESCAPE.sub("", coloured) == plain
    assert hidden == also
    assert coloured != plain
    if columns is None:
        lines = coloured.splitlines()
        assert lines[0].startswith(painted("name", Style.STRONG))
        assert painted("succeeded", Style.GOOD) in lines[1]
        assert painted("failed", Style.BAD) in lines[2]
        assert painted("NaN", Style.DOUBTFUL) in lines[2]
        assert lines[3].count(painted("-", Style.FAINT)) == 2


def contrasts(colour: int) -> tuple[float, float]:
    """How a colour of the 256 stands out from white and from black, as the WCAG measures it (1 to 21)."""
    steps = (0, 95, 135, 175, 215, 255)
    place = colour - 16
    grey = (8 + 10 * (colour - 232),) * 3
    parts = grey if colour >= 232 else (steps[place // 36], steps[place // 6 % 6], steps[place % 6])
    linear = [((each / 255 + 0.055) / 1.055) ** 2.4 if each > 10 else each / 3295 for each in parts]
    light = sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (light + 0.05), (light + 0.05) / 0.05


@pytest.mark.parametrize("style", Style)
def test_a_style_is_legible_on_white_and_on_black(style: Style) -> None:
    weight, _, colour = style.value.rpartition("38;5;")
    if style is Style.STRONG:
        assert colour == "1"  # the colour of the terminal's own text
    else:
        assert weight in ("", "1;")
        assert min(contrasts(int(colour))) >= 4


@pytest.mark.parametrize("colour", {*PALETTE, *SCALE, FAINT, MEDIAN})
def test_a_line_of_a_picture_is_seen_on_white_and_on_black(colour: int) -> None:
    assert min(contrasts(colour)) >= 3


def test_a_diagnostic_is_the_same_in_colour() -> None:
    diagnostic = Diagnostic("PQL201", Span(0, 7), {"field": "`statuss`"}, "did you mean `status`?")
    coloured = render(diagnostic, "statuss:x", coloured=True)
    assert ESCAPE.sub("", coloured) == render(diagnostic, "statuss:x")
    assert coloured.startswith(painted("error[PQL201]", Style.ERROR) + ": \x1b[1m")
    assert painted("^^^^^^^", Style.ERROR) in coloured


@pytest.mark.parametrize("listed", [each for each in COMMANDS if not each.hidden], ids=lambda each: each.name)
def test_help_in_colour_says_the_same(listed: Listed) -> None:
    name = listed.name
    plain = CliRunner().invoke(app, [name, "--help"]).stdout
    coloured = coloured_help(plain)
    assert ESCAPE.sub("", coloured) == plain
    assert "\x1b[1mOptions:\x1b[0m" in coloured
    assert coloured.count(f"\x1b[{Style.NAME.value}m  pql ") + coloured.count("| pql") >= 2 - (
        name in ("check", "run")
    )
    assert CliRunner().invoke(app, ["--color", "always", name, "--help"], color=True).stdout == coloured


@pytest.mark.parametrize("arguments", [["fmt", "a b:"], ["explain", "nope:1"], ["queries", "--format", "x"]])
def test_the_option_stands_before_or_behind_the_command(arguments: list[str]) -> None:
    def said(*words: str) -> str:
        return CliRunner().invoke(app, list(words), color=True).stderr

    plain = said(*arguments)
    assert "\x1b" not in plain
    assert said("--color", "always", *arguments) == said(*arguments, "--color", "always") != plain
    assert ESCAPE.sub("", said("--color", "always", *arguments)) == plain
    assert said("--color", "always", *arguments, "--color", "never") == plain
    assert said(*arguments) == plain  # nothing stays behind


def test_a_wrong_word_is_refused() -> None:
    for words in (["--color", "yes", "fmt", "a:1"], ["fmt", "a:1", "--color", "yes"]):
        done = CliRunner().invoke(app, words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--color is one of auto, always, never, not 'yes'" in done.stderr


def test_one_table_holds_the_colours() -> None:
    """Pictures have their own palette; what clears a line is no colour."""
    root = Path(__file__).parents[2] / "pql"
    colour = re.compile(r"\\(?:x1b|033|e|u001b)\[(?!K)")
    having = {path.name for path in root.rglob("*.py") if colour.search(path.read_text())}
    assert having <= {"style.py", "plot_tone.py"}
